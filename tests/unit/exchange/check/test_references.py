"""References: own and others', skipped and stored, in chains and in cycles."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.exchange.check import Check, Known
from redball.exchange.check.cycles import components
from redball.model import BadUse

Checker = Callable[..., Check]
Rows = Sequence[Mapping[str, str | None]]


def known(**keys: Sequence[tuple[str, str]]) -> Known:
    schema = {"owner": pl.String, "key": pl.String}
    return Known(
        keys={n: pl.DataFrame(list(rows), schema=schema, orient="row") for n, rows in keys.items()}
    )


def rules_at(check: Check, table: str) -> list[tuple[int, str, str]]:
    found = check.issues.filter((pl.col("table") == table) & pl.col("line").is_not_null())
    return sorted(found.select("line", "column", "rule").rows())


HOLDING = {"site": "A", "item": "I1", "quantity": "5"}


def test_a_row_on_a_skipped_row_is_skipped_and_so_is_what_rests_on_it(
    checked: Checker, world: Mapping[str, Rows]
) -> None:
    items = [{**world["item"][0], "price": "-1"}, world["item"][1]]
    sent = {"item": items, "holding": [HOLDING, {**HOLDING, "item": "I2"}]}
    result = checked(rows=sent, world=True)
    assert rules_at(result, "holding") == [(2, "item", "reference-to-skipped")]
    assert rules_at(result, "system") == [(2, "item", "reference-to-skipped")]
    assert result.tables["holding"].frame["item"].to_list() == ["I2"]
    assert result.tables["holding"].skipped_keys == {"A|I1||serviceable"}


def test_the_stored_version_of_a_skipped_row_carries_what_rests_on_it(
    checked: Checker, world: Mapping[str, Rows]
) -> None:
    items = [{**world["item"][0], "price": "-1"}, world["item"][1]]
    sent = {"item": items, "holding": [HOLDING]}
    result = checked(rows=sent, world=True, known=known(item=[("DEU", "I1")]))
    assert rules_at(result, "holding") == [(2, "item", "reference-to-stored")]
    assert result.tables["holding"].frame.height == 1
    assert "I1" in result.tables["item"].skipped_keys


def test_a_chain_of_references_within_a_table_is_skipped_to_its_end(checked: Checker) -> None:
    chain = [{"key": "P0", "name": "x", "ultimate_parent": "NOWHERE"}]
    chain += [{"key": f"P{n}", "name": "x", "ultimate_parent": f"P{n - 1}"} for n in range(1, 3000)]
    apart = [{"key": "Q", "name": "x", "ultimate_parent": "Q2"}, {"key": "Q2", "name": "x"}]
    result = checked(rows={"party": [*chain, *apart]})
    assert result.tables["party"].frame["key"].to_list() == ["Q", "Q2"]
    assert result.counts["errors"] == 3000


def test_a_chain_ends_at_a_row_whose_stored_version_stays(checked: Checker) -> None:
    rows = [
        {"key": "P0", "name": "x", "ultimate_parent": "NOWHERE"},
        {"key": "P1", "name": "x", "ultimate_parent": "P0"},
        {"key": "P2", "name": "x", "ultimate_parent": "P1"},
    ]
    result = checked(rows={"party": rows}, known=known(party=[("DEU", "P0")]))
    assert rules_at(result, "party") == [
        (2, "ultimate_parent", "reference-missing"),
        (3, "ultimate_parent", "reference-to-stored"),
    ]


def test_the_own_owner_code_before_a_key_is_dropped(checked: Checker) -> None:
    result = checked(rows={"holding": [{**HOLDING, "site": "DEU:A"}]}, world=True)
    assert result.ok
    assert result.tables["holding"].frame["site"].to_list() == ["A"]
    assert result.tables["holding"].frame["key"].to_list() == ["A|I1||serviceable"]


def test_a_visible_row_of_another_owner_is_accepted_without_a_word(checked: Checker) -> None:
    row = {**HOLDING, "site": "NLD:Z"}
    result = checked(rows={"holding": [row]}, world=True, known=known(site=[("NLD", "Z")]))
    assert result.issues.is_empty()
    assert result.tables["holding"].frame["key"].to_list() == ["NLD.Z|I1||serviceable"]


def test_the_check_is_no_oracle_for_rows_of_others(checked: Checker) -> None:
    rows = [{**HOLDING, "site": "NLD:SECRET"}, {**HOLDING, "site": "NLD:NEVER"}]
    result = checked(rows={"holding": rows}, world=True, known=known(site=[("NLD", "OPEN")]))
    words = result.issues.select("severity", "rule", "message", "mend").unique()
    assert words.height == 1
    assert words["rule"].to_list() == ["reference-undisclosed"]
    assert result.tables["holding"].frame.height == 2


def test_a_row_that_a_full_table_withdraws_can_not_be_named(
    checked: Checker, world: Mapping[str, Rows]
) -> None:
    stored = known(site=[("DEU", "OLD")])
    sent = {"holding": [{**HOLDING, "site": "OLD"}]}
    full = checked(rows=sent, world=True, known=stored)
    assert rules_at(full, "holding") == [(2, "site", "reference-missing")]
    changes = checked(rows=sent, world=True, known=stored, content="changes")
    assert changes.ok
    without_sites = {**{n: r for n, r in world.items() if n != "site"}, **sent}
    assert checked(rows=without_sites, known=stored).ok


def test_what_is_known_needs_its_columns() -> None:
    with pytest.raises(BadUse, match="no column 'key'"):
        Known(keys={"site": pl.DataFrame({"owner": ["DEU"]})})
    with pytest.raises(BadUse, match="no column 'child'"):
        Known(structure=pl.DataFrame({"parent": ["I1"]}))


def test_a_key_that_differs_in_case_or_marks_is_suggested(checked: Checker) -> None:
    row = {**HOLDING, "item": "i-1"}
    issue = checked(rows={"holding": [row]}, world=True).issues.row(0, named=True)
    assert issue["mend"].startswith("Did you mean 'I1'?")


def test_a_cycle_is_named_and_only_its_rows_are_reported(
    checked: Checker, world: Mapping[str, Rows]
) -> None:
    items = [{"key": k, "name": k, "supply_class": "NATO:II"} for k in ("I1", "I2", "I3", "I4")]
    pairs = [("I1", "I2"), ("I2", "I3"), ("I3", "I1"), ("I3", "I4"), ("I4", "I4")]
    rows = [{"parent": a, "child": b} for a, b in pairs]
    result = checked(rows={"item": items, "structure": rows}, world=True)
    assert rules_at(result, "structure") == [
        (line, "child", "structure-cycle") for line in (2, 3, 4, 6)
    ]
    messages = result.issues.filter(pl.col("line") == 3)["message"].to_list()
    assert messages == ["The item contains itself: I2 > I3 > I1 > I2."]


@pytest.mark.parametrize(("content", "broken"), [("changes", True), ("full", False)])
def test_stored_structure_counts_where_it_stays(
    content: str, broken: bool, checked: Checker
) -> None:
    stored = Known(structure=pl.DataFrame({"parent": ["I2"], "child": ["I1"]}))
    sent = {"structure": [{"parent": "I1", "child": "I2"}]}
    result = checked(rows=sent, world=True, content=content, known=stored)
    assert (result.counts["errors"] > 0) == broken


def test_a_deep_structure_is_no_cycle(checked: Checker) -> None:
    keys = [f"I{n}" for n in range(5000)]
    items = [{"key": key, "name": key, "supply_class": "NATO:II"} for key in keys]
    rows = [{"parent": a, "child": b} for a, b in pairwise(keys)]
    assert checked(rows={"item": items, "structure": rows}).ok
    closed = [*rows, {"parent": keys[-1], "child": keys[0]}]
    result = checked(rows={"item": items, "structure": closed})
    assert result.counts["errors"] == 5000


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_components_agree_with_networkx(pairs: list[tuple[int, int]]) -> None:
    edges: dict[str, list[str]] = {}
    for a, b in pairs:
        edges.setdefault(str(a), []).append(str(b))
    graph: nx.DiGraph[str] = nx.DiGraph((str(a), str(b)) for a, b in pairs)
    expected = {frozenset(group) for group in nx.strongly_connected_components(graph)}
    assert {frozenset(group) for group in components(edges)} == expected
