"""What a leaf of the ledger says: as a value, and as bytes that have one form only.

The bytes are canonical JSON (:mod:`.canonical`) of the event without its secret. Where there is
a secret, the leaf holds a salted commitment to it (:mod:`.sealing`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import cast

from redball.ledger.canonical import Plain, canonical, read_time, strict_object, written_time
from redball.model.errors import BadData, BadUse, UnsafeFile

Fact = str | int | bool | None | list[str]
"""Plain values of an envelope; no floats, so that each has one written form."""


class EventKind(StrEnum):
    """What happened."""

    GENESIS = "genesis"
    IMPORT = "import"
    AGREEMENT = "agreement"
    RELEASE = "release"
    DECISION = "decision"
    EXPORT = "export"
    REFUSAL = "refusal"
    ALARM = "alarm"
    SIGN_IN = "sign-in"
    ACCOUNT = "account"
    APPROVAL = "approval"


@dataclass(frozen=True)
class Event:
    """What happened, who did it, to what.

    Attributes
    ----------
    kind : EventKind
    verb : str
        What was done in words, such as ``import package``, ``sign``, ``revoke``.
    actor : str
        Who: a subject's text.
    object : str
        Of what: a package's hash, an agreement's id with version, a result's key.
    at : datetime
        With zone.
    label : str
        Text of the label of what it is about; empty where there is none.
    agreements : tuple of str
        Agreements that it rests on.
    policy : str
        Hash of the policy set that decided; empty where none did.
    facts : mapping
        Further plain values that every reader of the ledger may know. Never payload.
    secret : mapping or None
        Content that is not for everyone: the leaf holds a salted commitment to it only.
    """

    kind: EventKind
    verb: str
    actor: str
    object: str
    at: datetime
    label: str = ""
    agreements: tuple[str, ...] = ()
    policy: str = ""
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    secret: Mapping[str, Fact] | None = None


FORMAT = "redball event 1"
MOST_ENVELOPE_BYTES = 60_000
"""An entry bundle of C2SP tlog-tiles gives 65,535 bytes to an entry."""

_COMMITMENT = re.compile(r"[0-9a-f]{64}\Z")
_KEYS = frozenset(
    ("actor", "agreements", "at", "facts", "format", "kind", "label", "object", "policy", "verb")
)


@dataclass(frozen=True)
class Envelope:
    """A leaf's bytes, read.

    Attributes
    ----------
    event : Event
        Without its secret.
    commitment : bytes or None
        What the leaf holds of the secret; None where the event has none.
    """

    event: Event
    commitment: bytes | None


def encoded(event: Event) -> bytes:
    """Write an event without a secret in its one form.

    Raises
    ------
    BadUse
        When it has a secret, which must be sealed.
    BadData
        When a value has no form.
    UnsafeFile
        When it is longer than 60,000 bytes.
    """
    if event.secret is not None:
        raise BadUse("This event has a secret.", where=event.verb, mend="Use sealed(event, salt).")
    return written(event, None)


def decoded(data: bytes) -> Envelope:
    """Read a leaf's bytes, accepting only the one form that :func:`encoded` writes.

    Raises
    ------
    BadData
        When they are not an envelope, or not in that form.
    UnsafeFile
        When they are longer than 60,000 bytes.
    """
    within(data, MOST_ENVELOPE_BYTES, "envelope of an event")
    found = strict_object(data, "envelope")
    held = found.pop("secret", None)
    if found.keys() != _KEYS or found["format"] != FORMAT:
        raise _not_envelope("it has other fields than an event")
    commitment = _read_commitment(held) if held is not None else None
    event = Event(
        kind=_kind(found["kind"]),
        verb=_string(found["verb"]),
        actor=_string(found["actor"]),
        object=_string(found["object"]),
        at=read_time(found["at"]),
        label=_string(found["label"]),
        agreements=_strings(found["agreements"]),
        policy=_string(found["policy"]),
        facts=plain_facts(found["facts"]),
    )
    if written(event, commitment) != data:
        raise _not_envelope("it is not in its one form")
    return Envelope(event, commitment)


def written(event: Event, commitment: bytes | None) -> bytes:
    """Write an event, less its secret, with the commitment to it."""
    values: dict[str, Plain] = {
        "actor": event.actor,
        "agreements": list(event.agreements),
        "at": written_time(event.at),
        "facts": dict(event.facts),
        "format": FORMAT,
        "kind": str(event.kind),
        "label": event.label,
        "object": event.object,
        "policy": event.policy,
        "verb": event.verb,
    }
    if commitment is not None:
        values["secret"] = commitment.hex()
    data = canonical(values)
    within(data, MOST_ENVELOPE_BYTES, "envelope of an event")
    return data


def _read_commitment(held: object) -> bytes:
    if not isinstance(held, str) or not _COMMITMENT.match(held):
        raise _not_envelope("its commitment is not 64 hexadecimal digits")
    return bytes.fromhex(held)


def _kind(value: object) -> EventKind:
    try:
        return EventKind(_string(value))
    except ValueError as error:
        raise _not_envelope("it is of an unknown kind") from error


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _not_envelope("a field that is text is not")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _not_envelope("its agreements are no list")
    return tuple(_string(part) for part in value)


def plain_facts(value: object) -> Mapping[str, Fact]:
    """Read names and plain values."""
    if not isinstance(value, dict):
        raise _not_envelope("its facts are no object")
    for part in value.values():
        if isinstance(part, list):
            _strings(part)
        elif isinstance(part, dict):
            raise _not_envelope("a fact lies too deep")
    return MappingProxyType(cast("dict[str, Fact]", value))


def within(data: bytes, most: int, what: str) -> None:
    """Refuse what is too large."""
    if len(data) > most:
        raise UnsafeFile(
            f"The {what} has {len(data):,} bytes; at most {most:,} fit.",
            mend="Log a hash of the content in its place.",
        )


def _not_envelope(why: str) -> BadData:
    return BadData(f"This is no envelope of an event: {why}.", mend="Ask for the entry again.")
