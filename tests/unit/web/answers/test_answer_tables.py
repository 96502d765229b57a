"""Tables as pages show them: sorted and turned over by the address, heads in words."""

from types import SimpleNamespace

import polars as pl
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from redball.model import BadUse
from redball.web.answers import tabled
from redball.web.settings import Settings
from redball.web.visit import Visit

FRAME = pl.DataFrame(
    {
        "item": ["A", "B", "C", "D"],
        "lead_time_days": [10.0, None, 30.0, 20.0],
        "share": [0.5, 0.25, 1.0, 0.125],
        "level": ["normal", "critical", None, "caution"],
    }
)


def visit_to(query: str = "") -> Visit:
    application = Starlette()
    settings = Settings("s.sqlite", root_path="/rb")
    application.state.services = SimpleNamespace(settings=settings)
    scope = {
        "type": "http", "method": "GET", "path": "/rb/x", "root_path": "/rb",
        "query_string": query.encode(), "headers": [], "app": application,
    }  # fmt: skip
    return Visit(Request(scope), None)


def firsts(query: str) -> list[object]:
    return [row[0] for row in tabled(visit_to(query), FRAME, "Items").rows]


def test_heads_carry_units_and_numbers_are_set_right() -> None:
    shown = tabled(visit_to(), FRAME, "Items")
    assert [(h.words, h.unit, h.kind) for h in shown.heads] == [
        ("Item", "", "code"),
        ("Lead time", "days", "number"),
        ("Share", "%", "percent"),
        ("Level", "", "level"),
    ]
    assert [h.numeric for h in shown.heads] == [False, True, True, False]
    assert shown.rows[1] == ("B", "–", "25", "critical")
    assert (shown.first, shown.last, shown.total) == (1, 4, 4)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort=lead_time_days", ["A", "D", "C", "B"]),
        ("sort=lead_time_days&desc=1", ["C", "D", "A", "B"]),
        ("sort=level&desc=1", ["B", "D", "A", "C"]),
        ("sort=item&desc=1", ["D", "C", "B", "A"]),
        ("", ["A", "B", "C", "D"]),
    ],
    ids=["rising", "falling", "gravest-first", "text", "as-given"],
)
def test_the_address_sorts_and_what_is_not_known_stands_last(query: str, order: list[str]) -> None:
    assert firsts(query) == order


def test_a_head_leads_to_the_other_order_and_back_to_the_first_page() -> None:
    shown = tabled(visit_to("sort=share&desc=1&page=2&nation=DEU"), FRAME, "I", per_page=2)
    share = shown.heads[2]
    assert share.order == "descending"
    assert share.href == "/rb/x?sort=share&nation=DEU"
    assert shown.heads[0].href == "/rb/x?sort=item&nation=DEU"
    assert shown.heads[3].href == "/rb/x?sort=level&desc=1&nation=DEU"


def test_pages_are_counted_and_lead_to_each_other() -> None:
    first = tabled(visit_to(), FRAME, "I", per_page=3)
    assert (first.first, first.last, first.previous, first.next) == (1, 3, "", "/rb/x?page=2")
    last = tabled(visit_to("page=2"), FRAME, "I", per_page=3)
    assert (last.first, last.last, last.previous, last.next) == (4, 4, "/rb/x", "")
    assert tabled(visit_to("page=99"), FRAME, "I", per_page=3).first == 4


def test_two_tables_on_a_page_do_not_share_their_address() -> None:
    visit = visit_to("a.sort=item&a.desc=1")
    assert [row[0] for row in tabled(visit, FRAME, "A", prefix="a.").rows] == ["D", "C", "B", "A"]
    assert [row[0] for row in tabled(visit, FRAME, "B", prefix="b.").rows] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    "query", ["sort=password", "page=0", "page=-1", "page=x", "page=%EF%BC%92", "page=1e9"]
)
def test_what_the_address_can_not_mean_is_said(query: str) -> None:
    with pytest.raises(BadUse) as refused:
        firsts(query)
    assert refused.value.mend


def test_cells_may_lead_somewhere_and_columns_be_chosen() -> None:
    shown = tabled(
        visit_to(), FRAME, "I", columns=("share", "item", "absent"),
        links={"item": lambda row: f"/item/{row['item']}" if row["level"] else ""},
        key="item", chosen="B", words={"share": "Part"},
    )  # fmt: skip
    assert [h.name for h in shown.heads] == ["share", "item"]
    assert shown.heads[0].words == "Part"
    assert shown.rows[0] == ("50", ("A", "/item/A"))
    assert shown.rows[2] == ("100", ("C", ""))
    assert [key for key, _ in shown.keyed] == ["A", "B", "C", "D"]


def test_an_empty_frame_is_a_table_without_rows() -> None:
    shown = tabled(visit_to("page=3"), FRAME.clear(), "I", empty="Nothing is held.")
    assert (shown.rows, shown.total, shown.first, shown.last) == ([], 0, 0, 0)
    assert shown.empty == "Nothing is held."
