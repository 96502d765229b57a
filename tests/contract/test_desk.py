"""The desk keeps the same promises on every engine: what counts once counts once."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from redball.desk import (
    Desk,
    approvals,
    open_desk,
    outbox,
    people,
    proofs,
    sessions,
    tickets,
    tokens,
)
from redball.ledger import Event, EventKind
from redball.model import BadUse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = people.Account(
    "k1", "ann", "Ann", "DEU role=analyst", False, people.ACTIVE, NOON, "node", NOON
)


@pytest.fixture
def desk(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    found = open_desk(address)
    with found.writing("people") as connection:
        people.add_account(connection, ANN)
    yield found
    found.close()


def _once(desk: Desk, take: Callable[[Desk], bool]) -> int:
    """How many of six threads took what can be taken once."""
    gate, taken = threading.Barrier(6), list[bool]()

    def run() -> None:
        gate.wait()
        taken.append(take(desk))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 6
    return sum(taken)


def test_accounts_come_back_as_they_were(desk: Desk, address: str) -> None:
    with desk.writing() as connection:
        people.change_account(connection, "k1", NOON + timedelta(1), subject="DEU role=planner")
        with pytest.raises(BadUse, match="named 'ann' already"):
            people.add_account(connection, ANN)
        people.link_identity(connection, "k1", "https://id.example", "s1", NOON)
        with pytest.raises(BadUse, match="belongs to an account"):
            people.link_identity(connection, "k1", "https://id.example", "s1", NOON)
    again = open_desk(address, create=False)
    with again.reading() as connection:
        found = people.account_of_identity(connection, "https://id.example", "s1")
    again.close()
    assert found is not None
    assert (found.subject, found.created_at, found.changed_at) == (
        "DEU role=planner", NOON, NOON + timedelta(1),
    )  # fmt: skip
    assert desk.versions()["people"] == 1


def test_what_fails_leaves_nothing(desk: Desk) -> None:
    def fail() -> None:
        with desk.writing("people") as connection:
            proofs.set_password(connection, "k1", "hash", NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with desk.reading() as connection:
        assert proofs.password_of(connection, "k1") is None
    assert desk.versions()["people"] == 1


def test_a_counter_is_taken_once(desk: Desk) -> None:
    with desk.writing() as connection:
        proofs.set_totp(connection, "k1", b"sealed", 10, NOON)
        proofs.set_recovery(connection, "k1", ("r1", "r2"))

    def counter(desk: Desk) -> bool:
        with desk.writing() as connection:
            return proofs.take_counter(connection, "k1", 11)

    def recovery(desk: Desk) -> bool:
        with desk.writing() as connection:
            return proofs.take_recovery(connection, "k1", "r1", NOON)

    assert _once(desk, counter) == 1
    assert _once(desk, recovery) == 1
    with desk.writing() as connection:
        assert not proofs.take_counter(connection, "k1", 10)
        assert proofs.count_wrong(connection, "k1") == 1
        assert proofs.recovery_left(connection, "k1") == 1


def test_tickets_and_links_are_taken_once(desk: Desk) -> None:
    until = NOON + timedelta(minutes=5)
    with desk.writing() as connection:
        tickets.put_ticket(connection, tickets.Ticket("t", "code", "k1", until, b"x"), NOON)
        tickets.put_link(connection, tickets.Link("l", "h", "enrol", "k1", NOON, "node", until))

    def ticket(desk: Desk) -> bool:
        with desk.writing() as connection:
            return tickets.take_ticket(connection, "t", "code", NOON) is not None

    def link(desk: Desk) -> bool:
        with desk.writing() as connection:
            return tickets.take_link(connection, "h", NOON) is not None

    with desk.writing() as connection:
        assert tickets.try_ticket(connection, "t", "other", NOON, 5) is None
        assert tickets.try_ticket(connection, "t", "code", until, 5) is None
        tried = [tickets.try_ticket(connection, "t", "code", NOON, 2) for _ in range(3)]
        assert [None if one is None else one.tries for one in tried] == [1, 2, None]
        assert tickets.look_at_link(connection, "h", until) is None
    assert _once(desk, ticket) == 1
    assert _once(desk, link) == 1


def test_a_session_is_rotated_once_and_ends_at_once(desk: Desk) -> None:
    session = sessions.Session("s", "h0", "k1", "passkey", NOON, NOON, NOON, "Browser")
    with desk.writing() as connection:
        sessions.put_session(connection, session)

    def rotate(desk: Desk) -> bool:
        fresh = f"h{threading.get_ident()}"
        with desk.writing() as connection:
            return sessions.rotate(connection, "h0", fresh, NOON, NOON)

    assert _once(desk, rotate) == 1
    with desk.reading() as connection:
        assert sessions.session_with(connection, "h0") is None
        (found,) = sessions.sessions(connection, "k1")
    with desk.writing() as connection:
        assert sessions.end_sessions(connection, "k1") == 1
    with desk.reading() as connection:
        assert sessions.session_with(connection, found.hash) is None


def test_a_passkeys_counter_is_taken_once(desk: Desk) -> None:
    passkey = proofs.Passkey("p", "k1", b"key", 3, "key", NOON, None, None)
    with desk.writing() as connection:
        proofs.add_passkey(connection, passkey)
        with pytest.raises(BadUse, match="known already"):
            proofs.add_passkey(connection, passkey)

    def count(desk: Desk) -> bool:
        with desk.writing() as connection:
            return proofs.take_count(connection, passkey, 4, NOON)

    assert _once(desk, count) == 1
    with desk.writing() as connection:
        assert proofs.passkeys(connection, "k1")[0].count == 4
        proofs.block_passkey(connection, "p", NOON)
        found = proofs.passkey_of(connection, "p")
        assert found is not None
        assert not proofs.take_count(connection, found, 5, NOON)


def test_an_approval_is_given_by_another_and_used_once(desk: Desk) -> None:
    asked = approvals.Approval(
        "a", "agreement", "hash", "Sign.", "", "DEU", "k1", "Ann", NOON, NOON + timedelta(days=7)
    )
    with desk.writing() as connection:
        approvals.put_approval(connection, asked)
        assert not approvals.answer(connection, "a", approvals.GIVEN, "k1", "Ann", NOON)
        assert approvals.use(connection, "agreement", "hash", "k1", NOON) is None
        assert approvals.answer(connection, "a", approvals.GIVEN, "k2", "Bob", NOON)
        assert approvals.use(connection, "agreement", "other", "k1", NOON) is None

    def use(desk: Desk) -> bool:
        with desk.writing() as connection:
            return approvals.use(connection, "agreement", "hash", "k1", NOON) is not None

    assert _once(desk, use) == 1


def test_tokens_are_revoked_and_events_wait_in_order(desk: Desk) -> None:
    token = tokens.Token(
        "t", "one", "h", "k1", frozenset({"read", "export"}), NOON, "k1", NOON + timedelta(days=1)
    )
    events = [Event(EventKind.ACCOUNT, f"verb {i}", "DEU", "k1", NOON) for i in range(5)]
    with desk.writing() as connection:
        tokens.put_token(connection, token)
        for event in events:
            outbox.put_event(connection, event)
        assert tokens.revoke_tokens(connection, "k1", NOON, key="t") == 1
        assert tokens.revoke_tokens(connection, "k1", NOON, key="t") == 0
    with desk.writing() as connection:
        (found,) = tokens.tokens(connection, "k1")
        waiting = outbox.waiting_events(connection)
        outbox.drop_events(connection, tuple(number for number, _ in waiting[:3]))
        left = outbox.waiting_events(connection)
    assert found.scopes == token.scopes
    assert not found.holds(NOON)
    assert [event for _, event in waiting] == events
    assert [event.verb for _, event in left] == ["verb 3", "verb 4"]
