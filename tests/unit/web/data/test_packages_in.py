"""Packages sent by people: checked, compared, imported as seen; hostile ones leave nothing."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web_packages import discard, left, package, revision, send
from tests.web_world import ORIGIN, World, csrf_of, world_in

from redball.app.uploads import hash_of
from redball.web.settings import Limits, Settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=100_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        yield made


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return world.client("administrator")


def bomb() -> bytes:
    return package(stock="0" * (12 << 20))


def climbing() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("../../manifest.toml", "owner='DEU'")
    return held.getvalue()


def workbook(inner: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("[Content_Types].xml", inner)
        made.writestr("xl/workbook.xml", inner)
    return held.getvalue()


XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    ("body", "name", "status"),
    [
        (b"", "empty.zip", 400),
        (b"hello", "words.zip", 422),
        (package()[:60], "cut.zip", 422),
        (climbing(), "climbing.zip", 422),
        (bomb(), "bomb.zip", 422),
        (workbook(XXE), "xxe.xlsx", 422),
        (package("NLD"), "foreign.zip", 403),
    ],
    ids=["empty", "no zip", "truncated", "climbing", "bomb", "xxe", "another nation"],
)
def test_a_hostile_upload_is_told_and_not_kept(
    world: World, client: TestClient, body: bytes, name: str, status: int
) -> None:
    before, kept = revision(world), len(left(world))
    found, _, text = send(client, body, name)
    assert found == status, text[:3000]
    assert "Traceback" not in text
    assert str(world.folder) not in text
    assert "root:" not in text
    assert "<h1" in text
    assert len(left(world)) == kept
    assert revision(world) == before


def test_the_name_of_an_upload_is_no_path(world: World, client: TestClient) -> None:
    status, where, _ = send(client, package(), "../../../etc/<b>x</b>.zip")
    assert status == 303
    page = client.get(where).text
    assert "<b>x</b>" not in page
    assert {one.name for one in left(world)} >= {where.rpartition("/")[2]}
    discard(client, where)
    assert where.rpartition("/")[2] not in {one.name for one in left(world)}


def test_what_was_seen_is_imported_once_and_nothing_else(world: World, client: TestClient) -> None:
    status, where, text = send(client, package(), "mine.zip")
    assert status == 303, text
    page = client.get(where).text
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen, page
    before = revision(world)
    form = {"csrf": csrf_of(page), "seen": "0" * 64}
    assert client.post(f"{where}/import", data=form).status_code == 400
    assert revision(world) == before
    form["seen"] = seen[1]
    if "skip_bad_rows" in page:
        form["skip_bad_rows"] = "true"
    assert client.post(f"{where}/import", data=form).status_code == 303
    assert "revision" in client.get(where).text.lower()
    assert revision(world) == before + 1
    discard(client, where)


def test_rows_that_would_end_are_told_before_the_import(client: TestClient) -> None:
    site = "key,name,kind,country\nNEW,New,depot,DEU\n"
    _, where, _ = send(client, package(site=site), "one-site.zip")
    assert "that the store has would end" in client.get(where).text
    discard(client, where)
    more = 'content = "changes"'
    _, where, text = send(client, package(site=site, more=more), "changed.zip")
    assert "What importing it would change" in client.get(where).text, text
    assert "that the store has would end" not in client.get(where).text
    discard(client, where)


def test_a_newer_import_in_between_is_shown_first(world: World, client: TestClient) -> None:
    _, where, _ = send(client, package(), "late.zip")
    key = where.rpartition("/")[2]
    page = client.get(where).text
    note = Path(f"{world.store}.uploads") / key / "checked.json"
    note.write_text(note.read_text().replace('"revision": ', '"revision": 9'))
    seen = hash_of(next(note.parent.glob("package.*")))
    form = {"csrf": csrf_of(page), "seen": seen}
    before = revision(world)
    client.post(f"{where}/import", data=form)
    shown = client.get(where)
    assert shown.status_code == 409
    assert "Compare again" in shown.text
    assert revision(world) == before
    assert client.post(f"{where}/check", data=form).status_code == 303
    assert client.get(where).status_code == 200
    discard(client, where)


def test_an_upload_outlives_the_session_and_is_nobody_elses(
    world: World, client: TestClient
) -> None:
    _, where, _ = send(client, package(), "kept.zip")
    assert world.client("administrator").get(where).status_code == 200
    other = world.client("node").get(where)
    absent = world.client("node").get("/data/uploads/" + "0" * 32)
    assert other.status_code == absent.status_code == 404
    assert world.stranger().get(where).status_code == 303
    discard(client, where)


def test_nobody_keeps_more_than_their_share(client: TestClient) -> None:
    sent = [send(client, package())[1] for _ in range(5)]
    status, _, text = send(client, package())
    assert status == 400
    assert "Discard one" in text
    for where in sent:
        discard(client, where)


def test_the_api_says_what_the_page_says(client: TestClient) -> None:
    _, where, _ = send(client, package(), "api.zip")
    key = where.rpartition("/")[2]
    found = client.get(f"/api/v1/uploads/{key}").json()
    assert found["check"]["owner"] == "DEU"
    assert found["runs"] is False
    assert f"{found['check']['counts']['rows']:,}" in client.get(where).text
    assert [one["key"] for one in client.get("/api/v1/uploads").json()["uploads"]] == [key]
    others = [one for one in client.get("/api/v1/feeds").json()["feeds"] if one["owner"] != "DEU"]
    assert others
    assert all(one["title"] is None and one["errors"] is None for one in others)
    discard(client, where)


def test_the_template_is_a_workbook(client: TestClient) -> None:
    found = client.get("/data/template.xlsx")
    assert found.status_code == 200
    assert found.content[:2] == b"PK"


def test_a_mapping_is_tried_on_a_sample(client: TestClient) -> None:
    mapping = (
        '[[table]]\nfile = "Orte.csv"\ntable = "site"\n'
        '[table.columns]\nkey = "Nummer"\nname = "Bezeichnung"\n'
    )
    files = {
        "mapping_file": ("m.toml", mapping.encode()),
        "sample": ("Orte.csv", b"Nummer,Bezeichnung\nL1,Depot Nord\n"),
    }
    token = csrf_of(client.get("/data/mapping").text)
    found = client.post("/data/mapping", data={"csrf": token}, files=files)
    assert found.status_code == 200, found.text
    assert found.text.count("Depot Nord") == 2
    files["mapping_file"] = ("m.toml", b"[[table")
    assert client.post("/data/mapping", data={"csrf": token}, files=files).status_code == 422
