"""What counts once counts once, whoever comes at the same moment; on threads, real ones."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.people_world import CONSOLE, PASSWORD, People, people_in

from redball.accounts import passwords
from redball.app import people
from redball.model import RedballError

AT_ONCE = 8


def _together(attempts: list[Callable[[], object]]) -> list[object]:
    """Run all at the same moment; gives what came of those that were let through."""
    gate, found = threading.Barrier(len(attempts)), list[object]()

    def run(attempt: Callable[[], object]) -> None:
        gate.wait()
        try:
            result = attempt()
        except RedballError:
            return
        found.append(result)

    threads = [threading.Thread(target=run, args=[one]) for one in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    hasher, cheap = passwords._hasher, passwords.Cost(1, 64, 1)
    monkeypatch.setattr(passwords, "_hasher", lambda cost: hasher(cheap))
    passwords._decoy.cache_clear()
    with people_in(tmp_path) as found:
        yield found


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_many_with_one_code_one_gets_in(world: People, kind: str) -> None:
    done, seed = world.with_password("bob")
    world.later(minutes=1)
    code = world.code(seed) if kind == "code" else done.recovery[0]
    tickets = [people.sign_in_password(world.register, "bob", PASSWORD) for _ in range(AT_ONCE)]
    entered = _together(
        [lambda t=t: people.sign_in_code(world.register, t, code) for t in tickets]  # type: ignore[misc]  # bound early
    )
    assert len(entered) == 1


def test_of_many_with_one_ticket_one_gets_in(world: People) -> None:
    _, seed = world.with_password("bob")
    world.later(minutes=1)
    ticket, code = people.sign_in_password(world.register, "bob", PASSWORD), world.code(seed)
    tries: list[Callable[[], object]] = [
        lambda: people.sign_in_code(world.register, ticket, code)
    ] * AT_ONCE
    assert len(_together(tries)) == 1


def test_of_many_with_one_link_one_may_enrol(world: People) -> None:
    secret = people.account_link(world.register, CONSOLE, world.person("ann")).secret
    tries: list[Callable[[], object]] = [lambda: people.link_use(world.register, secret)] * AT_ONCE
    assert len(_together(tries)) == 1


def test_of_many_answers_to_one_challenge_one_counts(world: People) -> None:
    _, key = world.with_passkey("ann")
    options = people.sign_in_passkey_begin(world.register)
    answers = [replace(key, count=10 * i).answer(options) for i in range(1, AT_ONCE + 1)]
    entered = _together(
        [lambda a=a: people.sign_in_passkey_finish(world.register, a) for a in answers]  # type: ignore[misc]  # bound early
    )
    assert len(entered) == 1


def test_of_many_proofs_of_one_session_one_secret_lives(world: People) -> None:
    entered, key = world.with_passkey("ann")
    answers = []
    for i in range(1, AT_ONCE + 1):
        options = people.prove_passkey_begin(world.register, entered.secret)
        answers.append(replace(key, count=10 * i).answer(options))
    proved = _together(
        [
            lambda a=a: people.prove_passkey_finish(world.register, entered.secret, a)  # type: ignore[misc]  # bound early
            for a in answers
        ]
    )
    assert len(proved) == 1
    assert people.session_of(world.register, entered.secret) is None


def test_of_many_uses_of_one_approval_one_counts(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=security")
    two, _ = world.with_passkey("two", "DEU role=security")
    thing = people.hash_of({"agreement": "AGR-1"})
    asker, matter = one.present.acting, people.Matter.AGREEMENT
    key = people.approval_ask(world.register, asker, matter, thing, "Sign AGR-1.")
    people.approval_give(world.register, two.present.acting, key)
    tries: list[Callable[[], object]] = [
        lambda: people.approval_use(world.register, asker, matter, thing)
    ] * AT_ONCE
    assert _together(tries) == [key]


def test_of_many_first_starts_one_account_comes(world: People) -> None:
    tries: list[Callable[[], object]] = [
        lambda: people.first_administrator(world.register, "DEU")
    ] * 4
    links = _together(tries)
    assert [a.name for a in people.account_list(world.register, CONSOLE)] == ["administrator"]
    good = 0
    for link in links:
        try:
            people.link_use(world.register, str(link))
        except people.NotKnown:
            continue
        good += 1
    assert good == 1
