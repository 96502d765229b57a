"""Signing in with password and code: who gets in, who does not, and what each is told."""

from pathlib import Path

import pytest
from tests.people_world import PASSWORD, People

from redball.accounts import passwords
from redball.app import people
from redball.model import NotPermitted


def _in(world: People, seed: str, name: str = "bob") -> people.Entered:
    ticket = people.sign_in_password(world.register, name, PASSWORD)
    return people.sign_in_code(world.register, ticket, world.code(seed), agent="Browser 1")


def test_password_and_code_let_somebody_in(world: People) -> None:
    done, seed = world.with_password("bob")
    world.later(minutes=1)
    entered = _in(world, seed, " BOB ")
    assert entered.secret != done.entered.secret
    found = people.session_of(world.register, entered.secret)
    assert found is not None
    assert found == entered.present
    assert found.subject == "DEU role=analyst clearance=UNCLASSIFIED caveats=none"
    assert (found.way, found.proved_at, found.scopes) == ("password", world.at, None)


def test_a_password_alone_is_no_session(world: People) -> None:
    world.with_password("bob")
    ticket = people.sign_in_password(world.register, "bob", PASSWORD)
    assert people.session_of(world.register, ticket) is None


def test_all_who_fail_are_told_the_same_after_the_same_work(
    world: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.with_password("bob")
    world.with_passkey("ann")  # no password
    closed, _ = world.with_password("eve")
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    people.account_close(world.register, admin.present.acting, closed.entered.present.account)
    checked: list[bool] = []
    real = passwords.fits

    def fits(password: str, kept: str | None) -> bool:
        checked.append(real(password, kept))
        return checked[-1]

    monkeypatch.setattr(passwords, "fits", fits)
    told = set()
    for name, password in [
        ("bob", "wrong wrong wrong"), ("nobody", PASSWORD), ("ann", PASSWORD), ("eve", PASSWORD),
        ("not a name!", PASSWORD), ("", ""), ("bob", PASSWORD * 1000),
    ]:  # fmt: skip
        with pytest.raises(NotPermitted) as refused:
            people.sign_in_password(world.register, name, password)
        told.add(str(refused.value))
    assert len(told) == 1
    assert checked == [False] * 7  # each hashed once


def test_a_code_counts_once_even_within_its_step(world: People) -> None:
    _, seed = world.with_password("bob")
    world.later(minutes=1)
    _in(world, seed)
    for seconds in (0, 10, 25):
        world.later(seconds=seconds)
        with pytest.raises(NotPermitted, match="code does not fit"):
            _in(world, seed) if seconds < 20 else people.sign_in_code(
                world.register,
                people.sign_in_password(world.register, "bob", PASSWORD),
                _earlier(world, seed),
            )


def _earlier(world: People, seed: str) -> str:
    from redball.accounts import codes

    return codes.code_at(seed, codes.counter_at(world.at) - 1)


def test_the_code_that_proved_the_app_is_used_up(world: People) -> None:
    _, seed = world.with_password("bob")
    with pytest.raises(NotPermitted, match="code does not fit"):
        _in(world, seed)


def test_a_recovery_code_counts_once(world: People) -> None:
    done, _ = world.with_password("bob")
    code = done.recovery[3].lower()
    ticket = people.sign_in_password(world.register, "bob", PASSWORD)
    assert people.sign_in_code(world.register, ticket, code).present.way == "recovery"
    ticket = people.sign_in_password(world.register, "bob", PASSWORD)
    with pytest.raises(NotPermitted):
        people.sign_in_code(world.register, ticket, code)
    own = people.own_account(world.register, done.entered.present)
    assert own.recovery_left == 9


def test_a_ticket_is_good_for_five_tries_five_minutes_and_once(world: People) -> None:
    _, seed = world.with_password("bob")
    world.later(minutes=1)
    ticket = people.sign_in_password(world.register, "bob", PASSWORD)
    for _ in range(5):
        with pytest.raises(NotPermitted, match="code does not fit"):
            people.sign_in_code(world.register, ticket, "000000")
    with pytest.raises(NotPermitted, match="took too long"):
        people.sign_in_code(world.register, ticket, world.code(seed))
    late = people.sign_in_password(world.register, "bob", PASSWORD)
    world.later(minutes=5)
    with pytest.raises(NotPermitted, match="took too long"):
        people.sign_in_code(world.register, late, world.code(seed))
    good = people.sign_in_password(world.register, "bob", PASSWORD)
    people.sign_in_code(world.register, good, world.code(seed))
    with pytest.raises(NotPermitted, match="took too long"):
        people.sign_in_code(world.register, good, world.code(seed))


def test_strangers_lock_nobody_out(world: People) -> None:
    _, seed = world.with_password("bob")
    world.later(minutes=1)
    for _ in range(25):
        with pytest.raises(NotPermitted):
            people.sign_in_password(world.register, "bob", "wrong wrong wrong")
    assert _in(world, seed).present.name == "Bob"


def test_who_knows_the_password_and_guesses_codes_is_stopped_with_an_alarm(world: People) -> None:
    done, seed = world.with_password("bob")
    for _ in range(4):
        ticket = people.sign_in_password(world.register, "bob", PASSWORD)
        for _ in range(5):
            with pytest.raises(NotPermitted):
                people.sign_in_code(world.register, ticket, "000000")
    world.later(minutes=1)
    with pytest.raises(NotPermitted, match="code does not fit"):
        _in(world, seed)
    assert world.told().count("alarm: shut codes") == 1
    ticket = people.sign_in_password(world.register, "bob", PASSWORD)
    people.sign_in_code(world.register, ticket, done.recovery[0])  # the owner comes back
    world.later(minutes=1)
    assert _in(world, seed).present.way == "password"


def test_the_desk_alone_gives_no_codes_and_no_secrets(world: People, tmp_path: Path) -> None:
    done, seed = world.with_password("bob")
    token = people.token_new(world.register, done.entered.present.acting, "", "mine", ("read",))
    with world.register.desk.reading() as connection:
        text = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]  # the driver's own
    kept = text.encode() + text.replace("X'", "").encode()
    for secret in (
        seed, PASSWORD, done.entered.secret, done.recovery[0], token.secret,
        token.secret.split("_", 2)[2], done.entered.present.csrf,
    ):  # fmt: skip
        assert secret.encode() not in kept
        assert secret.encode().hex().upper() not in text
    path = tmp_path / "store.sqlite.keys" / "desk.seal"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32


