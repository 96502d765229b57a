"""Sessions: how long they last, that they are rotated, and that what is revoked is over at once."""

from datetime import timedelta

import pytest
from tests.people_world import CONSOLE, PASSWORD, People

from redball.accounts.holding import SessionRules
from redball.app import people
from redball.app.people.acting import NotKnown
from redball.model import NotPermitted


def _lives(world: People, secret: str) -> bool:
    return people.session_of(world.register, secret) is not None


def test_a_session_ends_when_it_is_not_used(world: People) -> None:
    entered, _ = world.with_passkey("ann")
    for _ in range(3):
        world.later(minutes=29)
        assert _lives(world, entered.secret)
    world.later(minutes=30)
    assert not _lives(world, entered.secret)


def test_a_session_ends_in_any_case(world: People) -> None:
    entered, _ = world.with_passkey("ann")
    world.register.rules = SessionRules(timedelta(minutes=30), timedelta(hours=2))
    for _ in range(5):
        world.later(minutes=20)
        assert _lives(world, entered.secret)
    world.later(minutes=20)
    assert not _lives(world, entered.secret)


def test_a_clock_that_is_set_back_ends_sessions(world: People) -> None:
    entered, _ = world.with_passkey("ann")
    world.later(minutes=-5)
    assert not _lives(world, entered.secret)


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "' OR 1=1 --"])
def test_what_is_no_session(world: People, secret: str) -> None:
    world.with_passkey("ann")
    assert not _lives(world, secret)


def test_the_hash_that_is_kept_is_no_secret(world: People) -> None:
    from redball.accounts.secrets import hashed

    entered, _ = world.with_passkey("ann")
    assert not _lives(world, hashed(entered.secret))


def test_signing_in_ends_what_the_browser_had_before(world: People) -> None:
    entered, key = world.with_passkey("ann")
    options = people.sign_in_passkey_begin(world.register)
    again = people.sign_in_passkey_finish(
        world.register, key.answer(options), instead_of=entered.secret
    )
    assert not _lives(world, entered.secret)
    assert _lives(world, again.secret)


def test_a_fresh_proof_gives_another_secret_and_other_forms(world: People) -> None:
    entered, key = world.with_passkey("ann")
    world.later(minutes=20)
    options = people.prove_passkey_begin(world.register, entered.secret)
    proved = people.prove_passkey_finish(world.register, entered.secret, key.answer(options))
    assert not _lives(world, entered.secret)
    assert proved.present.proved_at == world.at > entered.present.proved_at
    assert proved.present.session == entered.present.session
    assert proved.present.csrf != entered.present.csrf
    found = people.session_of(world.register, proved.secret)
    assert found is not None
    assert found.proved_at == world.at


def test_a_fresh_proof_does_not_make_a_session_last_longer(world: People) -> None:
    entered, key = world.with_passkey("ann")
    secret = entered.secret
    world.register.rules = SessionRules(timedelta(minutes=30), timedelta(hours=2))
    for _ in range(4):
        world.later(minutes=28)
        options = people.prove_passkey_begin(world.register, secret)
        secret = people.prove_passkey_finish(world.register, secret, key.answer(options)).secret
    world.later(minutes=9)
    assert not _lives(world, secret)


def test_nobody_proves_for_somebody_else(world: People) -> None:
    ann, _ = world.with_passkey("ann")
    _, bobs = world.with_passkey("bob")
    options = people.prove_passkey_begin(world.register, ann.secret)
    with pytest.raises(NotPermitted):
        people.prove_passkey_finish(world.register, ann.secret, bobs.answer(options))
    sign_in = people.sign_in_passkey_begin(world.register)
    with pytest.raises(NotPermitted):  # a challenge of another kind
        people.prove_passkey_finish(world.register, ann.secret, bobs.answer(sign_in))
    assert _lives(world, ann.secret)


