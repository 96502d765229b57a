import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from redball.model import BadUse, ResultLabel
from redball.reports import Limits, ReportContent, render_html, write_html
from redball.reports.style import css_string

Reader = Callable[[str], Any]
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "=HYPERLINK('x')",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "\x00\x1b[31m",
)


def test_the_page_is_well_formed_and_every_link_has_its_target(
    content: ReportContent, outline: Reader
) -> None:
    page = outline(render_html(content))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for name in ("href", "aria-labelledby"):
        for value in page.values(name):
            assert {v.lstrip("#") for v in value.split()} <= set(ids)


def test_nothing_outside_the_page_is_named(content: ReportContent) -> None:
    page = render_html(content)
    assert re.findall(r"(?i)https?:|//[a-z0-9.-]+\.[a-z]{2,}|@import|src\s*=", page) == []
    assert re.findall(r"url\((?!#)", page) == []


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(
    content: ReportContent, outline: Reader
) -> None:
    page = render_html(content)
    policy = next(a["content"] for t, a in outline(page).tags if a.get("http-equiv"))
    for tag in ("style", "script"):
        inner = page.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_no_element_carries_a_style_or_a_handler(content: ReportContent, outline: Reader) -> None:
    for _, attributes in outline(render_html(content)).tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_headings_go_down_one_step_at_a_time(content: ReportContent, outline: Reader) -> None:
    headings = outline(render_html(content)).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def test_page_language_skip_link_and_regions_are_there(
    content: ReportContent, outline: Reader
) -> None:
    page = outline(render_html(content))
    assert page.values("lang") == ["en"]
    assert next(a for t, a in page.tags if t == "a")["href"] == "#action"
    for tag in ("header", "nav", "main", "footer"):
        assert page.count(tag) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_place_stays_text(
    made: ModuleType, outline: Reader, text: str
) -> None:
    plain, page = outline(render_html(made.example())), outline(render_html(made.hostile(text)))
    assert page.count("script") == plain.count("script") == 1
    assert page.count("style") == plain.count("style") == 1
    assert page.count("img") == 0
    names = {name for _, attributes in page.tags for name in attributes}
    assert not [name for name in names if name.startswith("on")]
    assert "\u202e" not in render_html(made.hostile(text))
    assert "\x00" not in render_html(made.hostile(text))


def test_hostile_text_is_shown_as_it_is(made: ModuleType, outline: Reader) -> None:
    words = outline(render_html(made.hostile(HOSTILE[0]))).words
    assert words.count(HOSTILE[0]) > 20


def test_the_label_stands_at_top_and_bottom_and_on_every_sheet(
    content: ReportContent, outline: Reader
) -> None:
    html = render_html(content)
    assert html.count("RESTRICTED // FOR DEU NLD POL XAG ONLY") >= 3
    assert html.count("EXERCISE EXERCISE EXERCISE") == 2
    sheet = html[html.index("@page") :]
    marking = css_string("EXERCISE  RESTRICTED // FOR DEU NLD POL XAG ONLY")
    assert sheet.count(f"content: {marking}") == 2


def test_real_data_carry_no_exercise_mark(content: ReportContent) -> None:
    html = render_html(replace(content, exercise=False, title="Picture"))
    assert "EXERCISE" not in html
    assert "real data" in html


def test_the_label_of_the_page_is_never_lower_than_that_of_a_finding(
    content: ReportContent,
) -> None:
    secret = replace(content.findings[0], label=ResultLabel("SECRET", frozenset({"DEU", "NLD"})))
    assert replace(content, findings=[secret]).label.text == "SECRET // FOR DEU NLD ONLY"
    assert content.label == content.origin.label


def test_a_label_can_not_break_out_of_the_style(content: ReportContent) -> None:
    bad = ResultLabel('"; } </style><script>', None)
    html = render_html(replace(content, origin=replace(content.origin, label=bad), findings=[]))
    assert html.count("<script>") == 1
    assert css_string('"</') == '"\\000022\\00003c/"'


def test_the_head_says_as_of_when_how_old_and_from_what(
    content: ReportContent, outline: Reader
) -> None:
    words = "".join(outline(render_html(content)).words)
    assert (
        "2026-01-31 06:00Z (310600ZJAN26). Data age: newest feed 6 h (DEU), oldest 12 days (POL)."
        in words
    )
    assert "5f1c0b2a9d3e" in words
    assert "redball 0.1.0" in words


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        (pl.DataFrame(), "not known: no feeds were given"),
        (pl.DataFrame({"owner": ["DEU"], "as_of": [None]}), "not known: no feed says"),
        (
            pl.DataFrame({"owner": ["DEU"], "as_of": [datetime(2026, 1, 1, 6)]}),
            "Data age: 30 days (DEU).",
        ),
        (pl.DataFrame({"as_of": [datetime(2026, 2, 5, tzinfo=UTC)]}), "after the as-of time (?)"),
    ],
)
def test_data_age_is_said_as_far_as_it_is_known(
    content: ReportContent, feeds: pl.DataFrame, said: str
) -> None:
    assert said in render_html(replace(content, feeds=feeds))


