"""Every route of the real application for everybody: who is let in is what its declaration says.

Expected is worked out from what each route declares and from the table of roles alone; observed is
what a request gets. A route counts as let in when its guard did not refuse, whatever it then says
about a made-up key or an empty form.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product

import httpx2
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.testclient import TestClient
from tests.web_entered import account_for, entered
from tests.web_world import ORIGIN, World, world_in

from redball.access import Role
from redball.access.actions import PERMITTED, Action
from redball.app.people import token_new
from redball.app.people.acting import Acting
from redball.web.application import build, declared
from redball.web.errors import add_error_pages
from redball.web.routing import Declared, Kind
from redball.web.security import cookies
from redball.web.security.finding import Place, Places, all_routes, need_of
from redball.web.security.guard import Need
from redball.web.security.middleware import secured
from redball.web.security.registering import People
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

ROLES = list(Role)
SCOPES = ("read", "write", "export", "import")
OPEN = {
    "GET /health", "GET /sign-in", "POST /sign-in", "GET /sign-in/code", "POST /sign-in/code",
    "POST /api/v1/sign-in/passkey", "POST /api/v1/sign-in/passkey/answer",
    "GET /sign-in/provider", "GET /sign-in/provider/back",
    "GET /link/{secret}", "POST /link/{secret}", "GET /enrol", "POST /enrol/password",
    "POST /enrol/code", "POST /api/v1/enrol/passkey", "POST /api/v1/enrol/passkey/answer",
}  # fmt: skip
"""Routes that need no session: a new one must be added here by hand."""


def subject(role: Role) -> str:
    return f"DEU role={role} clearance=RESTRICTED"


def expected(need: Need, kind: Kind, role: Role | None, scope: str | None) -> bool:
    """Whether a route lets somebody in, from what it declares."""
    if need.open_to_all:
        return True
    if role is None:
        return False
    if scope is not None and (kind is not Kind.API or scope != need.scope or need.step_up):
        return False
    return need.action in PERMITTED[role]


def reached() -> Response:
    return JSONResponse("reached", 299)


def spied(application: FastAPI, services: Services) -> FastAPI:
    """The same routes with the same guards; the handlers only say that they were reached."""
    found = FastAPI(openapi_url=None)
    found.state.services = services
    for route in all_routes(application.routes):
        guards = [Depends(one.call) for one in route.dependant.dependencies if has_need(one.call)]
        found.add_api_route(
            route.path, reached, methods=sorted(route.methods or ()), dependencies=guards
        )
    add_error_pages(found)
    return found


def has_need(call: object) -> bool:
    return isinstance(getattr(call, "need", None), Need)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    limits = Limits(per_minute=10_000_000)
    settings = Settings(str(folder / "coalition.sqlite"), origin=ORIGIN, limits=limits)
    with world_in(folder, tmp_path_factory, settings) as found:
        yield found


Ask = Callable[..., httpx2.Response]


@pytest.fixture(scope="module")
def ask(world: World) -> Iterator[Ask]:
    inside = spied(build(world.services), world.services)
    client = TestClient(
        secured(inside, world.services), base_url=ORIGIN, follow_redirects=False,
        headers={"sec-fetch-site": "same-origin", "origin": ORIGIN},
    )  # fmt: skip

    def asked(route: Declared, headers: dict[str, str], cookie: str = "") -> httpx2.Response:
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        sent = {**headers, "cookie": f"{cookies.SESSION}={cookie}"} if cookie else headers
        return client.request(route.method, path, headers=sent)

    yield asked
    client.close()


def routes() -> list[Declared]:
    return declared()


def let_in(response: httpx2.Response) -> bool:
    assert response.status_code in (299, 303, 204, 401, 403), response.text
    return response.status_code == 299


def test_every_route_for_every_role(world: World, ask: Ask) -> None:
    wrong = []
    people = {role: entered(world.services, f"{role}-m", subject(role)) for role in ROLES}
    for route, role in product(routes(), [None, *ROLES]):
        found = None if role is None else people[role]
        headers = {} if found is None else {"x-csrf-token": found.present.csrf}
        seen = let_in(ask(route, headers, "" if found is None else found.secret))
        if seen != expected(route.need, route.kind, role, None):
            wrong.append((route.method, route.path, role, seen))
    assert wrong == []


def test_every_route_for_every_kind_of_token(world: World, ask: Ask) -> None:
    register = world.services.of(People).register
    wrong = []
    for role, scope in product((Role.NODE, Role.ANALYST, Role.ADMINISTRATOR), SCOPES):
        key = account_for(world.services, f"{role}-m", subject(role))
        acting = Acting(subject(role), key)
        token = token_new(register, acting, "", f"matrix-{scope}", (scope,)).secret
        for route in [one for one in routes() if one.kind is Kind.API or role is Role.NODE]:
            seen = let_in(ask(route, {"authorization": f"Bearer {token}"}))
            if seen != expected(route.need, route.kind, role, scope):
                wrong.append((route.method, route.path, role, scope, seen))
    assert wrong == []


def test_what_needs_a_fresh_proof_asks_for_it(world: World, ask: Ask) -> None:
    old = entered(world.services, "node-m", "DEU", strong=False)
    fresh = [route for route in routes() if route.need.step_up]
    assert fresh
    for route in fresh:
        response = ask(route, {"x-csrf-token": old.present.csrf}, old.secret)
        assert response.status_code in (303, 403)
        if route.kind is Kind.API:
            assert response.json()["error"]["kind"] == "ProveAgain"
        else:
            assert "/prove" in response.headers["location"]


def test_a_change_without_the_session_s_token_is_refused(world: World, ask: Ask) -> None:
    one = entered(world.services, "node-m", "DEU")
    other = entered(world.services, "node-m", "DEU")
    changing = [r for r in routes() if r.method != "GET" and not r.need.open_to_all]
    assert changing
    for route, headers in product(changing, [{}, {"x-csrf-token": other.present.csrf}]):
        assert ask(route, headers, one.secret).status_code == 403, route


def test_a_change_from_another_site_is_refused(world: World, ask: Ask) -> None:
    one = entered(world.services, "node-m", "DEU")
    for route in [one for one in routes() if one.method != "GET"]:
        headers = {"x-csrf-token": one.present.csrf, "sec-fetch-site": "cross-site"}
        assert ask(route, headers, one.secret).status_code == 403, route


def test_routes_open_to_all_are_these() -> None:
    found = {f"{route.method} {route.path}" for route in routes() if route.need.open_to_all}
    assert found == OPEN


def test_a_visit_changes_nothing() -> None:
    for route in routes():
        assert (route.method == "GET") == (route.kind in (Kind.PAGE, Kind.FILE)) or (
            route.kind is Kind.API
        ), route
        if route.method == "GET":
            assert not route.need.form


def test_every_route_was_made_by_pages(world: World) -> None:
    application = build(world.services)
    found = {
        (method, route.path): need_of(route)
        for route in all_routes(application.routes)
        for method in route.methods or ()
    }
    assert found == {(one.method, one.path): one.need for one in routes()}


def test_a_planted_route_is_seen(world: World) -> None:
    application = build(world.services)
    application.add_api_route("/planted", lambda: {"open": 1})
    place = Places(application.routes).find(
        {"type": "http", "method": "GET", "path": "/planted", "root_path": "", "headers": []}
    )
    assert place == Place("/planted", None, takes_files=False)


def test_every_answer_says_its_type(world: World) -> None:
    client = world.stranger()
    found = entered(world.services, "node-t", "XAG")
    headers = {"cookie": f"{cookies.SESSION}={found.secret}"}
    for path in ("/sign-in", "/account", "/nowhere", "/api/v1/account", "/api/v1/nowhere"):
        said = client.get(path, headers=headers).headers.get("content-type", "")
        if path != "/sign-in":  # which goes on
            wanted = "application/json" if path.startswith("/api") else "text/html; charset=utf-8"
            assert said == wanted, path


def test_nothing_of_the_store_lies_in_a_public_folder(world: World) -> None:
    client = world.stranger()
    for path in (
        "/static/../coalition.sqlite", "/static/%2e%2e/coalition.sqlite", "/static/", "/static",
        "/.git/config", "/static/x/redball.css", "/coalition.sqlite",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_each_role_may_enter() -> None:
    assert all(Action.ENTER in PERMITTED[role] for role in ROLES)
    assert ORIGIN.startswith("https://")
