"""National data packages for tests of the web face, and sending them as a person does."""

import io
import zipfile
from itertools import count
from pathlib import Path

from starlette.testclient import TestClient
from tests.web_world import World, csrf_of

from redball.store import open_store

MANIFEST = 'owner = "{owner}"\nas_of = "{year}-01-01T00:00:00Z"\nexercise = true\n{more}\n'
YEARS = count(2036)


def package(owner: str = "DEU", *, more: str = "", **files: str) -> bytes:
    """A package as a zip; each is newer than the one before."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.toml", MANIFEST.format(owner=owner, year=next(YEARS), more=more))
        for name, text in files.items():
            made.writestr(f"{name}.csv", text)
    return held.getvalue()


def send(client: TestClient, body: bytes, name: str = "package.zip") -> tuple[int, str, str]:
    """Upload; gives status, where it went on to, and the page."""
    token = csrf_of(client.get("/data").text)
    answer = client.post("/data/uploads", data={"csrf": token}, files={"file": (name, body)})
    return answer.status_code, answer.headers.get("location", ""), answer.text


def left(world: World) -> list[Path]:
    """What is kept of uploads."""
    folder = Path(f"{world.store}.uploads")
    return [one for one in folder.glob("*") if one.is_dir()] if folder.exists() else []


def revision(world: World) -> int:
    """Newest revision of the store."""
    with open_store(world.store) as store:
        return int(store.revisions()["revision"].max())  # type: ignore[arg-type]  # an integer


def discard(client: TestClient, where: str) -> None:
    """Remove an upload, as its page does."""
    form = {"csrf": csrf_of(client.get("/data").text)}
    assert client.post(f"{where}/discard", data=form).status_code == 303
