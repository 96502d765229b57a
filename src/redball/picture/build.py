"""Build the picture from a twin and what the other capabilities found."""

import polars as pl

import redball
from redball.model import BadUse, Consumption, Groups, Origin, Twin
from redball.model.marks import Marks
from redball.picture.age import data_age
from redball.picture.money import euro_prices
from redball.picture.movement import expiring, in_transit
from redball.picture.readiness import ReadinessLimits, readiness
from redball.picture.rows import KEYS, facts_of, holding_rows
from redball.picture.shared import candidate_rows, shared_items
from redball.picture.supply import day_rows
from redball.picture.types import Picture
from redball.picture.views import SAID, base_of, stock_view, worst_classes

_LIMITS = ReadinessLimits()


def build_picture(
    twin: Twin,
    consumption: Consumption,
    days: pl.DataFrame,
    items: Groups,
    *,
    horizon_days: int = 90,
    units: pl.DataFrame | None = None,
    feeds: pl.DataFrame | None = None,
    limits: ReadinessLimits = _LIMITS,
) -> Picture:
    """Build the recognised logistics picture.

    Parameters
    ----------
    twin : Twin
    consumption : Consumption
        Its ``as_of`` is the day of the picture.
    days : polars.DataFrame
        Days of supply: ``site_ix``, ``item_ix``, ``basis``, ``days``, ``target_days``, ``labels``;
        by record, or with recognised items merged.
    items : Groups
        Recognised items of the same twin.
    horizon_days : int, in d
        How far ahead expiring lots are listed.
    units : polars.DataFrame, optional
        Factors to the unit of each group, to add up what allies count in different units:
        ``item_ix``, ``factor_to_group_unit``, ``group_unit``, ``note``; and ``labels``: positions
        in ``twin.labels`` of the rows that the recognition of a record rests on; without it every
        item record and verdict counts.
    feeds : polars.DataFrame, optional
        ``owner``, ``as_of`` and, where a feed is of one table, ``table``.
    limits : ReadinessLimits

    Raises
    ------
    BadUse
        The groups are not of the items of the twin, the horizon is negative, or a frame lacks a
        column.
    """
    _refuse_mismatch(twin, days, items, horizon_days)
    day = consumption.as_of
    marks = Marks(twin.labels)
    prices, said = euro_prices(twin, marks)
    facts = facts_of(twin, items, units, prices, marks)
    holdings = holding_rows(twin, consumption, facts)
    base = base_of(holdings, *day_rows(twin, consumption, days, facts), facts)
    return Picture(
        origin=_origin(twin, consumption, horizon_days, limits),
        stock=stock_view(base, KEYS),
        by_nation=stock_view(base, ["nation"]),
        by_class=stock_view(base, ["supply_class"]),
        by_unit=stock_view(base, ["nation", "unit"]),
        by_site=stock_view(base, ["site", "site_key"]),
        readiness=readiness(twin, worst_classes(base), facts, limits),
        in_transit=in_transit(twin, facts, day),
        expiring=expiring(holdings, facts, day, horizon_days),
        shared_items=shared_items(twin, holdings, items, units, facts),
        candidates=candidate_rows(twin, items, facts),
        data_age=data_age(twin, feeds, day, marks),
        assumptions=(*consumption.assumptions, *SAID, *said),
    )


def _origin(
    twin: Twin, consumption: Consumption, horizon_days: int, limits: ReadinessLimits
) -> Origin:
    return Origin(
        viewer=twin.viewer,
        as_of=twin.as_of,
        revision=twin.revision,
        twin_hash=twin.content_hash,
        software=f"redball {redball.__version__}",
        label=twin.label,
        parameters={
            "day": consumption.as_of.isoformat(),
            "window_days": consumption.window_days,
            "horizon_days": horizon_days,
            "serious_gap": limits.serious_gap,
            "critical_gap": limits.critical_gap,
        },
    )


def _refuse_mismatch(twin: Twin, days: pl.DataFrame, items: Groups, horizon_days: int) -> None:
    if items.table != "item" or len(items.group) != twin["item"].height:
        raise BadUse(
            "The groups are not of the items of this twin.",
            mend="Pass what recognise_items gave for the same twin.",
        )
    needed = ("site_ix", "item_ix", "basis", "days", "target_days", "labels")
    absent = [name for name in needed if name not in days.columns]
    if absent:
        raise BadUse(
            f"The days of supply have no column '{absent[0]}'.",
            mend="Pass what days_of_supply gave for the same twin.",
        )
    if horizon_days < 0:
        raise BadUse(f"A horizon of {horizon_days} days can't be used.", mend="Give 0 or more.")
