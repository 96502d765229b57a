"""Keys with a name: one signs, the other verifies.

A verifier key is written as in C2SP signed-note, section "Verifier keys"::

    DEU+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    name + first four bytes of SHA-256(name, newline, type, key) + base64(type, key)

The type says how the key is used (:class:`KeyUse`). The same key as a note key and as a cosigner
key has two key ids, so a signature made for one use is never taken for the other.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NoReturn

from redball.model.errors import BadData, BadUse, NotPermitted

if TYPE_CHECKING:
    from redball.signing.algorithms import PrivateKey

Algorithm = Literal["ed25519", "ml-dsa-44"]
"""Signature schemes: RFC 8032 and FIPS 204."""

ALGORITHMS: tuple[Algorithm, ...] = ("ed25519", "ml-dsa-44")
MOST_NAME_BYTES = 128
MOST_TEXT_CHARACTERS = 4096
_PUBLIC_BYTES = {"ed25519": 32, "ml-dsa-44": 1312}
_SIGNATURE_BYTES = {"ed25519": 64, "ml-dsa-44": 2420}


class KeyUse(Enum):
    """What a key signs; the value is the type of the C2SP key encoding.

    C2SP assigns no type to notes signed with ML-DSA-44, so theirs is the reserved 0xff followed
    by a name of our own, as signed-note advises.
    """

    NOTE_ED25519 = b"\x01"
    COSIGNATURE_ED25519 = b"\x04"
    COSIGNATURE_ML_DSA_44 = b"\x06"
    NOTE_ML_DSA_44 = b"\xffredball note ml-dsa-44\n"

    @property
    def algorithm(self) -> Algorithm:
        """Signature scheme of the use."""
        return "ed25519" if self in _ED25519 else "ml-dsa-44"

    @property
    def is_cosignature(self) -> bool:
        """Whether signatures carry a time and cover a checkpoint (C2SP tlog-cosignature)."""
        return self in _COSIGNATURES


_ED25519 = (KeyUse.NOTE_ED25519, KeyUse.COSIGNATURE_ED25519)
_COSIGNATURES = (KeyUse.COSIGNATURE_ED25519, KeyUse.COSIGNATURE_ML_DSA_44)
_NOTE_USE = {"ed25519": KeyUse.NOTE_ED25519, "ml-dsa-44": KeyUse.NOTE_ML_DSA_44}
_COSIGNER_USE = {
    "ed25519": KeyUse.COSIGNATURE_ED25519,
    "ml-dsa-44": KeyUse.COSIGNATURE_ML_DSA_44,
}


def is_key_name(name: str) -> bool:
    """Say whether a text can be the name of a key: no spaces, plus signs or control characters."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8
        return False
    if not 0 < length <= MOST_NAME_BYTES:
        return False
    return not any(c.isspace() or c == "+" or c < " " or c == "\x7f" for c in name)


