"""The budget curve to explore: what a budget buys, whom it helps, what is next: ``stock explore``.

Nothing is interpolated: a budget buys the dearest point of the curve that it pays for, which is an
exact assortment, and the money between stays.
"""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.exploration import Exploration, Stop, explored
from redball.app.explorer import Explorer, Underway
from redball.app.inputs import Inputs, look
from redball.app.keeping import kept
from redball.app.readiness import CurveOptions
from redball.model import BadUse, Twin
from redball.model.results import Scalar
from redball.reports import Bar, Bars

_CURVE = CurveOptions()
_LEVELS = ("normal", "caution")


@dataclass(frozen=True)
class ExploreOptions:
    """A place on a budget curve.

    Attributes
    ----------
    curve : CurveOptions
    budget : float or None
        EUR. Give this or a target; the end of the curve where neither is given.
    target : float or None
        Mean availability to be reached, share.
    """

    curve: CurveOptions = field(default_factory=CurveOptions)
    budget: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        if self.budget is not None and self.target is not None:
            raise BadUse("A budget and a target are given.", mend="Give one of both.")
        if self.budget is not None and not 0 <= self.budget < float("inf"):
            raise BadUse(
                f"{self.budget} is not a budget.", where="budget", mend="Give EUR from 0 up."
            )
        if self.target is not None and not 0 < self.target < 1:
            raise BadUse(
                f"{self.target} is not a target.",
                where="target",
                mend="Give a share above 0 and below 1, such as 0.9.",
            )

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {**self.curve.as_parameters(), "at_budget": self.budget, "target": self.target}


_DEFAULT = ExploreOptions()


