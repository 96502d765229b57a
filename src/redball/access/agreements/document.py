"""An agreement as a value: who gives what to whom, for what, how exactly, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from redball.access.actions import Action
from redball.access.subject import Purpose


class Detail(StrEnum):
    """How exactly a partner sees, finest first."""

    EXACT = "exact"
    ROUNDED = "rounded"
    BANDED = "banded"
    TOTALS = "totals"


@dataclass(frozen=True)
class Grant:
    """What one party releases to others.

    Attributes
    ----------
    giver : str
        Owner code of the party whose rows are released.
    to : tuple of str
        Owner codes of the parties that receive, sorted.
    kinds : tuple of str
        Tables of the language, sorted; never empty.
    classes : tuple of str
        Classes of supply, such as ``NATO:III``; empty for every class.
    areas : tuple of str
        Countries; a row is released when every place that it names lies in one of them.
    sites : tuple of str
        The giver's sites, as ``OWNER:KEY``, in place of areas; both empty for everywhere.
    ceiling : str
        Highest classification released.
    caveats : tuple of str
        Caveats that released rows may carry.
    actions : tuple of Action
        Some of :data:`redball.access.actions.GRANTED`.
    detail : Detail
    """

    giver: str
    to: tuple[str, ...]
    kinds: tuple[str, ...]
    classes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    ceiling: str = "UNCLASSIFIED"
    caveats: tuple[str, ...] = ()
    actions: tuple[Action, ...] = (Action.SEE,)
    detail: Detail = Detail.EXACT


@dataclass(frozen=True)
class Agreement:
    """What the parties sign.

    Attributes
    ----------
    id : str
        Capital letters, digits and hyphens, such as ``MLS-2026-001``; at most 40 characters.
    version : int
        From 1; only a higher version replaces an agreement in force.
    title : str
    template : str
        Template that it was drafted from; empty for none.
    parties : tuple of str
        Owner codes, sorted, two or more.
    purpose : Purpose
        What the data may be used for.
    grants : tuple of Grant
    valid_from, valid_until : datetime
        With zone; ``valid_until`` is the first moment at which it is not in force any more.
    exercise_only : bool
        Whether only rows of exercise data are released.
    obligations : tuple of str
        Duties of those who receive, in sentences; they stand on every result.
    totals_per_day : int
        How many different states of totals one party may be shown within 24 hours.
    """

    id: str
    version: int
    title: str
    parties: tuple[str, ...]
    purpose: Purpose
    grants: tuple[Grant, ...]
    valid_from: datetime
    valid_until: datetime
    template: str = ""
    exercise_only: bool = False
    obligations: tuple[str, ...] = ()
    totals_per_day: int = 24
