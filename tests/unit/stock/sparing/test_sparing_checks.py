"""A problem that would give a silent number is refused with its place and a way out."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.sparing import (
    Applications,
    SparingProblem,
    Structure,
    check_problem,
    evaluate,
    flows,
    sparing_problem,
)

NAMES: dict[str, Any] = {
    "item_names": ("ENGINE", "PUMP", "SEAL"),
    "site_names": ("DEPOT", "NORTH", "SOUTH"),
    "system_names": ("TANK",),
}


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int32)


def edges(*links: tuple[int, int], isolation: Any = 0.3) -> Structure:
    share = np.broadcast_to(np.asarray(isolation, dtype=float), len(links)).copy()
    return Structure(ints(*(a for a, _ in links)), ints(*(b for _, b in links)), share)


def with_(problem: SparingProblem, name: str, value: Any) -> SparingProblem:
    change: dict[str, Any] = {name: value}
    return replace(problem, **change)


@pytest.fixture
def problem() -> SparingProblem:
    return sparing_problem(
        supplier=[-1, 0, 0],
        demand=[[0.0, 0.1, 0.2]] * 3,
        repaired=[[1.0, 0.5, 0.5]],
        repair_days=5.0,
        ship_days=[[0.0, 8.0, 9.0]],
        structure=edges((0, 1), (1, 2)),
        systems=[[0, 10, 12]],
        **NAMES,
    )


def test_the_example_is_accepted(problem: SparingProblem) -> None:
    check_problem(problem)
    assert evaluate(problem, 1).ebo.shape == (3, 3)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("demand", -0.1, "returns"),
        ("demand", np.nan, "removals per day"),
        ("demand", np.inf, "removals per day"),
        ("repaired", 1.01, "0 to 1"),
        ("repaired", -0.01, "0 to 1"),
        ("repair_days", -1.0, "turnaround"),
        ("repair_days", np.nan, "turnaround"),
        ("ship_days", -1.0, "order and ship"),
        ("variance_to_mean", 0.0, "Poisson"),
        ("variance_to_mean", np.nan, "Poisson"),
        ("batch", 0.0, "one for one"),
        ("batch", 2.5, "whole units"),
        ("least", -1.0, "0 or more"),
        ("least", 0.5, "whole"),
        ("most", np.nan, "no bound"),
        ("most", 1.5, "no bound"),
    ],
)
def test_a_figure_out_of_range_names_item_and_site(
    problem: SparingProblem, name: str, value: float, mend: str
) -> None:
    table = np.array(np.broadcast_to(getattr(problem, name), (3, 3)))
    table[1, 2] = value
    with pytest.raises(BadData, match=f"item PUMP, site SOUTH: {name} is .*{mend}"):
        check_problem(with_(problem, name, table))


@pytest.mark.parametrize("name", ["unit_cost", "mass_kg", "volume_m3"])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_figure_of_an_item_is_named(problem: SparingProblem, name: str, value: float) -> None:
    column = np.array([1.0, value, 1.0])
    with pytest.raises(BadData, match=f"item PUMP: {name} is"):
        check_problem(with_(problem, name, column))


def test_bounds_that_cross_are_refused(problem: SparingProblem) -> None:
    table = np.zeros((3, 3))
    table[2, 1] = 4.0
    with pytest.raises(BadData, match="SEAL, site NORTH: least is 4 and most is 3"):
        check_problem(replace(problem, least=table, most=np.full((1, 1), 3.0)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("demand", np.zeros((2, 3))),
        ("demand", np.zeros(3)),
        ("demand", np.zeros((3, 2))),
        ("unit_cost", np.ones((3, 1))),
        ("mass_kg", np.ones(2)),
        ("systems", np.ones((1, 2))),
    ],
)
def test_a_wrong_shape_says_the_right_one(problem: SparingProblem, name: str, value: Any) -> None:
    with pytest.raises(BadUse, match=rf"{name} has shape .*Give it the shape \("):
        check_problem(with_(problem, name, value))


def test_axes_of_length_one_give_what_full_tables_give(problem: SparingProblem) -> None:
    replaced = problem
    for name in ("repaired", "repair_days", "ship_days", "variance_to_mean", "batch"):
        table = np.array(np.broadcast_to(getattr(problem, name), (3, 3)))
        replaced = with_(replaced, name, table)
    wide, narrow = evaluate(replaced, 1), evaluate(problem, 1)
    np.testing.assert_array_equal(wide.ebo, narrow.ebo)
    np.testing.assert_array_equal(wide.availability, narrow.availability)


def test_sites_in_a_circle_are_named_link_by_link(problem: SparingProblem) -> None:
    with pytest.raises(BadData, match=r"site NORTH > site SOUTH > site NORTH|SOUTH > site NORTH >"):
        check_problem(replace(problem, supplier=ints(-1, 2, 1)))
    with pytest.raises(BadData, match="site DEPOT > site DEPOT"):
        check_problem(replace(problem, supplier=ints(0, 0, 0)))


def test_items_in_a_circle_are_named_parent_before_child(problem: SparingProblem) -> None:
    with pytest.raises(BadData) as caught:
        check_problem(replace(problem, structure=edges((0, 1), (1, 2), (2, 0))))
    chain = str(caught.value).split("circle: ")[1].split(".")[0].split(" > ")
    links = {"item ENGINE": "item PUMP", "item PUMP": "item SEAL", "item SEAL": "item ENGINE"}
    assert chain[0] == chain[-1]
    assert all(links[a] == b for a, b in pairwise(chain))


def test_a_long_circle_is_shortened() -> None:
    count = 40
    loop = edges(*((i, (i + 1) % count) for i in range(count)))
    with pytest.raises(BadData, match=r"item \d+ > \.\.\. > item"):
        sparing_problem(supplier=[-1], demand=np.zeros((count, 1)), repair_days=1.0, structure=loop)


@pytest.mark.parametrize(
    ("structure", "error", "words"),
    [
        (edges((0, 1), (0, 1)), BadData, "parent ENGINE, child PUMP.*same child twice"),
        (edges((0, 1), (0, 2), isolation=0.6), BadData, "item ENGINE.*add up to 1.2"),
        (edges((0, 1), isolation=1.5), BadData, "item PUMP: isolation is 1.5"),
        (edges((0, 1), isolation=np.nan), BadData, "isolation is nan"),
        (edges((0, 3)), BadUse, r"structure.child\[0\] is 3"),
        (edges((-1, 2)), BadUse, r"structure.parent\[0\] is -1"),
        (Structure(ints(0), ints(1, 2), np.ones(1)), BadUse, "structure.child has shape"),
        (Structure(ints(0), ints(1), np.ones((1, 2))), BadUse, "isolation has shape"),
    ],
)
def test_a_structure_that_makes_no_sense(
    problem: SparingProblem, structure: Structure, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_problem(replace(problem, structure=structure))


def use(
    item: int = 0, system: int = 0, each: float = 2.0, needed: float = 2.0, share: Any = 1.0
) -> Applications:
    return Applications(
        ints(item), ints(system), np.array([each]), np.array([needed]), np.atleast_1d(share)
    )


@pytest.mark.parametrize(
    ("applications", "error", "words"),
    [
        (use(item=3), BadUse, r"applications.item\[0\] is 3"),
        (use(system=1), BadUse, r"applications.system\[0\] is 1"),
        (use(each=0.0, needed=0.0), BadData, "ENGINE, system TANK: per_system is 0"),
        (use(each=np.nan), BadData, "per_system is nan"),
        (use(needed=3.0), BadData, "needed is 3.*at most per_system"),
        (use(needed=0.0), BadData, "needed is 0"),
        (use(each=2.5), BadData, "needed is 2.*whole units"),
        (use(share=1.2), BadData, "share is 1.2"),
        (use(share=np.nan), BadData, "share is nan"),
        (use(share=np.ones((1, 2))), BadUse, "share has shape"),
    ],
)
def test_an_application_that_makes_no_sense(
    problem: SparingProblem, applications: Applications, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_problem(replace(problem, applications=applications))


def test_shares_of_one_item_do_not_exceed_one_at_any_site(problem: SparingProblem) -> None:
    two = Applications(
        ints(0, 0), ints(0, 0), np.ones(2), np.ones(2), np.array([[0.5] * 3, [0.5, 0.6, 0.5]])
    )
    with pytest.raises(BadData, match=r"ENGINE, site NORTH: The shares .* add up to 1.1"):
        check_problem(replace(problem, applications=two))


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_number_of_systems_out_of_range(problem: SparingProblem, value: float) -> None:
    with pytest.raises(BadData, match="system TANK, site NORTH: systems is"):
        check_problem(replace(problem, systems=np.array([[0.0, value, 1.0]])))


def test_names_are_one_each_or_none(problem: SparingProblem) -> None:
    with pytest.raises(BadUse, match="item_names has 1 names for 3"):
        check_problem(replace(problem, item_names=("A",)))
    bare = replace(problem, item_names=(), site_names=(), demand=np.full((1, 1), -1.0))
    with pytest.raises(BadData, match="item 0, site 0: demand is -1"):
        check_problem(bare)


def test_repair_in_no_time_is_refused_where_failures_arrive(problem: SparingProblem) -> None:
    days = np.full((3, 3), 5.0)
    days[2, 0] = 0.0
    with pytest.raises(BadData, match=r"item SEAL, site DEPOT: .*repaired in 0 days.*mean repair"):
        flows(replace(problem, repair_days=days))
    # the edge that is allowed: nothing arrives, or nothing is repaired there
    none = np.array([[0.0, 0.1, 0.2], [0.0, 0.1, 0.2], [0.0, 0.0, 0.0]])
    apart = replace(problem, repair_days=days, demand=none, structure=edges((0, 1)))
    assert flows(apart).rate[2].tolist() == [0.0, 0.0, 0.0]
    away = np.full((3, 3), 0.5)
    away[:, 0] = 1.0
    away[2, 1], days[2, 0], days[2, 1] = 0.0, 5.0, 0.0
    assert flows(replace(problem, repair_days=days, repaired=away)).local[2, 1] > 0


def test_buying_anew_in_no_time_is_refused_at_a_top(problem: SparingProblem) -> None:
    with pytest.raises(BadData, match=r"item ENGINE, site DEPOT: .*bought anew in 0 days.*lead"):
        flows(replace(problem, repaired=np.full((1, 1), 0.9)))


def test_a_pipeline_beyond_counting_is_refused(problem: SparingProblem) -> None:
    with pytest.raises(BadData, match=r"item ENGINE, site DEPOT: .*larger units"):
        flows(replace(problem, demand=np.full((1, 1), 1e6)))
    with pytest.raises(BadData, match=r"variance_to_mean is 20000.*at most 10,000"):
        flows(replace(problem, variance_to_mean=np.full((1, 1), 2e4)))


def test_a_problem_without_items_or_sites_is_refused() -> None:
    with pytest.raises(BadUse, match="no items or no sites"):
        sparing_problem(supplier=[-1], demand=np.zeros((0, 1)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"supplier": [0.5]}, "supplier is not a list"),
        ({"supplier": [[-1]]}, "supplier is not a list"),
        ({"demand": "many"}, "demand: The values are not a table"),
        ({"demand": [[1.0], [1.0, 2.0]]}, "demand: The values are not a table"),
        ({"demand": np.zeros((1, 1, 1))}, "demand has 3 axes"),
        ({"systems": [[1.0], [1.0]]}, "2 kinds of system"),
    ],
)
def test_the_builder_refuses_what_it_cannot_read(arguments: Any, words: str) -> None:
    with pytest.raises(BadUse, match=words):
        sparing_problem(**{"supplier": [-1], "demand": [[0.1]], "repair_days": 1.0} | arguments)


@pytest.mark.parametrize(
    ("stock", "error", "words"),
    [
        ([[1.0, 2.0]], BadUse, r"Give shape \(3, 3\)"),
        ("many", BadUse, r"Give shape \(3, 3\)"),
        ([[0, 0, -1]], BadData, "item ENGINE, site SOUTH: The stock is -1"),
        ([[0.0, 0.5, 0.0]], BadData, "item ENGINE, site NORTH: The stock is 0.5"),
        (np.nan, BadData, "The stock is nan"),
        (np.inf, BadData, "The stock is inf"),
        (1e8, BadData, r"The stock is 1e\+08"),
    ],
)
def test_a_stock_that_is_none(
    problem: SparingProblem, stock: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        evaluate(problem, stock)
