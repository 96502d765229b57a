"""Undisturbed, the event calendar on a twin's network gives what VARI-METRIC says of the twin."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Groups, Twin
from redball.planning.case import simulated_case
from redball.simulation.events import run_events
from redball.stock.case import sparing_case
from redball.stock.sparing import evaluate

World = Callable[..., Twin]
Rows = dict[str, list[dict[str, Any]]]

RADIO = 2
"""Row of the item."""

RUNS, WARM_UP, HORIZON = 24, 1000, 3000
_T_99 = 2.807
"""Student's t for 23 degrees of freedom, two-sided 99 %."""


@pytest.fixture
def steady(world: World, rows_of: Rows) -> Twin:
    """The small world where both models hold: one source, no lots, no reserve, ample repair."""
    rows_of["source"] = [
        {"key": "1", "party": "SUP", "item": "RADIO", "lead_time_days": 60.0},
        {"key": "3", "party": "FAR", "item": "CARD", "lead_time_days": 40.0},
    ]
    rows_of["repair"][1] |= {"servers": None}
    hold: Rows = {"holding": [
        {"key": k, "site": site, "item": item, "quantity": q, "condition": "serviceable",
         "reserved": 0.0, **more}
        for k, site, item, q, more in (
            ("1", "DEPOT", "RADIO", 5.0, {}), ("2", "BASE", "RADIO", 1.0, {}),
            ("3", "DEPOT", "CARD", 2.0, {}), ("4", "BASE", "CARD", 1.0, {}),
            ("5", "DEPOT", "N-RADIO", 1.0, {"owner": "NLD", "label": 3}),
        )
    ]}  # fmt: skip
    return world(
        source=rows_of["source"], repair=rows_of["repair"], supply=[], order=[], consignment=[],
        policy=[], **hold,
    )  # fmt: skip


def test_backorders_and_availability_lie_in_the_interval(steady: Twin, same_radio: Groups) -> None:
    spares = sparing_case(steady, items=same_radio)
    found = evaluate(spares.problem, spares.have)
    case = simulated_case(steady, items=same_radio)
    net = case.network
    places = [
        (cell, int(spares.item_of[item]), spares.site_ix.tolist().index(site))
        for cell, item, site, _ in case.cells.with_row_index().iter_rows()
        if item >= 0 and spares.item_of[item] >= 0 and site in spares.site_ix
    ]
    watch = np.array([cell for cell, _, _ in places], np.int32)
    runs = [
        run_events(net, horizon_days=HORIZON, seed=11, replication=k, watch=watch)
        for k in range(RUNS)
    ]
    waiting = np.array([run.waiting[:, WARM_UP:].mean(axis=1) for run in runs])
    half = _T_99 * waiting.std(axis=0, ddof=1) / np.sqrt(RUNS)
    for at, (cell, item, site) in enumerate(places):
        expected = float(found.ebo[item, site])
        # VARI-METRIC fits two moments of the backorders of depots: 5 % beside the interval
        slack = half[at] + 0.05 * expected + 0.01
        assert abs(waiting[:, at].mean() - expected) <= slack, net.name_of(cell)
    up = np.array([run.available[:, WARM_UP:].mean(axis=1) for run in runs])
    for fleet, row in enumerate(net.fleets):
        site = spares.site_ix.tolist().index(case.nodes["site_ix"][int(row["node"])])
        radio = int(spares.item_of[RADIO])
        mean, half_up = up[:, fleet].mean(), _T_99 * up[:, fleet].std(ddof=1) / np.sqrt(RUNS)
        expected = both_radios_work(
            2 * int(row["count"]), found.ebo[radio, site], found.vbo[radio, site]
        )
        assert abs(mean - expected) <= half_up + 0.01
        # the product formula puts the mean of the holes in for the holes: too low, by their spread
        assert found.availability[0, site] <= expected


def both_radios_work(places: int, mean: float, variance: float) -> float:
    """Share of systems with two filled places, holes being anywhere: E[(n-B)(n-B-1)]/(n(n-1))."""
    filled = places - mean
    return float((filled**2 + variance - filled) / (places * (places - 1)))


def test_the_rates_of_the_network_are_those_of_the_sparing_case(
    steady: Twin, same_radio: Groups
) -> None:
    spares = sparing_case(steady, items=same_radio)
    case = simulated_case(steady, items=same_radio)
    net = case.network
    rates = np.zeros(len(net.cells))
    for row in net.applications:
        installed = row["per_system"] * net.fleets["count"][row["fleet"]]
        rates[row["cell"]] += row["per_day"] * installed
    frame = case.cells.with_columns(rate=pl.Series(rates))
    for item, site, _, rate in frame.iter_rows():
        if item >= 0 and spares.item_of[item] >= 0 and site in spares.site_ix:
            s = spares.site_ix.tolist().index(site)
            assert rate == pytest.approx(spares.problem.demand[spares.item_of[item], s])
