"""Revocation: one party ends a version of an agreement, at once and for good.

A revocation is a C2SP signed note of the party::

    redball revocation 1
    MLS-2026-001
    1
    <SHA-256 of the written agreement>
    2026-03-01T08:00:00Z
    Why, on one line.

    — DEU x08go/ZJkuBS9UG/...
"""

import re
from dataclasses import dataclass
from datetime import datetime

from redball.access.agreements.checks import (
    AGREEMENT_ID,
    HIGHEST_VERSION,
    check_aware,
    check_sentence,
)
from redball.access.agreements.document import Agreement
from redball.access.agreements.signing import SignedAgreement, TrustedKeys, note_keys
from redball.access.agreements.text import content_hash, moment_text, parse_moment
from redball.model import BadData, NotPermitted
from redball.signing import SigningKey, open_note, parse_note, sign_note

FORM = "redball revocation 1"
LONGEST_REASON = 500

_VERSION = re.compile(r"^[1-9][0-9]{0,6}\Z")
_SHA256 = re.compile(r"^[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Revocation:
    """Who ended which version of what, and why; made by :func:`parse_revocation`.

    Attributes
    ----------
    id : str
    version : int
    sha256 : str
        Hash of the agreement that is ended.
    at : datetime
        When the party says it did; what counts is when the node took it in.
    reason : str
    by : frozenset of str
        Owner codes whose signatures hold.
    """

    id: str
    version: int
    sha256: str
    at: datetime
    reason: str
    by: frozenset[str]

    def ends(self, agreement: Agreement) -> bool:
        """Whether it ends this version of this agreement: every hash and one party must fit.

        Raises
        ------
        BadData
            The agreement is not sound.
        """
        named = (self.id, self.version, self.sha256)
        meant = (agreement.id, agreement.version, content_hash(agreement))
        return named == meant and bool(self.by & set(agreement.parties))


def revocation(
    document: SignedAgreement | Agreement, key: SigningKey, at: datetime, reason: str
) -> str:
    """Write and sign a revocation.

    Raises
    ------
    NotPermitted
        The key's name is not a party.
    BadUse
        ``at`` has no zone.
    BadData
        The reason is empty, too long or not on one line; the agreement is not sound.
    """
    agreement = document.agreement if isinstance(document, SignedAgreement) else document
    if key.name not in agreement.parties:
        raise NotPermitted(
            f"{key.name} is not a party of {agreement.id}.",
            mend="Only a party can revoke; others can leave.",
        )
    check_aware(at, "The moment of the revocation")
    check_sentence(reason, LONGEST_REASON, "reason")
    lines = (
        FORM,
        agreement.id,
        str(agreement.version),
        content_hash(agreement),
        moment_text(at),
        reason,
    )
    return sign_note("".join(f"{line}\n" for line in lines), [key])


def parse_revocation(text: str | bytes, trusted: TrustedKeys) -> Revocation:
    """Read a revocation and verify who signed it.

    Raises
    ------
    UnsafeFile
        Too large, or too many signatures.
    BadData
        It is no revocation.
    NotPermitted
        No trusted key signed it, or a trusted key's signature does not hold.
    """
    note = parse_note(text)
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) != 6 or lines[0] != FORM:
        raise BadData(
            "It is not a revocation.", mend="Use the text that redball agreement revoke wrote."
        )
    _, named, version, sha256, at, reason = lines
    sound = AGREEMENT_ID.match(named) and _VERSION.match(version) and _SHA256.match(sha256)
    if not sound or int(version) > HIGHEST_VERSION:
        raise BadData("It does not name an agreement.", mend="Ask its sender for the original.")
    moment = parse_moment(at, "at")
    check_sentence(reason, LONGEST_REASON, "reason")
    opened = open_note(note, note_keys(trusted, {one.name for one in note.signatures}))
    return Revocation(named, int(version), sha256, moment, reason, opened.names)
