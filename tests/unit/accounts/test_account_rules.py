from datetime import UTC, datetime, timedelta

import pytest

from redball.accounts import names, tokens
from redball.accounts.holding import SessionRules
from redball.accounts.sealing import Seal, new_sealing_key
from redball.accounts.secrets import derived, hashed, new_secret
from redball.model import BadData, BadUse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = SessionRules(timedelta(minutes=30), timedelta(hours=12))


@pytest.mark.parametrize(
    ("started", "seen", "holds"),
    [
        (0, 0, True), (29, 29, True), (31, 31, False), (60, 1, True), (719, 0, True),
        (721, 0, False), (-2, -2, False), (10, 20, False),
    ],
)  # fmt: skip
def test_a_session_ends_unused_or_old(started: int, seen: int, holds: bool) -> None:
    ago = [NOON - timedelta(minutes=one) for one in (started, seen)]
    assert RULES.holds(ago[0], ago[1], NOON) is holds


@pytest.mark.parametrize(("idle", "absolute"), [(0, 60), (60, 30), (60, 60 * 24 * 31)])
def test_rules_that_make_no_sense_are_refused(idle: int, absolute: int) -> None:
    with pytest.raises(BadUse, match="session lasts"):
        SessionRules(timedelta(minutes=idle), timedelta(minutes=absolute))


def test_secrets_have_256_bits_and_are_kept_as_hashes() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) == 43 and hashed(one) != one for one in made)
    one = made.pop()
    assert derived(one, "forms") not in (one, hashed(one), derived(one, "else"))


def test_a_token_is_read_as_it_was_made() -> None:
    whole, kept = tokens.new_token("nightly-export")
    assert whole.startswith("rb_nightly-export_")
    assert tokens.parse_token(whole) == tokens.GivenToken("nightly-export", kept)
    assert whole.split("_", 2)[2] not in kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rb_",
        "rb_x_y",
        "rb_ab_" + "a" * 42,
        "Bearer rb_ab_" + "a" * 43,
        "rb_ab_" + "a" * 43 + "\n",
    ],
)
def test_what_is_no_token(text: str) -> None:
    assert tokens.parse_token(text) is None


@pytest.mark.parametrize("days", [0, 367, -1])
def test_a_token_lasts_a_year_at_most(days: int) -> None:
    with pytest.raises(BadUse, match="from 1 to 366 days"):
        tokens.life_of(days)


@pytest.mark.parametrize("words", [(), ("all",), ("read", "root")])
def test_scopes_are_those_that_are_known(words: tuple[str, ...]) -> None:
    with pytest.raises(BadUse, match="scope"):
        tokens.scopes_of(words)


@pytest.mark.parametrize("name", ["", "a", "a_b", "-ab", "ab-", "A B", "x" * 33])
def test_names_of_tokens(name: str) -> None:
    with pytest.raises(BadUse, match="no name of a token"):
        tokens.token_name(name)


def test_names_that_look_alike_are_one() -> None:
    assert names.folded(" Jane.Doe ") == "jane.doe" == names.folded("ＪＡＮＥ.doe")


@pytest.mark.parametrize(
    "name", ["", "ab", "a b c", "-abc", "jäne", "x" * 65, "jane\x00doe", "jane\n"]
)
def test_what_is_no_name(name: str) -> None:
    if name == "jane\n":
        assert names.folded(name) == "jane"
        return
    with pytest.raises(BadUse, match="no name"):
        names.folded(name)


@pytest.mark.parametrize("text", ["", "  ", "x" * 81, "jane\u202edoe", "jane\x1b[31m"])
def test_what_can_not_be_shown_as_a_name(text: str) -> None:
    with pytest.raises(BadUse, match="can't be shown"):
        names.display_name(text)


def test_what_is_sealed_opens_only_for_its_account() -> None:
    seal = Seal(new_sealing_key())
    sealed = seal.close("SEED", "ann")
    assert b"SEED" not in sealed
    assert seal.open(sealed, "ann") == "SEED"
    for data, about, by in [
        (sealed, "bob", seal),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "ann", seal),
        (sealed, "ann", Seal(new_sealing_key())),
    ]:
        with pytest.raises(BadData, match="does not open"):
            by.open(data, about)


def test_a_damaged_key_is_refused() -> None:
    with pytest.raises(BadUse, match="damaged"):
        Seal(b"short")