@use_case(Action.SEE)
def stock_explore(
    inputs: Inputs,
    options: ExploreOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Say what a budget buys on the readiness curve, whom it helps, and what is next.

    Raises
    ------
    BadUse
        A parameter is out of range.
    BadData
        A table lacks what every case needs; or the curve does not reach the target.
    """
    found = explored(look(inputs, now=now), options.curve, progress)
    return answer_at(found, options, command=command_of(inputs, options))


@use_case(Action.SEE)
def exploration(
    inputs: Inputs, options: CurveOptions = _CURVE, *, explorer: Explorer
) -> Exploration | Underway[object]:
    """A curve with all its points if it is there; else how far it is, and see that it comes.

    Meant for a face inside :func:`redball.app.keeping`: elsewhere nothing is held, and every call
    begins anew.

    Raises
    ------
    BadUse, BadData
        As :func:`stock_explore`, once it is known.
    """
    seen = look(inputs)
    one = explorer.place(seen, f"stock curve {options!r}")
    found = explorer.answered(one, lambda progress: explored(seen, options, progress))
    return one if found is None else found


@dataclass(frozen=True)
class Choices:
    """What a curve can be narrowed to.

    Attributes
    ----------
    nations : tuple of str
        Owners of the sites of units with fleets.
    systems : tuple of (str, str)
        Key ``OWNER:KEY`` and name of the systems of fleets.
    """

    nations: tuple[str, ...]
    systems: tuple[tuple[str, str], ...]


@use_case(Action.SEE)
def explore_choices(inputs: Inputs) -> Choices:
    """Nations and systems with fleets, as the viewer sees them."""
    seen = look(inputs)
    return kept(seen, "explore choices", lambda: _choices(seen.twin))


def _choices(twin: Twin) -> Choices:
    fleet = twin["fleet"].filter(pl.col("unit_ix") >= 0, pl.col("system_ix") >= 0)
    sites = twin["party"]["site_ix"].gather(fleet["unit_ix"].cast(pl.UInt32))
    sites = sites.filter(sites >= 0)
    owners = twin["site"]["owner"].cast(pl.String).gather(sites.cast(pl.UInt32)).unique().sort()
    rows = twin["system"][fleet["system_ix"].unique().sort().to_list()]
    keys = rows.select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"), "name"
    )  # fmt: skip
    return Choices(tuple(owners.to_list()), tuple((k, n or k) for k, n in keys.iter_rows()))


def stop_of(found: Exploration, options: ExploreOptions) -> Stop:
    """The point that a budget pays for or that reaches a target.

    Raises
    ------
    BadUse
        The curve does not reach the target.
    """
    if options.target is not None:
        stop = found.reaching(options.target)
        if stop is None:
            most = found.stops[-1]
            raise BadUse(
                f"The curve ends at {_percent(most.readiness)}, below {_percent(options.target)}.",
                where="target",
                mend="Give a lower target, or let the curve go on with a larger budget.",
            )
        return stop
    return found.stops[-1] if options.budget is None else found.affordable(options.budget)


def answer_at(found: Exploration, options: ExploreOptions, *, command: str = "") -> Answer:
    """What is said of one point of a curve."""
    stop = stop_of(found, options)
    first = found.stops[0]
    fleets = fleets_at(found, stop)
    following = next_buy(found, stop)
    bought = found.bought(stop)
    return Answer(
        kind="stock explore",
        title="What the budget buys",
        said=_said(found, stop, options, following),
        figures={
            "budget, EUR": options.budget,
            "cost, EUR": stop.cost,
            "units bought": stop.units,
            "availability at the start": first.readiness,
            "availability": stop.readiness,
            "availability with mutual support": stop.with_support,
            "fleets below their target": below_target(fleets),
            "point of the curve": stop.number,
            "points": len(found.stops),
        },
        tables={
            "bought": bought,
            "by_system": fleets,
            "by_nation": by_nation(bought),
            "next_buy": following,
        },
        charts=_charts(bought),
        assumptions=(
            "A budget buys the dearest point of the curve that it pays for; nothing is "
            "interpolated, so what is left over may buy a little more: 'redball stock optimise'.",
            *found.whole.assumptions,
        ),
        origin=found.found.seen.origin(label=found.label, parameters=options.as_parameters()),
        command=command,
    )


def fleets_at(found: Exploration, stop: Stop) -> pl.DataFrame:
    """Availability of each kind of system at its site, at the start and at a point.

    Columns: ``system``, ``site``, ``nation``, ``units`` (who holds them), ``systems``,
    ``availability_before``, ``availability``, ``target``, ``level``: caution below the target.
    """
    rows = found.fleets
    kind, place = rows["kind"].to_numpy(), rows["place"].to_numpy()
    up = found.curve.availability
    level = (
        pl.when(pl.col("target").is_null())
        .then(None)
        .when(pl.col("availability") < pl.col("target"))
        .then(pl.lit(_LEVELS[1]))
        .otherwise(pl.lit(_LEVELS[0]))
    )
    return rows.with_columns(
        availability_before=pl.Series(up[0, kind, place]),
        availability=pl.Series(up[stop.number, kind, place]),
    ).select(
        "system", "site", "nation", "units", "systems", "availability_before", "availability",
        "target", level=level,
    )  # fmt: skip


def below_target(fleets: pl.DataFrame) -> int:
    """How many fleets, from :func:`fleets_at`, stand below their target."""
    return fleets.filter(pl.col("level") == _LEVELS[1]).height


def next_buy(found: Exploration, stop: Stop) -> pl.DataFrame:
    """The step after a point: one row for each item and site whose stock it changes.

    Columns: ``item``, ``item_name``, ``site``, ``nation``, ``units`` (fewer where a unit does more
    elsewhere), and of the whole step ``cost``, ``readiness_before``, ``readiness_after``,
    ``points_per_million_eur``.
    """
    schema = {
        "item": pl.String, "item_name": pl.String, "site": pl.String, "nation": pl.String,
        "units": pl.Float64, "cost": pl.Float64, "readiness_before": pl.Float64,
        "readiness_after": pl.Float64, "points_per_million_eur": pl.Float64,
    }  # fmt: skip
    step = stop.ahead
    if step is None:
        return pl.DataFrame(schema=schema)
    problem, case = found.problem, found.found.case
    names = found.found.twin["item"]["name"]
    gain = step.readiness - stop.readiness
    rows = [
        {
            "item": problem.item_names[i],
            "item_name": names[int(case.item_ix[i])],
            "site": problem.site_names[s],
            "nation": case.nation[s],
            "units": float(units),
            "cost": step.money,
            "readiness_before": stop.readiness,
            "readiness_after": step.readiness,
            "points_per_million_eur": 1e8 * gain / step.money if step.money > 0 else None,
        }
        for i, s, units in zip(step.item, step.site, step.units, strict=True)
    ]
    return pl.DataFrame(rows, schema=schema)


def by_nation(bought: pl.DataFrame) -> pl.DataFrame:
    """Units and money of what is bought, by the nation whose site it goes to."""
    grouped = bought.group_by("nation").agg(pl.col("units").sum(), pl.col("cost").sum())
    return grouped.sort("cost", "nation", descending=[True, False])


def command_of(inputs: Inputs, options: ExploreOptions) -> str:
    """The command that says the same."""
    words = [f"redball stock explore {inputs.words}"]
    if options.budget is not None:
        words.append(f"--budget {options.budget:.15g}")
    if options.target is not None:
        words.append(f"--target {options.target:g}")
    curve = options.curve
    words += [f"--system {key}" for key in curve.sparing.systems]
    words += [f"--nation {key}" for key in curve.sparing.nations]
    words += [
        word
        for word, said in (
            ("--from-empty", curve.start == "empty"),
            ("--no-support", not curve.support),
            ("--forecast", curve.sparing.forecast),
            ("--shelf-only", not curve.sparing.due_in),
        )
        if said
    ]
    if curve.points != _CURVE.points:
        words.append(f"--points {curve.points}")
    return " ".join(words)


def _said(
    found: Exploration, stop: Stop, options: ExploreOptions, following: pl.DataFrame
) -> tuple[str, ...]:
    start = found.stops[0].readiness
    if stop.number == 0:
        said = [f"Nothing is bought: {_percent(start)} of the systems are available."]
    else:
        said = [
            f"{stop.cost:,.0f} EUR buy {stop.units:,.0f} units and raise the mean availability "
            f"from {_percent(start)} to {_percent(stop.readiness)}."
        ]
    if stop.with_support is not None:
        said.append(
            f"With mutual support {_percent(stop.with_support)} are available "
            f"({100 * (stop.with_support - stop.readiness):+.1f} points)."
        )
    if options.budget is not None and options.budget > stop.cost and stop.number:
        said.append(f"{options.budget - stop.cost:,.0f} EUR of the budget stay.")
    if not following.is_empty():
        row = following.sort("units", descending=True).row(0, named=True)
        said.append(
            f"Next best is {row['units']:g} {row['item_name']} at {row['site']}: "
            f"{row['cost']:,.0f} EUR take it to {_percent(row['readiness_after'], 3)}, the most "
            "for its money of everything that is left to buy."
        )
    return tuple(said)


def _charts(bought: pl.DataFrame) -> tuple[Bars, ...]:
    items = bought.group_by("item_name").agg(pl.col("cost").sum())
    items = items.sort("cost", "item_name", descending=[True, False])
    bars = [Bar(name, cost) for name, cost in items.iter_rows()]
    return (Bars("Where the money goes", "EUR", bars),) if bars else ()


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"
