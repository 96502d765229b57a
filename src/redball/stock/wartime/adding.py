"""The stock to add so that a target holds on every day of a surge."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE
from redball.model.errors import BadData, BadUse
from redball.stock.sparing import SparingProblem
from redball.stock.sparing.evaluation import stock_of
from redball.stock.wartime.days import Adder, assumptions, chunks
from redball.stock.wartime.engine import Setting, course, setting
from redball.stock.wartime.profile import SurgeProfile

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_MOST_NUMBERS = 1e8
_SLACK = 1e-12
_CHEAPEST = 1e-9
_PLENTY = 100_000.0
"""Units beyond what is held that stand for no limit."""


@dataclass(frozen=True)
class SurgeStock:
    """Stock that holds a target through a surge.

    Attributes
    ----------
    stock, added : float64 array, shape (I, S)
        Units to hold and units to add.
    cost : float
        Of what is added.
    before, after : float64 array, shape (Y, S)
        Lowest availability of any day, NaN where the site has none of the kind.
    buys : polars.DataFrame
        ``item_ix``, ``item``, ``site_ix``, ``site``, ``units``, ``cost``, dearest first.
    assumptions : tuple of str
    """

    stock: Floats
    added: Floats
    cost: float
    before: Floats
    after: Floats
    buys: pl.DataFrame
    assumptions: tuple[str, ...]


def stock_for_surge(
    problem: SparingProblem,
    stock: npt.ArrayLike,
    profile: SurgeProfile,
    target: npt.ArrayLike,
    days: npt.ArrayLike,
    *,
    step_days: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> SurgeStock:
    """Add the cheapest stock found that holds a target on every day.

    Units are added one by one where they take away most of what is missing, over all days and
    targets, per price; once more where they help most on the worst day. Then units that turn out
    not to be needed are taken away again, dearest first. The cheaper of the two is given. It meets
    the target, but is not proven to be the cheapest: see ``docs/concepts/wartime.md`` for how near
    it comes.

    Parameters
    ----------
    problem : SparingProblem
        ``most`` bounds the stock; ``unit_cost`` is what a unit costs.
    stock : array-like, shape (I, S)
        Units held before; never reduced.
    profile : SurgeProfile
    target : array-like, shape (Y, S) or what broadcasts to it
        Availability without cannibalisation to hold, above 0 and below 1; NaN for none.
    days : array-like
        Days on which it must hold.
    step_days : float
        As in :func:`availability_by_day`.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Raises
    ------
    BadData
        A target out of range; a target that even ``most`` of everything does not reach, with the
        item that caps it.
    BadUse
        As :func:`availability_by_day`; a problem too large to keep all candidates in memory.
    """
    known = setting(problem, profile, days, step_days)
    held = stock_of(problem, stock)
    goal = _goal(problem, target)
    most = np.broadcast_to(np.asarray(problem.most, np.float64), held.shape)
    top = np.maximum(held, np.floor(np.where(np.isinf(most), held + _PLENTY, most)))
    search = _Search(known, held, top, goal)
    before = search.lowest()
    search.refuse_unreachable()
    found = []
    for worst_only in (False, True):
        search.restart()
        search.fill(worst_only, progress)
        search.trim()
        found.append(search.stock.copy())
        if progress is not None:
            progress(0.9 if worst_only else 0.45)
    price = np.asarray(problem.unit_cost, np.float64)[:, None]
    best = min(found, key=lambda one: float(((one - held) * price).sum()))
    search.restart(best)
    added = best - held
    if progress is not None:
        progress(1.0)
    return SurgeStock(
        best, added, float((added * price).sum()), before, search.lowest(),
        _buys(problem, added), (*assumptions(known), *_METHOD),
    )  # fmt: skip


_METHOD = (
    "Stock is added before day 0, the cheapest per availability first, and trimmed; the target is "
    "met on every day asked for, the cost is not proven to be the lowest.",
)


def _goal(problem: SparingProblem, target: npt.ArrayLike) -> Floats:
    """Logarithm of the target, -inf where there is none."""
    systems = np.asarray(problem.systems, np.float64)
    try:
        goal = np.array(np.broadcast_to(np.asarray(target, np.float64), systems.shape))
    except (TypeError, ValueError) as error:
        raise BadUse(
            "The targets don't fit.", where="target", mend=f"Give shape {systems.shape}."
        ) from error
    wrong = ~(np.isnan(goal) | ((goal > 0) & (goal < 1)))
    if wrong.any():
        raise BadData(
            f"The target {goal[wrong][0]:g} can't be held.",
            where="target",
            mend="Give an availability above 0 and below 1, or NaN for none.",
        )
    none = np.isnan(goal) | (systems <= 0)
    return np.where(none, -np.inf, np.log(np.where(none, 1.0, goal)))


def _buys(problem: SparingProblem, added: Floats) -> pl.DataFrame:
    item, site = np.nonzero(added)
    items = list(problem.item_names) or [str(i) for i in range(problem.items)]
    sites = list(problem.site_names) or [str(s) for s in range(problem.sites)]
    units = added[item, site]
    return pl.DataFrame(
        {
            "item_ix": pl.Series(item, dtype=pl.Int32),
            "item": pl.Series([items[int(i)] for i in item], dtype=pl.String),
            "site_ix": pl.Series(site, dtype=pl.Int32),
            "site": pl.Series([sites[int(s)] for s in site], dtype=pl.String),
            "units": units,
            "cost": units * np.asarray(problem.unit_cost, np.float64)[item],
        }
    ).sort("cost", "item_ix", "site_ix", descending=[True, False, False])


class _Search:
    """The stock under change, with what one more unit of anything would give.

    Leaf sites supply nobody, so one evaluation with a unit more at all of them gives the effect of
    each; every other site needs one of its own. ``_gain[k][v]`` (A, S, T) is the effect on each
    application of a unit more of the k-th item of its family, v = 0 at the leaves, then at the
    other sites.
    """

    def __init__(self, known: Setting, held: Floats, top: Floats, goal: Floats) -> None:
        self._known = known
        self._held, self._top, self._goal = held, top, goal
        problem = known.problem
        supplier = np.asarray(problem.supplier)
        self._inner = np.unique(supplier[supplier != NOWHERE]).astype(np.int64)
        self._leaves = np.setdiff1d(np.arange(problem.sites), self._inner)
        self._adder = Adder(known)
        self._price = np.maximum(np.asarray(problem.unit_cost, np.float64), _CHEAPEST)
        self._family_of = np.empty(problem.items, np.int64)
        for number, family in enumerate(known.families):
            self._family_of[family] = number
        self._system = np.asarray(problem.applications.system, np.int64)
        self._app_family = self._family_of[np.asarray(problem.applications.item, np.int64)]
        self._deepest = max(map(len, known.families))
        apps = len(self._system)
        size = apps * problem.sites * len(known.grid)
        if size * (1 + self._deepest * (1 + len(self._inner))) > _MOST_NUMBERS:
            raise BadUse(
                "The problem is too large to weigh every item at every site and day.",
                where="problem",
                mend="Give fewer items, sites or days, or raise step_days.",
            )
        self._shape = (apps, problem.sites, len(known.grid))
        self.stock = held.copy()
        self._logs = np.zeros(self._shape)
        self._gain: list[list[Floats]] = []
        self._first: tuple[Floats, list[list[Floats]]] | None = None

    def restart(self, stock: Floats | None = None) -> None:
        """Back to the stock held, or to another."""
        self.stock = (self._held if stock is None else stock).copy()
        if stock is None and self._first is not None:
            self._logs = self._first[0].copy()
            self._gain = [[one.copy() for one in variants] for variants in self._first[1]]
            return
        for part in chunks(self._known):
            self._logs[self._rows(part)] = self._evaluated(part, self.stock)
        if stock is None:
            self._gain = [
                [np.zeros(self._shape) for _ in range(1 + len(self._inner))]
                for _ in range(self._deepest)
            ]
            for part in chunks(self._known):
                self._weigh(part)
            self._first = (
                self._logs.copy(),
                [[one.copy() for one in variants] for variants in self._gain],
            )

    def lowest(self) -> Floats:
        """Lowest availability of any day with the stock as it is, shape (Y, S)."""
        for part in chunks(self._known):
            self._logs[self._rows(part)] = self._evaluated(part, self.stock)
        systems = np.asarray(self._known.problem.systems, np.float64)
        low = np.exp(self._total()[:, :, self._known.asked].min(axis=2))
        return np.where(systems > 0, low, np.nan)

    def refuse_unreachable(self) -> None:
        """Raise where the most of everything is not enough, naming the item that caps it."""
        logs = np.zeros(self._shape)
        for part in chunks(self._known):
            logs[self._rows(part)] = self._evaluated(part, self._top)
        total = np.zeros(self._total().shape)
        np.add.at(total, self._system, logs)
        missing = self._deficit(total)
        if not (missing > 0).any():
            return
        y, s, t = (int(x) for x in np.unravel_index(int(np.argmax(missing)), missing.shape))
        rows = np.flatnonzero(self._system == y)
        row = int(rows[np.argmin(logs[rows, s, t])])
        problem = self._known.problem
        item = int(problem.applications.item[row])
        names, sites, kinds = problem.item_names, problem.site_names, problem.system_names
        raise BadData(
            f"With the most of every item the availability is {np.exp(total[y, s, t]):.4f} on day "
            f"{self._known.grid[t]:g}, the target is {np.exp(self._goal[y, s]):.4f}. Item "
            f"{names[item] if names else item} caps it at {np.exp(logs[row, s, t]):.4f}.",
            where=f"system {kinds[y] if kinds else y}, site {sites[s] if sites else s}",
            mend=f"Lower the target, or allow more than {self._top[item, s]:g} units of the item.",
        )

    def fill(self, worst_only: bool, progress: Callable[[float], None] | None) -> None:
        """Add units until the target holds."""
        start = None
        while True:
            missing = self._deficit(self._total())
            left = float(missing.sum())
            if left <= 0.0:
                return
            start = left if start is None else start
            if progress is not None:
                progress((0.45 if worst_only else 0.0) + 0.44 * (1.0 - left / start))
            if worst_only:
                worst = np.zeros_like(missing)
                place = np.unravel_index(int(np.argmax(missing)), missing.shape)
                worst[place] = missing[place]
                missing = worst
            item, site = self._best(missing)
            self.stock[item, site] += 1
            part = [self._known.families[self._family_of[item]]]
            self._logs[self._rows(part)] = self._evaluated(part, self.stock)
            self._weigh(part)

    def trim(self) -> None:
        """Take away what is not needed, dearest first, until every unit is."""
        removed = True
        while removed:
            removed = False
            added = np.argwhere(self.stock > self._held)
            order = np.argsort(-self._price[added[:, 0]], kind="stable")
            for item, site in added[order]:
                while self.stock[item, site] > self._held[item, site]:
                    if not self._without(int(item), int(site)):
                        break
                    removed = True

    def _without(self, item: int, site: int) -> bool:
        """Take one unit away if the target still holds; whether it was."""
        part = [self._known.families[self._family_of[item]]]
        rows = self._rows(part)
        before = self._logs[rows].copy()
        self.stock[item, site] -= 1
        self._logs[rows] = self._evaluated(part, self.stock)
        if (self._deficit(self._total()) > 0).any():
            self.stock[item, site] += 1
            self._logs[rows] = before
            return False
        return True

    def _rows(self, part: list[Longs]) -> Longs:
        rows, _ = self._adder.rows(np.concatenate(part))
        return rows

    def _evaluated(self, part: list[Longs], stock: Floats) -> Floats:
        _, logs = self._adder.each(course(self._known, stock, part))
        return logs

    def _total(self) -> Floats:
        total = np.zeros((len(self._goal), *self._shape[1:]))
        np.add.at(total, self._system, self._logs)
        return total

    def _deficit(self, total: Floats) -> Floats:
        """What is missing to the target, on the days asked for, as a difference of logarithms."""
        missing = np.zeros_like(total)
        asked = self._known.asked
        gap = self._goal[:, :, None] - total[:, :, asked]
        missing[:, :, asked] = np.where(gap > _SLACK, gap, 0.0)
        return missing

    def _weigh(self, part: list[Longs]) -> None:
        """Work out what one more unit of each item of some families gives."""
        rows = self._rows(part)
        for k in range(max(map(len, part))):
            items = np.asarray([family[k] for family in part if len(family) > k], np.int64)
            for v in range(1 + len(self._inner)):
                more = self.stock.copy()
                sites = self._leaves if v == 0 else self._inner[v - 1 : v]
                more[np.ix_(items, sites)] += 1
                self._gain[k][v][rows] = np.maximum(
                    self._evaluated(part, more) - self._logs[rows], 0.0
                )

    def _best(self, missing: Floats) -> tuple[int, int]:
        """Item and site where a unit takes away most of what is missing, per price."""
        best, choice = 0.0, (-1, -1)
        for k in range(self._deepest):
            items = np.asarray([f[k] if len(f) > k else -1 for f in self._known.families])
            for v in range(1 + len(self._inner)):
                worth = np.minimum(self._gain[k][v], missing[self._system]).sum(axis=2)
                by_family = np.zeros((len(items), worth.shape[1]))
                np.add.at(by_family, self._app_family, worth)
                sites = self._leaves if v == 0 else self._inner[v - 1 : v]
                scores = by_family[:, sites] if v == 0 else by_family.sum(axis=1, keepdims=True)
                able = (items[:, None] >= 0) & (
                    self.stock[np.ix_(items, sites)] < self._top[np.ix_(items, sites)]
                )
                scores = np.where(able, scores / self._price[items][:, None], -1.0)
                at = np.unravel_index(int(np.argmax(scores)), scores.shape)
                if scores[at] > best:
                    best, choice = float(scores[at]), (int(items[at[0]]), int(sites[at[1]]))
        if choice[0] < 0:
            raise BadData(
                "No single unit brings the target nearer, though more of everything would.",
                where="target",
                mend="Start from a larger stock of the items that fill all places in the systems.",
            )
        return choice
