"""A budget curve that was worked out: each of its points with what it buys and what is next."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from redball.app.answers import Answer, Progress, shares
from redball.app.readiness import (
    CurveOptions,
    answer_with,
    starting,
    where_the_money_goes,
    worked_out,
)
from redball.app.seen import Seen
from redball.app.sparing import Spares, spares_of
from redball.model import ResultLabel, combine
from redball.stock.curve import Ahead, Curve, ahead
from redball.stock.sparing import SparingProblem

KEPT_ROWS = 1_000
"""Rows of what a point buys that are held ready, the dearest; all are worked out when asked for."""


@dataclass(frozen=True)
class Stop:
    """A point of the curve.

    Attributes
    ----------
    number : int
        From 0, the start.
    cost : float
        EUR.
    readiness : float
        Mean availability, share.
    with_support : float or None
        The same with mutual support; ``None`` where it was not evaluated.
    buys : polars.DataFrame
        What is bought, the dearest first: ``item``, ``item_name``, ``site``, ``nation``, ``units``,
        ``cost``. At most :data:`KEPT_ROWS` of ``rows``.
    rows : int
    units : float
        Units bought in all.
    ahead : Ahead or None
        The step after it.
    """

    number: int
    cost: float
    readiness: float
    with_support: float | None
    buys: pl.DataFrame = field(repr=False)
    rows: int
    units: float
    ahead: Ahead | None


@dataclass(frozen=True)
class Exploration:
    """A curve with all of its points.

    Attributes
    ----------
    found : Spares
    problem : SparingProblem
    curve : Curve
    options : CurveOptions
    whole : Answer
        What ``redball stock curve`` says of it, without its command.
    stops : tuple of Stop
    fleets : polars.DataFrame
        One row for each kind of system at a site: ``system``, ``site``, ``nation``, ``units`` (who
        holds them), ``systems``, ``target``, ``kind`` and ``place`` (positions on the axes).
    label : ResultLabel
        Of everything in it.
    """

    found: Spares = field(repr=False)
    problem: SparingProblem = field(repr=False)
    curve: Curve = field(repr=False)
    options: CurveOptions
    whole: Answer = field(repr=False)
    stops: tuple[Stop, ...] = field(repr=False)
    fleets: pl.DataFrame = field(repr=False)
    label: ResultLabel

    def affordable(self, budget: float) -> Stop:
        """The dearest point that a budget pays for; the start where it pays for none."""
        place = int(np.searchsorted(self.curve.cost, budget * (1 + 1e-12), side="right")) - 1
        return self.stops[max(place, 0)]

    def reaching(self, target: float, *, support: bool = False) -> Stop | None:
        """The cheapest point at which so large a share of the systems is up; ``None`` for none."""
        for stop in self.stops:
            share = stop.with_support if support else stop.readiness
            if share is not None and share >= target:
                return stop
        return None

    def bought(self, stop: Stop) -> pl.DataFrame:
        """All that a point buys, the dearest first."""
        if stop.rows <= stop.buys.height:
            return stop.buys
        return where_the_money_goes(self.found, self.problem, self.curve.stock(stop.number))


def explored(seen: Seen, options: CurveOptions, progress: Progress | None = None) -> Exploration:
    """Work out a curve and everything that is asked of its points.

    Raises
    ------
    BadUse
        A parameter is out of range.
    BadData
        A table lacks what every case needs; it is named.
    """
    found = spares_of(seen, options.sparing, progress)
    problem = starting(found, options.start)
    curve = worked_out(problem, options, progress)
    whole = answer_with(found, problem, curve, options, progress)
    fleets, label = _fleets(found)
    return Exploration(
        found=found,
        problem=problem,
        curve=curve,
        options=options,
        whole=whole,
        stops=_stops(found, problem, curve, whole.tables["curve"], progress),
        fleets=fleets,
        label=combine(whole.origin.label, label),
    )


def _stops(
    found: Spares,
    problem: SparingProblem,
    curve: Curve,
    frame: pl.DataFrame,
    progress: Progress | None,
) -> tuple[Stop, ...]:
    steps = ahead(curve)
    with_support: Sequence[float | None] = [None] * frame.height
    if "readiness_with_support" in frame.columns:
        with_support = frame["readiness_with_support"].to_list()
    tell = shares(progress, "points")
    stops = []
    for number, (cost, readiness) in enumerate(frame.select("cost", "readiness").iter_rows()):
        if tell is not None:
            tell(number / frame.height)
        buys = where_the_money_goes(found, problem, curve.stock(number))
        stops.append(
            Stop(
                number=number,
                cost=cost,
                readiness=readiness,
                with_support=with_support[number],
                buys=buys.head(KEPT_ROWS),
                rows=buys.height,
                units=float(buys["units"].sum()),
                ahead=steps[number] if number < len(steps) else None,
            )
        )
    return tuple(stops)


def _fleets(found: Spares) -> tuple[pl.DataFrame, ResultLabel]:
    """Kinds of system at their sites, with who holds them and the target, and the units' label."""
    twin, case = found.twin, found.case
    kind, place = np.nonzero(np.asarray(case.problem.systems))
    fleet = twin["fleet"].filter(pl.col("unit_ix") >= 0, pl.col("system_ix") >= 0)
    party = twin["party"]
    unit = fleet["unit_ix"].cast(pl.UInt32)
    held = pl.DataFrame(
        {
            "system_ix": fleet["system_ix"].cast(pl.Int32),
            "site_ix": party["site_ix"].gather(unit).cast(pl.Int32),
            "unit": party["name"].gather(unit),
            "unit_ix": unit.cast(pl.Int64),
            "target": fleet["availability_target"].cast(pl.Float64),
        }
    )
    rows = pl.DataFrame(
        {
            "system_ix": pl.Series(case.system_ix[kind], dtype=pl.Int32),
            "site_ix": pl.Series(case.site_ix[place], dtype=pl.Int32),
            "system": [case.problem.system_names[y] for y in kind],
            "site": [case.problem.site_names[s] for s in place],
            "nation": [case.nation[s] for s in place],
            "systems": np.asarray(case.problem.systems, np.float64)[kind, place],
            "kind": kind.astype(np.int32),
            "place": place.astype(np.int32),
        },
        schema_overrides=dict.fromkeys(("system", "site", "nation"), pl.String),
    )
    holders = rows.join(held, on=["system_ix", "site_ix"])["unit_ix"].unique().to_list()
    told = held.group_by("system_ix", "site_ix").agg(
        units=pl.col("unit").unique().sort().str.join(", "), target=pl.col("target").max()
    )
    joined = rows.join(told, on=["system_ix", "site_ix"], how="left", maintain_order="left")
    shown = joined.select(
        "system", "site", "nation", "units", "systems", "target", "kind", "place"
    )  # fmt: skip
    return shown, twin.label_of("party", holders)
