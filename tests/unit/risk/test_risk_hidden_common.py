"""Rule hidden-common-supplier: what stands behind sources that look independent."""

from collections.abc import Callable
from typing import Any

import pytest

from redball.model import Finding, Level, Twin

Make = Callable[..., Twin]
Find = Callable[..., list[Finding]]
RULE = "hidden-common-supplier"


def ring(**change: Any) -> dict[str, list[dict[str, Any]]]:
    """A vehicle with one part, three suppliers, and one forge behind all of them."""
    tables: dict[str, list[dict[str, Any]]] = {
        "party": [{"key": k} for k in ("A", "B", "C", "FORGE")],
        "item": [{"key": "IFV"}, {"key": "RING"}],
        "structure": [{"key": "s", "parent": "IFV", "child": "RING"}],
        "system": [{"key": "SYS", "name": "Vehicle", "item": "IFV"}],
        "source": [{"key": f"q{p}", "party": p, "item": "RING"} for p in "ABC"],
        "supply": [
            {"key": f"f{p}", "supplier": "FORGE", "customer": p, "input": "ring"} for p in "ABC"
        ],
    }
    return {**tables, **change}


def test_one_forge_behind_three_suppliers_is_found_with_all_rows_of_the_path(
    make_twin: Make, find: Find
) -> None:
    (finding,) = find(make_twin(**ring()), RULE)
    assert finding.level is Level.CRITICAL
    assert (finding.subject.table, finding.subject.key) == ("party", "FORGE")
    assert finding.title == "Forge stands behind all 3 suppliers of Ring; its loss stops Vehicle."
    assert finding.detail["tier"] == 2
    assert finding.detail["sources_with_known_tier_2"] == 1.0
    keys = {(ref.table, ref.key) for ref in finding.evidence}
    assert {("structure", "s"), ("system", "SYS"), ("party", "FORGE")} <= keys
    assert {("source", f"q{p}") for p in "ABC"} <= keys
    assert {("supply", f"f{p}") for p in "ABC"} <= keys


