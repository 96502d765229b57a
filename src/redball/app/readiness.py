"""Readiness against budget: ``redball stock curve``."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.naming import in_front, shown_left_out
from redball.app.sparing import Spares, SparingOptions, spares
from redball.model import ResultLabel
from redball.model.compiled import Floats
from redball.model.results import Scalar
from redball.reports import Bar, Bars, Line, LineChart
from redball.stock.curve import Curve, readiness_curve
from redball.stock.mutual import mutual_support
from redball.stock.sparing import SparingProblem

Start = Literal["holdings", "empty"]
_SUPPORTED = 10
"""Points of the curve that are evaluated with mutual support too."""

_UNCOUNTED = "^(no price|no failure rate|its rate of demand)"
"""Reasons in ``left_out`` for which an item that may ground a system is missing altogether."""


@dataclass(frozen=True)
class CurveOptions:
    """Parameters of a readiness curve.

    Attributes
    ----------
    sparing : SparingOptions
    points : int
    budget : float or None
        EUR, where the curve ends; ``None`` goes on until more hardly helps.
    start : str
        ``holdings``: what is held is there and costs nothing (re-provisioning). ``empty``: from
        nothing (initial provisioning).
    support : bool
        Evaluate points with mutual support too, where agreements hold.
    """

    sparing: SparingOptions = field(default_factory=SparingOptions)
    points: int = 40
    budget: float | None = None
    start: Start = "holdings"
    support: bool = True

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            **self.sparing.as_parameters(),
            "points": self.points,
            "budget": self.budget,
            "start": self.start,
            "support": self.support,
        }


_DEFAULT = CurveOptions()


@use_case(Action.SEE)
def stock_curve(
    inputs: Inputs,
    options: CurveOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Find the readiness that every budget buys, with and without mutual support.

    Raises
    ------
    BadUse
        A parameter is out of range.
    BadData
        A table lacks what every case needs; it is named.
    """
    found = spares(inputs, options.sparing, progress, now=now)
    return curve_of(found, options, progress, command=f"redball stock curve {inputs.words}")


def curve_of(
    found: Spares, options: CurveOptions, progress: Progress | None = None, *, command: str = ""
) -> Answer:
    """The readiness curve of a case that was already built."""
    problem = starting(found, options.start)
    return answer_with(
        found, problem, worked_out(problem, options, progress), options, progress, command=command
    )


def worked_out(
    problem: SparingProblem, options: CurveOptions, progress: Progress | None = None
) -> Curve:
    """The curve itself, from which each point's stock can be asked."""
    return readiness_curve(
        problem,
        points=options.points,
        budget=options.budget,
        start="least",
        progress=shares(progress, "curve"),
    )


def answer_with(
    found: Spares,
    problem: SparingProblem,
    curve: Curve,
    options: CurveOptions,
    progress: Progress | None = None,
    *,
    command: str = "",
) -> Answer:
    """The answer that tells a curve."""
    frame = curve.frame
    supported = bool(options.support and found.agreements)
    said: tuple[str, ...] = ()
    if supported:
        with_support, said = _with_support(found, problem, curve, progress)
        frame = frame.with_columns(pl.Series("readiness_with_support", with_support))
    money = where_the_money_goes(found, problem, curve.stock(-1))
    label = found.support_label if supported else found.label
    unused = left_out(found, label)
    return Answer(
        kind="stock curve",
        title="Readiness against budget",
        said=(
            *_said(frame),
            *_nothing_bought(curve, options.budget),
            *_bought(found, money),
            *not_counted(unused),
        ),
        figures=_figures(found, curve, support=options.support),
        tables={
            "curve": frame,
            "money_by_item": money,
            "money_by_nation": _by(money, "nation"),
            "left_out": unused,
        },
        charts=_charts(frame, money),
        assumptions=(
            "What is held is there already and costs nothing; only what is added is paid for."
            if options.start == "holdings"
            else "Nothing is held at first; every unit is paid for.",
            *curve.assumptions,
            *said,
            *found.case.assumptions,
        ),
        origin=found.seen.origin(
            label=label,
            parameters=options.as_parameters(),
        ),
        command=command,
    )


def starting(found: Spares, start: Start) -> SparingProblem:
    """The problem with what is held as least stock, or with none."""
    problem, have = found.case.problem, found.case.have
    if start == "empty":
        return problem
    least = np.maximum(np.broadcast_to(problem.least, have.shape), have)
    most = np.maximum(np.broadcast_to(problem.most, have.shape), least)
    return replace(problem, least=least, most=most)


def where_the_money_goes(found: Spares, problem: SparingProblem, stock: Floats) -> pl.DataFrame:
    """What is bought beyond the least stock: one row for each item and site, the dearest first."""
    add = stock - np.broadcast_to(problem.least, stock.shape)
    item, site = np.nonzero(add > 0)
    units = add[item, site]
    cost = units * np.asarray(problem.unit_cost, np.float64)[item]
    names = found.twin["item"]["name"]
    rows = pl.DataFrame(
        {
            "item": [problem.item_names[i] for i in item],
            "item_name": [names[int(found.case.item_ix[i])] for i in item],
            "site": [problem.site_names[s] for s in site],
            "nation": [found.case.nation[s] for s in site],
            "units": units,
            "cost": cost,
        },
        schema_overrides=dict.fromkeys(("item", "item_name", "site", "nation"), pl.String),
    )
    return rows.sort("cost", "item", "site", descending=[True, False, False])