def test_a_key_that_others_can_read_opens_nothing(world: People, tmp_path: Path) -> None:
    _, seed = world.with_password("bob")
    world.later(minutes=1)
    path = tmp_path / "store.sqlite.keys" / "desk.seal"
    path.chmod(0o644)
    world.register.seal = type(world.register.seal)(world.store)  # as after a start
    with pytest.raises(NotPermitted, match="can be read by others"):
        _in(world, seed)
    path.unlink()
    with pytest.raises(NotPermitted, match="is gone"):
        _in(world, seed)


def test_an_outdated_hash_is_made_anew(world: People, monkeypatch: pytest.MonkeyPatch) -> None:
    world.with_password("bob")
    monkeypatch.setattr(passwords, "outdated", lambda kept: True)

    def kept() -> str:
        from redball.desk import people as desk
        from redball.desk import proofs

        with world.register.desk.reading() as connection:
            account = desk.account_named(connection, "bob")
            assert account is not None
            return proofs.password_of(connection, account.key) or ""

    before = kept()
    people.sign_in_password(world.register, "bob", PASSWORD)
    assert kept() != before
    assert passwords.fits(PASSWORD, kept())


def test_a_providers_identity_lets_in_whom_it_was_linked_to(world: People) -> None:
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    key = world.person("ann")
    issuer = "https://id.example"
    with pytest.raises(NotPermitted, match="no account here"):
        people.sign_in_identity(world.register, issuer, "s1", strong=True)
    assert people.identity_link(world.register, admin.present.acting, key, issuer, "s1").done
    strong = people.sign_in_identity(world.register, issuer, "s1", strong=True)
    assert (strong.present.account, strong.present.way) == (key, "provider")
    weak = people.sign_in_identity(world.register, issuer, "s1", strong=False)
    assert weak.present.proved_at.year == world.at.year - 1
    assert (
        people.prove_identity(world.register, weak.secret, issuer, "s1").present.proved_at
        == world.at
    )
    with pytest.raises(NotPermitted, match="not that of the account"):
        people.prove_identity(world.register, strong.secret, issuer, "s2")


def test_a_password_that_is_changed_while_it_is_checked_does_not_fit(
    world: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, _ = world.with_password("bob")
    real = passwords.fits

    def fits(password: str, kept: str | None) -> bool:
        found = real(password, kept)
        monkeypatch.setattr(passwords, "fits", real)
        people.own_password_change(
            world.register, done.entered.present, PASSWORD, PASSWORD + " too"
        )
        return found

    monkeypatch.setattr(passwords, "fits", fits)
    with pytest.raises(NotPermitted, match="do not fit"):
        people.sign_in_password(world.register, "bob", PASSWORD)
