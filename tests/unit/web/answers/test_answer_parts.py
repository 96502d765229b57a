"""Shared parts of pages: a whole answer, charts with their tables, status, figures."""

import json
import re
from datetime import UTC, datetime

import polars as pl
import pytest
from tests.unit.web.answers.test_answer_tables import visit_to

from redball import app
from redball.model import Level, Origin
from redball.model.labels import dominant
from redball.reports import Bar, Bars, Line, LineChart
from redball.reports.status import _SHAPES
from redball.web.answers import Fact, chart_of, facts_of, shown_answer
from redball.web.rendering import _environment

HOSTILE = '100 % </script><script>alert("x")</script>'


def filled(source: str, **context: object) -> str:
    return _environment("en").from_string(source).render(**context)


def an_answer() -> app.Answer:
    origin = Origin(
        "DEU", datetime(2026, 1, 31, 6, tzinfo=UTC), 7, "abc123", "redball 0", dominant(()),
        parameters={"budget": 5.0, "nations": None}, exercise=True,
    )  # fmt: skip
    line = Line(HOSTILE, [(2.0, 0.5), (1.0, 0.25), (float("nan"), 1.0)], band=[(1.0, 0.2, 0.3)])
    return app.Answer(
        kind="stock curve",
        title=HOSTILE,
        said=("First.", HOSTILE),
        figures={"cost, EUR": 1234.5, "availability": 0.8765, "proven": True, HOSTILE: None},
        tables={"rows": pl.DataFrame({HOSTILE: [HOSTILE], "n_days": [1.5]})},
        origin=origin,
        charts=(
            LineChart("Curve", "cost, EUR", "mean availability", [line], percent=True, target=0.9),
            Bars(HOSTILE, "EUR", [Bar(HOSTILE, 3.0, level=Level.CAUTION), Bar("b", None)]),
            Bars("empty", "EUR", []),
        ),
        assumptions=(HOSTILE,),
        command="redball stock curve --viewer DEU",
    )


def test_a_whole_answer_shows_everything_and_lets_no_text_out_of_its_place() -> None:
    shown = shown_answer(visit_to(), an_answer(), everything="/api/v1/x")
    page = filled('{% import "parts/answer.html" as a %}{{ a.whole(shown) }}', shown=shown)
    assert 'alert("x")' not in re.sub(r'<script type="application/json">.*?</script>', "", page)
    assert page.count("<script") == page.count('<script type="application/json">') == 2
    for words in (
        "EXERCISE // UNCLASSIFIED // REL ALL", "2026-01-31 06:00Z", "days ago", "abc123",
        "redball stock curve --viewer DEU", "1 assumption", "All as JSON", "budget 5.0",
        "87.65 %", "1\u202f234 EUR", "not known",
    ):  # fmt: skip
        assert words in page, words
    assert not re.search(r"\sstyle=|\son\w+=", page)


def test_a_chart_is_values_without_what_is_not_finite_and_says_them_in_a_table() -> None:
    curve, bars, none = (chart_of(one, f"c{n}") for n, one in enumerate(an_answer().charts))
    assert none is None
    assert curve is not None
    assert bars is not None
    series = curve.data["series"]
    assert isinstance(series, list)
    assert series[0]["points"] == [(1.0, 0.25), (2.0, 0.5)]
    assert series[0]["band"] == [[1.0, 0.2, 0.3]]
    assert list(curve.twin.rows) == [("1", "25"), ("2", "50")]
    assert curve.twin.heads[1].words == "Mean availability, %"
    assert "target" in curve.said
    assert "interval" in curve.said
    assert bars.twin.rows[1][:2] == ("b", "–")
    assert bars.twin.heads[-1].kind == "level"
    json.dumps([curve.data, bars.data], allow_nan=False)


def test_long_bars_are_cut_in_the_drawing_and_whole_in_the_table() -> None:
    shown = chart_of(Bars("b", "EUR", [Bar(f"i{n}", float(n)) for n in range(40)]), "c")
    assert shown is not None
    drawn = shown.data["bars"]
    assert isinstance(drawn, list)
    assert (len(drawn), len(shown.twin.rows)) == (24, 40)
    assert "16 more are in the table" in shown.said


@pytest.mark.parametrize("level", list(Level), ids=str)
def test_a_status_is_shape_and_word_and_the_shape_is_that_of_reports(level: Level) -> None:
    badge = filled('{% import "parts/status.html" as s %}{{ s.badge(level) }}', level=level)
    assert badge.rstrip().endswith(f"{level}</span>")
    drawn = re.findall(r"<(?:circle|rect|path)[^>]*>", badge)
    plain = [re.sub(r' (class|fill)="[^"]*"', "", one) for one in drawn]
    assert plain == [
        re.sub(r' fill="[^"]*"', "", one)
        for one in re.findall(r"<(?:circle|rect|path)[^>]*>", _SHAPES[level])
    ]


def test_a_status_that_is_no_level_is_text() -> None:
    badge = filled('{% import "parts/status.html" as s %}{{ s.badge(level) }}', level=HOSTILE)
    assert "<script" not in badge


def test_figures_have_their_unit_and_may_lead_to_their_rows() -> None:
    facts = facts_of({"mass held, kg": 12345.6, "items": 1200, "share": 0.5, "tiny": 0.0012})
    assert [(f.words, f.value) for f in facts] == [
        ("Mass held", "12\u202f346 kg"), ("Items", "1\u202f200"), ("Share", "50.00 %"),
        ("Tiny", "0.0012"),
    ]  # fmt: skip
    page = filled(
        '{% import "parts/figures.html" as f %}{{ f.list(facts) }}',
        facts=[Fact("Below 90 %", "3", href="/x?a=1&b=2", note="of 7", level="caution")],
    )
    assert 'href="/x?a=1&amp;b=2"' in page
    assert "Below 90 %" in page
    assert "level-caution" in page
