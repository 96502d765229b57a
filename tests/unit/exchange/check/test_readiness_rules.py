"""Rules for readiness that look at several rows: rounds of resupply, rows said twice, sums."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import polars as pl
import pytest

from redball.exchange.check import Check

Checker = Callable[..., Check]
Links = list[tuple[str, str | None, str | None]]

SITES = [f"S{n}" for n in range(8)]


def world(items: int = 2) -> dict[str, list[dict[str, str]]]:
    return {
        "nation": [{"key": "DEU", "name": "Germany"}],
        "site": [
            {"key": key, "name": key, "country": "DEU", "latitude": "50", "longitude": "8"}
            for key in SITES
        ],
        "item": [
            {"key": f"I{n}", "name": f"I{n}", "supply_class": "NATO:II"} for n in range(items)
        ],
    }


def rows_with(result: Check, rule: str) -> list[int]:
    """Rows of the sheet (from 0) that an issue of the rule names."""
    found = result.issues.filter(pl.col("rule") == rule)
    return sorted(line - 2 for line in found["line"].to_list())


def sent(links: Links) -> list[dict[str, str | None]]:
    return [
        {"key": str(n), "site": site, "from_site": above, "item": item, "ship_days": "3"}
        for n, (site, above, item) in enumerate(links)
    ]


def test_a_round_names_each_of_its_rows_and_no_other(checked: Checker) -> None:
    links: Links = [
        ("S0", "S1", None), ("S1", "S2", None), ("S2", "S0", None), ("S3", "S0", None),
        ("S4", None, None), ("S5", "S4", None),
    ]  # fmt: skip
    result = checked(rows={**world(), "resupply": sent(links)})
    assert rows_with(result, "resupply-cycle") == [0, 1, 2]
    assert result.tables["resupply"].rows_skipped == 3


def test_the_row_of_an_item_closes_a_round_for_that_item_only(checked: Checker) -> None:
    links: Links = [("S0", "S1", None), ("S1", None, None), ("S1", "S0", "I0"), ("S1", "S2", "I1")]
    result = checked(rows={**world(), "resupply": sent(links)})
    assert rows_with(result, "resupply-cycle") == [2]


@pytest.mark.parametrize("seed", range(12))
def test_rounds_are_those_that_a_graph_library_finds(checked: Checker, seed: int) -> None:
    rng = np.random.default_rng(seed)
    links: Links = []
    for item in (None, "I0", "I1"):
        for site in rng.permutation(SITES)[: int(rng.integers(2, 8))].tolist():
            above = str(rng.choice(SITES))
            links.append((site, None if above == site else above, item))
    result = checked(rows={**world(), "resupply": sent(links)})
    wanted: set[int] = set()
    for item in (None, "I0", "I1"):
        # an own row goes before the general one, and one without a supplier ends the chain
        own = {s: (n, a) for n, (s, a, i) in enumerate(links) if i == item}
        edges = {s: (n, a) for n, (s, a, i) in enumerate(links) if i is None} | own
        graph: nx.DiGraph[str] = nx.DiGraph([(s, a) for s, (_, a) in edges.items() if a])
        for part in nx.strongly_connected_components(graph):
            if len(part) > 1:
                wanted |= {own[s][0] for s in part if s in own}
    assert set(rows_with(result, "resupply-cycle")) == wanted


def test_the_first_row_by_key_is_the_one_that_holds(checked: Checker) -> None:
    repair = [
        {"key": "B", "site": "S0", "item": "I0", "repair_days": "5", "repaired_share": "0"},
        {"key": "A", "site": "S0", "item": "I0", "repair_days": "6", "repaired_share": "0"},
        {"key": "C", "site": "S1", "item": "I0", "repair_days": "6", "repaired_share": "0"},
    ]
    result = checked(rows={**world(), "repair": repair})
    assert rows_with(result, "said-twice") == [0]
    assert result.tables["repair"].rows_skipped == 0


def test_what_is_stored_of_an_item_is_not_guessed(checked: Checker) -> None:
    # the package brings repairs without its items: whether they are reparable is not known
    repair = [{"site": "DEU:S0", "item": "DEU:I0", "repair_days": "5"}]
    result = checked(rows={"repair": repair})
    assert rows_with(result, "repair-of-consumable") == []


def test_a_promise_of_another_nation_is_refused_in_any_spelling(checked: Checker) -> None:
    rows = [
        {"giver": "NLD:NLD", "receiver": "DEU"},
        {"giver": "deu", "receiver": "NLD:NLD"},
        {"giver": "DEU:DEU", "receiver": "NLD:NLD"},
    ]
    result = checked(rows={**world(), "support": rows})
    assert rows_with(result, "support-of-anothers-stock") == [0]
    assert rows_with(result, "reference-missing") == [1]
    assert result.tables["support"].rows_skipped == 2
