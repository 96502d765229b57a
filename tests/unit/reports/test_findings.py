from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from redball.model import Level, ResultLabel
from redball.reports import Limits
from redball.reports.findings import findings_section, in_order

Reader = Callable[[str], Any]
DEFAULT = Limits()


def test_the_worst_come_first(made: ModuleType) -> None:
    levels = [f.level.rank for f in in_order(made.findings())]
    assert levels == sorted(levels, reverse=True)


def test_order_does_not_depend_on_the_order_given(made: ModuleType) -> None:
    assert in_order(made.findings()[::-1]) == in_order(made.findings())


def test_a_finding_says_what_where_and_how_bad(made: ModuleType, outline: Reader) -> None:
    words = " ".join(outline(findings_section(made.findings()[1:2], DEFAULT, made.LABEL)).words)
    assert "All bearings of 4 systems come from one forge behind three suppliers." in words
    assert "item DEU:A-0815" in words
    assert "HHI by ultimate parent 1 (limit 0.5)" in words
    assert "effective sources 1" in words


def test_the_evidence_can_be_opened_and_is_cut_with_a_count(
    made: ModuleType, outline: Reader
) -> None:
    expiring = [f for f in made.findings() if f.rule == "stock-expires-unused"]
    page = outline(findings_section(expiring, Limits(evidence=20), made.LABEL))
    assert page.count("details") == 1
    words = " ".join(page.words)
    assert "Evidence: 25 rows" in words
    assert "5 more rows" in words
    assert "AMM-ELK|155HE|L19|serviceable" in words
    assert "AMM-ELK|155HE|L20|serviceable" not in words


def test_a_finding_that_carries_part_of_its_evidence_says_how_much_there_is(
    made: ModuleType,
) -> None:
    finding = replace(made.findings()[0], detail={"evidence_rows": 4321})
    assert "Evidence: 4\u202f321 rows" in findings_section([finding], DEFAULT, made.LABEL)


def test_many_findings_of_one_rule_are_cut_and_the_command_for_the_rest_is_named(
    made: ModuleType,
) -> None:
    many = [replace(made.findings()[0], title=f"Number {i:03}") for i in range(30)]
    html = findings_section(many, Limits(findings_per_rule=8), made.LABEL)
    assert html.count("<article") == 8
    assert "22 more of this rule: <code>redball findings --rule stock-below-target</code>" in html


def test_the_summary_counts_every_finding_and_links_to_its_place(
    made: ModuleType, outline: Reader
) -> None:
    page = outline(findings_section(made.findings(), DEFAULT, made.LABEL))
    links = [v for v in page.values("href") if v.startswith("#rule-")]
    assert sorted(links) == sorted(f"#{v}" for v in page.values("id"))
    assert len(links) == 5


def test_a_label_is_written_where_it_differs_from_that_of_the_report(made: ModuleType) -> None:
    finding = replace(made.findings()[0], label=ResultLabel("SECRET", frozenset({"NOR"})))
    assert "SECRET // FOR NOR ONLY" in findings_section([finding], DEFAULT, made.LABEL)
    assert "FOR DEU" not in findings_section(made.findings()[:1], DEFAULT, made.LABEL)


def test_no_findings_are_not_called_good_news_without_the_data() -> None:
    assert "as good as the data" in findings_section([], DEFAULT, ResultLabel("UNCLASSIFIED", None))


def test_levels_without_a_rule_of_their_own_are_shown_too(made: ModuleType) -> None:
    finding = replace(made.findings()[0], level=Level.STANDBY, value=None, threshold=None)
    assert "level-standby" in findings_section([finding], DEFAULT, made.LABEL)