def test_key_figures_count_what_needs_no_averaging(content: ReportContent, outline: Reader) -> None:
    page = render_html(content)
    keys = page[page.index('<dl class="keys">') : page.index("<nav")]
    words = outline(keys[: keys.index("</dl>") + 5]).words
    figures = dict(zip(words[::2], words[1::2], strict=True))
    assert figures["critical"] == "3"
    assert figures["of 4 fleets below target"] == "2"
    assert figures["of 2 consignments late"] == "1"
    assert figures["articles held by several nations"] == "1"


def test_an_empty_report_is_still_a_report(content: ReportContent, outline: Reader) -> None:
    empty = ReportContent(
        title="Empty", exercise=False, generated=content.generated, origin=content.origin
    )
    words = " ".join(outline(render_html(empty)).words)
    assert "No map: nothing in the picture has a position." in words
    assert "By class: this table was not given." in words


@pytest.mark.parametrize(
    "name", ["by_nation", "by_class", "readiness", "in_transit", "shared_items", "data_age"]
)
def test_a_table_with_none_of_its_columns_does_no_harm(
    content: ReportContent, outline: Reader, name: str
) -> None:
    for frame in (pl.DataFrame({"odd": [1]}), pl.DataFrame(), pl.DataFrame({"odd": [None]})):
        outline(render_html(replace(content, tables={**content.tables, name: frame})))


def test_each_column_of_the_layers_may_be_missing(content: ReportContent, outline: Reader) -> None:
    for column in content.sites.columns:
        outline(render_html(replace(content, sites=content.sites.drop(column))))
    for column in content.lanes.columns:
        outline(render_html(replace(content, lanes=content.lanes.drop(column))))
    for column in content.hazards.columns:
        outline(render_html(replace(content, hazards=content.hazards.drop(column))))


def test_a_table_nobody_knows_is_shown_under_further_tables(content: ReportContent) -> None:
    html = render_html(
        replace(content, tables={**content.tables, "repair_queue": pl.DataFrame({"item": ["X-9"]})})
    )
    assert html.index('id="more"') < html.index("X-9")
    assert "Repair queue" in html


def test_the_command_to_make_it_again_is_named(content: ReportContent) -> None:
    assert (
        "<code>redball report --viewer XAG --as-of 2026-01-31T06:00:00+00:00</code>"
        in render_html(content)
    )
    assert "<code>redball demo --dir x</code>" in render_html(
        replace(content, command="redball demo --dir x")
    )


def test_a_large_picture_stays_a_small_page(content: ReportContent, made: ModuleType) -> None:
    sites = pl.concat([made.sites()] * 600).with_columns(
        latitude=pl.col("latitude") + pl.int_range(pl.len()) * 1e-4,
        name=pl.concat_str(pl.lit("Site "), pl.int_range(pl.len()).cast(pl.String)),
    )
    stock = pl.DataFrame({"site": [f"S{i}" for i in range(50_000)], "mass_t": [1.5] * 50_000})
    findings = [replace(content.findings[3], title=f"Lot {i}") for i in range(5_000)]
    big = replace(
        content,
        sites=sites,
        lanes=pl.concat([made.lanes()] * 700),
        findings=findings,
        tables={**content.tables, "stock": stock},
    )
    html = render_html(big)
    assert len(html.encode()) < 2_000_000
    assert "1\u202f500 of 10\u202f800 sites are drawn." in html
    assert "49\u202f800 more rows: redball picture --table stock" in html


def test_limits_are_parameters(content: ReportContent) -> None:
    assert "16 more rows" in render_html(content, limits=Limits(rows=2))


def test_the_same_content_gives_the_same_page(content: ReportContent) -> None:
    assert render_html(content) == render_html(replace(content, findings=content.findings[::-1]))


def test_writing_puts_the_whole_page_in_place(content: ReportContent, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_html(content, path) == path
    assert path.read_text(encoding="utf-8") == render_html(content)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_fails_leaves_the_old_page(
    content: ReportContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_html(content, path)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text() == "old"


def test_a_place_that_is_no_file_is_refused(content: ReportContent, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="is a folder"):
        write_html(content, tmp_path)
    with pytest.raises(BadUse, match="does not exist"):
        write_html(content, tmp_path / "none" / "report.html")
