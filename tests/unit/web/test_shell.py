"""The shell: settings, routes, static files, words, and values put into pages."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from redball.access.actions import Action
from redball.model import BadUse, MissingExtra
from redball.web.rendering import as_json
from redball.web.routing import Kind, Pages
from redball.web.security.guard import Need
from redball.web.settings import Settings
from redball.web.static_files import STATIC, StaticFiles, address, statics
from redball.web.words import age, days, moment, number, share


@pytest.mark.parametrize(
    "given",
    [
        {"origin": "http://log.example.mil"},
        {"origin": "log.example.mil"},
        {"origin": "https://log.example.mil/path"},
        {"origin": "ftp://localhost"},
        {"root_path": "redball"},
        {"root_path": "/redball/"},
        {"origin": "https://log.example.mil", "exercise": True},
    ],
    ids=str,
)
def test_settings_that_would_not_be_safe_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(BadUse) as refused:
        Settings("s.sqlite", **given)  # type: ignore[arg-type]  # what is wrong is the point
    assert refused.value.mend


def test_settings_of_this_machine_do_without_tls() -> None:
    assert Settings("s.sqlite", origin="http://localhost:8471").host == "localhost"


def test_a_route_can_not_be_made_without_its_action() -> None:
    pages = Pages("test")
    with pytest.raises(TypeError):
        pages.page("/x")  # type: ignore[call-arg]  # the point
    with pytest.raises(BadUse):
        pages.page("/x", action=None)
    with pytest.raises(BadUse):
        Need(Action.SEE, open_to_all=True)
    assert pages.declared == []


def test_a_route_says_what_it_needs() -> None:
    pages = Pages("test")

    @pages.api("/things", action=Action.NOTE, method="POST")
    def things() -> dict[str, int]:
        return {}

    (route,) = pages.declared
    assert (route.path, route.method, route.kind) == ("/api/v1/things", "POST", Kind.API)
    assert (route.need.action, route.need.scope) == (Action.NOTE, "write")


@pytest.fixture
def files() -> TestClient:
    return TestClient(Starlette(routes=[Mount("/static", StaticFiles())]))


def test_files_are_served_packed_and_for_ever(files: TestClient) -> None:
    found = files.get(address("css/redball.css"))
    assert found.status_code == 200
    assert found.headers["content-encoding"] == "gzip"
    assert "immutable" in found.headers["cache-control"]
    assert found.text == (STATIC / "css/redball.css").read_text()
    plain = files.get(address("css/redball.css"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == found.text


@pytest.mark.parametrize("name", ["../settings.py", "css/../../settings.py", "css/none.css", ""])
def test_only_files_of_the_folder_are_served(files: TestClient, name: str) -> None:
    base = f"/static/{statics().hash}/"
    assert files.get(base + name).status_code == 404
    assert files.get(base + name.replace("/", "%2f").replace(".", "%2e")).status_code == 404


def test_an_address_of_another_build_is_not_served(files: TestClient) -> None:
    assert files.get("/static/0000000000000000/css/redball.css").status_code == 404
    assert files.post(address("css/redball.css")).status_code == 405


def test_packed_scripts_are_what_lies_beside_them() -> None:
    for name, file in statics().files.items():
        if file.packed is not None:
            assert gzip.decompress(file.packed) == file.plain, name


def test_scripts_name_no_address_elsewhere_to_load_from() -> None:
    for path in [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")]:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text.replace("http://www.w3.org", ""), path.name
        assert "https://" not in text, path.name


def test_without_the_built_scripts_the_face_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match="make assets"):
        statics(tmp_path)


def test_json_in_a_page_can_not_end_its_element() -> None:
    text = str(as_json({"name": "</script><!--\u2028&", "at": datetime(2026, 1, 1, tzinfo=UTC)}))
    assert not set("<>&\u2028") & set(text)
    with pytest.raises(ValueError, match="Out of range"):
        as_json(float("nan"))


def test_words_of_values() -> None:
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert number(1234567) == "1,234,567"
    assert number(None) == share(None) == days(None) == moment(None) == "not known"
    assert share(0.875) == "88\N{NO-BREAK SPACE}%"
    assert share(0.9996) == "99\N{NO-BREAK SPACE}%"  # something is missing
    assert (days(1.0), days(9.44), days(0.04)) == ("1.0 day", "9.4 days", "0.0 days")
    assert moment(now) == "2026-01-02 12:00Z"
    assert age(now - timedelta(days=1, hours=2), now) == "1 day ago"
    assert age(now - timedelta(hours=3), now) == "3 hours ago"
    assert age(now - timedelta(seconds=20), now) == "just now"
    assert age(now + timedelta(hours=1), now) == "just now"
