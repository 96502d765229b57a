"""The systemic risk index: what each rule does, on networks that can be followed by hand."""

import numpy as np
import pytest

from redball.model.errors import BadData, BadUse
from redball.risk.cascade import (
    FirmNetwork,
    FirmShocks,
    Market,
    Need,
    each_firm_closed,
    economic_systemic_risk,
    firm_network,
    firm_network_of_matrix,
    firm_shocks,
)


def random_network(n: int = 300, seed: int = 7) -> FirmNetwork:
    rng = np.random.default_rng(seed)
    supplier, customer = rng.integers(0, n, (2, 5 * n))
    return firm_network(
        supplier,
        customer,
        rng.lognormal(0, 1, 5 * n),
        sector=rng.integers(0, 9, n),
        essential=rng.integers(1, 3, (9, 9)),
        outlet=rng.random(n),
    )


def test_one_of_two_suppliers_of_an_essential_input_stops_its_share() -> None:
    network = firm_network(
        [0, 1, 2], [3, 3, 3], [3.0, 1.0, 6.0], sector=[0, 0, 1, 2], essential=np.full((3, 3), 2)
    )
    found = economic_systemic_risk(network, keep_health=True)
    assert found.health_down is not None
    assert found.health_down[:, 3].tolist() == pytest.approx([0.25, 0.75, 0.0, 0.0])


def test_a_linear_input_counts_against_all_purchases() -> None:
    network = firm_network([0, 1, 2], [3, 3, 3], [3.0, 1.0, 6.0], sector=[0, 0, 1, 2])
    found = economic_systemic_risk(network, keep_health=True)
    assert found.health_down is not None
    assert found.health_down[:, 3].tolist() == pytest.approx([0.7, 0.9, 0.4, 0.0])


def test_an_input_that_is_not_needed_stops_nobody_downstream() -> None:
    network = firm_network([0], [1], [1.0], sector=[0, 1], need=[Need.NONE])
    found = economic_systemic_risk(network, keep_health=True)
    assert found.health_down is not None
    assert found.health_up is not None
    assert found.health_down[0].tolist() == [0.0, 1.0]
    assert found.health_up[1].tolist() == [0.0, 0.0]  # its supplier still loses a customer


def test_links_of_one_customer_and_input_have_one_need_the_strictest() -> None:
    network = firm_network(
        [0, 1, 2], [3, 3, 3], [1.0, 1.0, 1.0], sector=[0, 0, 0, 1], need=[1, 2, 0]
    )
    assert network.need.tolist() == [2, 2, 2]


def test_the_outlet_keeps_upstream_losses_finite() -> None:
    ring = np.roll(np.eye(3), 1, axis=1)
    without = firm_network_of_matrix(ring, sector=[0, 0, 0])
    shock = firm_shocks(without, [{0: 0.0}])
    assert economic_systemic_risk(without, shock).up[0] == pytest.approx(1.0)
    outlets = firm_network_of_matrix(ring, sector=[0, 0, 0], outlet=[1, 1, 1])
    with_outlet = economic_systemic_risk(outlets, shock, tolerance=1e-12, keep_health=True)
    assert with_outlet.health_up is not None
    assert with_outlet.health_up[0].tolist() == pytest.approx([0.0, 0.75, 0.5])
    ignored = economic_systemic_risk(outlets, shock, outlet=False)
    assert ignored.esri[0] == economic_systemic_risk(without, shock).esri[0]
    assert "stop rule" in economic_systemic_risk(without, shock).assumptions[4]


def test_others_of_the_sector_take_the_place_of_one_that_fails() -> None:
    # firms 0 and 1 make the same, 0 sells a quarter of what is left when it is closed
    network = firm_network(
        [0, 1], [2, 3], [1.0, 4.0], sector=[0, 0, 1, 1], essential=np.full((2, 2), 2)
    )
    shock = firm_shocks(network, [{0: 0.0}])
    alone = economic_systemic_risk(network, shock, keep_health=True)
    helped = economic_systemic_risk(network, shock, market="sector", keep_health=True)
    assert alone.health_down is not None
    assert helped.health_down is not None
    assert alone.health_down[0, 2] == 0.0
    assert helped.health_down[0, 2] == pytest.approx(0.75)


def test_a_firm_keeps_no_more_than_the_least_of_its_shocks() -> None:
    network = firm_network([0, 1], [1, 2], [10.0, 10.0], sector=[0, 1, 2])
    twice = FirmShocks(np.array([0, 2]), np.array([0, 0], np.int32), np.array([0.25, 0.75]))
    found = economic_systemic_risk(network, twice, keep_health=True)
    assert found.health_down is not None
    assert found.health_down[0].tolist() == [0.25, 0.25, 0.25]


def test_no_shock_loses_nothing_in_one_round() -> None:
    network = random_network()
    found = economic_systemic_risk(network, firm_shocks(network, [{}, {3: 1.0}]))
    assert found.esri.tolist() == [0.0, 0.0]
    assert found.sweeps.tolist() == [1, 1]


