"""Hazards as something to lose: what an area holds, or the one thing that a hazard strikes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.model import BadUse, Twin

MOST_STRUCK = 100
"""Things that one event of a scenario names by a hazard."""
_KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6371 km."""
_STEPS = 33
"""Places along a lane that are looked at: its straight line, as the map draws it."""
_LISTED = 200
Floats = npt.NDArray[np.float64]


class NoSuchHazard(BadUse):
    """There is none of that name, or it is not to be seen: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such hazard.", where="hazard", mend="See those on the map.")


@dataclass(frozen=True)
class Strike:
    """What a hazard strikes.

    Attributes
    ----------
    key, name : str
        ``OWNER:KEY``, and its name for readers.
    days : float or None
        How long it lasts, where that is known.
    targets : tuple of str
        As a scenario names them: ``site OWNER:KEY``, sites first.
    """

    key: str
    name: str
    days: float | None
    targets: tuple[str, ...]


@use_case(Action.SEE)
def hazards_known(view: View) -> tuple[dict[str, str], ...]:
    """Hazards that the viewer sees and that strike something that can be named."""
    rows = hazard_rows(see(view))
    struck = (
        pl.col("party").is_not_null() | pl.col("lane").is_not_null() | pl.col("site").is_not_null()
        | pl.col("country").is_not_null() | pl.col("latitude").is_not_null()
    )  # fmt: skip
    found = rows.filter(struck).sort("name", "full").head(_LISTED)
    return tuple(found.select("name", "kind", key="full").iter_rows(named=True))


@use_case(Action.SEE)
def hazard_struck(view: View, hazard: str) -> Strike:
    """Everything that a hazard strikes, as far as the viewer sees it.

    The party, lane, site or country that it names; of an area every site inside, and every lane
    that the map draws through it and that does not fall with one of these sites.

    Parameters
    ----------
    view : View
    hazard : str
        ``OWNER:KEY``, or its name.

    Raises
    ------
    NoSuchHazard
        There is none, or the viewer does not see it.
    BadUse
        It strikes nothing that can be named, or more than one event may name.
    """
    seen = see(view)
    rows = hazard_rows(seen)
    found = rows.filter(pl.col("full") == hazard)
    found = found if found.height else rows.filter(pl.col("name") == hazard)
    if not found.height:
        raise NoSuchHazard
    strike = strike_of(seen.twin, found.row(0, named=True))
    if not strike.targets:
        raise BadUse(f"'{strike.name}' strikes nothing that is seen.", where="hazard")
    if len(strike.targets) > MOST_STRUCK:
        raise BadUse(
            f"'{strike.name}' strikes {len(strike.targets):,} sites and lanes, and one event names "
            f"at most {MOST_STRUCK}.",
            where="hazard",
            mend="Name a country or a mode of transport instead.",
        )
    return strike


def strike_of(twin: Twin, row: Mapping[str, Any]) -> Strike:
    """What a row of the hazards strikes; nothing where it names nothing that is seen."""
    targets = [f"{kind} {row[kind]}" for kind in ("party", "lane", "site", "country") if row[kind]]
    if not targets and row["latitude"] is not None and row["longitude"] is not None:
        targets = _inside(twin, (row["latitude"], row["longitude"]), row["radius_km"] or 0.0)
    return Strike(row["full"], row["name"] or row["full"], row["duration_days"], tuple(targets))


def hazard_rows(seen: Seen) -> pl.DataFrame:
    """Hazards with what they name as full keys."""

    def make() -> pl.DataFrame:
        full = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
        return seen.twin.named("hazard").with_columns(full=full)

    return kept(seen, "scenario hazards", make)


def _inside(twin: Twin, at: tuple[float, float], radius_km: float) -> list[str]:
    sites = twin["site"]
    near = _distances(sites["latitude"].to_numpy(), sites["longitude"].to_numpy(), at) <= radius_km
    lanes = twin["lane"].select("owner", "key", "from_site_ix", "to_site_ix")
    ends = [lanes[name].to_numpy().astype(np.int64) for name in ("from_site_ix", "to_site_ix")]
    known = (ends[0] >= 0) & (ends[1] >= 0)
    crossed = np.zeros(lanes.height, bool)
    crossed[known] = _crossed(sites, ends[0][known], ends[1][known], at, radius_km)
    falls = np.zeros(lanes.height, bool)
    falls[known] = near[ends[0][known]] | near[ends[1][known]]
    return [
        *(f"site {name}" for name in _full(sites.filter(pl.Series(near)))),
        *(f"lane {name}" for name in _full(lanes.filter(pl.Series(crossed & ~falls)))),
    ]


def _crossed(
    sites: pl.DataFrame,
    start: npt.NDArray[np.int64],
    stop: npt.NDArray[np.int64],
    at: tuple[float, float],
    radius_km: float,
) -> npt.NDArray[np.bool_]:
    """Which lanes come within the radius, along their straight lines on the map."""
    latitude, longitude = (sites[name].to_numpy() for name in ("latitude", "longitude"))
    nearest = np.full(len(start), np.inf)
    for share in np.linspace(0, 1, _STEPS):
        here = [(1 - share) * axis[start] + share * axis[stop] for axis in (latitude, longitude)]
        nearest = np.fmin(nearest, _distances(here[0], here[1], at))
    return nearest <= radius_km


def _distances(latitude: Floats, longitude: Floats, at: tuple[float, float]) -> Floats:
    """Kilometres from a place, on a sphere; not a number where a place is not known."""
    there, here = np.radians(latitude.astype(np.float64)), np.radians(at[0])
    aside = np.radians(longitude.astype(np.float64) - at[1])
    half = np.sin((there - here) / 2) ** 2 + np.cos(there) * np.cos(here) * np.sin(aside / 2) ** 2
    apart: Floats = np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * _KM_PER_DEGREE
    return apart


def _full(rows: pl.DataFrame) -> list[str]:
    full = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    return rows.select(full).to_series().sort().to_list()
