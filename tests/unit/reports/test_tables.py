from collections.abc import Callable
from typing import Any

import polars as pl

from redball.reports.tables import table

Reader = Callable[[str], Any]


def _table(frame: pl.DataFrame, rows: int = 100) -> str:
    return table(frame, "Sites", rows=rows, where_the_rest="redball picture --table by_site")


def test_a_table_has_caption_scoped_headings_and_a_named_region(outline: Reader) -> None:
    page = outline(_table(pl.DataFrame({"name": ["A"], "mass_t": [1250.0]})))
    scopes = [(tag, a.get("scope")) for tag, a in page.tags if "scope" in a]
    assert scopes == [("th", "col"), ("th", "col"), ("th", "row")]
    assert page.count("caption") == 1
    assert "Sites" in page.values("aria-label")
    assert page.values("tabindex") == ["0"]


def test_numbers_are_flush_right_with_groups_and_their_unit_in_the_heading() -> None:
    html = _table(pl.DataFrame({"name": ["A"], "mass_t": [1250.0]}))
    assert '<td class="number">1\u202f250</td>' in html
    assert '<th scope="col" class="number">Mass<span class="unit"> (t)</span></th>' in html


def test_a_long_table_shows_the_first_rows_and_says_where_the_rest_is(outline: Reader) -> None:
    html = _table(pl.DataFrame({"name": [f"S{i}" for i in range(1500)]}), rows=20)
    assert outline(html).count("tr") == 21
    assert "1\u202f480 more rows: redball picture --table by_site" in html


def test_a_table_of_just_as_many_rows_says_nothing_of_more() -> None:
    assert "more row" not in _table(pl.DataFrame({"name": ["A", "B"]}), rows=2)


def test_an_empty_table_is_a_sentence() -> None:
    assert _table(pl.DataFrame({"name": []})) == '<p class="none">Sites: no rows.</p>'
    assert "no rows" in _table(pl.DataFrame())


def test_a_level_is_shown_by_shape_and_word() -> None:
    html = _table(pl.DataFrame({"name": ["A", "B"], "worst_level": ["critical", "odd"]}))
    assert 'href="#level-critical"' in html
    assert "</svg>critical</span>" in html
    assert "<td>odd</td>" in html


def test_hostile_cells_and_headings_stay_text(outline: Reader) -> None:
    bad = "<script>alert(1)</script>"
    page = outline(_table(pl.DataFrame({bad: [bad], "x": ['=HYPERLINK("a")']})))
    assert page.count("script") == 0
    assert '=HYPERLINK("a")' in page.words


def test_a_column_that_is_not_known_in_any_row_is_said_once(outline: Reader) -> None:
    html = _table(
        pl.DataFrame({"name": ["A", "B"], "volume_m3": [None, None], "mass_t": [1.0, None]})
    )
    assert "Not known in any row: volume." in html
    assert outline(html).count("th") == 2 + 2


def test_a_label_that_all_rows_share_is_said_once_and_others_stay_in_their_rows() -> None:
    same = _table(pl.DataFrame({"name": ["A", "B"], "label": ["SECRET", "SECRET"]}))
    assert same.count("SECRET") == 1
    assert "Label of every row: SECRET." in same
    mixed = _table(pl.DataFrame({"name": ["A", "B"], "label": ["SECRET", "RESTRICTED"]}))
    assert "<td>SECRET</td>" in mixed
    assert "<td>RESTRICTED</td>" in mixed


def test_a_table_of_unknown_values_only_keeps_its_columns() -> None:
    assert "Odd" in _table(pl.DataFrame({"odd": [None]}))