def test_the_cap_on_rounds_is_told() -> None:
    ring = firm_network_of_matrix([[0.9, 0.1], [0.1, 0.9]], sector=[0, 0])
    found = economic_systemic_risk(ring, tolerance=1e-9, most_sweeps=5)
    assert not found.converged.any()
    assert found.sweeps.tolist() == [5, 5]
    assert economic_systemic_risk(ring, tolerance=1e-9).converged.all()


@pytest.mark.parametrize("market", list(Market))
def test_the_number_of_workers_changes_no_byte(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = random_network()
    monkeypatch.setattr("redball.risk.cascade.esri._CHUNK", 1)  # a part for each set of lanes
    one, four = (economic_systemic_risk(network, market=market, workers=w) for w in (1, 4))
    for name in ("esri", "down", "up", "own_share", "sweeps", "converged"):
        assert getattr(one, name).tobytes() == getattr(four, name).tobytes()


@pytest.mark.parametrize("workers", [1, 3])
def test_progress_rises_to_one_and_raising_from_it_cancels(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = random_network()
    monkeypatch.setattr("redball.risk.cascade.esri._CHUNK", 1)
    told: list[float] = []
    economic_systemic_risk(network, workers=workers, progress=told.append)
    assert told == sorted(told)
    assert len(told) > 10
    assert told[-1] == 1.0

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        economic_systemic_risk(network, workers=workers, progress=stop)


def test_every_firm_alone_is_what_is_closed_without_shocks() -> None:
    network = random_network(40)
    default = economic_systemic_risk(network)
    given = economic_systemic_risk(network, each_firm_closed(network))
    assert default.esri.tolist() == given.esri.tolist()


def test_numbers_of_the_network_are_its_names_when_none_are_given() -> None:
    assert random_network(3).names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": [1.0, -1.0]}, "is -1"),
        ({"value": [1.0, np.nan]}, "is nan"),
        ({"value": [1.0, np.inf]}, "is inf"),
        ({"value": [1e308, 1.7e308]}, "more than a number can hold"),
        ({"value": [1.0]}, "shape"),
        ({"supplier": [0, 3]}, "outside 0 to 2"),
        ({"customer": [-1, 2]}, "outside 0 to 2"),
        ({"supplier": [0.5, 1.0]}, "float64"),
        ({"need": [1, 3]}, "outside 0 to 2"),
        ({"essential": [[1]]}, "does not cover"),
        ({"essential": np.full((3, 3), 5)}, "does not cover"),
        ({"need": [1, 1], "essential": np.ones((3, 3), int)}, "Both"),
        ({"outlet": [1.0, 1.0]}, "shape"),
        ({"names": ["a"]}, "1 names for 3"),
    ],
)
def test_a_network_that_can_not_be_is_refused(change: dict[str, object], says: str) -> None:
    given: dict[str, object] = {
        "supplier": [0, 1],
        "customer": [1, 2],
        "value": [1.0, 1.0],
        "sector": [0, 1, 2],
    }
    with pytest.raises(BadData, match=says):
        firm_network(**(given | change))  # type: ignore[arg-type]  # wrong on purpose


def test_a_matrix_must_be_square() -> None:
    with pytest.raises(BadData, match="shape"):
        firm_network_of_matrix(np.ones((2, 3)), sector=[0, 0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tolerance": 0.0}, "tolerance is 0"),
        ({"tolerance": float("nan")}, "tolerance is nan"),
        ({"tolerance": 1.5}, "tolerance is 1.5"),
        ({"most_sweeps": 0}, "cap on rounds"),
        ({"market": "town"}, "'town' is no rule"),
        ({"workers": 0}, "0 workers"),
    ],
)
def test_parameters_out_of_range_are_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        economic_systemic_risk(random_network(9), **change)  # type: ignore[arg-type]  # wrong on purpose


def test_shocks_out_of_range_are_refused() -> None:
    network = random_network(9)
    with pytest.raises(BadData, match="outside"):
        firm_shocks(network, [{9: 0.0}])
    with pytest.raises(BadData, match=r"keeps 1\.5"):
        firm_shocks(network, [{0: 1.5}])
    with pytest.raises(BadData, match="is -1"):
        firm_shocks(network, [{0: -1.0}])
    with pytest.raises(BadData, match="not in the network"):
        economic_systemic_risk(random_network(5), firm_shocks(network, [{8: 0.0}]))


def test_a_network_without_firms_or_sales_is_refused() -> None:
    nobody = firm_network([], [], [], sector=[])
    with pytest.raises(BadData, match="no firms"):
        economic_systemic_risk(nobody)
    with pytest.raises(BadData, match="sells"):
        economic_systemic_risk(firm_network([0], [1], [0.0], sector=[0, 0]))


def test_health_too_large_to_keep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redball.risk.cascade.esri._MOST_KEPT", 80)
    with pytest.raises(BadUse, match="too much to keep"):
        economic_systemic_risk(random_network(9), keep_health=True)
