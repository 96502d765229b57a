"""Strategic reserves: size, composition, rotation and rapid release: ``redball stock reserve``."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.app.naming import in_front, label_of_lists
from redball.app.release import Release, release_of
from redball.forecasting import consumption
from redball.identity import recognise_items, unit_factors
from redball.model import BadData, BadUse, Consumption, Groups, Twin
from redball.model.results import Scalar
from redball.reports import Bar, Bars
from redball.stock.reserves import (
    ITEM_RULES,
    Duration,
    Exponential,
    Lognormal,
    ReserveItems,
    ReservePlan,
    deterministic,
    quantile,
    reserve_items,
    reserve_plan,
    rotate,
    rotation_balance,
)

_LOWEST_PRIORITY = 15
_YEAR_DAYS = 365.0
_MONTHS, _MONTH_DAYS = 12, 30
_ROTATED = 200
"""Items, those of the most money, that are followed month by month."""
_ROTATION_FIRST = ("name", "first_day", "opening", "used", "expired", "purchased", "closing")
_LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class ReserveOptions:
    """Parameters of a reserve.

    Attributes
    ----------
    duration : Duration
        Length of a disruption with no inflow, in days.
    duration_words : str
        How it was written.
    budget : float or None
        EUR, for what is bought.
    storage_t, storage_m3 : float or None
        For all that is held.
    classes : tuple of str
        Classes of supply; everything that is not reparable when empty.
    nations : tuple of str
        Only use and stock at the sites of these; all that is seen when empty.
    demand_factor : float
        Consumption in the disruption, times that of peacetime.
    cover : float
        No item is held beyond what covers this share of disruptions.
    release_days : float or None
        Release so much consumption to every site that has less; ``None`` releases what the table
        ``requirement`` asks for.
    hours : tuple of float
        Ends of the windows of the release.
    """

    duration: Duration
    duration_words: str
    budget: float | None = None
    storage_t: float | None = None
    storage_m3: float | None = None
    classes: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    demand_factor: float = 1.0
    cover: float = 0.99
    release_days: float | None = None
    hours: tuple[float, ...] = (24.0, 48.0, 72.0)

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "duration": self.duration_words,
            "budget": self.budget,
            "storage_t": self.storage_t,
            "storage_m3": self.storage_m3,
            "classes": " ".join(self.classes) or None,
            "nations": " ".join(self.nations) or None,
            "demand_factor": self.demand_factor,
            "cover": self.cover,
            "release_days": self.release_days,
            "hours": " ".join(f"{h:g}" for h in self.hours),
        }


def parse_duration(text: str) -> Duration:
    """Read the law of a disruption's length.

    ``days:30`` is exactly 30 days, ``exponential:60`` has a mean of 60 days, ``lognormal:4.0:0.8``
    has a logarithm of mean 4.0 and standard deviation 0.8.

    Raises
    ------
    BadUse
        It is none of these.
    """
    kind, _, rest = text.partition(":")
    try:
        figures = [float(word) for word in rest.split(":")]
        if kind == "days" and len(figures) == 1:
            return deterministic(figures[0])
        if kind == "exponential" and len(figures) == 1:
            return Exponential(figures[0])
        if kind == "lognormal" and len(figures) == 2:
            return Lognormal(*figures)
    except ValueError:
        pass
    raise BadUse(
        f"'{text}' is not the length of a disruption.",
        mend="Write days:30, exponential:60 (mean) or lognormal:4.0:0.8 (of the logarithm).",
    )


def parse_hours(text: str) -> tuple[float, ...]:
    """Read the ends of windows such as ``24,48,72``.

    Raises
    ------
    BadUse
        Not increasing numbers above 0.
    """
    try:
        hours = tuple(float(word) for word in text.split(","))
    except ValueError:
        hours = ()
    rising = all(a < b for a, b in pairwise((0.0, *hours)))
    if not hours or not rising or not isfinite(hours[-1]):
        raise BadUse(f"'{text}' are not ends of windows.", mend="Write for example 24,48,72.")
    return hours


@dataclass(frozen=True)
class _Known:
    """What a twin says about reserves."""

    twin: Twin
    groups: Groups
    units: pl.DataFrame
    use: Consumption
    items: ReserveItems


@use_case(Action.SEE)
def stock_reserve(
    inputs: Inputs,
    options: ReserveOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Size and compose a reserve, say how it rotates, and plan its rapid release.

    Raises
    ------
    BadUse
        A parameter is out of range.
    BadData
        No item is chosen, or what is held already needs more than the storage.
    """
    seen = look(inputs, now=now)
    known = _known(seen.twin, options.nations)
    chosen = _chosen(known, options)
    plan = reserve_plan(
        chosen,
        options.duration,
        budget=options.budget,
        storage_kg=None if options.storage_t is None else options.storage_t * 1000.0,
        storage_m3=options.storage_m3,
        cover_level=options.cover,
        progress=shares(progress, "reserve"),
    )
    release = release_of(
        known.twin, known.groups, known.units, known.use, known.items, chosen,
        days=options.release_days, hours=options.hours, progress=shares(progress, "release"),
    )  # fmt: skip
    label = label_of_lists(known.twin, [chosen["labels"], release.labels])
    return Answer(
        kind="stock reserve",
        title="Strategic reserve against a disruption",
        said=_said(plan, release),
        figures=_figures(plan),
        tables={
            "reserve": _rows(plan),
            "rotation": _rotation(plan.frame),
            "rotation_by_month": _by_month(known, plan.frame),
            "release": release.plan.shipments,
            "release_totals": release.plan.totals,
            "not_released": release.plan.unmet,
            "length_of_disruption": _levels(options.duration),
        },
        charts=_charts(plan),
        assumptions=(
            f"The length of a disruption is {options.duration_words} days; nothing comes in while "
            "it lasts.",
            f"Consumption while it lasts is {options.demand_factor:g} times that of peacetime.",
            "The priority of an item is that of its most urgent requirement: weight 16 less the "
            "priority, 1 where nothing is required.",
            f"Rotation is followed over {_MONTHS} months of {_MONTH_DAYS} days for at most "
            f"{_ROTATED} items, first expired first out, buying back to the level at once.",
            *plan.assumptions,
            *release.assumptions,
            *ITEM_RULES,
        ),
        origin=seen.origin(label=label, parameters=options.as_parameters()),
        command=f"redball stock reserve {inputs.words} --duration {options.duration_words}",
    )


