from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.model import Level
from redball.reports.charts import FIGURES, NAMES, WIDTH, Bar, bar_chart, scale_for

Svg = Callable[[str], ElementTree.Element]
LONG = WIDTH - NAMES - FIGURES


def _chart(*bars: Bar, percent: bool = False, longest: float | None = None) -> str:
    return bar_chart(bars, title="T", unit="days", chart_id="c", percent=percent, longest=longest)


def _rows(chart: ElementTree.Element) -> list[ElementTree.Element]:
    return [g for g in chart.iter("g") if g.get("class") == "row"]


def _length(row: ElementTree.Element) -> float:
    return float(next(row.iter("rect")).get("width", "nan"))


def test_a_bar_is_as_long_as_its_value_and_starts_at_zero(svg: Svg) -> None:
    rows = _rows(svg(_chart(Bar("a", 100.0), Bar("b", 25.0), Bar("c", 0.0))))
    assert [_length(r) for r in rows] == pytest.approx([LONG, LONG / 4, 0.0], abs=0.05)
    assert {next(r.iter("rect")).get("x") for r in rows} == {"350"}


def test_the_target_stands_at_its_value_on_the_same_axis(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 60.0, 30.0), Bar("b", 100.0))))[0]
    mark = next(p for p in row.iter("path") if p.get("class") == "target")
    assert float(mark.get("d", "")[1:].split(",")[0]) == pytest.approx(NAMES + 0.3 * LONG, abs=0.05)


def test_a_bar_below_its_target_is_drawn_differently_and_one_at_it_is_not(svg: Svg) -> None:
    rows = _rows(svg(_chart(Bar("a", 29.9, 30.0), Bar("b", 30.0, 30.0))))
    assert [next(r.iter("rect")).get("class") for r in rows] == ["bar short", "bar"]


def test_a_value_that_is_not_known_has_no_bar_and_says_so(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", None, 30.0))))[0]
    assert list(row.iter("rect")) == []
    assert "not known" in [t.text for t in row.iter("text")]


def test_a_bar_longer_than_the_axis_is_cut_and_marked(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 1000.0), longest=90.0)))[0]
    assert _length(row) == pytest.approx(LONG, abs=0.05)
    assert "» 1\u202f000" in [t.text for t in row.iter("text")]


def test_figures_are_written_beside_the_bars_with_their_target(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 0.659, 0.85), percent=True)))[0]
    assert "66 % / 85 %" in [t.text for t in row.iter("text")]


def test_halves_are_not_rounded_away(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 5.5, 30.0))))[0]
    assert "5.5 / 30.0" in [t.text for t in row.iter("text")]


def test_a_level_is_drawn_by_shape_and_said_in_words(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 1.0, level=Level.SERIOUS))))[0]
    assert next(row.iter("use")).get("href") == "#level-serious"
    assert "serious" in [t.text for t in row.iter("text")]
    assert (row.findtext("title") or "").endswith("serious")


def test_the_lowest_tenth_stands_on_the_same_axis(svg: Svg) -> None:
    row = _rows(svg(_chart(Bar("a", 100.0, low=40.0))))[0]
    mark = next(row.iter("circle"))
    assert float(mark.get("cx", "nan")) == pytest.approx(NAMES + 0.4 * LONG, abs=0.05)


def test_the_chart_has_title_and_description_for_those_who_do_not_see_it(svg: Svg) -> None:
    chart = svg(_chart(Bar("a", 1.0)))
    assert chart.get("role") == "img"
    assert chart.get("aria-labelledby") == "c-title c-desc"
    assert {e.get("id") for e in chart if e.tag in {"title", "desc"}} == {"c-title", "c-desc"}


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=20))
def test_the_axis_holds_all_values_with_few_round_ticks(values: list[float]) -> None:
    scale = scale_for(values)
    assert scale.greatest >= max(values) * (1 - 1e-9)
    assert 2 <= len(scale.ticks) <= 7
    assert scale.greatest <= 2.5 * max(values)


@pytest.mark.parametrize("values", [[], [0.0], [float("inf")]])
def test_an_axis_without_values_is_still_one(values: list[float]) -> None:
    assert scale_for(values).greatest == 1.0


def test_long_names_are_cut_in_the_picture_and_whole_in_the_title(svg: Svg) -> None:
    name = "Panzergrenadierverband der Ostseeküste und des Binnenlandes"
    row = _rows(svg(_chart(Bar(name, 1.0))))[0]
    shown = next(t.text or "" for t in row.iter("text") if t.get("class") == "name")
    assert shown.endswith("…")
    assert len(shown) <= 50
    assert (row.findtext("title") or "").startswith(name)


def test_a_long_name_of_two_parts_takes_two_lines(svg: Svg) -> None:
    name = "Panzergrenadierverband 2 (Übung) · Infantry fighting vehicle, exercise type"
    row = _rows(svg(_chart(Bar(name, 1.0, level=Level.CAUTION))))[0]
    shown = [t.text for t in row.iter("text") if "name" in (t.get("class") or "")]
    assert shown == ["Panzergrenadierverband 2 (Übung)", "Infantry fighting vehicle, exercise type"]
