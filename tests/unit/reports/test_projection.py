import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.reports.projection import EARTH_KM, Window, projection_for, window_of

NORTH = Window(-10.0, 48.0, 30.0, 70.0)


def _place(window: Window, lon: float, lat: float) -> tuple[float, float]:
    x, y = projection_for(window).project(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def test_lambert_agrees_with_the_worked_example_of_snyder() -> None:
    # USGS Professional Paper 1395, appendix A, Lambert conformal conic (sphere): radius 1,
    # parallels 33 and 45 N, origin 23 N 96 W, point 35 N 75 W: n 0.6304777, F 1.9550002,
    # x 0.2966785, y 0.2462112. The parallels lie a sixth inside the window.
    made = projection_for(Window(-107.0, 30.0, -85.0, 48.0))
    assert made.cone == pytest.approx(0.6304777, abs=1e-7)
    assert made.factor == pytest.approx(1.9550002, abs=1e-7)
    x, y = made.project(np.array([-75.0]), np.array([35.0]))
    rho_at_23 = made.factor / math.tan(math.pi / 4 + math.radians(23.0) / 2) ** made.cone
    assert x[0] / EARTH_KM == pytest.approx(0.2966785, abs=1e-7)
    assert y[0] / EARTH_KM + rho_at_23 - made.rho == pytest.approx(0.2462112, abs=1e-7)


def test_mercator_is_taken_near_the_equator_and_for_wide_theatres() -> None:
    assert projection_for(Window(-5.0, -4.0, 15.0, 10.0)).cone == 0.0
    assert projection_for(Window(-150.0, 10.0, 20.0, 60.0)).cone == 0.0
    assert projection_for(NORTH).cone > 0.5
    assert projection_for(Window(140.0, -45.0, 178.0, -30.0)).cone < -0.4


@pytest.mark.parametrize(
    "window", [NORTH, Window(-5.0, -4.0, 15.0, 10.0), Window(140.0, -45.0, 178.0, -30.0)]
)
def test_the_centre_is_the_origin_and_north_is_up(window: Window) -> None:
    lon, lat = window.centre
    assert _place(window, lon, lat) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert _place(window, lon, lat + 1)[1] > 0
    assert _place(window, lon + 1, lat)[0] > 0


@given(
    lon=st.floats(-9, 29),
    lat=st.floats(48, 70),
    window=st.sampled_from(
        [NORTH, Window(-10.0, -20.0, 30.0, 70.0), Window(-10.0, 20.0, 30.0, 71.0)]
    ),
)
def test_small_squares_stay_squares_of_the_stated_scale(
    lon: float, lat: float, window: Window
) -> None:
    step = 1e-4
    x0, y0 = _place(window, lon, lat)
    xe, ye = _place(window, lon + step / math.cos(math.radians(lat)), lat)
    xn, yn = _place(window, lon, lat + step)
    true_km = math.radians(step) * EARTH_KM
    scale = projection_for(window).scale_at(lat)
    assert math.hypot(xe - x0, ye - y0) / true_km == pytest.approx(scale, rel=1e-3)
    assert math.hypot(xn - x0, yn - y0) / true_km == pytest.approx(scale, rel=1e-3)


def test_the_window_takes_the_short_way_across_the_antimeridian() -> None:
    window = window_of(np.array([175.0, -170.0, 179.0]), np.array([50.0, 52.0, 51.0]))
    assert (window.west, window.east) == (175.0, 190.0)


@pytest.mark.parametrize("lon", [-170.0, -1.0, 0.0, 13.0, 180.0])
def test_the_window_of_one_position_is_that_position(lon: float) -> None:
    window = window_of(np.array([lon]), np.array([10.0]))
    assert window.west == window.east
    assert (window.west - lon) % 360 == 0


def test_the_window_of_europe_keeps_its_western_longitudes() -> None:
    window = window_of(np.array([-9.0, 5.0, 25.0]), np.array([40.0, 50.0, 60.0]))
    assert window == Window(-9.0, 40.0, 25.0, 60.0)