def _known(twin: Twin, nations: tuple[str, ...]) -> _Known:
    groups = recognise_items(twin)
    units = unit_factors(twin, groups)
    use = consumption(twin)
    items = reserve_items(twin, use, sites=_sites(twin, nations), items=groups, units=units)
    return _Known(twin, groups, units, use, items)


def _sites(twin: Twin, nations: tuple[str, ...]) -> list[int] | None:
    """Rows of the sites of some nations; ``None`` for all."""
    if not nations:
        return None
    owners = twin["site"]["owner"].cast(pl.String)
    unknown = sorted(set(nations) - set(owners.to_list()))
    if unknown:
        raise BadUse(
            f"No site of '{unknown[0]}' is seen.",
            mend=f"Owners of sites: {', '.join(sorted(set(owners.to_list())))}.",
        )
    return owners.is_in(list(nations)).arg_true().to_list()


def _chosen(known: _Known, options: ReserveOptions) -> pl.DataFrame:
    """The items of the reserve with weight and the consumption of the disruption."""
    item = known.twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), "supply_class", "reparable"
    )
    rows = known.items.frame.join(item, on="item_ix", how="left", maintain_order="left")
    if options.classes:
        rows = rows.filter(pl.col("supply_class").is_in(options.classes))
    else:
        rows = rows.filter(~pl.col("reparable"))
    if rows.is_empty():
        found = known.items.frame.join(item, on="item_ix")["supply_class"].unique().sort()
        raise BadData(
            "No item of these classes has consumption or stock.",
            where=" ".join(options.classes) or "item",
            mend=f"Classes seen: {', '.join(found.to_list()) or 'none'}.",
        )
    weights = _weights(known)
    return rows.join(weights, on="item_ix", how="left", maintain_order="left").with_columns(
        weight=pl.col("weight").fill_null(1.0),
        peacetime_per_day="demand_per_day",
        demand_per_day=pl.col("demand_per_day") * options.demand_factor,
        have=pl.col("have").fill_null(0.0),
        labels=pl.concat_list(
            "labels", pl.col("weight_labels").fill_null([])
        ).list.unique().list.sort(),
    ).drop("weight_labels")  # fmt: skip


def _weights(known: _Known) -> pl.DataFrame:
    """Weight of every required item: 16 less the priority of its most urgent requirement."""
    lead = pl.Series("lead", known.groups.group)
    rows = known.twin["requirement"].filter(
        pl.col("item_ix") >= 0, pl.col("priority").is_not_null()
    )
    return (
        rows.select(item_ix=lead.gather(rows["item_ix"]), priority="priority", label="label")
        .group_by("item_ix")
        .agg(
            weight=(_LOWEST_PRIORITY + 1 - pl.col("priority").min()).cast(pl.Float64),
            weight_labels=pl.col("label").cast(pl.Int32).unique().sort(),
        )
    )


def _rows(plan: ReservePlan) -> pl.DataFrame:
    """One row per item; without labels of their own, because budget and storage join them all."""
    frame = plan.frame.sort("weighted_shortage", descending=True, nulls_last=True)
    first = (
        "item", "name", "unit", "have", "buy", "units", "cost", "days_of_cover", "exceedance",
        "weight", "shortage_before", "shortage", "reason",
    )  # fmt: skip
    kept = [name for name in first if name in frame.columns]
    return frame.select(
        *kept, "demand_per_day", "price", "total_kg", "total_m3"
    )  # fmt: skip


