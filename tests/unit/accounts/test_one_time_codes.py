from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.accounts import codes

# RFC 6238, appendix B, SHA-1: the last six of eight digits
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TIMES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924"}


@pytest.mark.parametrize(("seconds", "code"), TIMES.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert codes.code_at(SEED, codes.counter_at(moment)) == code
    assert codes.counter_of(SEED, code, moment, 0) == seconds // 30


@given(st.integers(min_value=-3, max_value=3), st.integers(min_value=10, max_value=10**8))
def test_a_code_counts_within_one_step_and_only_once(steps: int, counter: int) -> None:
    moment = datetime.fromtimestamp(counter * 30 + 7, UTC)
    code = codes.code_at(SEED, counter + steps)
    found = codes.counter_of(SEED, code, moment, 0)
    if abs(steps) <= 1:
        assert found is not None
        again = codes.counter_of(SEED, code, moment + timedelta(seconds=20), found)
        assert again is None or again > found
    else:
        assert found is None or codes.code_at(SEED, found) == code


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "２８７０８２", "-1", "\x00"])
def test_what_is_no_code_does_not_fit(code: str) -> None:
    assert codes.counter_of(SEED, code, datetime.fromtimestamp(59, UTC), 0) is None


def test_spaces_between_digits_do_not_matter() -> None:
    assert codes.counter_of(SEED, "287 082", datetime.fromtimestamp(59, UTC), 0) == 1


def test_recovery_codes_are_ten_of_120_bits() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    assert all(codes.plain_recovery_code(one) == one for one in made)
    assert codes.plain_recovery_code(made[0].lower().replace("-", " ")) == made[0]


@pytest.mark.parametrize("text", ["", "ABCDEF", "A" * 25, "I" * 24, "287082"])
def test_what_is_no_recovery_code(text: str) -> None:
    assert codes.plain_recovery_code(text) == ""


def test_the_app_reads_issuer_and_name() -> None:
    link = codes.app_link(SEED, "jane.doe", "Redball")
    assert link.startswith("otpauth://totp/Redball:jane.doe?secret=" + SEED)
    assert "issuer=Redball" in link
