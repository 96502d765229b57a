"""Whatever bytes are given as an agreement: a sound value or a Redball error, soon."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from redball.access.agreements import (
    SignedAgreement,
    agreement_text,
    checked,
    draft,
    parse_agreement,
    parse_revocation,
    parse_signed,
    revocation,
    signed,
    signers,
)
from redball.model import RedballError
from redball.signing import SigningKey, new_key

START = datetime(2026, 1, 1, tzinfo=UTC)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(("DEU", "NLD", "holding", "NATO:III", "see", "exact", "SECRET", "CANARY")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)


@cache
def key() -> SigningKey:
    return new_key("DEU")


@cache
def written() -> str:
    agreement = draft(
        "joint-procurement", id="JP-1", parties=("DEU", "NLD"), valid_from=START, days=9
    )
    return signed(agreement, key()).text


@cache
def ended() -> str:
    return revocation(parse_signed(written()), key(), START, "No longer needed.")


def survives(data: str | bytes) -> None:
    for read in (parse_agreement, parse_signed):
        try:
            found = read(data)
        except RedballError:
            continue
        agreement = found.agreement if isinstance(found, SignedAgreement) else found
        assert checked(agreement) == agreement
        assert parse_agreement(agreement_text(agreement)) == agreement
    with suppress(RedballError):
        assert parse_revocation(data, {"DEU": (key().verifier,)}).by == {"DEU"}


@given(st.binary(max_size=400) | st.text(max_size=200))
@settings(max_examples=200)
def test_any_bytes(data: str | bytes) -> None:
    survives(data)


@given(VALUES)
@settings(max_examples=100)
def test_any_json(value: Any) -> None:
    survives(json.dumps(value))


@given(st.data())
@settings(max_examples=200)
def test_agreement_with_any_value_in_any_field(data: st.DataObject) -> None:
    values = json.loads(written())
    part: Any = values
    while True:
        names = list(part) if isinstance(part, dict) else list(range(len(part)))
        name = data.draw(st.sampled_from(names))
        if not isinstance(part[name], dict | list) or not part[name] or data.draw(st.booleans()):
            break
        part = part[name]
    part[name] = data.draw(VALUES)
    survives(json.dumps(values))
    survives(json.dumps(values["agreement"]))


@given(st.data())
@settings(max_examples=200)
def test_file_with_bytes_cut_changed_or_doubled(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from((written(), ended()))).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 40))
        raw[place : place + length] = data.draw(
            st.binary(max_size=20) | st.just(bytes(raw[place : place + length]) * 2)
        )
        if not raw:
            break
    survives(bytes(raw))


@given(st.lists(st.text(max_size=120), max_size=5))
@settings(max_examples=100)
def test_any_texts_as_signature_lines(lines: list[str]) -> None:
    values = json.loads(written())
    values["signatures"] = [*values["signatures"], *lines]
    try:
        found = parse_signed(json.dumps(values))
    except RedballError:
        return
    # whatever was read, nobody but DEU can have signed
    assert signers(found, {"DEU": (key().verifier,)}) <= {"DEU"}
