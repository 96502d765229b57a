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


GRANTED = (Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.PURCHASE, Action.EXPORT)
"""What an agreement can grant: look at rows, only at totals, plan with a partner's stock, count on
it in a joint purchase, and let results leave the node."""

READING = (Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.PURCHASE)
"""Actions that read rows."""

PERMITTED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.NODE: frozenset(Action),
        Role.PLANNER: frozenset({Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.EXPORT}),
        Role.ANALYST: frozenset({Action.SEE, Action.AGGREGATE, Action.EXPORT}),
        Role.PROCUREMENT: frozenset({*READING, Action.EXPORT}),
        Role.DIRECTOR: frozenset({Action.SEE, Action.AGGREGATE, Action.REQUEST}),
        Role.SECURITY: frozenset({Action.SEE, Action.AGREE, Action.ADMINISTER}),
        Role.ADMINISTRATOR: frozenset({Action.CONTRIBUTE, Action.ADMINISTER}),
    }
)
"""Which role may do what. Administrators take packages in and keep the node; they read no rows."""
