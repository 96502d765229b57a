"""What an agreement would change: decision by decision, and row by row.

Both are shown before anybody signs. The matrix asks the gate itself, about rows that exist and
about :func:`redball.access.agreements.matrix_markings`: one row of every kind that the rules could
tell apart. So it also shows what rows that come tomorrow would meet.

An answer that the gate gave with an alarm is not compared: where something failed everything is
denied, and a difference of nothing would look harmless.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import polars as pl

from redball.access.actions import GRANTED, Action
from redball.access.agreements.document import Agreement, Detail
from redball.access.subject import Subject
from redball.model import BadData, BadUse, Label
from redball.model.markings import Marking

HIDDEN = "hidden"
"""In the columns ``before`` and ``after``: not visible at all."""


class Scope(Protocol):
    """What the gate answers, as far as it is needed here."""

    @property
    def labels(self) -> Mapping[int, Label]:
        """Markings that may be read."""

    @property
    def details(self) -> Mapping[int, Detail]:
        """Those of them that may be read less than exactly."""

    @property
    def alarms(self) -> Sequence[object]:
        """What went wrong while deciding."""


class Decide(Protocol):
    """The gate for one moment."""

    def __call__(
        self,
        markings: Mapping[int, Marking],
        subject: Subject,
        action: Action,
        agreements: Sequence[Agreement],
        /,
    ) -> Scope:
        """Decide every marking."""


@dataclass(frozen=True, order=True)
class DecisionChange:
    """Decisions that change alike.

    Attributes
    ----------
    subject : str
    action : str
    owner, kind, classes, classification, caveats : str
        Whose rows, and which; lists with blanks between their words.
    exercise : bool
    before, after : str
        ``hidden``, or how exactly the rows are shown.
    markings : int
        How many markings change so: they differ in places or release only.
    """

    subject: str
    action: str
    owner: str
    kind: str
    classes: str
    classification: str
    caveats: str
    exercise: bool
    before: str
    after: str
    markings: int

    @property
    def opens(self) -> bool:
        """Whether more is shown than before."""
        return _openness(self.after) > _openness(self.before)


@dataclass(frozen=True)
class DecisionDifference:
    """What changes in the matrix of decisions.

    Attributes
    ----------
    changes : tuple of DecisionChange
        Sorted; decisions that stay are not among them.
    asked : int
        How many decisions were compared.
    """

    changes: tuple[DecisionChange, ...]
    asked: int

    @property
    def opened(self) -> int:
        """Decisions that show more than before."""
        return sum(change.markings for change in self.changes if change.opens)

    @property
    def closed(self) -> int:
        """Decisions that show less than before."""
        return sum(change.markings for change in self.changes if not change.opens)

    def table(self) -> pl.DataFrame:
        """The changes as a table."""
        columns = {
            name: pl.Boolean
            if name == "exercise"
            else pl.Int64
            if name == "markings"
            else pl.String
            for name in DecisionChange.__dataclass_fields__
        }
        rows = [[getattr(change, name) for name in columns] for change in self.changes]
        return pl.DataFrame(rows, schema=columns, orient="row")


def matrix_difference(
    before: Sequence[Agreement],
    after: Sequence[Agreement],
    subjects: Sequence[Subject],
    markings: Mapping[int, Marking],
    decide: Decide,
    *,
    actions: Sequence[Action] = GRANTED,
) -> DecisionDifference:
    """Compare what the gate decides under two sets of agreements.

    Parameters
    ----------
    before, after : sequence of Agreement
        In force now, and as they would be.
    subjects : sequence of Subject
    markings : mapping of int to Marking
        Those of the store, of :func:`matrix_markings`, or both.
    decide : callable
        The gate for one moment at which everything compared is valid, such as
        ``partial(access.decide, now=max(now, agreement.valid_from))``: before that moment a new
        agreement changes nothing.
    actions : sequence of Action

    Raises
    ------
    BadData
        The gate raised an alarm.
    """
    counted: Counter[tuple[str, str, str, str, str, str, str, bool, str, str]] = Counter()
    for subject, action in product(subjects, actions):
        old = decide(markings, subject, action, before)
        new = decide(markings, subject, action, after)
        _without_alarm(old, new)
        for key, marking in markings.items():
            shown = _shown(old, key), _shown(new, key)
            if shown[0] != shown[1]:
                counted[(subject.text, action.value, *_about(marking), *shown)] += 1
    changes = tuple(sorted(DecisionChange(*line, n) for line, n in counted.items()))
    return DecisionDifference(changes, len(subjects) * len(actions) * len(markings))


def row_difference(
    markings: Mapping[int, Marking],
    counts: Mapping[int, int],
    before: Scope,
    after: Scope,
) -> pl.DataFrame:
    """Rows that would become visible, or not be visible any more, or be shown otherwise.

    Parameters
    ----------
    markings : mapping of int to Marking
        All markings of the store.
    counts : mapping of int to int
        Current rows of each marking; one that is missing has none.
    before, after : ReleaseScope
        Of the same subject and action.

    Returns
    -------
    DataFrame
        kind, owner, classes, label, before, after, newly_visible, no_longer, other_detail; one row
        for each group of markings alike in the first six.

    Raises
    ------
    BadUse
        A row is counted whose marking is not given.
    BadData
        The gate raised an alarm.
    """
    _without_alarm(before, after)
    strangers = sorted(set(counts) - set(markings))
    if strangers:
        raise BadUse(
            f"Rows are counted of a marking that is not given: {strangers[0]}.",
            mend="Give all markings of the store.",
        )
    counted: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for key, rows in counts.items():
        shown = _shown(before, key), _shown(after, key)
        if rows and shown[0] != shown[1]:
            marking = markings[key]
            label = marking.label
            about = marking.kind, label.owner, " ".join(marking.classes), label.text
            counted[(*about, *shown)] += rows
    text = ("kind", "owner", "classes", "label", "before", "after")
    numbers = ("newly_visible", "no_longer", "other_detail")
    schema = {**dict.fromkeys(text, pl.String), **dict.fromkeys(numbers, pl.Int64)}
    rows_out = [(*line, *_counts(line[4], line[5], n)) for line, n in sorted(counted.items())]
    return pl.DataFrame(rows_out, schema=schema, orient="row")


def _about(marking: Marking) -> tuple[str, str, str, str, str, bool]:
    label = marking.label
    return (
        label.owner,
        marking.kind,
        " ".join(marking.classes),
        label.classification,
        " ".join(sorted(label.caveats)),
        marking.exercise,
    )


def _without_alarm(*scopes: Scope) -> None:
    for scope in scopes:
        if scope.alarms:
            raise BadData(
                f"The gate raised an alarm, so there is no difference to show: {scope.alarms[0]}.",
                mend="Mend the agreement or the label that it names.",
            )


def _shown(scope: Scope, key: int) -> str:
    return scope.details.get(key, Detail.EXACT).value if key in scope.labels else HIDDEN


def _openness(shown: str) -> int:
    return (HIDDEN, *(detail.value for detail in reversed(Detail))).index(shown)


def _counts(before: str, after: str, rows: int) -> tuple[int, int, int]:
    if before == HIDDEN:
        return rows, 0, 0
    return (0, rows, 0) if after == HIDDEN else (0, 0, rows)