def left_out(found: Spares, label: ResultLabel) -> pl.DataFrame:
    """Rows of the twin that could not be used, and why, as far as readers of a label may know."""
    return shown_left_out(found.twin, found.case.left_out, label)


def not_counted(left: pl.DataFrame) -> tuple[str, ...]:
    """A sentence where parts or systems are missing from an availability, from :func:`left_out`."""
    why = left["why"].str
    parts = left.filter((left["table"] == "item") & why.contains(_UNCOUNTED)).height
    fleets = left.filter(left["table"] == "fleet").height
    missing = [
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in ((parts, "part"), (fleets, "fleet"))
        if count
    ]
    if not missing:
        return ()
    return (
        f"Availability leaves {' and '.join(missing)} out of account; left_out says which and why.",
    )


def _with_support(
    found: Spares, problem: SparingProblem, curve: Curve, progress: Progress | None
) -> tuple[list[float | None], tuple[str, ...]]:
    """Mean availability with mutual support at some points of the curve."""
    chosen = np.unique(
        np.linspace(0, len(curve.cost) - 1, min(_SUPPORTED, len(curve.cost))).round().astype(int)
    )
    values: list[float | None] = [None] * len(curve.cost)
    tell = shares(progress, "mutual support")
    weight = np.asarray(problem.systems, np.float64)
    assumptions: tuple[str, ...] = ()
    for done, point in enumerate(chosen.tolist()):
        if tell is not None:
            tell(done / len(chosen))
        result = mutual_support(
            problem, curve.stock(point), found.agreements, nations=found.case.nation
        )
        up = np.where(weight > 0, np.nan_to_num(result.availability), 0.0)
        values[point] = float((up * weight).sum() / weight.sum())
        assumptions = result.assumptions
    return values, (
        "Stock is chosen without regard to mutual support and then evaluated with it: a stock "
        "chosen for it could be cheaper still.",
        *assumptions,
    )


def _nothing_bought(curve: Curve, budget: float | None) -> tuple[str, ...]:
    """Say so where the budget does not pay for the cheapest step."""
    ahead = curve.steps.money[curve.steps.order]
    if budget is None or curve.cost[-1] > 0 or not len(ahead):
        return ()
    return (
        f"The budget of {budget:,.2f} EUR buys nothing: the cheapest step of the curve costs "
        f"{float(ahead.min()):,.2f} EUR.",
    )


def _said(frame: pl.DataFrame) -> tuple[str, ...]:
    first, last = frame.row(0, named=True), frame.row(-1, named=True)
    said = [
        f"{_percent(first['readiness'])} of the systems are available at the start; "
        f"{last['cost']:,.0f} EUR bring them to {_percent(last['readiness'])}.",
    ]
    for goal in (0.8, 0.9, 0.95):
        reached = frame.filter(pl.col("readiness") >= goal)
        if first["readiness"] < goal and reached.height:
            said.append(f"{_percent(goal)} cost at most {reached['cost'][0]:,.0f} EUR.")
    if "readiness_with_support" in frame.columns:
        both = frame.drop_nulls("readiness_with_support")
        change = both["readiness_with_support"] - both["readiness"]
        place = int(change.arg_max() or 0)
        said.append(
            f"Mutual support changes that by {100 * float(change[0]):+.1f} points at the start and "
            f"by {100 * float(change[place]):+.1f} points at most, at {both['cost'][place]:,.0f} "
            "EUR."
        )
    return tuple(said)


def _bought(found: Spares, money: pl.DataFrame) -> tuple[str, ...]:
    del found
    if money.is_empty():
        return ()
    top = money.head(3)
    parts = ", ".join(
        f"{units:g} {name} at {site}" for name, site, units in
        top.select("item_name", "site", "units").iter_rows()
    )  # fmt: skip
    return (f"At the end of the curve most money goes into {parts}.",)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _figures(found: Spares, curve: Curve, *, support: bool) -> dict[str, Scalar]:
    problem = found.case.problem
    # the number of agreements tells of rows that count only where support is evaluated
    agreed = {"agreements on mutual support": len(found.agreements)} if support else {}
    return {
        "items": problem.items,
        "sites": problem.sites,
        "systems": int(np.asarray(problem.systems).sum()),
        "points": len(curve.cost),
        "proven": curve.proven,
        **agreed,
    }


def _charts(frame: pl.DataFrame, money: pl.DataFrame) -> tuple[LineChart | Bars, ...]:
    lines = [Line("without support", list(frame.select("cost", "readiness").iter_rows()))]
    if "readiness_with_support" in frame.columns:
        both = frame.drop_nulls("readiness_with_support")
        points = list(both.select("cost", "readiness_with_support").iter_rows())
        lines.append(Line("with mutual support", points))
    chart = LineChart(
        "Readiness against budget", "cost, EUR", "mean availability", lines, percent=True,
        from_zero=False,
    )  # fmt: skip
    items = money.group_by("item_name").agg(pl.col("cost").sum()).sort("cost", descending=True)
    bars = [Bar(name, cost) for name, cost in items.iter_rows()]
    return (chart, Bars("Where the money goes, at the end of the curve", "EUR", bars))


def _by(money: pl.DataFrame, name: str) -> pl.DataFrame:
    grouped = money.group_by(name).agg(pl.col("units").sum(), pl.col("cost").sum())
    return in_front(grouped.sort("cost", descending=True), [name])


def nation_names(found: Spares) -> Sequence[str]:
    """Nations with sites in the case, in order."""
    return sorted(set(found.case.nation))
