"""The door: order, determinism, labels, thresholds and what it refuses."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from redball.model import BadUse, Finding, Groups, Twin
from redball.risk import Thresholds, structural_findings

Make = Callable[..., Twin]
Find = Callable[..., list[Finding]]
MakeGroups = Callable[..., Groups]

TABLES: dict[str, list[dict[str, Any]]] = {
    "site": [{"key": "DEP"}, {"key": "X"}, {"key": "BASE", "kind": "base"}],
    "lane": [{"from_site": "DEP", "to_site": "X"}, {"from_site": "X", "to_site": "BASE"}],
    "party": [{"key": "BN", "kind": "unit", "site": "BASE"}, {"key": "A"}],
    "item": [{"key": "TOP"}, {"key": "LEAF"}, {"key": "PART"}],
    "structure": [{"parent": "TOP", "child": "LEAF"}, {"parent": "TOP", "child": "PART"}],
    "system": [{"item": "TOP"}],
    "source": [{"owner": "NLD", "label": 3, "party": "DEU:A", "item": "DEU:PART"}],
    "holding": [{"site": "DEP", "item": "PART"}],
}


def test_findings_are_sorted_worst_first_and_the_same_every_time(
    make_twin: Make, find: Find
) -> None:
    found = find(make_twin(**TABLES))
    order = [(-f.level.rank, f.rule, f.subject) for f in found]
    assert order == sorted(order)
    assert {f.rule for f in found} >= {
        "single-source",
        "unit-cut-off",
        "structure-without-supplier",
    }
    shuffled = {name: rows[::-1] for name, rows in TABLES.items()}
    keyed = {
        name: [{"key": f"{name}-{TABLES[name].index(r)}", **r} for r in rows]
        for name, rows in shuffled.items()
    }
    assert find(make_twin(**keyed)) == found


def test_the_label_covers_the_subject_and_all_evidence(make_twin: Make, find: Find) -> None:
    (finding,) = find(make_twin(**TABLES), "single-source")
    assert finding.label.text == "RESTRICTED // FOR DEU NLD POL ONLY"
    (leaf,) = find(make_twin(**TABLES), "structure-without-supplier")
    assert leaf.label.text == "UNCLASSIFIED // REL ALL"


def test_the_label_covers_evidence_that_is_not_shown(make_twin: Make, find: Find) -> None:
    tables = {**TABLES, "site": [*TABLES["site"]], "demand": [
        {"site": "DEP", "item": "LEAF"},
        {"site": "DEP", "item": "LEAF", "key": "a2"},
        {"owner": "NLD", "label": 3, "site": "DEU:DEP", "item": "DEU:LEAF", "key": "z"},
    ]}  # fmt: skip
    (finding,) = find(make_twin(**tables), "demand-without-source", most_evidence=1)
    assert len(finding.evidence) == 1
    assert finding.detail["evidence_rows"] == 3
    assert finding.label.classification == "RESTRICTED"


def test_an_empty_twin_has_no_findings(make_twin: Make, find: Find) -> None:
    assert find(make_twin()) == []


@pytest.mark.parametrize("table", ["item", "party", "source", "site", "system", "lane", "holding"])
def test_any_table_may_be_missing(make_twin: Make, find: Find, table: str) -> None:
    find(make_twin(**{name: rows for name, rows in TABLES.items() if name != table}))


def test_groups_of_another_twin_are_refused(make_twin: Make, make_groups: MakeGroups) -> None:
    twin, other = make_twin(**TABLES), make_twin(item=[{"key": "ONLY"}])
    parties = make_groups(twin, "party")
    with pytest.raises(BadUse, match="the twin has 3"):
        structural_findings(twin, items=make_groups(other, "item"), parties=parties)
    with pytest.raises(BadUse, match="'item' are of 'party'"):
        structural_findings(twin, items=parties, parties=parties)
    items = make_groups(twin, "item")
    wrong = Groups("item", np.array([1, 1, 2], np.int32), items.basis, items.candidates)
    with pytest.raises(BadUse, match="first row of each group"):
        structural_findings(twin, items=wrong, parties=parties)


@pytest.mark.parametrize(
    "limits",
    [
        {"hhi_moderate": 2_000.0},
        {"hhi_single": 11_000.0},
        {"flow_share": 0.9},
        {"known_confidence": 1.5},
        {"least_confidence": 0.9, "known_confidence": 0.8},
        {"hidden_suppliers": 0},
        {"most_evidence": 0},
        {"most_per_rule": 0},
        {"flow_share": float("nan")},
    ],
)
def test_thresholds_that_make_no_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(BadUse, match="Threshold"):
        Thresholds(**limits)


def test_the_worst_of_each_rule_are_kept_and_no_count_is_said(make_twin: Make, find: Find) -> None:
    tables = {
        **TABLES,
        "item": [*TABLES["item"], {"key": "SPARE"}],
        "structure": [
            *TABLES["structure"],
            {"parent": "TOP", "child": "SPARE", "essential": False},
        ],
    }
    everything = find(make_twin(**tables))
    assert sum(f.rule == "structure-without-supplier" for f in everything) == 2
    assert all("found" not in f.detail for f in everything)  # it would count what is not shown
    kept = find(make_twin(**tables), most_per_rule=1)
    assert len(kept) == len({f.rule for f in everything})
    (leaf,) = (f for f in kept if f.rule == "structure-without-supplier")
    assert leaf.subject.key == "LEAF"  # not the one it can do without
