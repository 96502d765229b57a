"""The working list: a viewer's findings with how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.evidence import EvidenceRow, evidence_rows
from redball.app.keeping import kept
from redball.app.picture import FindingsResult, findings
from redball.app.view import View
from redball.app.worklist.identity import Named, named
from redball.app.worklist.states import NOTHING_WRITTEN, Standing, State, readable, standing
from redball.app.worklist.trend import Gone, Trend, gone_from, remember, trend_of, view_of
from redball.desk import Desk
from redball.desk.worklist import TOPIC, Entry, entries, sighted
from redball.model import BadUse, Finding, Level, Origin, ResultLabel, RowRef, combine

LEVELS = tuple(level for level in Level if level.rank >= Level.CAUTION.rank)[::-1]
_SCHEMA = {
    "key": pl.String, "state": pl.String, "level": pl.String, "rank": pl.Int64,
    "rule": pl.String, "title": pl.String, "subject": pl.String, "owner": pl.String,
    "measure": pl.String, "value": pl.Float64, "threshold": pl.Float64, "assignee": pl.String,
    "until": pl.Date, "returned": pl.String, "comments": pl.Int64, "first": pl.Int64,
    "since": pl.Int64, "label": pl.String,
}  # fmt: skip


class NoSuchFinding(BadUse):
    """No finding of that key is in the viewer's list: there is none, or it is not for them."""

    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(
            "There is no such finding in the list.",
            where=key,
            mend="See what there is with: redball worklist list",
        )
        self._key = key

    def __reduce__(self) -> tuple[type["NoSuchFinding"], tuple[str]]:
        """Let the error travel from a worker."""
        return (NoSuchFinding, (self._key,))


@dataclass(frozen=True)
class Wanted:
    """Which findings of the list, and in what order.

    Attributes
    ----------
    states, levels, rules, owners : tuple of str
        Empty for all; ``gone`` is only shown where asked for or where all are.
    assignee : str
    text : str
        Part of the sentence or of the subject, in any case.
    sort : str
        A column.
    descending : bool
    """

    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    assignee: str = ""
    text: str = ""
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Worklist:
    """A viewer's list.

    Attributes
    ----------
    frame : polars.DataFrame
        One row for each finding: ``key``, ``state``, ``level``, ``rule``, ``title``, ``subject``,
        ``owner``, ``measure``, ``value``, ``threshold``, ``assignee``, ``until``, ``returned``,
        ``comments``, ``first`` and ``since`` (imports), ``label``; the worst open ones first.
    trend : Trend
    earlier_gone : int
        Findings that are gone since long and not listed.
    origin : Origin
    """

    frame: pl.DataFrame
    trend: Trend
    earlier_gone: int
    origin: Origin

    @property
    def counts(self) -> Mapping[str, int]:
        """How many in each state."""
        found = dict(self.frame["state"].value_counts().iter_rows())
        return {state.value: found.get(state.value, 0) for state in State}

    def chosen(self, wanted: Wanted) -> pl.DataFrame:
        """Rows that are wanted, in the order wanted.

        Raises
        ------
        BadUse
            There is no such column.
        """
        frame = self.frame.filter(*_conditions(wanted))
        if not wanted.sort:
            return frame
        if wanted.sort not in _SCHEMA:
            raise BadUse(
                f"The list has no column '{wanted.sort}'.", mend=f"Columns: {', '.join(_SCHEMA)}."
            )
        by = "rank" if wanted.sort == "level" else wanted.sort
        return frame.sort(by, descending=wanted.descending, nulls_last=True, maintain_order=True)


def _conditions(wanted: Wanted) -> list[pl.Expr]:
    among = (
        ("state", wanted.states), ("level", wanted.levels), ("rule", wanted.rules),
        ("owner", wanted.owners),
    )  # fmt: skip
    found = [pl.col(name).is_in(list(values)) for name, values in among if values]
    if wanted.assignee:
        found.append(pl.col("assignee") == wanted.assignee)
    if wanted.text:
        text = wanted.text.casefold()
        words = pl.concat_str("title", "subject", "rule", separator="\n").str.to_lowercase()
        found.append(words.str.contains(text, literal=True))
    return found or [pl.lit(value=True)]


@dataclass(frozen=True)
class Sheet:
    """One finding with everything that is known of it.

    Attributes
    ----------
    key : str
    finding : Finding
    standing : Standing
    rows : mapping of RowRef to EvidenceRow
        The rows behind it; empty for one that is gone.
    gone : Gone or None
    first : int
        Import after which it was first found here.
    origin : Origin
    under : frozenset of str
        Agreements under which the viewer reads now.
    """

    key: str
    finding: Finding
    standing: Standing
    rows: Mapping[RowRef, EvidenceRow] = field(repr=False)
    gone: Gone | None
    first: int
    origin: Origin
    under: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """What the list is made of, for one viewer and one state of the desk."""

    result: FindingsResult
    live: Mapping[str, Named]
    gone: Mapping[str, Gone]
    earlier_gone: int
    standings: Mapping[str, Standing]
    sightings: Mapping[str, tuple[int, int]]
    state: int


