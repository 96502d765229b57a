"""Findings over time: how many after each import, and which are gone.

For each *view* (a subject, the rules of the gate and the agreements in force, and the software) the
desk keeps how many findings there were after each import and which keys; titles and figures never.
What is gone is told again from the viewer's own twin of that import, read under the labels of
today: a row that was recalled since does not come back through here.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import polars as pl

import redball
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import Keeper, keeping, kept
from redball.app.picture import FindingsResult, findings
from redball.app.releasing import ranks_of
from redball.app.seen import Seen
from redball.app.view import View, opened
from redball.app.worklist.identity import Named, named
from redball.desk import Desk
from redball.desk.worklist import Counted, began, count, counted, rest, rested, sighted
from redball.model import Level, Origin

IMPORTS = 24
"""How many imports the trend goes back."""
TOLD = 6
"""How many imports back findings that are gone are told in full."""


@dataclass(frozen=True)
class Point:
    """Findings after one import.

    Attributes
    ----------
    revision : int
    imported_at : datetime
    owner : str
        Whose package it was.
    counted : Counted or None
        None until it has been worked out.
    checked : bool
        Whether it is known that no row behind it was recalled since.
    """

    revision: int
    imported_at: datetime
    owner: str
    counted: Counted | None
    checked: bool = False


@dataclass(frozen=True)
class Trend:
    """Findings over the last imports, oldest first."""

    points: Sequence[Point]
    origin: Origin

    @property
    def missing(self) -> int:
        """Imports that are not worked out yet."""
        return sum(point.counted is None for point in self.points)

    @property
    def behind(self) -> bool:
        """Whether something is left to work out, or to look at again after an import."""
        return not all(point.counted and point.checked for point in self.points)

    @property
    def frame(self) -> pl.DataFrame:
        """``revision``, ``imported_at``, ``owner``, ``critical``, ``serious``, ``caution``."""
        rows = [
            (p.revision, p.imported_at, p.owner,
             *((p.counted.critical, p.counted.serious, p.counted.caution) if p.counted
               else (None, None, None)))
            for p in self.points
        ]  # fmt: skip
        schema: dict[str, type[pl.DataType] | pl.DataType] = {
            "revision": pl.Int64, "imported_at": pl.Datetime("us", "UTC"), "owner": pl.String,
            "critical": pl.Int64, "serious": pl.Int64, "caution": pl.Int64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Gone:
    """A finding that is no longer found.

    Attributes
    ----------
    key : str
    found : Named
        As it was last found.
    last, since : Point
        The last import after which it was found, and the first after which it was not.
    """

    key: str
    found: Named
    last: Point
    since: Point


def view_of(seen: Seen) -> str:
    """Name of a view: everything but the imports that decides what findings there are."""
    scope = seen.scope
    assert scope is not None, "twins of a store have one"
    under = sorted(f"{one.id} {one.version}" for one in scope.agreements.values())
    words = [scope.subject.text, scope.policy, redball.__version__, *under]
    return sha256("\x1f".join(words).encode()).hexdigest()[:32]


@use_case(Action.SEE)
def worklist_trend(view: View, desk: Desk) -> Trend:
    """Findings by level after each of the last imports, as far as they are worked out."""
    result = findings(view)
    if view.as_of is None:
        remember(result, desk)
    return trend_of(result, desk)


@use_case(Action.SEE)
def worklist_catch_up(
    view: View, desk: Desk, *, progress: Callable[[str, int, int], None] | None = None
) -> Trend:
    """Work out what the trend lacks: a twin for each import that nobody looked at.

    A count that rests on other rows than when it was made, since one was recalled, is made anew.
    """
    result = findings(view)
    if view.as_of is None:
        remember(result, desk)
    look_again(result, desk)
    trend, start = trend_of(result, desk), began(desk, view.nation, result.origin.revision)
    left = [point for point in trend.points if point.counted is None]
    for done, point in enumerate(left):
        if progress is not None:
            progress("imports", done, len(left))
        with keeping(Keeper(1)):  # used once: nobody else's twin has to go for it
            past = findings(View(view.store, view.viewer, point.imported_at))
        note(desk, view_of(result.seen), past, point.revision, remember=point.revision >= start)
    look_again(result, desk)
    return trend_of(result, desk)


def look_again(result: FindingsResult, desk: Desk) -> None:
    """Take back each count that rests on other rows than when it was made."""
    seen, name = result.seen, view_of(result.seen)
    assert seen.scope is not None, "twins of a store have one"
    left = [one for one in trend_of(result, desk).points if one.counted and not one.checked]
    if not left:
        return
    labels, coarse = list(seen.scope.labels), ranks_of(seen.scope)
    with opened(seen.store) as store:
        rows = [store.visible_rows(p.revision, labels=labels, coarse=coarse) for p in left]
    for point, number in zip(left, rows, strict=True):
        rest(desk, name, point.revision, number, result.origin.revision)


def trend_of(result: FindingsResult, desk: Desk) -> Trend:
    """The trend up to a result, as far as it is worked out."""
    name, now = view_of(result.seen), result.origin.revision
    known, looked = counted(desk, name), rested(desk, name)
    made = [
        replace(
            one,
            counted=known.get(one.revision),
            checked=looked.get(one.revision, (0, 0))[1] >= now,
        )
        for one in points(result)
    ]
    return Trend(made, result.origin)


def remember(result: FindingsResult, desk: Desk) -> None:
    """Write down what a viewer has now; once for each twin."""

    def write() -> bool:
        revision = result.origin.revision
        if revision:
            began(desk, result.seen.twin.viewer, revision)
            note(desk, view_of(result.seen), result, revision, remember=True)
        return True

    kept(result.seen, ("worklist remembered", desk.where), write)


def points(result: FindingsResult) -> list[Point]:
    """The last imports that a result may know of, oldest first."""
    feeds = result.seen.feeds.head(IMPORTS).reverse()
    rows = feeds.select("revision", "imported_at", pl.col("owner").cast(pl.String)).iter_rows()
    return [Point(int(revision), at, owner, None) for revision, at, owner in rows]


def note(desk: Desk, view: str, result: FindingsResult, revision: int, *, remember: bool) -> None:
    """Write down what a view has after an import."""
    levels = Counter(finding.level for finding in result.findings)
    found = Counted(
        revision, result.origin.as_of,
        levels[Level.CRITICAL], levels[Level.SERIOUS], levels[Level.CAUTION],
    )  # fmt: skip
    count(desk, view, found, [one.key for one in named(result)] if remember else None)


_PAST: "OrderedDict[tuple[str, str, int, int], tuple[set[str], dict[str, Named]]]" = OrderedDict()
_PAST_LOCK = threading.Lock()
_PAST_KEPT = 64


def gone_from(
    view: View, desk: Desk, result: FindingsResult, current: Iterable[str]
) -> tuple[list[Gone], int]:
    """Findings that the view had once and has no more, the last gone first.

    Returns
    -------
    list of Gone
        Of the last :data:`TOLD` imports after which any was last found.
    int
        How many more there are from before.
    """
    here, by_revision = set(current), {one.revision: one for one in points(result)}
    left = {
        key: last
        for key, (_, last) in sighted(desk, view_of(result.seen)).items()
        if key not in here
    }
    told = sorted({last for last in left.values() if last in by_revision}, reverse=True)[:TOLD]
    found = []
    for last in told:
        keys = {key for key, at in left.items() if at == last}
        since = min((r for r in by_revision if r > last), default=last)
        then = _then(view, result, by_revision[last], keys)
        found += [
            Gone(key, then[key], by_revision[last], by_revision[since])
            for key in sorted(keys & set(then))
        ]
    return found, sum(last not in told for last in left.values())


def _then(view: View, result: FindingsResult, point: Point, keys: set[str]) -> dict[str, Named]:
    """Findings as they were after an import, made once for each state of the store."""
    name = (view.store, view_of(result.seen), point.revision, result.origin.revision)
    with _PAST_LOCK:
        asked, known = _PAST.get(name, (set(), {}))
    if not keys <= asked:
        with keeping(Keeper(1)):
            past = findings(View(view.store, view.viewer, point.imported_at))
        known = {one.key: one for one in named(past) if one.key in keys}
        with _PAST_LOCK:
            _PAST[name] = (keys, known)
            while len(_PAST) > _PAST_KEPT:
                _PAST.popitem(last=False)
    return known
