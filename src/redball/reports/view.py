"""The map's view: which part of the Earth is drawn, how large, and where a position falls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redball.reports.geometry import Box
from redball.reports.projection import Array, Projection, Window, projection_for, window_of

WIDTH = 900.0
"""Width of the map in its own units; it fills the page's width on screen and on A4."""
_HEIGHTS = (380.0, 1000.0)
_MARGIN_SHARE, _MARGIN_DEG = 0.05, 0.6
_EDGE_POINTS = 25


@dataclass(frozen=True)
class View:
    """A projection and its fit into the map's frame.

    Attributes
    ----------
    window : Window
        Part of the Earth that must be visible.
    projection : Projection
        From degrees to km on the plane.
    units_per_km : float
        Map units for one km on the plane.
    left_km, top_km : float
        Plane position of the map's upper left corner.
    height : float
        Height of the map in its own units.
    """

    window: Window
    projection: Projection
    units_per_km: float
    left_km: float
    top_km: float
    height: float

    @property
    def box(self) -> Box:
        """The frame a little enlarged, so that cut edges lie outside the picture."""
        return -4.0, -4.0, WIDTH + 4.0, self.height + 4.0

    def place(
        self, longitudes: Sequence[float] | Array, latitudes: Sequence[float] | Array
    ) -> tuple[Array, Array]:
        """Map coordinates, x to the right and y down; longitudes as they come (no wrapping)."""
        x, y = self.projection.project(
            np.asarray(longitudes, np.float64), np.asarray(latitudes, np.float64)
        )
        return (x - self.left_km) * self.units_per_km, (self.top_km - y) * self.units_per_km

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Map coordinates of one position, on the side of the Earth that the map shows."""
        x, y = self.place([self.near(longitude)], [latitude])
        return float(x[0]), float(y[0])

    def near(self, longitude: float) -> float:
        """Return the same meridian within half a turn of the map's centre."""
        centre = self.projection.centre_lon
        return (longitude - centre + 180.0) % 360.0 - 180.0 + centre

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside the frame."""
        return 0.0 <= x <= WIDTH and 0.0 <= y <= self.height

    def km_per_unit(self) -> float:
        """True kilometres for one map unit at the centre of the map."""
        return 1.0 / (self.units_per_km * self.projection.scale_at(self.window.centre[1]))


def view_of(longitudes: Sequence[float], latitudes: Sequence[float]) -> View:
    """View that holds all positions with a margin."""
    lon, lat = np.asarray(longitudes, np.float64), np.asarray(latitudes, np.float64)
    window = window_of(lon, lat).grown(_MARGIN_SHARE, _MARGIN_DEG)
    projection = projection_for(window)
    # the edges of the window bend in the plane: take their extent, not that of the corners
    edge_lon = np.linspace(window.west, window.east, _EDGE_POINTS)
    edge_lat = np.linspace(window.south, window.north, _EDGE_POINTS)
    around_lon = np.concatenate(
        [
            edge_lon,
            edge_lon,
            np.full_like(edge_lat, window.west),
            np.full_like(edge_lat, window.east),
        ]
    )
    around_lat = np.concatenate(
        [
            np.full_like(edge_lon, window.south),
            np.full_like(edge_lon, window.north),
            edge_lat,
            edge_lat,
        ]
    )
    x, y = projection.project(around_lon, around_lat)
    width, height = float(np.ptp(x)), float(np.ptp(y))
    scale = WIDTH / width
    tall = min(max(height * scale, _HEIGHTS[0]), _HEIGHTS[1])
    scale = min(scale, tall / height)
    left = float(x.min() + x.max()) / 2 - WIDTH / scale / 2
    top = float(y.min() + y.max()) / 2 + tall / scale / 2
    return View(window, projection, scale, left, top, tall)