@use_case(Action.SEE)
def worklist(view: View, desk: Desk) -> Worklist:
    """The working list of a viewer's nation, as far as the viewer may see it."""
    known = look_through(view, desk)
    result, state = known.result, known.state  # not read anew: somebody may have written since
    frame = kept(result.seen, ("worklist frame", desk.where, state), lambda: _frame(known))
    label = kept(result.seen, ("worklist label", desk.where, state), lambda: _label(known))
    origin = replace(result.origin, label=label)
    return Worklist(frame, trend_of(result, desk), known.earlier_gone, origin)


def _label(known: Known) -> ResultLabel:
    """Label of everything in the list: no more open than a finding or what was written."""
    label = known.result.origin.label
    for gone in known.gone.values():
        label = combine(label, gone.found.finding.label)
    for standing_now in known.standings.values():
        label = _all_of(label, standing_now)
    return label


def _all_of(label: ResultLabel, standing_now: Standing) -> ResultLabel:
    return reduce(combine, (entry.label for entry in standing_now.entries), label)


@use_case(Action.SEE)
def worklist_finding(view: View, desk: Desk, key: str) -> Sheet:
    """One finding of the list with its evidence and what was written about it.

    Raises
    ------
    NoSuchFinding
        There is none of that key, or it is not for this viewer.
    """
    known = look_through(view, desk)
    gone = known.gone.get(key)
    one = known.live.get(key) or (gone.found if gone else None)
    if one is None:
        raise NoSuchFinding(key)
    finding, seen = one.finding, known.result.seen
    rows = {} if gone else evidence_rows(seen.twin, finding.evidence)
    return Sheet(
        key,
        finding,
        known.standings[key],
        rows,
        gone,
        known.sightings.get(key, (known.result.origin.revision, 0))[0],
        seen.origin(label=_all_of(finding.label, known.standings[key])),
        frozenset(seen.scope.agreements) if seen.scope else frozenset(),
    )


def look_through(view: View, desk: Desk) -> Known:
    """The findings of a viewer with how they stand, made once per twin and state of the desk."""
    result = findings(view)
    if view.as_of is None:
        remember(result, desk)
    state = desk.versions().get(TOPIC, 0)
    return kept(
        result.seen, ("worklist", desk.where, state), lambda: _known(view, desk, result, state)
    )


def _known(view: View, desk: Desk, result: FindingsResult, state: int) -> Known:
    scope, today = result.seen.scope, result.origin.as_of.date()
    assert scope is not None, "twins of a store have one"
    live = kept(result.seen, "findings named", lambda: {one.key: one for one in named(result)})
    written: dict[str, list[Entry]] = {}
    for entry in readable(entries(desk, view.nation), scope.subject, scope.agreements):
        written.setdefault(entry.key, []).append(entry)
    gone, earlier = gone_from(view, desk, result, live) if view.as_of is None else ([], 0)
    standings = {
        key: standing(written.get(key, ()), one.finding.level, today) if key in written
        else NOTHING_WRITTEN
        for key, one in live.items()
    }  # fmt: skip
    left = {}
    for one in gone:
        said = written.get(one.key, [])
        if not _acknowledged(said, one):
            left[one.key] = one
            standings[one.key] = _gone(said, one, today)
    sightings = sighted(desk, view_of(result.seen))
    return Known(result, live, left, earlier, standings, sightings, state)


def _acknowledged(said: Sequence[Entry], gone: Gone) -> bool:
    return any(e.verb == "acknowledge" and e.revision > gone.last.revision for e in said)


def _gone(said: Sequence[Entry], gone: Gone, today: date) -> Standing:
    before = standing(said, gone.found.finding.level, today)
    return Standing(State.GONE, before.assignee, before.until, "", tuple(said))


def _frame(known: Known) -> pl.DataFrame:
    rows = [_row(known, one, None) for one in known.live.values()] + [
        _row(known, one.found, one) for one in known.gone.values()
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    order = [state.value for state in (State.OPEN, State.ASSIGNED, State.GONE, State.ACCEPTED)]
    place = pl.col("state").replace_strict(order, [0, 0, 1, 2], return_dtype=pl.Int8)
    return frame.sort(place, -pl.col("rank"), maintain_order=True)


def _row(known: Known, one: Named, gone: Gone | None) -> tuple[object, ...]:
    finding, now = one.finding, known.standings[one.key]
    subject = finding.subject
    first = known.sightings.get(one.key, (known.result.origin.revision, 0))[0]
    return (
        one.key, now.state.value, finding.level.value, finding.level.rank, finding.rule,
        finding.title, f"{subject.owner}:{subject.key}", subject.owner, finding.measure,
        finding.value, finding.threshold, now.assignee, now.until, now.returned, now.comments,
        first, gone.since.revision if gone else None, finding.label.text,
    )  # fmt: skip
