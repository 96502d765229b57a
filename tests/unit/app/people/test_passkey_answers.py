"""Passkeys with a software authenticator's real signatures: what holds, and what does not."""

from dataclasses import replace

import pytest
from tests.authenticator import Authenticator, _key
from tests.people_world import ORIGIN, People

from redball.app import people
from redball.model import BadData, BadUse, NotPermitted


def _in(world: People, key: Authenticator) -> people.Entered:
    options = people.sign_in_passkey_begin(world.register)
    return people.sign_in_passkey_finish(world.register, key.answer(options))


def test_a_passkey_lets_its_owner_in(world: People) -> None:
    entered, key = world.with_passkey("ann")
    again = _in(world, key)
    assert again.present.account == entered.present.account
    assert again.present.way == "passkey"
    assert again.secret != entered.secret


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://node.example.evil.test"},
        {"origin": "http://node.example"},
        {"host": "evil.test"},
        {"verifies": False},
        {"key": _key()},
    ],
    ids=["origin", "not-tls", "host", "person-not-verified", "other-key"],
)
def test_an_answer_that_does_not_hold_is_refused(world: People, wrong: dict[str, object]) -> None:
    _, key = world.with_passkey("ann")
    with pytest.raises(NotPermitted, match="does not hold"):
        _in(world, replace(key, **wrong))  # type: ignore[arg-type]  # of several kinds
    assert _in(world, replace(key, count=5)).present.name == "Ann"


def test_a_challenge_is_answered_once_and_in_time(world: People) -> None:
    _, key = world.with_passkey("ann")
    options = people.sign_in_passkey_begin(world.register)
    answer = key.answer(options)
    people.sign_in_passkey_finish(world.register, answer)
    for again in (answer, key.answer(options)):
        with pytest.raises(NotPermitted, match="took too long, or was done already"):
            people.sign_in_passkey_finish(world.register, again)
    late = key.answer(people.sign_in_passkey_begin(world.register))
    world.later(minutes=5)
    with pytest.raises(NotPermitted, match="took too long"):
        people.sign_in_passkey_finish(world.register, late)


def test_a_challenge_of_somebodys_own_making_is_refused(world: People) -> None:
    _, key = world.with_passkey("ann")
    options = people.sign_in_passkey_begin(world.register)
    with pytest.raises(NotPermitted, match="took too long"):
        people.sign_in_passkey_finish(world.register, key.answer(options, challenge="AAAA"))
    with pytest.raises(NotPermitted, match="does not hold"):
        people.sign_in_passkey_finish(world.register, key.answer(options, type="webauthn.create"))


def test_a_counter_that_goes_back_blocks_the_passkey_and_raises_an_alarm(world: People) -> None:
    _, key = world.with_passkey("ann")
    _in(world, key)
    copy = replace(key, count=0)
    with pytest.raises(NotPermitted, match="counted backwards"):
        _in(world, copy)
    with pytest.raises(NotPermitted, match="not known here"):
        _in(world, replace(key, count=50))
    assert world.told().count("alarm: block passkey") == 1


def test_only_the_holder_of_the_key_can_raise_that_alarm(world: People) -> None:
    _, key = world.with_passkey("ann")
    _in(world, replace(key, count=7))
    with pytest.raises(NotPermitted, match="does not hold"):
        _in(world, replace(key, count=0, key=_key()))
    assert "alarm: block passkey" not in world.told()
    assert _in(world, replace(key, count=8)).present.name == "Ann"


def test_an_authenticator_that_does_not_count_stays_at_zero(world: People) -> None:
    _, key = world.with_passkey("ann")
    still = replace(key, step=0, count=0)
    assert _in(world, still).secret != _in(world, still).secret


def test_a_passkey_says_whose_it_is_and_must_be_right(world: People) -> None:
    _, key = world.with_passkey("ann")
    options = people.sign_in_passkey_begin(world.register)
    with pytest.raises(NotPermitted, match="not known here"):
        people.sign_in_passkey_finish(world.register, key.answer(options, user=b"somebody"))


def test_a_passkey_of_a_closed_account_is_not_known(world: People) -> None:
    entered, key = world.with_passkey("ann")
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    people.account_close(world.register, admin.present.acting, entered.present.account)
    with pytest.raises(NotPermitted, match="not known here"):
        _in(world, key)


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.test"}, {"host": "evil.test"}, {"verifies": False}],
    ids=["origin", "host", "person-not-verified"],
)
def test_a_new_passkey_must_hold_too(world: People, wrong: dict[str, object]) -> None:
    ticket = world.invited("ann")
    key = Authenticator(**{"origin": ORIGIN, **wrong})  # type: ignore[arg-type]  # of several kinds
    options = people.enrol_passkey_begin(world.register, ticket)
    with pytest.raises(NotPermitted, match="does not hold"):
        people.enrol_passkey_finish(world.register, ticket, key.register(options))
    good = Authenticator(ORIGIN)
    options = people.enrol_passkey_begin(world.register, ticket)
    assert people.enrol_passkey_finish(world.register, ticket, good.register(options))


def test_a_challenge_of_somebody_elses_enrolment_is_refused(world: People) -> None:
    ann, bob = world.invited("ann"), world.invited("bob")
    options = people.enrol_passkey_begin(world.register, ann)
    answer = Authenticator(ORIGIN).register(options)
    with pytest.raises(NotPermitted, match="took too long"):
        people.enrol_passkey_finish(world.register, bob, answer)


def test_a_passkey_is_known_once(world: People) -> None:
    ann, key = world.with_passkey("ann")
    options = people.own_passkey_begin(world.register, ann.present)
    with pytest.raises(BadUse, match="known already"):
        people.own_passkey_finish(world.register, ann.present, key.register(options), "again")
    second = Authenticator(ORIGIN)
    options = people.own_passkey_begin(world.register, ann.present)
    people.own_passkey_finish(world.register, ann.present, second.register(options), "second")
    assert _in(world, second).present.account == ann.present.account


@pytest.mark.parametrize(
    "answer",
    [
        "", "{}", "[]", "null", "7", '"x"', '{"id": "AA"}', '{"id": 1, "response": {}}',
        '{"id": "AA", "response": {"clientDataJSON": "AA"}}',
        '{"id": "AA", "response": {"clientDataJSON": "W10"}}',
        '{"id": "AA", "response": []}', "[" * 100_000, "x" * 20_001, '{"id": "\\ud800"}',
        '{"id":"AA","response":{"clientDataJSON":"eyJjaGFsbGVuZ2UiOiJBQSJ9","userHandle":7}}',
    ],
)  # fmt: skip
def test_nonsense_is_bad_data(world: People, answer: str) -> None:
    with pytest.raises(BadData, match="no answer of an authenticator"):
        people.sign_in_passkey_finish(world.register, answer)


def test_an_answer_with_a_broken_body_is_refused(world: People) -> None:
    import json

    _, key = world.with_passkey("ann")
    for change in (
        {"signature": "AAAA"}, {"authenticatorData": ""}, {"authenticatorData": "AAAA"},
        {"signature": None}, {},
    ):  # fmt: skip
        told = json.loads(key.answer(people.sign_in_passkey_begin(world.register)))
        told["response"].update(change)
        if not change:
            told["type"] = "password"
        with pytest.raises((NotPermitted, BadData)):
            people.sign_in_passkey_finish(world.register, json.dumps(told))
