"""Signatures of the parties, kept with the agreement in one file.

What is signed is a C2SP signed note of four lines: the form, the id, the version and the SHA-256 of
the written agreement. So a signature holds for one version of one agreement and for nothing else.
The name of a key is the owner code of the party.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from redball.access.agreements.document import Agreement
from redball.access.agreements.strict import read_object
from redball.access.agreements.text import (
    FORM,
    LARGEST_BYTES,
    agreement_fields,
    agreement_of,
    content_hash,
)
from redball.model import BadData, BadUse, NotPermitted
from redball.signing import (
    Note,
    NoteSignature,
    SigningKey,
    VerifierKey,
    open_note,
    parse_note,
    sign_note,
)

TrustedKeys = Mapping[str, Sequence[VerifierKey]]
"""Keys that this node trusts, by owner code; :meth:`redball.signing.KeyFolder.trusted` gives it."""

_FILE_FIELDS = ("agreement", "signatures")


@dataclass(frozen=True)
class SignedAgreement:
    """An agreement and what stands below it; nothing is verified until :func:`signers` is asked.

    Attributes
    ----------
    agreement : Agreement
    signatures : tuple of NoteSignature
    """

    agreement: Agreement
    signatures: tuple[NoteSignature, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Names on the signature lines, verified or not."""
        return frozenset(one.name for one in self.signatures)

    @property
    def text(self) -> str:
        """The file: JSON that :func:`parse_signed` reads.

        Raises
        ------
        BadData
            The agreement is not sound.
        """
        content = {
            "agreement": agreement_fields(self.agreement),
            "signatures": [one.line.removesuffix("\n") for one in self.signatures],
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def signed_text(agreement: Agreement) -> str:
    """Text that the parties sign.

    Raises
    ------
    BadData
        The agreement is not sound.
    """
    return f"{FORM}\n{agreement.id}\n{agreement.version}\n{content_hash(agreement)}\n"


def signed(document: SignedAgreement | Agreement, key: SigningKey) -> SignedAgreement:
    """Add a party's signature. A party may sign with several keys, with each of them once.

    Raises
    ------
    NotPermitted
        The key's name is not a party.
    BadUse
        This key has signed already.
    BadData
        The agreement is not sound.
    """
    if isinstance(document, Agreement):
        document = SignedAgreement(document)
    agreement = document.agreement
    if key.name not in agreement.parties:
        raise NotPermitted(
            f"{key.name} is not a party of {agreement.id}.",
            mend=f"Its parties are {', '.join(agreement.parties)}.",
        )
    if any(_key_of(one) == (key.name, key.verifier.key_id) for one in document.signatures):
        raise BadUse(
            f"{key.name} has signed version {agreement.version} of {agreement.id} with this key.",
            mend="Hand it to the other parties.",
        )
    note = parse_note(sign_note(signed_text(agreement), [key]))
    return SignedAgreement(agreement, (*document.signatures, *note.signatures))


def parse_signed(text: str | bytes) -> SignedAgreement:
    """Read the file of an agreement with or without signatures. Nothing is verified.

    Raises
    ------
    UnsafeFile
        Too large, too deep, or too many values or signatures.
    BadData
        It is no such file, a signature line is malformed, stands twice or is not a party's.
    """
    given = read_object(text, largest_bytes=LARGEST_BYTES).only(_FILE_FIELDS)
    agreement = agreement_of(given.part("agreement"))
    lines = given.words("signatures")
    if not lines:
        return SignedAgreement(agreement)
    if any("\n" in line for line in lines):
        raise _malformed("A signature is more than one line.")
    joined = "".join(f"{line}\n" for line in lines)
    note = parse_note(f"{signed_text(agreement)}\n{joined}")
    if len({_key_of(one) for one in note.signatures}) < len(lines):
        raise _malformed("A key has signed twice.")
    strangers = sorted({one.name for one in note.signatures} - set(agreement.parties))
    if strangers:
        raise _malformed(f"{strangers[0][:60]} is not a party.")
    return SignedAgreement(agreement, note.signatures)


def signers(document: SignedAgreement, trusted: TrustedKeys) -> frozenset[str]:
    """Parties whose signature holds under a key that is trusted here.

    Signatures of keys that are not trusted are passed over: they mean nothing.

    Raises
    ------
    NotPermitted
        A trusted key's signature does not hold: the agreement or the line was changed.
    BadData
        The agreement is not sound.
    """
    keys = note_keys(trusted, document.agreement.parties)
    known = {(key.name, key.key_id) for key in keys}
    if not any(_key_of(one) in known for one in document.signatures):
        return frozenset()
    note = Note(signed_text(document.agreement), document.signatures)
    return open_note(note, keys).names


def note_keys(trusted: TrustedKeys, names: Iterable[str]) -> tuple[VerifierKey, ...]:
    """Trusted keys of ``names`` that sign notes; a key filed under another's name is left out."""
    return tuple(
        key
        for name in names
        for key in trusted.get(name, ())
        if key.name == name and not key.use.is_cosignature
    )


def _key_of(signature: NoteSignature) -> tuple[str, bytes]:
    return signature.name, signature.key_id


def _malformed(what: str) -> BadData:
    return BadData(what, where="signatures", mend="Ask the parties for the original file.")
