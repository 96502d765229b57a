"""The layers of the map as GeoJSON, packed once for each twin, choice and day."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.operating import symbols
from redball.app.operating.ahead import STOPS
from redball.app.operating.geojson import Packed, circles, collection, lines, packed, points
from redball.app.operating.places import Chosen, chosen_places, unit_rows
from redball.app.operating.standing import RANK
from redball.app.operating.ways import hazard_rows, lane_rows, lanes_at
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.app.view import View, see

_TONNES = 3
_GREATEST = ((700, 0), (1500, 4), (4000, 5), (9000, 6))
"""The 700 greatest flows are drawn from scale 0 on, the 1,500 greatest from scale 4, and so on."""
_ALL_FROM = 7
FAR = 5
"""Scale up to which the lanes are enough that a page asks for first."""


class Layer(StrEnum):
    """What lies on the map."""

    SITES = "sites"
    UNITS = "units"
    LANES = "lanes"
    HAZARDS = "hazards"


_ALL = Chosen()


@use_case(Action.SEE)
def map_layer(
    view: View, layer: Layer, chosen: Chosen = _ALL, *, scale: int | None = None
) -> Packed:
    """One layer of the chosen places as a GeoJSON collection.

    Lanes are those of the chosen sites, units those that are there; hazards are all. What has no
    position is not on the map.

    Parameters
    ----------
    scale : int, optional
        Of lanes: only those that are drawn up to this scale of the map; all of them otherwise.
    """
    known = recognise(see(view), PictureOptions())
    far = layer is Layer.LANES and scale is not None and scale <= FAR
    if not worth_keeping(chosen):
        return _layer(known, layer, chosen, far)
    name = ("operating layer", layer, chosen.ahead, far)
    return kept(known.seen, name, lambda: _layer(known, layer, chosen, far))


@use_case(Action.SEE)
def map_layers(view: View, chosen: Chosen = _ALL) -> Packed:
    """All layers and where they come from as one document."""
    known = recognise(see(view), PictureOptions())
    if not worth_keeping(chosen):
        return _all(known, chosen)
    return kept(known.seen, ("operating layers", chosen.ahead), lambda: _all(known, chosen))


def worth_keeping(chosen: Chosen) -> bool:
    """Whether others will ask for the same: choices are many, and each would take memory."""
    return not chosen.narrowed and chosen.ahead in STOPS


def _all(known: Recognised, chosen: Chosen) -> Packed:
    head = json.dumps(_head(known, chosen), ensure_ascii=False, separators=(",", ":"))[1:-1]
    parts = [f'"{layer}":{collection(_MAKE[layer](known, chosen))}' for layer in Layer]
    return packed(f"{{{head},{','.join(parts)}}}", _tag(known, "all", chosen))


def _layer(known: Recognised, layer: Layer, chosen: Chosen, far: bool) -> Packed:
    rows = _lanes(known, chosen, FAR) if far else _MAKE[layer](known, chosen)
    text = collection(rows, _head(known, chosen))
    return packed(text, _tag(known, f"{layer} far" if far else layer, chosen))


def _head(known: Recognised, chosen: Chosen) -> dict[str, object]:
    origin = known.seen.origin(
        parameters={**PictureOptions().as_parameters(), "ahead_days": chosen.ahead}
    )
    return {"origin": origin.as_dict(), "symbols": symbols.EDITION}


def _tag(known: Recognised, what: str, chosen: Chosen) -> str:
    asked = sha256(repr(chosen).encode()).hexdigest()[:12]
    return f"{known.twin.content_hash[:20]}-{known.twin.as_of:%Y%m%d%H%M%S}-{what}-{asked}"


def _sites(known: Recognised, chosen: Chosen) -> list[str]:
    rows = _on_map(chosen_places(known, chosen)).sort("rank", "site_ix")  # the worst on top
    return points(
        rows,
        {
            "id": pl.col("site"),
            "name": pl.col("name"),
            "kind": pl.col("kind"),
            "symbol": pl.col("symbol"),
            "level": pl.col("level"),
            "rank": pl.col("rank"),
            "days": pl.col("days").round(1),
        },
    )


def _units(known: Recognised, chosen: Chosen) -> list[str]:
    where = _on_map(chosen_places(known, chosen)).select("site_ix", "site", "longitude", "latitude")
    rows = unit_rows(known).join(where, on="site_ix", maintain_order="left")
    code = symbols.code("unit", "ours", exercise=known.twin.exercise)
    number = pl.int_range(pl.len()).over("site_ix")
    return points(
        rows.with_columns(number=number),
        {
            "id": pl.col("site"),
            "name": pl.col("unit"),
            "symbol": pl.lit(code),
            "level": pl.col("level"),
            "rank": pl.col("level").replace_strict(RANK, return_dtype=pl.Int8),
            "number": pl.col("number"),
        },
    )


def _lanes(known: Recognised, chosen: Chosen, scale: int = _ALL_FROM) -> list[str]:
    sites = known.twin["site"]
    rows = lane_rows(known)
    if chosen.narrowed:
        rows = lanes_at(known, chosen_places(known, chosen)["site_ix"])
    ordered = rows.sort("flow_t_per_day", descending=True, nulls_last=True, maintain_order=True)
    ends = ordered.with_columns(
        from_lon=sites["longitude"].gather(ordered["from_site_ix"]),
        from_lat=sites["latitude"].gather(ordered["from_site_ix"]),
        to_lon=sites["longitude"].gather(ordered["to_site_ix"]),
        to_lat=sites["latitude"].gather(ordered["to_site_ix"]),
        scale=_scale(pl.int_range(pl.len())),
    )
    return lines(
        ends.filter(pl.col("scale") <= scale),
        {
            "name": pl.concat_str("from_site", "to_site", separator=" → "),
            "mode": pl.col("mode"),
            "flow": pl.col("flow_t_per_day").round(_TONNES),
            "loading": pl.col("loading").round(_TONNES),
            "scale": pl.col("scale"),
        },
    )


def _scale(number: pl.Expr) -> pl.Expr:
    """From which scale of the map on a lane is drawn, by its number in the order of flows."""
    found = pl.lit(_ALL_FROM, pl.Int8)
    for most, scale in reversed(_GREATEST):
        found = pl.when(number < most).then(pl.lit(scale, pl.Int8)).otherwise(found)
    return found


def _hazards(known: Recognised, chosen: Chosen) -> list[str]:
    del chosen  # they strike whoever is looked at
    rows = hazard_rows(known)
    words = {"name": pl.col("name"), "radius_km": pl.col("radius_km")}
    return [
        *circles(rows.filter(pl.col("radius_km") > 0), words),
        *points(rows.filter(pl.col("radius_km") <= 0), words),
    ]


def _on_map(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("latitude").is_not_null(), pl.col("longitude").is_not_null())


_MAKE: Mapping[Layer, Callable[[Recognised, Chosen], list[str]]] = {
    Layer.SITES: _sites,
    Layer.UNITS: _units,
    Layer.LANES: _lanes,
    Layer.HAZARDS: _hazards,
}
