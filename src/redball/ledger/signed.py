"""Signed checkpoints: made without ever contradicting oneself, opened without trusting names.

A log must never sign two checkpoints of which one is not the beginning of the other, not even
after a restart or a restored backup. So a signature is given out only when the new tree provably
begins with the last signed one, and after the new head is durably remembered. Where the memory
itself may be old (the whole machine was restored), what witnesses cosigned says so:
:func:`refuse_if_behind`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from redball.ledger.checkpoint import Checkpoint
from redball.ledger.cosign import CosignatureVerifier, cosign, time_of
from redball.ledger.proofs import verify_consistency
from redball.ledger.tree import EMPTY_ROOT
from redball.model.errors import BadUse, NotPermitted
from redball.signing import (
    KeyUse,
    Note,
    NoteVerifier,
    OpenedNote,
    SignerMemory,
    SigningKey,
    VerifierKey,
    open_note,
    parse_note,
    sign_note,
)


@dataclass(frozen=True)
class OpenedCheckpoint:
    """A checkpoint that its log signed, and who cosigned it.

    Attributes
    ----------
    checkpoint : Checkpoint
    cosigned : mapping
        Latest time of a verified cosignature (seconds since 1970) by name of the witness.
    note : str
        The whole note, as it was given.
    """

    checkpoint: Checkpoint
    cosigned: Mapping[str, int]
    note: str


def sign_checkpoint(
    checkpoint: Checkpoint,
    keys: Sequence[SigningKey],
    memory: SignerMemory,
    at: datetime,
    proof: Sequence[bytes] = (),
) -> str:
    """Sign a log's new checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint
    keys : sequence of SigningKey
        The log's keys; each has the origin as its name.
    memory : SignerMemory
        What was signed before.
    at : datetime
        Moment of signing, which ML-DSA-44 signatures carry.
    proof : sequence of bytes
        Consistency from the last signed size; empty for the first one and for the same one.

    Returns
    -------
    str
        The signed note.

    Raises
    ------
    BadUse
        When no key is given, or one has another name than the log.
    NotPermitted
        When the checkpoint does not provably go on from the last signed one.
    StoreError
        When the memory can't be read or written: nothing is signed then.
    """
    if not keys or any(key.name != checkpoint.origin for key in keys):
        raise BadUse(
            "A checkpoint is signed by keys that have the log's name.",
            where=checkpoint.origin,
            mend="Give the log the name of its key.",
        )
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise BadUse("An empty tree has another root.", mend="Give EMPTY_ROOT.")
    last = memory.last_signed(checkpoint.origin)
    if last is not None and not _goes_on(last.size, last.root, checkpoint, proof):
        raise NotPermitted(
            f"The tree of {checkpoint.size} does not go on from the tree of {last.size} that was "
            "signed before.",
            where=checkpoint.origin,
            mend="Was an old backup restored, or history changed? Recover what was signed first.",
        )
    lines = []
    for key in keys:
        if key.algorithm == "ml-dsa-44":
            lines.append(cosign(checkpoint, key, at))
        else:
            lines.extend(parse_note(sign_note(checkpoint.text, [key])).signatures)
    note = str(parse_note(str(Note(checkpoint.text, tuple(lines)))))
    memory.note_signed(checkpoint.origin, checkpoint.size, checkpoint.root)
    return note


def open_checkpoint(
    note: str | bytes,
    log_keys: Iterable[VerifierKey],
    witness_keys: Iterable[VerifierKey] = (),
) -> OpenedCheckpoint:
    """Open a signed checkpoint.

    Parameters
    ----------
    note : str or bytes
    log_keys : iterable of VerifierKey
        Keys that may sign for this very log.
    witness_keys : iterable of VerifierKey
        Keys whose cosignatures count.

    Raises
    ------
    UnsafeFile, BadData
        When it is no signed checkpoint.
    NotPermitted
        When no key of the log signed it, or a known key's signature does not hold.
    BadUse
        When one key stands under two names: it would count twice.
    """
    taken = parse_note(note)
    checkpoint = Checkpoint.parse(taken.text)
    logs, witnesses = tuple(log_keys), tuple(witness_keys)
    _one_name_each((*logs, *witnesses))
    for_log = _log_verifiers(logs)
    found = open_note(taken, _distinct((*for_log, *_witness_verifiers(witnesses))))
    if not any(key in for_log for key in found.keys):
        raise NotPermitted(
            "No key of the log signed this checkpoint.",
            where=checkpoint.origin,
            mend="Trust the log's key first, if it is your partner's.",
        )
    names = {key.name for key in witnesses} - {key.name for key in logs} - {checkpoint.origin}
    return OpenedCheckpoint(checkpoint, _cosigned(found, names), str(taken))


def refuse_if_behind(origin: str, size: int, cosigned: Iterable[OpenedCheckpoint]) -> None:
    """Refuse to go on with a log of which others have seen more than is here.

    Raises
    ------
    NotPermitted
        When a cosigned checkpoint of this log is larger: the tail was cut off, or an old backup
        was restored.
    """
    for seen in cosigned:
        if seen.checkpoint.origin == origin and seen.checkpoint.size > size:
            raise NotPermitted(
                f"Others hold a checkpoint of {seen.checkpoint.size} entries; here are {size}.",
                where=origin,
                mend="Recover the missing entries before anything is signed.",
            )


def require_cosigned(opened: OpenedCheckpoint, least: int) -> None:
    """Ask for k of n: a history counts as settled when so many known witnesses cosigned it.

    Raises
    ------
    NotPermitted
        When fewer did.
    """
    if len(opened.cosigned) < least:
        raise NotPermitted(
            f"{len(opened.cosigned)} known witnesses cosigned this checkpoint; {least} are needed.",
            where=opened.checkpoint.origin,
            mend="Ask further witnesses, or wait until they have seen it.",
        )


def _goes_on(size: int, root: bytes, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    if size == 0:
        return not proof
    return verify_consistency(size, new.size, root, new.root, proof)


def _cosigned(found: OpenedNote, names: set[str]) -> Mapping[str, int]:
    times: dict[str, int] = {}
    for signature, key in zip(found.verified, found.keys, strict=True):
        if isinstance(key, CosignatureVerifier) and key.name in names:
            times[key.name] = max(times.get(key.name, 0), time_of(signature.signature))
    return MappingProxyType(times)


def _log_verifiers(keys: Iterable[VerifierKey]) -> list[NoteVerifier]:
    """Note keys for Ed25519, and the cosignature's form for ML-DSA-44."""
    found: list[NoteVerifier] = []
    for key in keys:
        if key.algorithm == "ml-dsa-44":
            found.append(CosignatureVerifier(key.as_cosigner()))
        elif key.use is KeyUse.NOTE_ED25519:
            found.append(key)
    return found


def _witness_verifiers(keys: Iterable[VerifierKey]) -> list[NoteVerifier]:
    return [CosignatureVerifier(key.as_cosigner()) for key in keys]


def _distinct(verifiers: Iterable[NoteVerifier]) -> list[NoteVerifier]:
    return list({(v.name, v.key_id, type(v)): v for v in verifiers}.values())


def _one_name_each(keys: Iterable[VerifierKey]) -> None:
    names: dict[bytes, str] = {}
    for key in keys:
        if names.setdefault(key.public, key.name) != key.name:
            raise BadUse(
                f"One key stands under two names, {names[key.public]} and {key.name}.",
                mend="Each party needs a key of its own.",
            )
