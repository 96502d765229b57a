"""Rules single-source, common-owner, demand-without-source and structure-without-supplier."""

from collections.abc import Callable
from typing import Any

import pytest

from redball.model import Finding, Level, Twin

Make = Callable[..., Twin]
Find = Callable[..., list[Finding]]


def part(*sources: dict[str, Any], **change: Any) -> dict[str, list[dict[str, Any]]]:
    """A vehicle with one part and its sources."""
    named = [{"key": f"q{i}", "item": "PART", **source} for i, source in enumerate(sources)]
    tables: dict[str, list[dict[str, Any]]] = {
        "site": [{"key": "W1", "country": "DEU"}, {"key": "W2", "country": "CZE"}],
        "party": [
            {"key": "A", "country": "DEU"},
            {"key": "B", "country": "CZE"},
            {"key": "C", "country": "POL"},
            {"key": "OWNER", "country": "POL"},
        ],
        "item": [{"key": "IFV"}, {"key": "PART"}],
        "structure": [{"key": "s", "parent": "IFV", "child": "PART"}],
        "system": [{"key": "SYS", "name": "Vehicle", "item": "IFV"}],
        "source": named,
    }
    return {**tables, **change}


def test_one_supplier_is_a_single_source(make_twin: Make, find: Find) -> None:
    (finding,) = find(make_twin(**part({"party": "A"})), "single-source")
    assert finding.title == "Part has a single source: A. It is an essential part of Vehicle."
    assert finding.level is Level.SERIOUS
    assert (finding.measure, finding.value) == ("HHI by supplier", 10_000.0)
    assert finding.detail["effective_by_supplier"] == 1.0
    assert {str(ref) for ref in finding.evidence} == {
        "source DEU:q0",
        "party DEU:A",
        "system DEU:SYS",
    }


def test_two_suppliers_in_different_hands_and_places_are_none(make_twin: Make, find: Find) -> None:
    assert find(make_twin(**part({"party": "A"}, {"party": "B"})), "single-source") == []


