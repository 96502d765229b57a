"""Proof files: for a third party that has the public keys and the file, and nothing else.

A proof of an entry is a JSON object::

    {"format": "redball proof 1",
     "envelope": "...",            the leaf's bytes, as text
     "index": 5,                   its place in the log
     "inclusion": ["base64", ...], RFC 6962 proof, from the leaf up
     "checkpoint": "...",          signed note, with cosignatures
     "salt": "hex",                only where the content is disclosed
     "secret": "..."}              only where the content is disclosed

A proof of growth has ``"format": "redball growth 1"``, two signed notes ``older`` and ``newer``,
and ``consistency``. Nothing in a file is believed before the signature of the log's key holds;
the log's key is the one that has the log's name.

This module needs :mod:`redball.signing` and :mod:`redball.ledger` only: no store and no tables.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from redball.ledger.canonical import strict_object
from redball.ledger.checkpoint import Checkpoint
from redball.ledger.envelope import Event, decoded
from redball.ledger.proofs import verify_consistency, verify_inclusion
from redball.ledger.sealing import opened
from redball.ledger.signed import OpenedCheckpoint, open_checkpoint, require_cosigned
from redball.ledger.tree import leaf_hash
from redball.model.errors import BadData, BadUse, NotPermitted, UnsafeFile
from redball.signing import VerifierKey, parse_note
from redball.signing.keys import strict_base64

PROOF_FORMAT = "redball proof 1"
GROWTH_FORMAT = "redball growth 1"
MOST_FILE_BYTES = 8_000_000
MOST_STEPS = 64

_PROOF_KEYS = frozenset(("format", "envelope", "index", "inclusion", "checkpoint"))
_OPENING_KEYS = frozenset(("salt", "secret"))
_GROWTH_KEYS = frozenset(("format", "older", "newer", "consistency"))


@dataclass(frozen=True)
class Proven:
    """What a proof file proves.

    Attributes
    ----------
    event : Event
        What the log's owner recorded; with its secret where the file discloses it.
    index : int
        Its place in the log.
    checkpoint : Checkpoint
        Tree that holds it.
    cosigned : mapping
        Time of the cosignature (seconds since 1970) by name of the witness.
    disclosed : bool
        Whether the file held the content that the leaf is committed to.
    """

    event: Event
    index: int
    checkpoint: Checkpoint
    cosigned: Mapping[str, int]
    disclosed: bool


def write_proof(
    envelope: bytes,
    index: int,
    inclusion: Sequence[bytes],
    checkpoint: str,
    opening: tuple[bytes, bytes] | None = None,
) -> str:
    """Write a proof file.

    Parameters
    ----------
    envelope : bytes
        The leaf's bytes.
    index : int
    inclusion : sequence of bytes
        From :func:`redball.ledger.inclusion_proof`, at the checkpoint's size.
    checkpoint : str
        Signed note, with cosignatures where there are some.
    opening : tuple of bytes
        Salt and secret, for one who may know the content.

    Raises
    ------
    BadUse
        When the parts do not prove the entry: a wrong proof is never handed out.
    """
    found = Checkpoint.parse(parse_note(checkpoint).text)
    if not verify_inclusion(index, found.size, leaf_hash(envelope), inclusion, found.root):
        raise BadUse(
            "These parts do not prove the entry.",
            where=f"entry {index} of {found.origin}",
            mend="Make the proof at the size of the checkpoint.",
        )
    fields: dict[str, object] = {
        "format": PROOF_FORMAT,
        "envelope": envelope.decode(),
        "index": index,
        "inclusion": _written(inclusion),
        "checkpoint": checkpoint,
    }
    if opening is not None:
        opened(envelope, *opening)
        fields |= {"salt": opening[0].hex(), "secret": opening[1].decode()}
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


def check_proof(
    text: str | bytes, verifiers: Iterable[VerifierKey], *, cosigners: int = 0
) -> Proven:
    """Check a proof file with nothing but public keys.

    Parameters
    ----------
    text : str or bytes
    verifiers : iterable of VerifierKey
        Keys that are trusted: the log's, which has the log's name, and those of witnesses.
    cosigners : int
        How many different witnesses must have cosigned.

    Raises
    ------
    UnsafeFile, BadData
        When it is no proof file, or the proof or the disclosed content does not fit.
    NotPermitted
        When no trusted key of the log signed, a signature does not hold, or too few cosigned.
    """
    fields = _fields(text, PROOF_FORMAT, _PROOF_KEYS, _OPENING_KEYS)
    signed = _opened(_string(fields["checkpoint"]), verifiers)
    require_cosigned(signed, cosigners)
    envelope = _bytes(fields["envelope"])
    index = fields["index"]
    if type(index) is not int:
        _refuse("the index is no whole number")
    size, root = signed.checkpoint.size, signed.checkpoint.root
    proof = _steps(fields["inclusion"])
    if not verify_inclusion(index, size, leaf_hash(envelope), proof, root):
        _refuse("the entry is not in the log at that place")
    event = decoded(envelope).event
    disclosed = "salt" in fields
    if disclosed:
        event = opened(envelope, _hex(fields["salt"]), _bytes(fields["secret"]))
    return Proven(event, index, signed.checkpoint, signed.cosigned, disclosed)


def write_growth(older: str, newer: str, consistency: Sequence[bytes]) -> str:
    """Write a file that proves that one signed checkpoint goes on from another.

    Raises
    ------
    BadUse
        When the parts do not prove it.
    """
    first, second = (Checkpoint.parse(parse_note(note).text) for note in (older, newer))
    if not _grew(first, second, consistency):
        raise BadUse("These parts do not prove growth.", mend="Make the proof of these sizes.")
    fields = {
        "format": GROWTH_FORMAT,
        "older": older,
        "newer": newer,
        "consistency": _written(consistency),
    }
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


def check_growth(
    text: str | bytes, verifiers: Iterable[VerifierKey], *, cosigners: int = 0
) -> tuple[OpenedCheckpoint, OpenedCheckpoint]:
    """Check that a log grew from one signed checkpoint to another without changing history.

    Returns
    -------
    tuple of OpenedCheckpoint
        The older and the newer.

    Raises
    ------
    UnsafeFile, BadData
        When it is no such file, or the newer does not go on from the older.
    NotPermitted
        When no trusted key of the log signed both, a signature does not hold, or too few
        witnesses cosigned the newer.
    """
    fields = _fields(text, GROWTH_FORMAT, _GROWTH_KEYS, frozenset())
    keys = tuple(verifiers)
    older, newer = (_opened(_string(fields[name]), keys) for name in ("older", "newer"))
    require_cosigned(newer, cosigners)
    if not _grew(older.checkpoint, newer.checkpoint, _steps(fields["consistency"])):
        _refuse("the newer checkpoint does not go on from the older")
    return older, newer


def _grew(older: Checkpoint, newer: Checkpoint, proof: Sequence[bytes]) -> bool:
    return older.origin == newer.origin and verify_consistency(
        older.size, newer.size, older.root, newer.root, proof
    )


def _opened(note: str, verifiers: Iterable[VerifierKey]) -> OpenedCheckpoint:
    """Open a checkpoint; only a key that has the log's name may sign for it."""
    origin = Checkpoint.parse(parse_note(note).text).origin
    keys = tuple(verifiers)
    log_keys = [key for key in keys if key.name == origin]
    if not log_keys:
        raise NotPermitted(
            "No trusted key has the name of this log.",
            where=origin,
            mend="Ask its owner for the public key, compare it by voice, and trust it.",
        )
    return open_checkpoint(note, log_keys, [key for key in keys if key.name != origin])


