"""The guards in their order, around a small application of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, File, Form, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.testclient import TestClient

from redball.access.actions import Action
from redball.model import BadUse
from redball.web.errors import add_error_pages
from redball.web.routing import Pages
from redball.web.security.headers import LOCKED_POLICY, PAGE_POLICY
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

ORIGIN = "https://log.example"
FROM_HERE = {"sec-fetch-site": "same-origin", "origin": ORIGIN}
READ: list[int] = []


def small() -> Pages:
    pages = Pages("small")

    @pages.page("/open", action=None, open_to_all=True)
    def open_page() -> Response:
        return HTMLResponse("<p>open</p>")

    @pages.page("/shut", action=Action.SEE)
    def shut_page() -> Response:
        return HTMLResponse("<p>shut</p>")

    @pages.page("/broken", action=None, open_to_all=True)
    def broken_page() -> Response:
        raise RuntimeError("secret of the inside")

    @pages.api("/open", action=None, open_to_all=True)
    def open_api() -> dict[str, int]:
        return {"open": 1}

    @pages.act("/form", action=None, open_to_all=True)
    def form(words: Annotated[str, Form()]) -> Response:
        READ.append(len(words))
        return JSONResponse(len(words))

    @pages.act("/upload", action=None, open_to_all=True)
    def upload(file: Annotated[UploadFile, File()]) -> Response:
        READ.append(file.size or 0)
        return JSONResponse(file.size)

    @pages.act("/shut/upload", action=Action.CONTRIBUTE)
    def shut_upload(file: Annotated[UploadFile, File()]) -> Response:
        READ.append(file.size or 0)
        return JSONResponse(file.size)

    return pages


@contextmanager
def served(folder: Path, **given: object) -> Iterator[TestClient]:
    settings = Settings(str(folder / "none.sqlite"), origin=ORIGIN, **given)  # type: ignore[arg-type]  # of a test
    services = Services.open(settings)
    application = FastAPI(openapi_url=None)
    application.state.services = services
    application.include_router(small().router)
    add_error_pages(application)
    client = TestClient(
        secured(application, services),
        base_url=ORIGIN,
        raise_server_exceptions=False,
        follow_redirects=False,
    )
    READ.clear()
    try:
        yield client
    finally:
        client.close()
        services.stop()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    limits = Limits(per_minute=100_000, form_bytes=1_000, upload_bytes=10_000)
    with served(tmp_path_factory.mktemp("guards"), limits=limits) as found:
        yield found


@pytest.mark.parametrize("path", ["/open", "/shut", "/nowhere", "/broken", "/api/v1/open"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    response = client.get(path)
    headers = response.headers
    page = headers.get("content-type", "").startswith("text/html")
    assert headers["content-security-policy"] == (PAGE_POLICY if page else LOCKED_POLICY)
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


def test_each_request_has_its_number(client: TestClient) -> None:
    numbers = {client.get("/open").headers["x-request-id"] for _ in range(5)}
    assert len(numbers) == 5


def test_what_was_not_foreseen_is_told_by_number_only(client: TestClient) -> None:
    response = client.get("/broken")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["x-request-id"] in response.text


def test_another_host_is_told_where_the_server_is(client: TestClient) -> None:
    response = client.get("/open", headers={"host": "evil.example"})
    assert response.status_code == 421
    assert ORIGIN in response.text
    assert "evil" not in response.text


def test_who_is_not_signed_in_goes_to_sign_in(client: TestClient) -> None:
    response = client.get("/shut")
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?then=%2Fshut"


def test_a_form_of_another_site_is_not_read(client: TestClient) -> None:
    client.post("/form", data={"words": "x"}, headers=FROM_HERE)
    assert READ == [1]
    for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        response = client.post("/form", data={"words": "xy"}, headers=headers)
        assert response.status_code == 403
    assert READ == [1]
    READ.clear()


def test_a_form_has_less_room_than_an_upload(client: TestClient) -> None:
    READ.clear()
    assert client.post("/form", data={"words": "x" * 900}, headers=FROM_HERE).status_code == 200
    assert client.post("/form", data={"words": "x" * 1_000}, headers=FROM_HERE).status_code == 413
    files = {"file": b"x" * 9_000}
    assert client.post("/upload", files=files, headers=FROM_HERE).status_code == 200
    files = {"file": b"x" * 10_000}
    assert client.post("/upload", files=files, headers=FROM_HERE).status_code == 413
    assert READ == [900, 9_000]


@pytest.mark.parametrize(("path", "most"), [("/form", 1_000), ("/upload", 10_000)])
def test_a_body_of_unknown_length_is_cut(client: TestClient, path: str, most: int) -> None:
    READ.clear()
    taken = []

    def parts() -> Iterator[bytes]:
        for number in range(1_000):
            taken.append(number)
            yield b"x" * 1_000

    kind = "multipart/form-data; boundary=b" if path == "/upload" else (
        "application/x-www-form-urlencoded"
    )  # fmt: skip
    headers = FROM_HERE | {"content-type": kind}
    assert client.post(path, content=parts(), headers=headers).status_code == 413
    assert READ == []


def test_a_stranger_uploads_nothing(client: TestClient) -> None:
    READ.clear()
    response = client.post("/shut/upload", files={"file": b"x"}, headers=FROM_HERE)
    assert response.status_code == 303
    assert READ == []


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "CONNECT"])
def test_other_methods_are_not_for_pages(client: TestClient, method: str) -> None:
    assert client.request(method, "/open", headers=FROM_HERE).status_code == 405


def test_an_image_of_another_site_can_not_ask(client: TestClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get("/api/v1/open", headers=headers).status_code == 403


def test_too_many_requests_are_told_when_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path, limits=Limits(per_minute=120)) as client:
        answers = [client.get("/api/v1/open") for _ in range(20)]
        codes = [one.status_code for one in answers]
        assert codes[:12] == [200] * 12
        assert codes[-1] == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        assert answers[-1].json()["error"]["kind"] == "TooMany"


def test_a_sub_path_works_with_a_proxy_that_takes_it_away_and_one_that_does_not(
    tmp_path: Path,
) -> None:
    with served(tmp_path, root_path="/redball") as client:
        assert client.get("/open").status_code == 200
        assert client.get("/redball/open").status_code == 200
        assert client.get("/redball/shut").headers["location"] == "/redball/sign-in?then=%2Fshut"
        assert client.get("/redballopen").status_code == 404


def test_only_a_trusted_proxy_says_who_came(tmp_path: Path) -> None:
    limits = Limits(per_minute=120)
    with served(tmp_path, limits=limits, proxies=("testclient",)) as client:
        for number in range(30):
            headers = {"x-forwarded-for": f"203.0.113.{number}"}
            assert client.get("/open", headers=headers).status_code == 200
    (tmp_path / "other").mkdir()
    with served(tmp_path / "other", limits=limits) as client:
        codes = [
            client.get("/open", headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code
            for n in range(30)
        ]
        assert codes[-1] == 429


def test_a_route_without_a_guard_does_not_start(tmp_path: Path) -> None:
    services = Services.open(Settings(str(tmp_path / "none.sqlite"), origin=ORIGIN))
    application = FastAPI()  # brings its documentation, which nothing guards
    with pytest.raises(BadUse, match="nothing guards it"):
        secured(application, services)
    services.stop()


def test_a_route_that_says_nothing_is_for_nobody(tmp_path: Path) -> None:
    services = Services.open(Settings(str(tmp_path / "none.sqlite"), origin=ORIGIN))
    application = FastAPI(openapi_url=None)
    application.state.services = services
    application.add_api_route("/planted", lambda: {"open": 1})
    add_error_pages(application)
    with TestClient(secured(application, services), base_url=ORIGIN) as client:
        assert client.get("/planted").status_code == 403
    services.stop()
