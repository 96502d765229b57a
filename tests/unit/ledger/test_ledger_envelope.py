"""Envelopes: one written form, and secrets that only their salt opens."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from redball.ledger import (
    Event,
    EventKind,
    Fact,
    decoded,
    encoded,
    new_salt,
    opened,
    opens,
    sealed,
)
from redball.model.errors import BadData, BadUse, UnsafeFile

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVENT = Event(
    EventKind.IMPORT,
    "import package",
    "DEU role=logistician",
    "sha256:00",
    AT,
    label="RESTRICTED // REL NLD",
    agreements=("MLS-1 v2",),
    policy="abc",
    facts={"rows": 12, "tables": ["site", "stock"], "first": True, "note": None},
)
TEXT = (
    b'{"actor":"DEU role=logistician","agreements":["MLS-1 v2"],"at":"2026-03-01T12:00:00.000000Z",'
    b'"facts":{"first":true,"note":null,"rows":12,"tables":["site","stock"]},'
    b'"format":"redball event 1","kind":"import","label":"RESTRICTED // REL NLD",'
    b'"object":"sha256:00","policy":"abc","verb":"import package"}'
)


def test_the_written_form() -> None:
    assert encoded(EVENT) == TEXT
    assert decoded(TEXT).event == EVENT
    assert decoded(TEXT).commitment is None


def test_one_form_per_moment() -> None:
    east = replace(EVENT, at=AT.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert encoded(east) == TEXT
    with pytest.raises(BadData, match="zone"):
        encoded(replace(EVENT, at=AT.replace(tzinfo=None)))
    with pytest.raises(BadData, match="calendar"):
        encoded(replace(EVENT, at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))))


def test_a_member_of_an_enumeration_is_its_text() -> None:
    class Colour(StrEnum):
        RED = "red"

    assert encoded(replace(EVENT, facts={"c": Colour.RED})) == encoded(
        replace(EVENT, facts={"c": "red"})
    )


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**63, -(2**63), b"x", {"deep": 1}, [1], [["x"]], "\ud800", object()],
    ids=["float", "nan", "large", "small", "bytes", "deep", "numbers", "lists", "half", "object"],
)
def test_values_without_a_form(value: Fact) -> None:
    with pytest.raises(BadData):
        encoded(replace(EVENT, facts={"x": value}))
    with pytest.raises(BadData):
        sealed(replace(EVENT, secret={"x": value}), new_salt())


def test_composed_and_decomposed_letters_stay_apart() -> None:
    one, two = (replace(EVENT, object=text) for text in ("\u00fc", "u\u0308"))
    assert encoded(one) != encoded(two)
    assert decoded(encoded(two)).event.object == "u\u0308"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"rows":12', b'"rows": 12'),
        (b'"rows":12', b'"rows":012'),
        (b'"rows":12', b'"rows":12.0'),
        (b'"rows":12', b'"rows":1e1'),
        (b'"rows":12', b'"rows":NaN'),
        (b'"rows":12', b'"rows":12,"rows":12'),
        (b'"rows":12', b'"rows":{"a":1}'),
        (b'"rows":12', b'"rows":9223372036854775808'),
        (b'"rows":12', b'"rows":' + b"9" * 5000),
        (b'"verb"', b'"Verb"'),
        (b'"verb"', b'"more":1,"verb"'),
        (b"import package", b"import\\u0020package"),
        (b'"kind":"import"', b'"kind":"magic"'),
        (b'"kind":"import"', b'"kind":1'),
        (b"redball event 1", b"redball event 2"),
        (b".000000Z", b"Z"),
        (b".000000Z", b".000000+00:00"),
        (b"2026-03-01T12", b"2026-03-01T25"),
        (b'"MLS-1 v2"', b"1"),
        (b'"agreements":["MLS-1 v2"]', b'"agreements":"MLS-1 v2"'),
        (b'"label":"RESTRICTED // REL NLD"', b'"label":null'),
        (b'"verb"', b'"secret":"00","verb"'),
        (b'"verb"', b'"secret":null,"verb"'),
        (b'"verb"', b'"secret":"' + b"A" * 64 + b'","verb"'),
        (b"}", b"} "),
        (b"DEU", b"\xff"),
    ],
)
def test_other_forms_are_refused(old: bytes, new: bytes) -> None:
    assert old in TEXT
    with pytest.raises(BadData):
        decoded(TEXT.replace(old, new))


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"null", b"[" * 50_000, b'{"a":' * 9_000])
def test_what_is_no_envelope(data: bytes) -> None:
    with pytest.raises(BadData):
        decoded(data)


def test_too_large() -> None:
    with pytest.raises(UnsafeFile):
        encoded(replace(EVENT, object="x" * 60_000))
    with pytest.raises(UnsafeFile):
        decoded(b" " * 60_001)
    with pytest.raises(UnsafeFile):
        sealed(replace(EVENT, secret={"x": "y" * 1_000_000}), new_salt())


def test_a_secret_is_committed_to_and_not_told() -> None:
    salt = bytes(range(32))
    envelope, secret = sealed(replace(EVENT, secret={"quantity": 120}), salt)
    assert secret == b'{"quantity":120}'
    assert b"120" not in envelope
    assert decoded(envelope).event == EVENT
    assert decoded(envelope).commitment == hmac.new(salt, secret, hashlib.sha256).digest()
    assert opens(envelope, salt, secret)
    assert opened(envelope, salt, secret).secret == {"quantity": 120}


def test_only_salt_and_secret_of_this_entry_open_it() -> None:
    salt, other = new_salt(), new_salt()
    envelope, secret = sealed(replace(EVENT, secret={"quantity": 120}), salt)
    assert secret is not None
    for wrong_salt, wrong in (
        (other, secret),
        (salt, b'{"quantity":121}'),
        (salt[:31], secret),
        (salt + b"\x00", secret),
        (b"", secret),
        (salt, b""),
    ):
        assert not opens(envelope, wrong_salt, wrong)
        with pytest.raises(BadData):
            opened(envelope, wrong_salt, wrong)
    assert not opens(TEXT, salt, secret)
    assert not opens(b"rubbish", salt, secret)


def test_the_same_quantity_gives_other_leaves() -> None:
    leaves = {sealed(replace(EVENT, secret={"q": 5}), new_salt())[0] for _ in range(50)}
    assert len(leaves) == 50


def test_a_secret_is_never_written_by_mistake() -> None:
    with pytest.raises(BadUse, match="sealed"):
        encoded(replace(EVENT, secret={"q": 5}))
    with pytest.raises(BadUse, match="32"):
        sealed(replace(EVENT, secret={"q": 5}), b"short")
    assert sealed(EVENT, b"") == (TEXT, None)
