"""Sites, lanes and hazards of the map, read tolerantly from the report's frames."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Level
from redball.reports.columns import first_of
from redball.reports.projection import EARTH_KM
from redball.reports.status import level_of

_FAR = 2.5
"""A site is far when it is this many times farther out than nine of ten sites."""
_NEAR_KM = 300.0
"""Sites within this distance of the middle are never far."""


@dataclass(frozen=True)
class Site:
    """A site with a position; ``row`` is its row in the frame."""

    row: int
    name: str
    kind: str
    level: Level
    latitude: float
    longitude: float
    hint: str


@dataclass(frozen=True)
class Lane:
    """A lane between two positions; flow and capacity in tonnes per day, None where not known."""

    name: str
    mode: str
    start: tuple[float, float]
    end: tuple[float, float]
    flow: float | None
    capacity: float | None

    @property
    def loading(self) -> float | None:
        """Flow over capacity; None where one of them is not known."""
        if self.flow is None or not self.capacity:
            return None
        return self.flow / self.capacity


@dataclass(frozen=True)
class Hazard:
    """An area that an event would strike; radius in km, 0 for a point."""

    name: str
    latitude: float
    longitude: float
    radius_km: float


def read_sites(frame: pl.DataFrame) -> list[Site]:
    """Sites that have a position, in the order of the frame."""
    level_column = first_of(frame, "worst_level", "worst level", "level")
    return [
        Site(
            row=int(row["_row"]),
            name=_text(row.get("name")) or "unnamed site",
            kind=_text(row.get("kind")) or "other",
            level=level_of(row.get(level_column or "")) or Level.STANDBY,
            latitude=row["latitude"],
            longitude=row["longitude"],
            hint=_hint(row),
        )
        for row in _placed(frame, "latitude", "longitude")
    ]


def read_lanes(frame: pl.DataFrame) -> list[Lane]:
    """Lanes whose two ends have a position."""
    return [
        Lane(
            name=_text(row.get("name")) or "unnamed lane",
            mode=_text(row.get("mode")) or "other",
            start=(row["from_lon"], row["from_lat"]),
            end=(row["to_lon"], row["to_lat"]),
            flow=_figure(row.get("flow_t_per_day")),
            capacity=_figure(row.get("capacity_t_per_day")),
        )
        for row in _placed(frame, "from_lat", "from_lon", "to_lat", "to_lon")
    ]


def read_hazards(frame: pl.DataFrame) -> list[Hazard]:
    """Hazards that have a centre."""
    return [
        Hazard(
            _text(row.get("name")) or "unnamed hazard",
            row["latitude"],
            row["longitude"],
            _figure(row.get("radius_km")) or 0.0,
        )
        for row in _placed(frame, "latitude", "longitude")
    ]


def split_far(sites: list[Site]) -> tuple[list[Site], list[Site]]:
    """Part the sites of the theatre from the few that lie so far out that the map would shrink.

    The middle is the median of the positions on the sphere, by axis; a site is far when its
    distance from there is more than 2.5 times that of nine tenths of the sites.
    """
    if len(sites) < 5:
        return sites, []
    lat = np.radians([site.latitude for site in sites])
    lon = np.radians([site.longitude for site in sites])
    xyz = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    middle = np.median(xyz, axis=1)
    length = float(np.linalg.norm(middle))
    if length < 1e-9:
        return sites, []
    distance = EARTH_KM * np.arccos(np.clip(middle @ xyz / length, -1.0, 1.0))
    limit = max(_NEAR_KM, _FAR * float(np.quantile(distance, 0.9, method="lower")))
    near = [site for site, far in zip(sites, distance > limit, strict=True) if not far]
    return near, [site for site, far in zip(sites, distance > limit, strict=True) if far]


def _placed(frame: pl.DataFrame, *columns: str) -> Iterator[dict[str, float]]:
    if not set(columns) <= set(frame.columns):
        return
    numbered = frame.with_row_index("_row").with_columns(
        pl.col(c).cast(pl.Float64) for c in columns
    )
    kept = numbered.filter(
        pl.all_horizontal(pl.col(c).is_finite().fill_null(False) for c in columns)
    )
    yield from kept.iter_rows(named=True)


def _hint(row: dict[str, float]) -> str:
    words = [
        f"{name} {_text(row[name])}" for name in ("owner", "units", "days") if _text(row.get(name))
    ]
    return "; ".join(words)


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.1f}"
    return "" if value is None else str(value)


def _figure(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
