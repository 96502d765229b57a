"""Sites and lanes: distances from positions, times and costs from plain planning speeds."""

import re

import numpy as np

from redball.synthetic.exercise.nations import BY_OWNER
from redball.synthetic.exercise.reading import Row, read_table

_EARTH_KM = 6371.0088  # mean radius, IUGG

# exercise assumptions: detour factor, km a day, t a day, EUR per t-km, kg CO2e per t-km
_MODES = {
    "road": (1.25, 450.0, 900.0, 0.105, 0.085),
    "rail": (1.30, 350.0, 2600.0, 0.048, 0.022),
    "sea": (1.20, 520.0, 9000.0, 0.011, 0.009),
    "air": (1.05, 4000.0, 300.0, 1.900, 0.620),
    "inland_water": (1.40, 180.0, 3200.0, 0.026, 0.033),
    "pipeline": (1.10, 140.0, 2200.0, 0.012, 0.006),
}
_MGRS = {  # decimal positions of the sites given in MGRS, for distances only
    "DEPOT-POWIDZ": (52.38, 17.85),
    "BASE-ZAGAN": (51.62, 15.31),
    "BASE-GRAF": (49.70, 11.94),
}


def site_rows() -> list[Row]:
    """All 60 sites with ``owner``."""
    return read_table("sites", "site")


def lane_rows(rng: np.random.Generator) -> list[Row]:
    """All lanes with ``owner``; every lane can be used both ways."""
    spot = {f"{site['owner']}:{site['key']}": _position(site) for site in site_rows()}
    return [_lane(rng, row, spot) for row in read_table("lanes", "lane")]


def _lane(rng: np.random.Generator, row: Row, spot: dict[str, tuple[float, float]]) -> Row:
    owner, mode = str(row["owner"]), str(row["mode"])
    ends = [str(row[end]) for end in ("from_site", "to_site")]
    start, stop = (spot[end if ":" in end else f"{owner}:{end}"] for end in ends)
    detour, speed, capacity, cost, carbon = _MODES[mode]
    distance = round(max(great_circle_km(start, stop), 4.0) * detour)
    transit = round(0.3 + distance / speed, 1)
    member = BY_OWNER[owner]
    return row | {
        "both_ways": True,
        "distance_km": _miles(distance) if owner == "USA" else float(distance),
        "transit_days": transit,
        "transit_sd_days": round(0.25 * transit, 2),
        "capacity_t_per_day": _tons(owner, capacity * float(rng.uniform(0.7, 1.3))),
        "cost_per_t": round((3.0 + cost * distance) * member.per_eur, 2),
        "currency": member.currency,
        "co2e_kg_per_t": round(carbon * distance, 2),
    }


def _miles(km: float) -> float:
    return round(km / 1.609344) * 1.609344


def _tons(owner: str, tonnes: float) -> float:
    """Round capacity as its owner would: the US counts short tons."""
    if owner == "USA":
        return round(tonnes / 0.90718474, -1) * 0.90718474
    return float(round(tonnes, -1))


def _position(site: Row) -> tuple[float, float]:
    if site["latitude"] is not None:
        return float(str(site["latitude"])), float(str(site["longitude"]))
    match = re.fullmatch(r"(\d\d)(\d\d)N (\d\d\d)(\d\d)E", str(site["position"]))
    if match is None:
        return _MGRS[str(site["key"])]
    lat, lat_min, lon, lon_min = map(int, match.groups())
    return lat + lat_min / 60, lon + lon_min / 60


def great_circle_km(start: tuple[float, float], stop: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) in degrees, haversine formula."""
    lat1, lon1, lat2, lon2 = np.radians([*start, *stop])
    half = np.sin((lat2 - lat1) / 2) ** 2
    half += np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return float(2 * _EARTH_KM * np.arcsin(np.sqrt(half)))
