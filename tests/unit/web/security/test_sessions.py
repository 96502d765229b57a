"""Who a request comes from, and how long that holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from tests.web_entered import account_for, acting_of, entered, register_of
from tests.web_world import World, world_in

from redball.app.people import account_close, session_revoke, token_new, token_revoke
from redball.desk.tables.people import SESSION as TABLE
from redball.web.security.cookies import SESSION

ANALYST = "NLD role=analyst clearance=RESTRICTED"
ADMINISTRATOR = "DEU role=administrator clearance=none"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("sessions"), tmp_path_factory) as found:
        yield found


@pytest.fixture
def client(world: World) -> TestClient:
    return world.stranger()


def asks(client: TestClient, cookie: str = "", token: str = "") -> int:
    """Status of asking who one is."""
    headers = {"cookie": f"{SESSION}={cookie}"} if cookie else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    return client.get("/api/v1/account", headers=headers).status_code


def test_who_a_request_comes_from(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    account = account_for(world.services, "anna", ANALYST)
    acting = acting_of(world.services, "anna", ANALYST)
    token = token_new(register_of(world.services), acting, "", "reader", ("read",)).secret
    assert asks(client, found.secret) == 200
    assert asks(client, token=token) == 200
    told = client.get("/api/v1/account", headers={"authorization": f"Bearer {token}"}).json()
    assert told["account"] == account
    assert told["scopes"] == ["read"]
    for wrong in ("", "x", found.secret[:-1], found.secret + "x", found.present.session, "é" * 9):
        assert asks(client, wrong.encode("ascii", "ignore").decode()) == 401
    for wrong in (token[:-1], token.replace("reader", "other"), found.secret, "x" * 9_000):
        assert asks(client, token=wrong) == 401


def test_a_wrong_token_is_not_helped_by_a_cookie(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    assert asks(client, found.secret, token="rb_x_y") == 401
    headers = [("cookie", f"{SESSION}={found.secret}"), ("cookie", f"{SESSION}=x")]
    assert client.get("/api/v1/account", headers=headers).status_code == 401


def test_a_token_opens_no_page(world: World, client: TestClient) -> None:
    acting = acting_of(world.services, "anna", ANALYST)
    token = token_new(register_of(world.services), acting, "", "pages", ("read",)).secret
    response = client.get("/account", headers={"authorization": f"Bearer {token}"})
    assert response.headers["location"].startswith("/sign-in")


def test_a_revoked_token_is_worth_nothing_at_once(world: World, client: TestClient) -> None:
    acting = acting_of(world.services, "anna", ANALYST)
    made = token_new(register_of(world.services), acting, "", "short", ("read",))
    assert asks(client, token=made.secret) == 200
    token_revoke(register_of(world.services), acting, made.shown.key)
    assert asks(client, token=made.secret) == 401


def test_a_secret_has_256_bits_and_is_not_kept(world: World) -> None:
    secrets = {entered(world.services, "anna", ANALYST).secret for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(one) == 43 for one in secrets)
    desk = (world.folder / "coalition.sqlite.desk").read_bytes()
    desk += (world.folder / "coalition.sqlite.desk-wal").read_bytes()
    assert all(one.encode() not in desk for one in secrets)


def moved(world: World, session: str, **moments: timedelta) -> None:
    """Let a session look older than it is."""
    now = datetime.now(UTC)
    values = {name: (now - ago).isoformat(timespec="microseconds") for name, ago in moments.items()}
    with world.services.desk.writing() as connection:
        changed = sa.update(TABLE).where(TABLE.c.key == session).values(**values)
        assert connection.execute(changed).rowcount == 1


def test_a_session_ends_unused_and_in_all(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    minute = timedelta(minutes=1)
    moved(world, found.present.session, started=30 * minute, seen=29 * minute)
    assert asks(client, found.secret) == 200
    moved(world, found.present.session, started=40 * minute, seen=31 * minute)
    assert asks(client, found.secret) == 401
    other = entered(world.services, "anna", ANALYST)
    moved(world, other.present.session, started=timedelta(hours=12, seconds=1), seen=minute)
    assert asks(client, other.secret) == 401


def test_signing_out_ends_it_here(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    headers = {"cookie": f"{SESSION}={found.secret}"}
    response = client.post("/sign-out", data={"csrf": found.present.csrf}, headers=headers)
    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"storage"'
    assert "max-age=0" in response.headers["set-cookie"].lower()
    assert asks(client, found.secret) == 401


def test_a_closed_account_is_out_at_once(world: World, client: TestClient) -> None:
    found = entered(world.services, "bert", ANALYST)
    acting = acting_of(world.services, "bert", ANALYST)
    token = token_new(register_of(world.services), acting, "", "mine", ("read",)).secret
    admin = acting_of(world.services, "admin", ADMINISTRATOR)
    assert asks(client, found.secret) == asks(client, token=token) == 200
    account_close(register_of(world.services), admin, found.present.account)
    assert asks(client, found.secret) == asks(client, token=token) == 401


def test_a_revoked_session_is_out_at_once(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    admin = acting_of(world.services, "admin", ADMINISTRATOR)
    session_revoke(register_of(world.services), admin, found.present.account)
    assert asks(client, found.secret) == 401


def test_a_changed_role_counts_with_the_next_request(world: World, client: TestClient) -> None:
    found = entered(world.services, "carl", ADMINISTRATOR)
    headers = {"cookie": f"{SESSION}={found.secret}"}
    assert client.get("/api/v1/people", headers=headers).status_code == 200
    account_for(world.services, "carl", ANALYST)
    assert client.get("/api/v1/people", headers=headers).status_code == 403


def test_no_secret_stands_in_an_address(world: World, client: TestClient) -> None:
    found = entered(world.services, "anna", ANALYST)
    page = client.get("/account", headers={"cookie": f"{SESSION}={found.secret}"})
    assert page.status_code == 200
    assert found.secret not in page.text
    assert all(found.present.csrf not in one for one in page.text.split('"') if "/" in one)
    assert client.get(f"/api/v1/account?session={found.secret}").status_code == 401
    assert client.get(f"/api/v1/account?access_token={found.secret}").status_code == 401
