from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import polars as pl

from redball.reports import Limits, ReportContent
from redball.reports.graphs import concentration_chart, days_chart, readiness_chart

Svg = Callable[[str], ElementTree.Element]
DEFAULT = Limits()


def _names(chart: ElementTree.Element) -> list[str | None]:
    return [t.text for t in chart.iter("text") if t.get("class") == "name"]


def test_the_shortest_against_its_target_comes_first_and_one_without_target_last(
    content: ReportContent, svg: Svg
) -> None:
    chart = days_chart(content, "by_class", "Days", DEFAULT)
    assert chart is not None
    assert _names(svg(chart)) == ["NATO:V", "NATO:III", "NATO:I", "NATO:II", "NATO:IV"]


def test_the_columns_of_the_picture_are_understood(content: ReportContent, svg: Svg) -> None:
    frame = pl.DataFrame(
        {
            "supply_class": ["NATO:I"],
            "class_title": ["Subsistence"],
            "days_median": [40.0],
            "days_p10": [10.0],
            "target_days": [15.0],
        }
    )
    chart = days_chart(replace(content, tables={"by_class": frame}), "by_class", "Days", DEFAULT)
    assert chart is not None
    assert _names(svg(chart)) == ["NATO:I · Subsistence"]
    assert "days (median of its items)" in chart
    assert "lowest tenth" in chart


def test_stock_at_no_unit_is_named_so(content: ReportContent, svg: Svg) -> None:
    frame = pl.DataFrame(
        {"nation": ["POL", "POL"], "unit": ["1 Bde", None], "days_median": [5.0, 6.0]}
    )
    chart = days_chart(replace(content, tables={"by_unit": frame}), "by_unit", "Days", DEFAULT)
    assert chart is not None
    assert _names(svg(chart)) == ["POL · 1 Bde", "POL · no unit"]


def test_a_fleet_that_did_not_report_is_shown_last_as_not_known(
    content: ReportContent, svg: Svg
) -> None:
    chart = readiness_chart(content, DEFAULT)
    assert chart is not None
    assert _names(svg(chart))[-1] == "Bde Nord · Helicopter"
    assert "not known" in chart


def test_many_bars_are_cut_and_counted(content: ReportContent) -> None:
    frame = pl.DataFrame({"nation": [f"N{i}" for i in range(60)], "days_median": [1.0] * 60})
    chart = days_chart(replace(content, tables={"by_nation": frame}), "by_nation", "Days", DEFAULT)
    assert chart is not None
    assert "36 more in the table." in chart


def test_only_findings_that_measure_the_index_are_in_its_chart(
    content: ReportContent, svg: Svg
) -> None:
    chart = concentration_chart(content, DEFAULT)
    assert chart is not None
    assert _names(svg(chart)) == ["DEU:A-0815, by ultimate parent", "NLD:LG-77, by country"]
    assert "1 is a single source" in chart
    other = [replace(f, measure="HHI added by counting owners") for f in content.findings]
    assert concentration_chart(replace(content, findings=other), DEFAULT) is None


def test_the_scale_of_the_index_is_stated_as_it_is_measured(content: ReportContent) -> None:
    large = [replace(f, value=(f.value or 0) * 10_000) for f in content.findings]
    chart = concentration_chart(replace(content, findings=large), DEFAULT)
    assert chart is not None
    assert "10\u202f000 is a single source" in chart
