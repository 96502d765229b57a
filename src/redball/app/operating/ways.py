"""Lanes and hazards of the map."""

import polars as pl

from redball.app.keeping import kept
from redball.app.picture import Recognised
from redball.app.report import hazard_layer, lane_layer
from redball.model import NOWHERE

FULL = 0.85
"""Loading from which a lane counts as full."""


def lane_rows(known: Recognised) -> pl.DataFrame:
    """Lanes whose two ends have a position, in the twin's order; made once.

    Columns: ``lane`` (``OWNER:KEY``), ``from_site_ix``, ``to_site_ix``, ``from_site``,
    ``to_site`` (names), ``mode``, ``both_ways``, ``transit_days`` (d), ``capacity_t_per_day``,
    ``flow_t_per_day`` (t/d, null where no consignment is recorded), ``loading`` (flow over
    capacity; null where one is not known).
    """
    return kept(known.seen, "operating lanes", lambda: _lane_rows(known))


def _lane_rows(known: Recognised) -> pl.DataFrame:
    twin = known.twin
    sites, lane = twin["site"], twin["lane"]
    there = sites.select(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    known_place = there.to_series().gather
    ends = [pl.col(name) != NOWHERE for name in ("from_site_ix", "to_site_ix")]
    lane = lane.filter(ends)
    lane = lane.filter(known_place(lane["from_site_ix"]) & known_place(lane["to_site_ix"]))
    drawn = lane_layer(twin)  # the report's flows: the same rows in the same order
    assert drawn.height == lane.height
    return lane.select(
        lane=pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"),
        from_site_ix="from_site_ix",
        to_site_ix="to_site_ix",
        from_site=sites["name"].gather(lane["from_site_ix"]),
        to_site=sites["name"].gather(lane["to_site_ix"]),
        mode=pl.col("mode").cast(pl.String),
        both_ways="both_ways",
        transit_days="transit_days",
        capacity_t_per_day="capacity_t_per_day",
        flow_t_per_day=drawn["flow_t_per_day"],
    ).with_columns(
        loading=pl.col("flow_t_per_day")
        / pl.when(pl.col("capacity_t_per_day") > 0).then("capacity_t_per_day")
    )


def hazard_rows(known: Recognised) -> pl.DataFrame:
    """Hazards of an area or a site: ``name``, ``latitude``, ``longitude``, ``radius_km``."""
    return kept(known.seen, "operating hazards", lambda: hazard_layer(known.twin))


def lanes_at(known: Recognised, sites: pl.Series) -> pl.DataFrame:
    """Lanes that begin or end at some sites (rows of the twin), the greatest flow first."""
    rows = lane_rows(known)
    touched = pl.col("from_site_ix").is_in(sites.implode()) | pl.col("to_site_ix").is_in(
        sites.implode()
    )
    return rows.filter(touched).sort(
        "flow_t_per_day", descending=True, nulls_last=True, maintain_order=True
    )
