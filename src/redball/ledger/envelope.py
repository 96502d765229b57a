"""What a leaf of the ledger says, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

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
