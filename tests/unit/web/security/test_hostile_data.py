"""Names that try to be more than names, in every text of every row, on every page and file.

The texts are put into the store behind the back of the checks that packages pass, so that nothing
but the way things are shown stands between them and whoever looks.
"""

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx2
import openpyxl
import pytest
from starlette.testclient import TestClient
from tests.web_world import ORIGIN, World, csrf_of, world_in

from redball.model import tables
from redball.web.application import declared
from redball.web.routing import Kind
from redball.web.settings import Limits, Settings

MARK = "xzzyx"
"""What no page of ours says."""
HOSTILE = (
    f"=1+1<script>{MARK}()</script>\"'><img src=x onerror={MARK}()>"
    f"</textarea><a href=javascript:{MARK}()>{{{{7*7}}}}{{%x%}}"
    f"\u202e]]><svg/onload={MARK}()>\n#set text(red) @{MARK}"
)
PAGES = sorted(
    one.path
    for one in declared()
    if one.method == "GET" and one.kind is Kind.PAGE and "{" not in one.path
    and one.need.action is not None and "provider" not in one.path and one.path != "/live"
)  # fmt: skip
APIS = sorted(
    one.path for one in declared()
    if one.method == "GET" and one.kind is Kind.API and "{" not in one.path
)  # fmt: skip


class Looked(HTMLParser):
    """What a browser makes of a page: elements and attributes, where the mark is in them."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.texts = 0
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            if name.startswith("on") or MARK in name:
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "action") and (value or "").startswith("javascript:"):
                self.wrong.append(f"<{tag} {name}={value}>")
        if tag == "img" and dict(attrs).get("src") == "x":
            self.wrong.append("<img src=x>")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if MARK in data:
            self.texts += 1
            if self._inside == "style":
                self.wrong.append(f"inside <{self._inside}>")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.wrong.append("in a comment")


def looked(page: str) -> Looked:
    found = Looked()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=1_000_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        with sqlite3.connect(made.store) as connection:
            changed = 0
            for name, table in tables().items():
                for one in table.attributes:
                    if one.type.kind == "text":
                        sql = f'UPDATE "{name}" SET "{one.name}" = "{one.name}" || ?'
                        changed += connection.execute(sql, (HOSTILE,)).rowcount
        connection.close()
        assert changed > 100
        yield made


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, TestClient]:
    return {name: world.client(name) for name in ("planner", "security", "administrator", "node")}


def looks(people: dict[str, TestClient], path: str) -> httpx2.Response:
    """The first answer that somebody gets who may look."""
    for client in people.values():
        answer = client.get(path)
        if answer.status_code not in (401, 403):
            break
    assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text[:400])
    return answer


@pytest.mark.parametrize("path", PAGES)
def test_no_page_takes_a_name_for_more(people: dict[str, TestClient], path: str) -> None:
    found = looked(looks(people, path).text)
    assert found.wrong == []


def test_pages_show_the_names_as_they_are(people: dict[str, TestClient]) -> None:
    """Without this the test above could pass because nothing was shown."""
    planner = people["planner"]
    shown = {path: looked(planner.get(path).text).texts for path in PAGES}
    assert sum(count > 0 for count in shown.values()) >= 5, shown
    finding = re.search(r'"(/findings/[0-9a-f]{16})"', planner.get("/findings").text)
    assert finding is not None
    for path in ("/picture/sites/XAG/PORT-GDANSK", finding[1]):
        page = looked(planner.get(path).text)
        assert page.wrong == []
        assert page.texts > 0, path


@pytest.mark.parametrize("path", APIS)
def test_programs_get_names_as_data(people: dict[str, TestClient], path: str) -> None:
    answer = looks(people, path)
    kind = answer.headers["content-type"]
    assert kind.partition(";")[0] in ("application/json", "application/geo+json"), kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    json.loads(answer.text)


@pytest.mark.parametrize("name", ["map", "network", "findings", "rotation", "briefing"])
def test_files_hold_names_as_text(people: dict[str, TestClient], name: str) -> None:
    planner = people["planner"]
    if name != "briefing":
        book = openpyxl.load_workbook(io.BytesIO(planner.get(f"/export/{name}.xlsx").content))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        texts = [str(cell.value) for cell in cells if cell.value is not None]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
        assert any(MARK in text for text in texts) or name == "rotation"
    pdf = planner.get(f"/export/{name}.pdf")
    assert pdf.status_code == 200, pdf.text[:300]
    assert pdf.content.startswith(b"%PDF")


def test_what_people_write_is_text_too(people: dict[str, TestClient]) -> None:
    planner = people["planner"]
    place = re.search(r'"(/findings/[0-9a-f]{16})"', planner.get("/findings").text)
    assert place is not None
    form = {"csrf": csrf_of(planner.get(place[1]).text), "words": HOSTILE}
    assert planner.post(f"{place[1]}/comment", data=form).status_code == 303
    page = looked(planner.get(place[1]).text)
    assert page.wrong == []
    assert page.texts > 0
