"""Signed notes: a text, a blank line, and lines of signatures (C2SP signed-note).

::

    what is signed, as many lines as it takes

    — DEU x08go/ZJkuBS9UG/...
    — NLD rwz+eBzmZa0SO3Nb...

The text ends at the last blank line and is covered with its final newline. A line's base64 holds
the key's id (four bytes) and the signature. Lines of unknown keys are passed over; a line of a
known key that does not verify rejects the whole note; a note without a verified line is rejected.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from redball.model.errors import BadData, BadUse, NotPermitted, UnsafeFile
from redball.signing.keys import SigningKey, is_key_name, strict_base64

MOST_NOTE_BYTES = 1_000_000
MOST_SIGNATURES = 64
"""More than the 16 that every reader must accept; so many are verified within a second."""

COSIGNATURE_HEADER = "cosignature/v1\n"
"""First line of what an Ed25519 cosigner signs; a note that starts so would be a cosignature."""

_DASH = "\u2014 "


class NoteVerifier(Protocol):
    """A key as far as opening a note needs it."""

    @property
    def name(self) -> str:
        """Name on the signature line."""

    @property
    def key_id(self) -> bytes:
        """Four bytes before the signature."""

    def verifies_note(self, text: bytes, signature: bytes) -> bool:
        """Say whether a signature holds for the text."""


@dataclass(frozen=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """Written form, with its newline."""
        body = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_DASH}{self.name} {body}\n"


@dataclass(frozen=True)
class Note:
    """A note taken apart; nothing in it is verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(s.line for s in self.signatures)}"


@dataclass(frozen=True)
class OpenedNote:
    """A note with at least one verified signature.

    Attributes
    ----------
    text : str
        What was signed, with its final newline.
    verified : tuple of NoteSignature
        Signatures that hold, one for each key, in the note's order.
    keys : tuple of NoteVerifier
        The keys that made them, in the same order.
    unknown : tuple of NoteSignature
        Signatures of keys that were not given; they mean nothing.
    """

    text: str
    verified: tuple[NoteSignature, ...]
    keys: tuple[NoteVerifier, ...]
    unknown: tuple[NoteSignature, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of the keys that signed."""
        return frozenset(s.name for s in self.verified)


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """Sign a text with one key or several.

    Parameters
    ----------
    text : str
        Ends in a newline.
    keys : sequence of SigningKey

    Returns
    -------
    str
        The signed note.

    Raises
    ------
    BadUse
        When no key is given, the text can't be that of a note, or it has the form of what a
        cosigner signs (the signature could then be passed off as a cosignature).
    """
    if not keys:
        raise BadUse("A note needs a key to be signed with.", mend="Give at least one.")
    why = _unfit(text)
    if not why and text.startswith(COSIGNATURE_HEADER):
        why = "it starts as a cosignature does"
    if why:
        raise BadUse(f"This text can't be signed as a note: {why}.", mend="Change the text.")
    data = text.encode()
    lines = tuple(NoteSignature(key.name, key.verifier.key_id, key.sign(data)) for key in keys)
    return str(parse_note(str(Note(text, lines))))


def with_signatures(note: Note, signatures: Iterable[NoteSignature]) -> Note:
    """Add signatures to a note; those of a key that stands there already replace its line.

    Raises
    ------
    UnsafeFile, BadData
        When the result would be too large or no note.
    """
    found = {(s.name, s.key_id): s for s in note.signatures}
    found |= {(s.name, s.key_id): s for s in signatures}
    return parse_note(str(Note(note.text, tuple(found.values()))))


def parse_note(data: str | bytes) -> Note:
    """Take a note apart without verifying anything.

    Raises
    ------
    UnsafeFile
        When it is larger than 1 MB or has more than 64 signatures.
    BadData
        When it is no note: not UTF-8, control characters, no blank line, a malformed line.
    """
    text = _decoded(data)
    cut = text.rfind("\n\n")
    if cut < 0:
        raise _malformed("no blank line parts the text from the signatures")
    body, tail = text[: cut + 1], text[cut + 2 :]
    if not tail.endswith("\n"):
        raise _malformed("no signature line ends it")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise UnsafeFile(
            f"A note has {len(lines)} signatures; at most {MOST_SIGNATURES} are read.",
            mend="Keep the signatures that matter.",
        )
    return Note(body, tuple(_signature(line) for line in lines))


def open_note(data: str | bytes | Note, verifiers: Iterable[NoteVerifier]) -> OpenedNote:
    """Open a note for one who knows some keys.

    Parameters
    ----------
    data : str, bytes or Note
    verifiers : iterable of NoteVerifier
        Known keys; anything else is unknown.

    Raises
    ------
    UnsafeFile, BadData
        When it is no note.
    NotPermitted
        When a known key's signature does not hold, or no known key signed.
    BadUse
        When two different keys share name and key id, so that a line could be of either.
    """
    note = data if isinstance(data, Note) else parse_note(data)
    known = _known(verifiers)
    text = note.text.encode()
    verified: dict[tuple[str, bytes], NoteSignature] = {}
    unknown: list[NoteSignature] = []
    for signature in note.signatures:
        which = (signature.name, signature.key_id)
        key = known.get(which)
        if key is None:
            unknown.append(signature)
        elif key.verifies_note(text, signature.signature):
            verified.setdefault(which, signature)
        else:
            raise NotPermitted(
                "The signature of a known key does not hold: the text or the line was changed.",
                where=signature.name,
                mend="Ask its sender for the original; keep this one as evidence.",
            )
    if not verified:
        raise NotPermitted(
            "No known key signed this note.",
            mend="Ask who signed it, and trust that key if it is your partner's.",
        )
    return OpenedNote(
        note.text, tuple(verified.values()), tuple(known[k] for k in verified), tuple(unknown)
    )


def _known(verifiers: Iterable[NoteVerifier]) -> dict[tuple[str, bytes], NoteVerifier]:
    known: dict[tuple[str, bytes], NoteVerifier] = {}
    for key in verifiers:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise BadUse(
                "Two different keys have the same name and key id.",
                where=key.name,
                mend="Give one of them another name.",
            )
    return known


def _decoded(data: str | bytes) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        if len(raw) > MOST_NOTE_BYTES:
            raise UnsafeFile(
                f"A note has {len(raw):,} bytes; at most {MOST_NOTE_BYTES:,} are read.",
                mend="Sign a hash of the content.",
            )
        text = raw.decode()
    except UnicodeError as error:
        raise _malformed("it is not UTF-8") from error
    if any(c < " " and c != "\n" for c in text):
        raise _malformed("it holds a control character")
    return text


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise _malformed("a signature line does not start with an em dash and a space")
    name, space, body = line[len(_DASH) :].partition(" ")
    data = strict_base64(body)
    if not space or not is_key_name(name) or data is None or len(data) < 5:
        raise _malformed("a signature line is not: name, space, base64 of key id and signature")
    return NoteSignature(name, data[:4], data[4:])


def _unfit(text: str) -> str:
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return "it is not UTF-8"
    if len(raw) > MOST_NOTE_BYTES:
        return f"it is longer than {MOST_NOTE_BYTES:,} bytes"
    if not text.endswith("\n"):
        return "it does not end in a newline"
    return "it holds a control character" if any(c < " " and c != "\n" for c in text) else ""


def _malformed(why: str) -> BadData:
    return BadData(f"This is not a signed note: {why}.", mend="Ask its sender for the original.")
