"""Whatever bytes come, a parser of signing or the ledger gives a value or a RedballError."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.ledger import (
    Checkpoint,
    Event,
    EventKind,
    HashTree,
    Seen,
    add_checkpoint,
    bundle_bytes,
    check_growth,
    check_proof,
    checkpoint_request,
    consistency_proof,
    cosign,
    decoded,
    encoded,
    inclusion_proof,
    leaf_hash,
    open_checkpoint,
    opens,
    read_bundle,
    read_tile,
    sealed,
    write_growth,
    write_proof,
)
from redball.model.errors import RedballError
from redball.signing import (
    SigningKey,
    VerifierKey,
    new_key,
    open_note,
    parse_note,
    sign_note,
    with_signatures,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEU, NLD = new_key("DEU"), new_key("NLD")
KEYS = [DEU.verifier, NLD.verifier]
SALT = bytes(range(32))
EVENT = Event(EventKind.IMPORT, "import", "DEU", "package", AT, facts={"rows": 3, "t": ["a"]})
ENVELOPE, SECRET = sealed(
    Event(EventKind.RELEASE, "release", "DEU", "x", AT, secret={"q": 120}), SALT
)
TREE = HashTree(leaf_hash(data) for data in (encoded(EVENT), ENVELOPE, b"three"))


def noted(size: int) -> str:
    head = Checkpoint("DEU", size, TREE.root(size))
    return str(with_signatures(parse_note(sign_note(head.text, [DEU])), [cosign(head, NLD, AT)]))


GOOD = {
    "note": sign_note("one\n\ntwo\n", [DEU, NLD]).encode(),
    "checkpoint": noted(3).encode(),
    "verifier key": DEU.verifier.text.encode(),
    "envelope": encoded(EVENT),
    "sealed": ENVELOPE,
    "proof": write_proof(
        ENVELOPE, 1, inclusion_proof(1, 3, TREE.node), noted(3), (SALT, SECRET or b"")
    ).encode(),
    "growth": write_growth(noted(2), noted(3), consistency_proof(2, 3, TREE.node)).encode(),
    "request": checkpoint_request(2, consistency_proof(2, 3, TREE.node), noted(3)),
    "bundle": bundle_bytes([b"", b"xyz", b"0" * 300]),
    "tile": b"".join(TREE.node(0, i) for i in range(3)),
    "pem": DEU.to_pem(),
}


def witness(data: bytes) -> object:
    seen = Seen(Checkpoint("DEU", 2, TREE.root(2)), noted(2), 0)
    return add_checkpoint(data, lambda _: seen, {"DEU": (DEU.verifier,)}, [NLD], AT)


def text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


PARSERS: dict[str, Callable[[bytes], object]] = {
    "note": lambda data: open_note(data, KEYS),
    "note as text": lambda data: open_note(text(data), KEYS),
    "checkpoint": lambda data: open_checkpoint(data, KEYS[:1], KEYS[1:]),
    "checkpoint text": lambda data: Checkpoint.parse(text(data)),
    "verifier key": lambda data: VerifierKey.parse(text(data)),
    "envelope": decoded,
    "opening": lambda data: opens(data, SALT, data) or opens(ENVELOPE, data[:32], data),
    "proof": lambda data: check_proof(data, KEYS, cosigners=1),
    "proof as text": lambda data: check_proof(text(data), KEYS),
    "growth": lambda data: check_growth(data, KEYS),
    "request": witness,
    "bundle": lambda data: read_bundle(data, len(data) % 300),
    "tile": lambda data: read_tile(data, len(data) % 300),
    "pem": lambda data: SigningKey.from_pem("DEU", data),
}


WRITERS: list[Callable[[bytes], bytes]] = [
    lambda data: str(parse_note(data)).encode(),
    lambda data: VerifierKey.parse(text(data)).text.encode(),
    lambda data: Checkpoint.parse(text(data)).text.encode(),
]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good file with some places changed: nearer to the parsers' inside than noise."""
    data = bytearray(draw(st.sampled_from(sorted(GOOD.values()))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        piece = draw(
            st.sampled_from([b"", b"\n", b"\n\n", b" ", b"+", b"=", b'"', b"{", b"[", b"\x00"])
            | st.sampled_from([b"\xff", b"\xed\xa0\x80", "— ".encode(), b"9" * 30, b"null"])
            | st.binary(max_size=8)
        )
        data[at : at + draw(st.integers(0, 12))] = piece
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.binary(max_size=400) | spoiled())
@settings(max_examples=200)
def test_a_value_or_a_redball_error(name: str, data: bytes) -> None:
    error = refusal(name, data)
    assert error is None or (error.what and error.mend)


def refusal(name: str, data: bytes) -> RedballError | None:
    try:
        PARSERS[name](data)
    except RedballError as error:
        return error
    return None


@given(spoiled())
@settings(max_examples=400)
def test_what_a_parser_accepts_is_what_was_written(data: bytes) -> None:
    for again in WRITERS:
        try:
            written = again(data)
        except RedballError:
            continue
        assert written in (data, data.removesuffix(b"\n"))


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 59_000,
        b'{"a":' * 11_000,
        b'{"format":"redball proof 1","index":' + b"9" * 50_000 + b"}",
        b"\n" * 900_000,
        "— ".encode() * 200_000,
        b"a\n\n" + "— x AAAAAAAA\n".encode() * 50_000,
        b"old 0\n" + b"A\n" * 400_000,
        b"\xff" * 1_000_000,
    ],
    ids=["brackets", "objects", "digits", "newlines", "dashes", "signatures", "proof", "noise"],
)
def test_floods_are_refused(name: str, data: bytes) -> None:
    # bounded: each of these within the time of the whole suite, without deep recursion
    try:
        found = PARSERS[name](data)
    except RedballError:
        return
    # a witness answers, a bundle may hold empty entries, and an opening is false
    assert getattr(found, "status", 400) == 400 or found is False
