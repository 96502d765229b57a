"""Rules over the columns of a row: sites, lanes, units and hazards."""

from datetime import date

import polars as pl

from redball.exchange.check.fields import FieldRules
from redball.exchange.check.rule import ERROR, WARNING

rule = FieldRules()

_TOLERANCE_DEG = 0.02
"""A UN/LOCODE position is given to one minute of arc, 0.017 degrees."""

_AREA = ("latitude", "longitude", "radius_km")


@rule(
    "site",
    "latitude",
    WARNING,
    "position-missing",
    title="The site has no position.",
    why="It is on no map, and no area hazard can strike it.",
    mend="Give latitude and longitude, or position in any accepted form.",
)
def position_missing(_: date) -> pl.Expr:
    """Neither coordinates nor a position."""
    return pl.all_horizontal(
        pl.col(name).is_null() for name in ("latitude", "longitude", "position")
    )


@rule(
    "site",
    "longitude",
    ERROR,
    "half-a-position",
    title="Latitude and longitude go together; one is missing.",
    why="Half a position is none.",
    mend="Give both or leave both empty.",
)
def half_a_position(_: date) -> pl.Expr:
    """One coordinate without the other."""
    return pl.col("latitude").is_null() != pl.col("longitude").is_null()


@rule(
    "site",
    "position",
    WARNING,
    "position-disagrees",
    title="The position and the coordinates are more than 0.02 degrees apart.",
    why="One of them puts the site in another place.",
    mend="Correct one of them, or give only one.",
)
def position_disagrees(_: date) -> pl.Expr:
    """The position against latitude and longitude; longitudes meet at 180 degrees."""
    parts = pl.col("position").str.split_exact(",", 1)
    latitude, longitude = (
        parts.struct.field(f"field_{place}").str.strip_chars().cast(pl.Float64, strict=False)
        for place in (0, 1)
    )
    turn = (longitude - pl.col("longitude")).abs()
    apart = pl.min_horizontal(turn, 360.0 - turn)
    return ((latitude - pl.col("latitude")).abs() > _TOLERANCE_DEG) | (apart > _TOLERANCE_DEG)


@rule(
    "lane",
    "to_site",
    ERROR,
    "lane-to-itself",
    title="The lane starts and ends at the same site.",
    why="It links nothing.",
    mend="Correct from_site or to_site.",
)
def lane_to_itself(_: date) -> pl.Expr:
    """Both ends are the same site."""
    return pl.col("from_site") == pl.col("to_site")


@rule(
    "supply",
    "customer",
    ERROR,
    "supplier-of-itself",
    title="Supplier and customer are the same party.",
    why="A party can't depend on itself.",
    mend="Correct supplier or customer.",
)
def supplier_of_itself(_: date) -> pl.Expr:
    """Both ends are the same party."""
    return pl.col("supplier") == pl.col("customer")


@rule(
    "fleet",
    "available",
    ERROR,
    "available-above-count",
    title="More systems are available than the unit holds.",
    why="Availability would be above one.",
    mend="Correct count or available.",
)
def available_above_count(_: date) -> pl.Expr:
    """Available is a part of the count."""
    return pl.col("available") > pl.col("count")


@rule(
    "hazard",
    "site",
    WARNING,
    "hazard-without-scope",
    title="The hazard names nothing that it strikes.",
    why="It has no effect in any analysis.",
    mend="Name a site, party, lane or country, or an area by latitude, longitude and radius_km.",
)
def hazard_without_scope(_: date) -> pl.Expr:
    """Neither a thing nor an area."""
    things = ("site", "party", "lane", "country")
    return pl.all_horizontal(pl.col(name).is_null() for name in (*things, *_AREA))


@rule(
    "hazard",
    "radius_km",
    ERROR,
    "area-incomplete",
    title="An area needs latitude, longitude and radius_km; a part is missing.",
    why="It is not known what it strikes.",
    mend="Give all three or none.",
)
def area_incomplete(_: date) -> pl.Expr:
    """A part of the area's description is missing."""
    given = pl.sum_horizontal(pl.col(name).is_not_null() for name in _AREA)
    return given.is_in((1, 2))


@rule(
    "target",
    "unit",
    WARNING,
    "target-without-scope",
    title="The target names no unit, site, item or class: it holds for everything.",
    why="That is seldom meant.",
    mend="Name what it applies to, or leave it if it is meant.",
)
def target_without_scope(_: date) -> pl.Expr:
    """No scope at all."""
    scope = ("unit", "site", "item", "supply_class")
    return pl.all_horizontal(pl.col(name).is_null() for name in scope)


@rule(
    "factor",
    "system",
    ERROR,
    "factor-without-system",
    title="A factor per system does not name the system.",
    why="It can't be multiplied by anything.",
    mend="Name the system, or use the basis person_day.",
)
def factor_without_system(_: date) -> pl.Expr:
    """A basis per system without one."""
    return pl.col("basis").is_in(("system_day", "system_hour")) & pl.col("system").is_null()
