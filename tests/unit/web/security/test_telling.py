"""Refusals of the face in the ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web_entered import entered
from tests.web_world import World, world_in

from redball.ledger import Event, EventKind
from redball.model import BadUse
from redball.store import open_store
from redball.web.security.cookies import SESSION
from redball.web.security.peers import Peer
from redball.web.security.refusals import ProveAgain, SignInFirst
from redball.web.security.telling import Teller, worth_telling

ANALYST = "NLD role=analyst clearance=RESTRICTED"
PEER = Peer("203.0.113.7", True, "testserver")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("telling"), tmp_path_factory) as found:
        yield found


def told(world: World) -> list[Event]:
    """Refusals of the face that are in the ledger once everything is written."""
    world.services.of(Teller).stop()
    with open_store(world.store, migrate=False) as store:
        events = store.events()
    return [one for one in events if one.kind is EventKind.REFUSAL and one.verb == "request"]


def test_a_refusal_says_who_what_where_and_when(world: World) -> None:
    found = entered(world.services, "anna", ANALYST)
    client = world.stranger()
    response = client.get("/people", headers={"cookie": f"{SESSION}={found.secret}"})
    assert response.status_code == 403
    last = told(world)[-1]
    assert last.actor == found.present.subject
    assert last.object == "GET /people"
    assert last.at.tzinfo is not None
    assert last.facts["account"] == found.present.account
    assert last.facts["session"] == found.present.session
    assert last.facts["reason"] == "NotPermitted"
    assert last.facts["request"] == response.headers["x-request-id"]


def test_every_kind_of_refusal_is_told(world: World) -> None:
    client = world.stranger()
    client.post("/sign-in", data={"name": "x", "password": "y"}, headers={"origin": "https://e.x"})
    client.get("/sign-in", headers={"host": "evil.example"})
    client.post("/sign-in", content=b"x" * 2_000_000)
    reasons = {str(one.facts["reason"]) for one in told(world)}
    assert {"Forged", "Misdirected", "TooLarge"} <= reasons


def test_no_secret_is_told(world: World) -> None:
    found = entered(world.services, "anna", ANALYST)
    headers = {"cookie": f"{SESSION}={found.secret}", "origin": "https://evil.example"}
    world.stranger().post("/sign-out?word=hidden", data={"csrf": "a-token"}, headers=headers)
    text = str(told(world)[-1])
    for secret in (found.secret, found.present.csrf, "hidden", "a-token"):
        assert secret not in text


def test_whoever_sends_nonsense_all_day_does_not_fill_the_ledger(world: World) -> None:
    before = len(told(world))
    teller = Teller(world.store)
    error = BadUse("x")
    error.status = 421  # type: ignore[attr-defined]  # as Misdirected has it
    for number in range(500):
        teller.tell(error, "GET no route", who=None, peer=PEER, request_id=str(number))
    teller.stop()
    assert len(told(world)) - before == 30


def test_daily_life_is_not_told() -> None:
    assert not worth_telling(SignInFirst("x"))
    assert not worth_telling(ProveAgain("x"))
    assert not worth_telling(BadUse("x"))


def test_a_ledger_that_is_away_hinders_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    teller = Teller(str(tmp_path / "none.sqlite"))
    error = BadUse("x")
    error.status = 429  # type: ignore[attr-defined]  # as TooMany has it
    teller.tell(error, "GET /", who=None, peer=PEER, request_id="one")
    teller.stop()
    assert "request one is not in the ledger" in caplog.text