def _fields(
    text: str | bytes, form: str, needed: frozenset[str], together: frozenset[str]
) -> dict[str, object]:
    if len(text) > MOST_FILE_BYTES:
        raise UnsafeFile(f"A proof file has {len(text):,} bytes.", mend="Ask for it again.")
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        raise BadData("A proof file holds half a character.", mend="Ask for it again.") from error
    fields = strict_object(data, "proof file")
    if fields.get("format") != form or fields.keys() not in (needed, needed | together):
        _refuse(f"it is not in the form '{form}'")
    return fields


def _written(steps: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(step).decode() for step in steps]


def _steps(value: object) -> list[bytes]:
    if not isinstance(value, list) or len(value) > MOST_STEPS:
        _refuse("its proof is no list of at most 64 hashes")
    steps = [strict_base64(_string(step)) for step in value]
    if any(step is None for step in steps):
        _refuse("a step of its proof is not base64")
    return [step for step in steps if step is not None]


def _string(value: object) -> str:
    if not isinstance(value, str):
        _refuse("a field that is text is not")
    return value


def _bytes(value: object) -> bytes:
    try:
        return _string(value).encode()
    except UnicodeEncodeError:
        _refuse("a text holds half a character")


def _hex(value: object) -> bytes:
    try:
        return bytes.fromhex(_string(value))
    except ValueError:
        _refuse("the salt is not hexadecimal")


def _refuse(why: str) -> NoReturn:
    raise BadData(f"The proof file proves nothing: {why}.", mend="Ask for it again.")