def strict_base64(text: str) -> bytes | None:
    """Decode RFC 4648 section 4 in its one written form; None for every other text."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode() == text else None


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name and its use.

    Attributes
    ----------
    name : str
    use : KeyUse
    public : bytes
        32 bytes of Ed25519 or 1,312 bytes of ML-DSA-44.

    Raises
    ------
    BadData
        When the name or the key can't be one.
    """

    name: str
    use: KeyUse
    public: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise BadData(
                "A key has a name that can't be one.",
                where=repr(self.name[:40]),
                mend="Use letters, digits, dots, hyphens and slashes, such as DEU.",
            )
        if len(self.public) != _PUBLIC_BYTES[self.algorithm]:
            raise BadData(
                f"A public key of {self.algorithm} has {_PUBLIC_BYTES[self.algorithm]} bytes, "
                f"not {len(self.public)}.",
                where=self.name,
                mend="Ask its owner to send it again.",
            )

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read ``name+hex8+base64``.

        Raises
        ------
        BadData
            When the text is not in that form, or the hexadecimal key id is not that of the key.
        """
        parts = text.removesuffix("\n").split("+", 2) if len(text) <= MOST_TEXT_CHARACTERS else []
        data = strict_base64(parts[2]) if len(parts) == 3 else None
        if data is None:
            raise BadData(
                "This is not a verifier key.",
                where=repr(text[:40]),
                mend="It looks like name+8 hexadecimal digits+base64; copy the .vkey file whole.",
            )
        for use in KeyUse:
            if data.startswith(use.value):
                key = cls(parts[0], use, data[len(use.value) :])
                if key.key_id.hex() != parts[1]:
                    raise BadData(
                        "The key id of a verifier key is not that of its key.",
                        where=key.name,
                        mend="It was changed on the way; ask its owner to send it again.",
                    )
                return key
        raise BadData(
            "A verifier key is of a type that is not used here.",
            where=repr(parts[0][:40]),
            mend="Use Ed25519 or ML-DSA-44.",
        )

    @property
    def algorithm(self) -> Algorithm:
        """Signature scheme."""
        return self.use.algorithm

    @property
    def signature_bytes(self) -> int:
        """Length of its bare signatures."""
        return _SIGNATURE_BYTES[self.algorithm]

    @cached_property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256 over name, newline, type and key: a hint, no proof."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.use.value + self.public).digest()[
            :4
        ]

    @property
    def text(self) -> str:
        """``name+hex8+base64``, which :meth:`parse` reads."""
        body = base64.b64encode(self.use.value + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{body}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of type and key in hexadecimal, for two people to compare by voice."""
        return hashlib.sha256(self.use.value + self.public).hexdigest()

    def as_note_key(self) -> "VerifierKey":
        """Give the same key as one that signs notes."""
        return VerifierKey(self.name, _NOTE_USE[self.algorithm], self.public)

    def as_cosigner(self) -> "VerifierKey":
        """Give the same key as one that cosigns checkpoints."""
        return VerifierKey(self.name, _COSIGNER_USE[self.algorithm], self.public)

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Say whether the bare signature holds over exactly these bytes."""
        from redball.signing import algorithms

        if len(signature) != self.signature_bytes:
            return False
        try:
            key = algorithms.public_key(self.algorithm, self.public)
            return algorithms.verified(key, data, signature)
        except BadData:  # 32 bytes that are no point of the curve verify nothing
            return False

    def verifies_note(self, text: bytes, signature: bytes) -> bool:
        """Say whether the signature of a note's line holds over the note's text.

        Raises
        ------
        BadUse
            For a cosigner's key: what it signs is more than the text.
        """
        if self.use.is_cosignature:
            raise BadUse(
                "A cosigner's key can't open a plain note.",
                where=self.name,
                mend="Use it with redball.ledger's checkpoints, or take as_note_key().",
            )
        return self.verify(text, signature)


class SigningKey:
    """A private key with its name.

    It never shows itself: not in ``repr``, not when pickled.

    Parameters
    ----------
    name : str
    private : PrivateKey
        Of the package `cryptography`.
    """

    __slots__ = ("_private", "name", "verifier")

    def __init__(self, name: str, private: "PrivateKey") -> None:
        from redball.signing import algorithms

        use = _NOTE_USE[algorithms.algorithm_of(private)]
        self.name = name
        self.verifier = VerifierKey(name, use, algorithms.public_of(private))
        self._private = private

    @property
    def algorithm(self) -> Algorithm:
        """Signature scheme."""
        return self.verifier.algorithm

    def sign(self, data: bytes) -> bytes:
        """Sign exactly these bytes.

        For texts use :func:`redball.signing.sign_note` and for checkpoints
        :mod:`redball.ledger.checkpoint`: they keep the uses of a key apart.
        """
        return self._private.sign(data)

    def to_pem(self, password: str | None = None) -> bytes:
        """Write the private key as PKCS #8 (RFC 5958), encrypted where a password is given."""
        from redball.signing import algorithms

        return algorithms.to_pem(self._private, password)

    @classmethod
    def from_pem(cls, name: str, data: bytes, password: str | None = None) -> "SigningKey":
        """Read a key from PKCS #8.

        Raises
        ------
        NotPermitted
            When it can't be opened.
        """
        from redball.signing import algorithms

        return cls(name, algorithms.from_pem(data, password))

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, {self.algorithm!r})"

    def __reduce__(self) -> NoReturn:
        raise NotPermitted(
            "A private key is not handed to another process.",
            where=self.name,
            mend="Let that process open the key folder itself.",
        )


def new_key(name: str, algorithm: Algorithm = "ed25519") -> SigningKey:
    """Make a fresh key.

    Raises
    ------
    BadUse
        For an unknown scheme.
    BadData
        For a name that can't be one.
    """
    from redball.signing import algorithms

    if algorithm not in ALGORITHMS:
        raise BadUse(
            f"'{algorithm}' is not a signature scheme of Redball.",
            mend=f"Use one of: {', '.join(ALGORITHMS)}.",
        )
    return SigningKey(name, algorithms.generated(algorithm))
