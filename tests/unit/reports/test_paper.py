"""Reports on paper: nothing in the content is markup, and the pages are tagged and marked."""

import random
import re
import zlib
from dataclasses import replace
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from redball.reports import Bar, Bars, Exhibit, Line, LineChart, ReportContent
from redball.reports.paper import as_pdf, as_png, composed

TRICKS = (
    '#panic("run")', "#set page(fill: red)", "$ x^2 $", "*bold* _it_ `raw`", "= Heading", "<label>",
    "@ref", "\\u{41} \\", '"quoted" \'', "// comment /* open", "#sys.inputs",
    '#read("/etc/hosts")',
    "\x00\x1b[31m", "\u202eturned", "\uffff", "a" * 3000, "~ --- ...", "#{", "]])}",
    "https://example.mil", "- item\n+ item\n/ term: x", "\r\n\t", "日本語 العربية 🛢",
)  # fmt: skip


def _with(content: ReportContent, text: str) -> ReportContent:
    exhibit = Exhibit(
        "x", text, content.label, said=(text, text), figures=((text, text),),
        charts=(Bars(text, text, [Bar(text, 1.0, target=2.0)]),
                LineChart(text, text, text, [Line(text, [(0.0, 1.0), (1.0, 2.0)])])),
        tables={text: pl.DataFrame({text: [text, None], "value": [1.0, float("nan")]})},
        assumptions=(text,), command=text,
    )  # fmt: skip
    return replace(content, title=text, exhibits=(exhibit,), tables={}, command=text)


@pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
def test_nothing_in_the_content_is_read_as_markup(content: ReportContent, trick: str) -> None:
    pages = as_pdf(_with(content, trick))
    assert pages.startswith(b"%PDF-")
    assert b"/URI" not in pages, "no text becomes a link"


def test_any_text_can_be_set(content: ReportContent) -> None:
    chance = random.Random(6)
    signs = "#$*_`=<>@\\\"'/~-[](){}%&;:,.!?\n\t ab1é" + "".join(TRICKS[:12])
    for _ in range(25):
        text = "".join(chance.choice(signs) for _ in range(chance.randint(1, 80)))
        assert as_pdf(_with(content, text)).startswith(b"%PDF-")


def test_pages_are_tagged_titled_and_the_same_each_time(content: ReportContent) -> None:
    pages = as_pdf(content)
    assert pages == as_pdf(content)
    plain = pages + b"".join(_streams(pages))
    assert b"/MarkInfo" in plain
    assert b"pdfuaid" in plain
    assert b"/Lang" in plain


def _streams(pages: bytes) -> list[bytes]:
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)endstream", pages, re.DOTALL):
        try:
            found.append(zlib.decompress(part))
        except zlib.error:
            continue
    return found


def test_every_page_carries_the_marking(content: ReportContent) -> None:
    marking = str(composed(content)["marking"])
    assert content.label.text in marking
    assert marking.startswith("EXERCISE") is content.exercise


def test_a_sign_without_a_font_is_set_all_the_same(content: ReportContent) -> None:
    """And the file does not claim the standard that forbids it."""
    plain = b"".join(_streams(as_pdf(_with(content, "油"))))
    assert b"pdfuaid" not in plain


def test_a_hostile_report_is_an_image_too(made: ModuleType) -> None:
    image = as_png(made.hostile('#panic("x")<script>'))
    assert image.startswith(b"\x89PNG\r\n\x1a\n")


def test_what_does_not_fit_on_paper_is_counted(content: ReportContent) -> None:
    long = pl.DataFrame({f"c{i}": range(300) for i in range(20)})
    exhibit = Exhibit("x", "Long", content.label, tables={"Long": long})
    given: Any = composed(replace(content, exhibits=(exhibit,), tables={}))
    (table,) = given["sections"][-1]["blocks"]
    assert table["note"] == "260 more rows and 12 more columns in the workbook."
    assert len(table["rows"]) == 40