def test_three_suppliers_with_one_owner_are_one_source(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A"}, {"party": "B"}, {"party": "C"})
    for party in tables["party"][:3]:
        party["ultimate_parent"] = "OWNER"
    (finding,) = find(make_twin(**tables), "single-source")
    assert finding.title.startswith("All 3 suppliers of Part have one owner: Owner.")
    assert finding.detail["hhi_by_supplier"] == pytest.approx(3333.3)
    assert finding.detail["hhi_by_parent"] == 10_000.0
    assert finding.detail["effective_by_supplier"] == pytest.approx(3.0)
    assert finding.level is Level.SERIOUS


def test_two_owners_of_four_suppliers_are_a_common_owner_finding(
    make_twin: Make, find: Find
) -> None:
    tables = part(*({"party": p} for p in "ABC"))
    tables["party"][0]["ultimate_parent"] = "OWNER"
    tables["party"][1]["ultimate_parent"] = "OWNER"
    twin = make_twin(**tables)
    assert find(twin, "single-source") == []
    (finding,) = find(twin, "common-owner")
    assert finding.title == "Part has 3 suppliers but only 2 owners; the largest is Owner."
    assert finding.value == pytest.approx(10_000 * (4 / 9 + 1 / 9 - 3 / 9), abs=0.1)
    assert find(make_twin(**part(*({"party": p} for p in "ABC"))), "common-owner") == []


def test_suppliers_that_deliver_from_one_site_are_one_source(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A", "site": "W1"}, {"party": "B", "site": "W1"})
    (finding,) = find(make_twin(**tables), "single-source")
    assert finding.title.startswith("All 2 suppliers of Part deliver from one site: W1.")


def test_the_main_site_of_the_party_stands_in_for_the_source_s(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A"}, {"party": "B", "site": "W1"})
    tables["party"][0]["site"] = "W1"
    (finding,) = find(make_twin(**tables), "single-source")
    assert finding.detail["by"] == "site"


def test_suppliers_in_one_country_are_a_caution(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A", "site": "W2"}, {"party": "B"})
    (finding,) = find(make_twin(**tables), "single-source")
    assert finding.title.startswith("All 2 suppliers of Part are in one country: CZE.")
    assert finding.level is Level.CAUTION


def test_shares_of_origin_replace_the_country_of_the_supplier(make_twin: Make, find: Find) -> None:
    tables = part(
        {"party": "A", "origin_shares": "TWN:1"}, {"party": "B", "origin_shares": "TWN:0.9;CZE:0.1"}
    )
    (finding,) = find(make_twin(**tables), "single-source", hhi_single=9_000.0)
    assert finding.detail["by"] == "country"
    assert "TWN" in finding.title
    tables = part({"party": "A", "origin_shares": "TWN:0.5;DEU:0.5"}, {"party": "B"})
    assert find(make_twin(**tables), "single-source") == []


def test_one_source_with_almost_all_is_single_in_effect(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A", "share": 0.97}, {"party": "B", "share": 0.03})
    (finding,) = find(make_twin(**tables), "single-source")
    assert "nearly all of it comes from A." in finding.title
    tables = part({"party": "A", "share": 0.8}, {"party": "B", "share": 0.2})
    assert find(make_twin(**tables), "single-source") == []


def test_a_zero_share_changes_nothing_but_is_counted_as_unused(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A", "share": 1.0}, {"party": "B", "share": 0.0})
    (finding,) = find(make_twin(**tables), "single-source")
    assert finding.value == 10_000.0
    assert finding.detail["unused_sources"] == 1


def test_an_undisclosed_supplier_is_not_known_to_be_the_same(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A"}, {"party": "SECRET"})
    assert find(make_twin(**tables), "single-source") == []
    (finding,) = find(make_twin(**part({"party": "SECRET"})), "single-source")
    assert "undisclosed" in finding.title
    assert finding.detail["undisclosed_sources"] == 1


def test_sources_of_another_nation_count_once_the_item_is_recognised(
    make_twin: Make, find: Find
) -> None:
    tables = part({"party": "A"})
    tables["item"].append({"owner": "NLD", "label": 2, "key": "LG"})
    tables["source"].append(
        {"owner": "NLD", "label": 2, "key": "n", "party": "DEU:B", "item": "LG"}
    )
    twin = make_twin(**tables)
    assert len(find(twin, "single-source")) == 1
    assert find(twin, "single-source", same_items=[("PART", "NLD:LG")]) == []


def test_the_same_supplier_under_two_keys_is_one(make_twin: Make, find: Find) -> None:
    twin = make_twin(**part({"party": "A"}, {"party": "B"}))
    (finding,) = find(twin, "single-source", same_parties=[("A", "B")])
    assert finding.detail["by"] == "supplier"


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"structure": [{"parent": "IFV", "child": "PART", "essential": False}]}, Level.CAUTION),
        ({"structure": [], "site": [{"key": "D"}], "demand": [{"site": "D", "item": "PART"}]},
         Level.CAUTION),
        ({"structure": []}, None),
    ],
)  # fmt: skip
def test_the_level_follows_from_what_the_item_is_needed_for(
    make_twin: Make, find: Find, change: dict[str, Any], level: Level | None
) -> None:
    found = find(make_twin(**part({"party": "A"}, **change)), "single-source")
    assert [f.level for f in found] == ([level] if level else [])


def demand(**change: Any) -> dict[str, list[dict[str, Any]]]:
    """Demand for an item that nobody supplies."""
    tables: dict[str, list[dict[str, Any]]] = {
        "site": [{"key": "D"}],
        "party": [{"key": "A"}],
        "item": [{"key": "LOST"}],
        "demand": [{"key": "d", "site": "D", "item": "LOST"}],
    }
    return {**tables, **change}


def test_demand_without_a_source_is_found(make_twin: Make, find: Find) -> None:
    (finding,) = find(make_twin(**demand()), "demand-without-source")
    assert finding.title == "There is demand for Lost, but no source of it is known."
    assert (finding.level, finding.value) == (Level.CAUTION, 1.0)
    assert [str(ref) for ref in finding.evidence] == ["demand DEU:d"]


def test_a_requirement_without_a_source_is_serious(make_twin: Make, find: Find) -> None:
    tables = demand(demand=[], nation=[{"key": "DEU"}], requirement=[{"item": "LOST"}])
    (finding,) = find(make_twin(**tables), "demand-without-source")
    assert finding.level is Level.SERIOUS


@pytest.mark.parametrize(
    "change",
    [
        {"source": [{"party": "A", "item": "LOST"}]},
        {"source": [{"party": "HIDDEN", "item": "LOST"}]},
        {"item": [{"key": "LOST"}, {"key": "X"}], "structure": [{"parent": "LOST", "child": "X"}]},
        {"demand": [{"site": "D", "item": "LOST", "quantity": 0.0}]},
        {"demand": []},
    ],
)
def test_demand_with_a_source_a_structure_or_no_quantity_is_not(
    make_twin: Make, find: Find, change: dict[str, Any]
) -> None:
    assert find(make_twin(**demand(**change)), "demand-without-source") == []


def test_a_source_in_any_record_of_the_item_is_enough(make_twin: Make, find: Find) -> None:
    tables = demand(item=[{"key": "LOST"}, {"key": "FOUND"}])
    tables["source"] = [{"party": "A", "item": "FOUND"}]
    twin = make_twin(**tables)
    assert len(find(twin, "demand-without-source")) == 1
    assert find(twin, "demand-without-source", same_items=[("LOST", "FOUND")]) == []


def test_a_leaf_of_a_system_without_supplier_is_found(make_twin: Make, find: Find) -> None:
    (finding,) = find(make_twin(**part()), "structure-without-supplier")
    assert finding.title == (
        "Part, an essential part of Vehicle, has neither a source nor a structure of its own."
    )
    assert finding.level is Level.SERIOUS
    assert [str(ref) for ref in finding.evidence] == ["structure DEU:s", "system DEU:SYS"]


def test_a_leaf_that_is_not_essential_is_a_caution(make_twin: Make, find: Find) -> None:
    row = {"key": "s", "parent": "IFV", "child": "PART", "essential": False}
    (finding,) = find(make_twin(**part(structure=[row])), "structure-without-supplier")
    assert finding.level is Level.CAUTION


@pytest.mark.parametrize(
    "tables", [part({"party": "A"}), part(system=[]), part(structure=[], system=[])]
)
def test_a_leaf_with_a_source_or_outside_all_systems_is_not(
    make_twin: Make, find: Find, tables: dict[str, list[dict[str, Any]]]
) -> None:
    assert find(make_twin(**tables), "structure-without-supplier") == []


def test_a_structure_that_contains_itself_is_survived(make_twin: Make, find: Find) -> None:
    tables = part({"party": "A"})
    tables["structure"].append({"key": "loop", "parent": "PART", "child": "IFV"})
    assert [f.subject.key for f in find(make_twin(**tables), "single-source")] == ["PART"]
