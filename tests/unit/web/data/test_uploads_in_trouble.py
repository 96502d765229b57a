"""Uploads when things go wrong: a busy store, an ended session, two at once, several servers."""

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web_packages import discard, left, package, revision, send
from tests.web_world import ORIGIN, World, csrf_of, world_in

from redball import app
from redball.app.uploads import Overtaken, contribution_check, contribution_import
from redball.model import BadUse, NotPermitted, UnsafeFile
from redball.store import open_store
from redball.web.settings import Limits, Settings
from redball.web.uploads.jobs import Jobs
from redball.web.uploads.scratch import KEPT, PER_PERSON, NoSuchUpload, Scratch


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("trouble")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=100_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        yield made


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client("administrator")


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def settled(world: World, where: str) -> None:
    job = world.services.of(Jobs).of(where.rpartition("/")[2])
    assert job is not None
    assert job.ended.wait(30)


def test_a_busy_store_loses_nothing(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = open_store.__kwdefaults__
    assert usual is not None
    monkeypatch.setitem(usual, "busy_seconds", 0.2)  # else half a minute
    _, where, _ = send(client, package(), "busy.zip")
    page = client.get(where).text
    before, form = revision(world), {"csrf": csrf_of(page), "seen": seen_on(page)}
    with closing(sqlite3.connect(world.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # another program writes
        client.post(f"{where}/import", data=form)
        settled(world, where)
        shown = client.get(where)
        other.execute("ROLLBACK")
    assert shown.status_code == 503
    assert "Nothing was imported. The upload is still here." in shown.text
    assert revision(world) == before
    assert client.post(f"{where}/import", data=form).status_code == 303, "again, from the same page"
    settled(world, where)
    assert f"Imported as revision {before + 1}" in client.get(where).text
    discard(client, where)


def test_a_session_that_ends_between_upload_and_import(world: World, client: TestClient) -> None:
    _, where, _ = send(client, package(), "evening.zip")
    page = client.get(where).text
    before, form = revision(world), {"csrf": csrf_of(page), "seen": seen_on(page)}
    assert client.post("/sign-out", data={"csrf": form["csrf"]}).status_code in (204, 303)
    refused = client.post(f"{where}/import", data=form)
    assert refused.status_code in (303, 401)
    assert revision(world) == before
    again = world.client("administrator")
    assert "evening.zip" in again.get("/data").text
    form["csrf"] = csrf_of(again.get(where).text)
    assert again.post(f"{where}/import", data=form).status_code == 303
    settled(world, where)
    assert revision(world) == before + 1
    discard(again, where)


def test_an_import_that_another_one_overtakes_is_rolled_back(world: World, tmp_path: Path) -> None:
    view = app.View(world.store, "DEU role=administrator")
    own, other = tmp_path / "own.zip", tmp_path / "other.zip"
    own.write_bytes(
        package(more='content = "changes"', site="key,name,kind,country\nX,X,depot,DEU\n")
    )
    other.write_bytes(package("NLD", more='content = "changes"'))
    found = contribution_check(own, view)
    overtaken: list[int] = []

    def told(step: str, _done: int, _total: int) -> None:
        if step.startswith("checked") and not overtaken:  # after the first look, before the lock
            overtaken.append(1)
            assert app.import_(other, store=world.store).result is not None

    with pytest.raises(Overtaken, match="Another package was imported"):
        contribution_import(
            own, view, owner="DEU", file_hash=found.file_hash, revision=found.revision,
            progress=told,
        )  # fmt: skip
    assert overtaken
    assert revision(world) == found.revision + 1, "only the other one"
    again = contribution_check(own, view)
    done = contribution_import(
        own, view, owner="DEU", file_hash=again.file_hash, revision=again.revision
    )
    assert done.result is not None
    assert done.result.revision == found.revision + 2


def test_a_file_exchanged_after_the_check_is_refused(world: World, tmp_path: Path) -> None:
    view = app.View(world.store, "DEU role=administrator")
    path = tmp_path / "own.zip"
    path.write_bytes(package())
    found = contribution_check(path, view)
    path.write_bytes(package())
    with pytest.raises(Overtaken, match="not the file"):
        contribution_import(
            path, view, owner="DEU", file_hash=found.file_hash, revision=found.revision
        )
    with pytest.raises(NotPermitted):
        contribution_check(path, app.View(world.store, "DEU role=planner"))


def test_servers_that_share_a_folder_share_its_bounds(tmp_path: Path) -> None:
    one, two = Scratch(tmp_path / "up", 1 << 20), Scratch(tmp_path / "up", 1 << 20)
    for at in range(PER_PERSON):
        (one, two)[at % 2].take("a", "x.zip", io.BytesIO(package()))
    for server in (one, two):
        with pytest.raises(BadUse, match="keep 5 uploads"):
            server.take("a", "x.zip", io.BytesIO(package()))
    assert two.take("b", "x.zip", io.BytesIO(package())).account == "b"
    assert len(one.mine("a")) == PER_PERSON


class Slow(io.BytesIO):
    """A file that comes in slowly: what else happens meanwhile happens at its first piece."""

    def __init__(self, body: bytes, meanwhile: "list[BadUse]", scratch: Scratch) -> None:
        super().__init__(body)
        self._meanwhile, self._scratch = meanwhile, scratch

    def read(self, size: int | None = -1, /) -> bytes:
        if not self._meanwhile:
            with pytest.raises(BadUse) as refused:
                self._scratch.take("a", "six.zip", io.BytesIO(package()))
            self._meanwhile.append(refused.value)
        return super().read(size)


def test_an_upload_that_is_still_coming_counts(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "up", 1 << 20)
    for _ in range(PER_PERSON - 1):
        scratch.take("a", "x.zip", io.BytesIO(package()))
    refused: list[BadUse] = []
    scratch.take("a", "five.zip", Slow(package(), refused, scratch))
    assert "keep 5 uploads" in str(refused[0])


def test_what_has_expired_or_broke_off_goes(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "up", 1 << 20)
    upload = scratch.take("a", "x.zip", io.BytesIO(package()))
    broken = tmp_path / "up" / ("0" * 32)
    broken.mkdir()
    (broken / "coming.json").write_text('{"key": "')
    note = upload.folder / "upload.json"
    past = datetime.now(UTC) - KEPT - timedelta(seconds=1)
    note.write_text(note.read_text().replace(upload.at.isoformat(), past.isoformat()))
    with pytest.raises(NoSuchUpload):
        scratch.of("a", upload.key)
    scratch.sweep()
    assert [one.name for one in (tmp_path / "up").iterdir() if one.is_dir()] == [broken.name]
    import os

    hours = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(broken, (hours, hours))
    scratch.sweep()
    assert not broken.exists()


def test_a_folder_of_somebody_elses_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "up").symlink_to(tmp_path / "real")
    with pytest.raises(UnsafeFile):
        Scratch(tmp_path / "up", 1 << 20).take("a", "x.zip", io.BytesIO(package()))
    assert not list((tmp_path / "real").iterdir())


def test_programs_discard_what_they_sent(world: World, client: TestClient) -> None:
    _, where, _ = send(client, package(), "api.zip")
    key = where.rpartition("/")[2]
    headers = {"x-csrf-token": csrf_of(client.get("/data").text)}
    other = world.client("node")
    theirs = {"x-csrf-token": csrf_of(other.get("/data").text)}
    assert other.delete(f"/api/v1/uploads/{key}", headers=theirs).status_code == 404
    assert client.delete(f"/api/v1/uploads/{key}", headers=headers).json() == {"discarded": key}
    assert client.delete(f"/api/v1/uploads/{key}", headers=headers).status_code == 404
    assert key not in {one.name for one in left(world)}
