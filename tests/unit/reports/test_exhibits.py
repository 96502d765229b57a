from datetime import UTC, datetime

import polars as pl

from redball.model import Origin, ResultLabel
from redball.reports import Bar, Bars, Exhibit, Line, LineChart, ReportContent, render_html

EXHIBIT = Exhibit(
    anchor="curve",
    title="Readiness against budget",
    label=ResultLabel("RESTRICTED", frozenset({"DEU", "NLD"})),
    said=["80 % of the systems are ready for 1,000 EUR."],
    figures=[("Cost", "1,000 EUR")],
    charts=[
        LineChart("Curve", "cost", "readiness", [Line("alone", [(0, 0.1), (1, 0.8)])], True),
        Bars("Where the money goes", "EUR", [Bar(f"item {i}", float(i)) for i in range(40)]),
    ],
    tables={"Buys": pl.DataFrame({"item": [f"i{n}" for n in range(300)], "units": range(300)})},
    assumptions=["Ample repair."],
    command="redball stock curve",
)


def content(**changes: object) -> ReportContent:
    origin = Origin(
        viewer="DEU",
        as_of=datetime(2026, 3, 1, tzinfo=UTC),
        revision=1,
        twin_hash="ab" * 32,
        software="redball 0",
        label=ResultLabel("RESTRICTED", frozenset({"DEU"})),
    )
    values: dict[str, object] = {
        "title": "T",
        "exercise": True,
        "generated": origin.as_of,
        "origin": origin,
        "exhibits": (EXHIBIT,),
    }
    return ReportContent(**{**values, **changes})  # type: ignore[arg-type]  # changes by name


def test_an_answer_alone_has_its_section_its_label_and_how_to_make_it_again() -> None:
    page = render_html(content())
    for words in (
        "80 % of the systems",
        "1,000 EUR",
        "Ample repair.",
        "RESTRICTED // FOR DEU ONLY",
        'id="curve"',
        'id="reproduce"',
        "16 more in the table",
        "100 more rows: redball stock curve",
        'href="#curve"',
    ):
        assert words in page, words
    assert "What needs action now" not in page
    assert "Skip to the content" in page


def test_beside_a_picture_answers_stand_among_its_sections() -> None:
    tables = {"readiness": pl.DataFrame({"unit": ["B"], "availability": [0.5]})}
    page = render_html(content(tables=tables))
    assert "What needs action now" in page
    assert page.index('id="readiness"') < page.index('id="curve"') < page.index('id="assumptions"')


def test_charts_without_points_leave_no_figure() -> None:
    empty = Exhibit(
        "e", "E", EXHIBIT.label, charts=[LineChart("x", "a", "b", []), Bars("y", "u", [])]
    )
    page = render_html(content(exhibits=(empty,)))
    assert "<figure" not in page
    assert "None were stated." in page


def test_the_page_is_never_more_open_than_an_answer_in_it() -> None:
    secret = Exhibit("s", "S", ResultLabel("SECRET", frozenset({"DEU"})))
    page = render_html(content(exhibits=(EXHIBIT, secret)))
    assert "SECRET // FOR DEU ONLY" in page
    assert "RESTRICTED" not in page
