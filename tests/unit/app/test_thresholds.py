"""Thresholds by name: what can be set, what is refused, what each means."""

import pytest

from redball.app import check_rules, finding_options, parse_level, threshold_table
from redball.model import BadUse, Level


def test_a_setting_changes_the_threshold_of_that_name_only() -> None:
    options = finding_options(["hhi_high=2500", "gateway_kinds=port, hub", "overpromised=critical"])
    assert options.structure.hhi_high == 2500.0
    assert options.structure.gateway_kinds == ("port", "hub")
    assert options.stock.overpromised is Level.CRITICAL
    assert options.structure.hhi_moderate == finding_options([]).structure.hhi_moderate


def test_limits_that_must_be_in_order_are_set_together() -> None:
    options = finding_options(["flow_share=0.9", "flow_share_serious=0.95"])
    assert options.structure.flow_share == 0.9
    with pytest.raises(BadUse):
        finding_options(["flow_share=0.9"])


def test_a_name_that_several_groups_know_is_set_in_all() -> None:
    options = finding_options(["most_per_rule=7"])
    assert (options.structure.most_per_rule, options.stock.most_per_rule) == (7, 7)


@pytest.mark.parametrize("setting", ["nonsense=1", "hhi_high", "hhi_high=much", "overpromised=red"])
def test_a_setting_that_cannot_be_is_refused(setting: str) -> None:
    with pytest.raises(BadUse):
        finding_options([setting])


def test_every_threshold_has_its_meaning_and_results_name_it() -> None:
    options = finding_options(["hhi_high=2500"])
    listed = threshold_table(options)
    assert (listed["meaning"].str.len_chars() > 10).all()
    assert set(listed["threshold"]) <= set(options.as_parameters())
    assert options.as_parameters()["hhi_high"] == 2500.0


def test_rules_and_levels_of_findings_are_known_by_name() -> None:
    check_rules(["single-source", "stock-below-target"])
    with pytest.raises(BadUse, match="unit-cut-off"):
        check_rules(["no-such-rule"])
    assert parse_level("Critical") is Level.CRITICAL
    for text in ("purple", "normal", "off"):
        with pytest.raises(BadUse):
            parse_level(text)
