"""From degrees to the plane of the map: conformal, centred on the theatre.

Lambert's conformal conic with two standard parallels where the theatre lies in one hemisphere and
spans less than 100 degrees of longitude, else Mercator. Both are conformal: shapes and directions
are true at every point, so circles stay circles.

Source: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987),
equations 15-1 to 15-5 (Lambert, sphere) and 7-1, 7-2 (Mercator, sphere).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

Array = npt.NDArray[np.float64]
_POLE = 85.0
_LAMBERT_MOST_LON_DEG = 100.0
_LAMBERT_LEAST_LAT_DEG = 12.0


@dataclass(frozen=True)
class Window:
    """Part of the Earth in degrees; ``east`` is above ``west`` even across the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle, in degrees."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def grown(self, share: float, least_deg: float) -> "Window":
        """A larger window: a share of its span, and at least some degrees, on every side."""
        lon = max(least_deg, share * (self.east - self.west))
        lat = max(least_deg, share * (self.north - self.south))
        return Window(
            max(self.west - lon, self.centre[0] - 180),
            max(self.south - lat, -_POLE),
            min(self.east + lon, self.centre[0] + 180),
            min(self.north + lat, _POLE),
        )


def window_of(longitudes: Array, latitudes: Array) -> Window:
    """Smallest window that holds all positions.

    The window may run across the 180th meridian: its west side is the end of the widest gap
    between the sorted longitudes.
    """
    lon = np.unique(np.mod(longitudes, 360.0))
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    start = int(np.argmax(gaps)) + 1
    west = float(lon[start % len(lon)])
    west = west - 360.0 if west > 180.0 else west
    east = west + 360.0 - float(gaps.max()) if len(lon) > 1 else west
    return Window(west, float(latitudes.min()), east, float(latitudes.max()))


@dataclass(frozen=True)
class Projection:
    """A conformal projection of the sphere; plane coordinates in km, y to the north.

    ``cone`` is Snyder's n (0 for Mercator); ``factor`` his F; ``rho`` his rho of the origin.
    """

    centre_lon: float
    centre_lat: float
    cone: float
    factor: float
    rho: float

    def project(self, longitudes: Array, latitudes: Array) -> tuple[Array, Array]:
        """Plane coordinates in km; longitudes must lie within half a turn of the centre."""
        lam = np.radians(np.asarray(longitudes, np.float64) - self.centre_lon)
        phi = np.radians(np.clip(latitudes, -_POLE, _POLE))
        if self.cone == 0.0:
            y = np.log(np.tan(math.pi / 4 + phi / 2))
            return EARTH_KM * self.factor * lam, EARTH_KM * self.factor * (y - self.rho)
        rho = self.factor / np.tan(math.pi / 4 + phi / 2) ** self.cone
        theta = self.cone * lam
        return EARTH_KM * rho * np.sin(theta), EARTH_KM * (self.rho - rho * np.cos(theta))

    def scale_at(self, latitude: float) -> float:
        """Map kilometres per true kilometre at a latitude (Snyder 15-4 and 7-3)."""
        phi = math.radians(max(-_POLE, min(_POLE, latitude)))
        if self.cone == 0.0:
            return self.factor / math.cos(phi)
        rho = self.factor / math.tan(math.pi / 4 + phi / 2) ** self.cone
        return float(abs(self.cone * rho) / math.cos(phi))


def projection_for(window: Window) -> Projection:
    """Projection that suits a window."""
    lon, lat = window.centre
    one_side = window.south * window.north >= 0 and abs(lat) >= _LAMBERT_LEAST_LAT_DEG
    if not one_side or window.east - window.west > _LAMBERT_MOST_LON_DEG:
        phi = math.radians(lat)
        return Projection(lon, lat, 0.0, math.cos(phi), math.log(math.tan(math.pi / 4 + phi / 2)))
    sixth = (window.north - window.south) / 6
    low, high = math.radians(window.south + sixth), math.radians(window.north - sixth)
    cone = math.sin(low)
    if high - low > 1e-6:
        cone = math.log(math.cos(low) / math.cos(high)) / math.log(_half(high) / _half(low))
    factor = math.cos(low) * _half(low) ** cone / cone
    return Projection(lon, lat, cone, factor, factor / _half(math.radians(lat)) ** cone)


def _half(phi: float) -> float:
    return math.tan(math.pi / 4 + phi / 2)