def _rotation(frame: pl.DataFrame) -> pl.DataFrame:
    """Per item with a shelf life: purchases and waste a year, and what use rotates for free."""
    rows = []
    limited = frame.filter(
        pl.col("shelf_life_days").is_not_null(),
        pl.col("units") > 0,
        # waste depends on use; without it nothing is said
        pl.col("peacetime_per_day").is_not_null(),
    )
    for row in limited.iter_rows(named=True):
        balance = rotation_balance(
            row["units"],
            row["shelf_life_days"] / _YEAR_DAYS,
            row["peacetime_per_day"] * _YEAR_DAYS,
            unit_price=row["price"],
        )
        rows.append(
            {
                "item": row["item"],
                "name": row["name"],
                "units": row["units"],
                "shelf_life_days": row["shelf_life_days"],
                "bought_per_year": balance.purchases_per_period,
                "expires_per_year": balance.expired_per_period,
                "waste_eur_per_year": balance.waste_cost_per_period,
                "rotates_free_up_to": balance.max_reserve_without_waste,
                "free_share": balance.free_share,
            }
        )
    schema = {
        "item": pl.String, "name": pl.String, "units": pl.Float64, "shelf_life_days": pl.Float64,
        "bought_per_year": pl.Float64, "expires_per_year": pl.Float64,
        "waste_eur_per_year": pl.Float64, "rotates_free_up_to": pl.Float64,
        "free_share": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort(
        "waste_eur_per_year", descending=True, nulls_last=True
    )


def _by_month(known: _Known, frame: pl.DataFrame) -> pl.DataFrame:
    """A year ahead, first expired first out, from the lots that are there: what to buy and lose."""
    limited = frame.filter(
        pl.col("shelf_life_days").is_not_null(),
        pl.col("units") > 0,
        pl.col("peacetime_per_day").is_not_null(),
    ).sort(pl.col("units") * pl.col("price"), descending=True, nulls_last=True)
    parts = []
    for row in limited.head(_ROTATED).iter_rows(named=True):
        lots = known.items.lots.filter(pl.col("item_ix") == row["item_ix"])
        followed = rotate(
            lots.select("quantity", "days_left"),
            reserve_units=row["units"],
            use_per_day=row["peacetime_per_day"],
            shelf_life_days=int(row["shelf_life_days"]),
            days=_MONTHS * _MONTH_DAYS,
            period_days=_MONTH_DAYS,
            unit_price=row["price"],
            start=known.twin.as_of.date(),
        )
        named = pl.lit(row["item"]).alias("item"), pl.lit(row["name"]).alias("name")
        parts.append(in_front(followed.frame.select(*named, pl.all()), _ROTATION_FIRST))
    return pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame()


def _levels(duration: Duration) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "share_of_disruptions": _LEVELS,
            "no_longer_than_days": [float(quantile(duration, level)) for level in _LEVELS],
        }
    )


def _said(plan: ReservePlan, release: Release) -> tuple[str, ...]:
    proof = (
        "This is proven to be the best for that money."
        if plan.proven
        else f"The best possible leaves at least {plan.bound:,.2f}."
    )
    said = [
        f"{plan.cost:,.0f} EUR of purchases bring the weighted expected shortage per disruption "
        f"from {plan.shortage_before:,.2f} to {plan.shortage:,.2f}. {proof}",
    ]
    for name, value in plan.shadow_prices.items():
        if value > 0:
            said.append(f"One more unit of {name} would avoid {value:.3g} of weighted shortage.")
    unplanned = plan.frame.filter(pl.col("reason") != "planned").height
    if unplanned:
        said.append(f"{unplanned} items are not planned; each row says why.")
    return (*said, *release.said)


def _figures(plan: ReservePlan) -> dict[str, Scalar]:
    return {
        "purchases, EUR": plan.cost,
        "weighted shortage before": plan.shortage_before,
        "weighted shortage after": plan.shortage,
        "bound": plan.bound,
        "mass held, kg": plan.mass_kg,
        "volume held, m3": plan.volume_m3,
    }


def _charts(plan: ReservePlan) -> tuple[Bars, ...]:
    bought = plan.frame.filter(pl.col("cost") > 0).sort("cost", descending=True)
    bars = [Bar(name, cost) for name, cost in bought.select("name", "cost").iter_rows()]
    covered = plan.frame.filter(pl.col("days_of_cover").is_not_null()).sort("days_of_cover")
    cover = [Bar(n, d) for n, d in covered.select("name", "days_of_cover").iter_rows()]
    charts = []
    if bars:
        charts.append(Bars("Where the money goes", "EUR", bars))
    if cover:
        charts.append(Bars("Days of cover of the reserve", "days", cover))
    return tuple(charts)