def test_a_second_forge_for_one_of_them_ends_the_dependency(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["party"].append({"key": "OTHER"})
    tables["supply"].append({"key": "o", "supplier": "OTHER", "customer": "C", "input": "Ring "})
    assert find(make_twin(**tables), RULE) == []


def test_a_different_input_from_another_supplier_does_not_end_it(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["party"].append({"key": "OTHER"})
    tables["supply"].append({"key": "o", "supplier": "OTHER", "customer": "C", "input": "paint"})
    assert [f.subject.key for f in find(make_twin(**tables), RULE)] == ["FORGE"]


def test_three_tiers_up_it_is_still_found(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["party"] += [{"key": "M1"}, {"key": "M2"}]
    tables["supply"] = [
        {"key": "1", "supplier": "M1", "customer": "A"},
        {"key": "2", "supplier": "M2", "customer": "B"},
        {"key": "3", "supplier": "M2", "customer": "C"},
        {"key": "4", "supplier": "FORGE", "customer": "M1"},
        {"key": "5", "supplier": "FORGE", "customer": "M2"},
    ]
    (finding,) = find(make_twin(**tables), RULE)
    assert (finding.subject.key, finding.detail["tier"]) == ("FORGE", 3)


def test_a_competitor_who_also_supplies_the_other_is_found(make_twin: Make, find: Find) -> None:
    tables = ring(supply=[{"key": "1", "supplier": "A", "customer": "B"}])
    tables["source"] = tables["source"][:2]
    assert [f.subject.key for f in find(make_twin(**tables), RULE)] == ["A"]


def test_a_lone_supplier_with_a_lone_forge_is_single_source_not_hidden(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["source"] = tables["source"][:1]
    twin = make_twin(**tables)
    assert find(twin, RULE) == []
    assert [f.subject.key for f in find(twin, "single-source")] == ["RING"]


@pytest.mark.parametrize(("essential", "count"), [(True, 1), (False, 0)])
def test_only_essential_parts_count(
    make_twin: Make, find: Find, essential: bool, count: int
) -> None:
    row = {"key": "s", "parent": "IFV", "child": "RING", "essential": essential}
    assert len(find(make_twin(**ring(structure=[row])), RULE)) == count


def test_an_alternative_part_ends_the_dependency(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["item"].append({"key": "OTHER"})
    tables["structure"] = [
        {"key": "1", "parent": "IFV", "child": "RING", "alternative": "R"},
        {"key": "2", "parent": "IFV", "child": "OTHER", "alternative": "R"},
    ]
    assert find(make_twin(**tables), RULE) == []


def test_the_owner_behind_different_second_tier_parties_is_found(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["party"] = [
        *({"key": k} for k in ("A", "B", "C", "HOLDING", "TOP")),
        {"key": "F1", "ultimate_parent": "HOLDING"},
        {"key": "F2", "ultimate_parent": "TOP"},
        {"key": "F3", "ultimate_parent": "TOP"},
    ]
    tables["party"][3]["ultimate_parent"] = "TOP"
    tables["supply"] = [
        {"key": str(i), "supplier": f"F{i}", "customer": c} for i, c in enumerate("ABC", 1)
    ]
    (finding,) = find(make_twin(**tables), RULE)
    assert (finding.subject.key, finding.detail["element"]) == ("TOP", "parent")
    assert finding.title.startswith("Top, as the owner, stands behind all 3 suppliers")


def test_a_site_and_a_country_shared_at_the_second_tier_are_found(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["site"] = [{"key": "PARK", "country": "CZE"}, {"key": "AWAY", "country": "CZE"}]
    tables["party"] = [
        *({"key": k} for k in "ABC"),
        {"key": "F1", "site": "PARK"},
        {"key": "F2", "site": "PARK"},
        {"key": "F3", "site": "PARK"},
    ]
    tables["supply"] = [
        {"key": str(i), "supplier": f"F{i}", "customer": c} for i, c in enumerate("ABC", 1)
    ]
    found = find(make_twin(**tables), RULE)
    assert [f.detail["element"] for f in found] == ["site", "country"]
    tables["party"][5]["site"] = "AWAY"
    (country,) = find(make_twin(**tables), RULE)
    assert country.title.startswith("The country CZE stands behind")
    assert country.level is Level.SERIOUS


def test_claimed_edges_alone_make_it_serious_and_say_so(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["supply"][2]["confidence"] = 0.6
    (finding,) = find(make_twin(**tables), RULE)
    assert finding.level is Level.SERIOUS
    assert finding.detail["known_edges_only"] is False
    assert finding.detail["all_claimed_edges"] is True
    assert find(make_twin(**tables), RULE, least_confidence=0.7) == []


def test_an_input_of_another_item_does_not_count(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["supply"][2]["item"] = "IFV"
    assert find(make_twin(**tables), RULE) == []
    tables["supply"][2]["item"] = "RING"
    assert [f.subject.key for f in find(make_twin(**tables), RULE)] == ["FORGE"]


def test_an_item_specific_supplier_is_an_alternative_to_the_general_one(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["party"].append({"key": "OTHER"})
    tables["supply"].append(
        {"key": "o", "supplier": "OTHER", "customer": "C", "input": "ring", "item": "RING"}
    )
    assert find(make_twin(**tables), RULE) == []


def test_an_undisclosed_supplier_is_unknown_and_the_coverage_says_so(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["supply"].append({"key": "u", "supplier": "HIDDEN", "customer": "C", "input": "ring"})
    assert find(make_twin(**tables), RULE) == []  # it may not hang on the forge
    tables = ring(supply=[*ring()["supply"][:2]])
    tables["source"] = tables["source"][:2]
    tables["party"].append({"key": "D"})
    tables["item"].append({"key": "BOLT"})
    tables["structure"].append({"key": "b", "parent": "IFV", "child": "BOLT"})
    tables["source"].append({"key": "qD", "party": "D", "item": "BOLT"})
    (finding,) = find(make_twin(**tables), RULE)
    assert finding.detail["sources_with_known_tier_2"] == pytest.approx(2 / 3, abs=1e-4)


def test_suppliers_and_sources_of_all_nations_count_once_recognised(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["party"] = [
        *({"key": k} for k in ("A", "B", "FORGE")),
        {"owner": "NLD", "label": 3, "key": "C"},
        {"owner": "NLD", "label": 3, "key": "SMEDERIJ"},
    ]
    tables["item"].append({"owner": "NLD", "label": 2, "key": "LG-1"})
    tables["source"][2] = {"owner": "NLD", "label": 2, "key": "qC", "party": "C", "item": "LG-1"}
    tables["supply"][2] = {
        "owner": "NLD", "label": 3, "key": "fC", "supplier": "SMEDERIJ", "customer": "C",
    }  # fmt: skip
    twin = make_twin(**tables)
    same = {"same_items": [("RING", "NLD:LG-1")]}
    assert find(twin, RULE, **same) == []  # two forges, as far as the keys tell
    (finding,) = find(twin, RULE, **same, same_parties=[("FORGE", "NLD:SMEDERIJ")])
    assert finding.detail["suppliers_behind"] == 3
    assert finding.label.text == "RESTRICTED // FOR DEU NLD POL ONLY"


def test_parties_that_supply_each_other_do_not_fail_by_themselves(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["supply"] = [
        {"key": "1", "supplier": "A", "customer": "B"},
        {"key": "2", "supplier": "B", "customer": "A"},
    ]
    assert find(make_twin(**tables), RULE) == []
    tables["source"] = tables["source"][:2]
    assert [f.subject.key for f in find(make_twin(**tables), RULE)] == ["A", "B"]


def test_one_finding_lists_all_systems_it_stops(make_twin: Make, find: Find) -> None:
    tables = ring()
    tables["item"].append({"key": "TANK"})
    tables["system"].append({"key": "T", "name": "Tank", "item": "TANK"})
    tables["structure"].append({"key": "t", "parent": "TANK", "child": "RING"})
    (finding,) = find(make_twin(**tables), RULE)
    assert finding.value == 2
    assert finding.detail["systems"] == "Vehicle; Tank"


def test_the_element_that_stops_most_systems_is_kept_and_no_count_is_said(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["party"] += [{"key": k} for k in ("D", "E", "MILL")]
    tables["item"] += [{"key": "TANK"}, {"key": "HULL"}]
    tables["system"].append({"key": "T", "name": "Tank", "item": "TANK"})
    tables["structure"] += [
        {"key": "t", "parent": "TANK", "child": "HULL"},
        {"key": "u", "parent": "TANK", "child": "RING"},
    ]
    tables["source"] += [{"key": f"q{p}", "party": p, "item": "HULL"} for p in "DE"]
    tables["supply"] += [{"key": f"m{p}", "supplier": "MILL", "customer": p} for p in "DE"]
    assert len(find(make_twin(**tables), RULE)) == 2
    (finding,) = find(make_twin(**tables), RULE, most_per_rule=1)
    assert (finding.subject.key, finding.value) == ("FORGE", 2)
    assert "found" not in finding.detail  # it would count what the reader may not see


def test_suppliers_that_fall_back_on_each_other_hide_the_forge_until_the_trade_is_not_essential(
    make_twin: Make, find: Find
) -> None:
    tables = ring()
    tables["source"] = tables["source"][:2]
    trade = [
        {"key": "ab", "supplier": "A", "customer": "B", "input": "ring"},
        {"key": "ba", "supplier": "B", "customer": "A", "input": "ring"},
    ]
    forge = tables["supply"]
    assert find(make_twin(**{**tables, "supply": forge + trade}), RULE) == []
    apart = [{**row, "essential": False} for row in trade]
    (finding,) = find(make_twin(**{**tables, "supply": forge + apart}), RULE)
    assert finding.subject.key == "FORGE"


def test_parties_that_need_each_other_without_alternative_fall_together(
    make_twin: Make, find: Find
) -> None:
    tables = ring(
        supply=[
            {"key": "1", "supplier": "A", "customer": "B", "input": "ring"},
            {"key": "2", "supplier": "B", "customer": "A", "input": "paint"},
        ]
    )
    tables["source"] = tables["source"][:2]
    assert [f.subject.key for f in find(make_twin(**tables), RULE)] == ["A", "B"]