def test_password_and_code_prove_again(world: People) -> None:
    done, seed = world.with_password("bob")
    old = done.entered.secret
    world.later(minutes=10)
    with pytest.raises(NotPermitted, match="do not fit"):
        people.prove_password(world.register, old, "wrong wrong wrong", world.code(seed))
    with pytest.raises(NotPermitted, match="code does not fit"):
        people.prove_password(world.register, old, PASSWORD, "000000")
    assert _lives(world, old)
    proved = people.prove_password(world.register, old, PASSWORD, world.code(seed))
    assert proved.present.proved_at == world.at
    assert not _lives(world, old)
    with pytest.raises(NotPermitted, match="session has ended"):
        people.prove_password(world.register, old, PASSWORD, world.code(seed))


def test_signing_out_ends_it_and_twice_is_fine(world: People) -> None:
    entered, _ = world.with_passkey("ann")
    people.sign_out(world.register, entered.secret)
    people.sign_out(world.register, entered.secret)
    assert not _lives(world, entered.secret)
    assert world.told().count("sign-in: sign out") == 1


def test_revoking_ends_sessions_at_once(world: People) -> None:
    ann, key = world.with_passkey("ann")
    others = [
        people.sign_in_passkey_finish(
            world.register, key.answer(people.sign_in_passkey_begin(world.register))
        )
        for _ in range(3)
    ]
    acting = ann.present.acting
    assert len(people.session_list(world.register, acting)) == 4
    assert people.session_revoke(world.register, acting, key=others[0].present.session) == 1
    assert not _lives(world, others[0].secret)
    assert people.session_revoke(world.register, acting, but=ann.present.session) == 2
    assert _lives(world, ann.secret)
    assert people.session_revoke(world.register, CONSOLE, "ann") == 1
    assert not _lives(world, ann.secret)


def test_others_sessions_are_as_if_they_were_not_there(world: People) -> None:
    ann, _ = world.with_passkey("ann")
    bob, _ = world.with_passkey("bob")
    told = set()
    for account, key in [
        ("", bob.present.session), ("", "0" * 16), (bob.present.account, None), ("x" * 16, None),
    ]:  # fmt: skip
        with pytest.raises(NotKnown) as missing:
            people.session_revoke(world.register, ann.present.acting, account, key=key)
        told.add((missing.value.what, missing.value.mend, missing.value.where))
    assert told == {("There is no such session.", "", ""), ("There is no such account.", "", "")}
    assert _lives(world, bob.secret)


def test_a_changed_account_counts_with_the_next_request(world: People) -> None:
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    bob, key = world.with_passkey("bob", "DEU role=planner")
    acting = admin.present.acting
    assert people.account_change(world.register, acting, "bob", subject="DEU role=analyst").done
    assert not _lives(world, bob.secret)
    options = people.sign_in_passkey_begin(world.register)
    again = people.sign_in_passkey_finish(world.register, key.answer(options))
    assert again.present.subject.startswith("DEU role=analyst ")
    people.account_close(world.register, acting, "bob")
    assert not _lives(world, again.secret)


def test_a_session_is_noted_at_most_once_a_minute(world: People) -> None:
    entered, _ = world.with_passkey("ann")
    before = world.register.desk.versions()

    def seen() -> object:
        return people.session_list(world.register, entered.present.acting)[0].seen

    first = seen()
    world.later(seconds=59)
    assert _lives(world, entered.secret)
    assert seen() == first
    world.later(seconds=1)
    assert _lives(world, entered.secret)
    assert seen() == first + timedelta(minutes=1)  # type: ignore[operator]  # a moment
    assert world.register.desk.versions() == before  # pages are not told of it


def test_a_challenge_of_anothers_session_is_refused(world: People) -> None:
    ann, anns = world.with_passkey("ann")
    bob, _ = world.with_passkey("bob")
    options = people.prove_passkey_begin(world.register, bob.secret)
    with pytest.raises(NotPermitted, match="took too long"):
        people.prove_passkey_finish(world.register, ann.secret, anns.answer(options))


def test_a_session_of_an_account_that_is_not_active_is_worth_nothing(world: People) -> None:
    from redball.desk.people import CLOSED, change_account

    ann, _ = world.with_passkey("ann")
    with world.register.desk.writing() as connection:
        change_account(connection, ann.present.account, world.at, state=CLOSED)
    assert not _lives(world, ann.secret)
