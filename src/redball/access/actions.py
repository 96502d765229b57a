"""What may be done, and which role may do it.

Every use case of :mod:`redball.app` names one action; a test fails when one does not. The first
four are what an agreement can grant to a partner.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from redball.access.subject import Role


class Action(StrEnum):
    """What may be done."""

    SEE = "see"
    AGGREGATE = "aggregate"
    REQUEST = "request"
    PURCHASE = "purchase"
    EXPORT = "export"
    CONTRIBUTE = "contribute"
    AGREE = "agree"
    ADMINISTER = "administer"
    NOTE = "note"
    ENTER = "enter"


GRANTED = (Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.PURCHASE, Action.EXPORT)
"""What an agreement can grant: look at rows, only at totals, plan with a partner's stock, count on
it in a joint purchase, and let results leave the node."""

READING = (Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.PURCHASE)
"""Actions that read rows."""

GATED = (*GRANTED, Action.CONTRIBUTE, Action.AGREE, Action.ADMINISTER)
"""Actions that the gate decides marking by marking. The others touch no rows: taking part in the
working list of findings (``note``), and signing in and keeping one's own account (``enter``)."""

_PEOPLE = (Action.NOTE, Action.ENTER)

PERMITTED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.NODE: frozenset(Action),
        Role.PLANNER: frozenset(
            {Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.EXPORT, *_PEOPLE}
        ),
        Role.ANALYST: frozenset({Action.SEE, Action.AGGREGATE, Action.EXPORT, *_PEOPLE}),
        Role.PROCUREMENT: frozenset({*READING, Action.EXPORT, *_PEOPLE}),
        Role.DIRECTOR: frozenset({Action.SEE, Action.AGGREGATE, Action.REQUEST, *_PEOPLE}),
        Role.SECURITY: frozenset({Action.SEE, Action.AGREE, Action.ADMINISTER, *_PEOPLE}),
        Role.ADMINISTRATOR: frozenset({Action.CONTRIBUTE, Action.ADMINISTER, Action.ENTER}),
    }
)
"""Which role may do what. Administrators take packages in and keep the node; they read no rows."""
