import pytest

from redball.accounts import passwords
from redball.accounts.guesses import guessed_first
from redball.accounts.passwords import Cost, check_password, fits, hash_password, outdated
from redball.model import BadUse

CHEAP = Cost(1, 64, 1)


@pytest.mark.parametrize(
    "password",
    [
        "Password1234", "passwordpassword", "qwertyuiop123", "Summer2026!!!!", "Redball2026!",
        "1q2w3e4r5t6y", "aaaaaaaaaaaa", "P@ssw0rd12345", "letmeinplease", "abcabcabcabc",
        "zxcvbnm12345", "123456789012", "correct horse battery staple", "!!!!!!!!!!!!!!",
        "jane.doe.2026", "JaneDoeJaneDoe",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(BadUse, match="guessed first") as refused:
        check_password(password, about=("jane.doe", "Jane Doe", "DEU"))
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        "nordic ferry unpaid glove",
        "kvX8#mQ2!pLz",
        "Tr0ub4dor&3xyz",
        "größer als ein Fluß",
        "xxxxxxKestrel-lantern",
    ],
)
def test_long_ones_of_any_kind_are_taken(password: str) -> None:
    check_password(password, about=("jane.doe",))


@pytest.mark.parametrize("length", [0, 1, 11, 129, 10_000])
def test_the_length_is_from_12_to_128(length: int) -> None:
    text = ("kvX8#mQ2!pLz nordic ferry " * 500)[:length]
    with pytest.raises(BadUse, match="characters"):
        check_password(text)


def test_only_the_right_one_fits() -> None:
    kept = hash_password("nordic ferry unpaid glove", CHEAP)
    assert kept.startswith("$argon2id$")
    assert "nordic" not in kept
    assert fits("nordic ferry unpaid glove", kept, CHEAP)
    assert not fits("nordic ferry unpaid glovE", kept, CHEAP)
    assert not fits("", kept, CHEAP)
    assert not fits("nordic ferry unpaid glove", "broken", CHEAP)


def test_the_same_sign_typed_another_way_is_the_same() -> None:
    kept = hash_password("Stra\u00dfe gru\u0308n ungl\u00fcck", CHEAP)
    assert fits("Stra\u00dfe gr\u00fcn unglu\u0308ck", kept, CHEAP)


def test_nobody_costs_the_same_work_and_never_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    hasher = passwords._hasher(CHEAP)
    real = type(hasher).verify

    def verify(self: object, kept: str, given: str) -> bool:
        checked.append(kept)
        return bool(real(hasher, kept, given))

    monkeypatch.setattr(type(hasher), "verify", verify)
    assert not fits("nobody's", None, CHEAP)  # not even the decoy's own text
    assert not fits("anything else", None, CHEAP)
    assert [one[:10] for one in checked] == ["$argon2id$"] * 2


def test_a_cheaper_hash_is_outdated() -> None:
    assert outdated(hash_password("nordic ferry unpaid glove", CHEAP), Cost(2, 64, 1))
    assert not outdated(hash_password("nordic ferry unpaid glove", CHEAP), CHEAP)


def test_what_ships_is_the_second_setting_of_rfc_9106() -> None:
    assert Cost(3, 65_536, 4) == passwords.COST


def test_every_known_word_with_a_year_is_guessed_first() -> None:
    from redball.accounts.guesses import WORDS

    assert [word for word in WORDS if not guessed_first(f"{word.title()}-2026!")] == []
