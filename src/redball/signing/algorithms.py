"""The two signature schemes, as the package `cryptography` gives them.

Imported inside functions only: loading the library takes longer than all of `import redball`.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from redball.model.errors import BadData, NotPermitted

PrivateKey = Ed25519PrivateKey | MLDSA44PrivateKey
PublicKey = Ed25519PublicKey | MLDSA44PublicKey

_PRIVATE: dict[str, type[PrivateKey]] = {
    "ed25519": Ed25519PrivateKey,
    "ml-dsa-44": MLDSA44PrivateKey,
}
_PUBLIC: dict[str, type[PublicKey]] = {
    "ed25519": Ed25519PublicKey,
    "ml-dsa-44": MLDSA44PublicKey,
}


def generated(algorithm: str) -> PrivateKey:
    """Give a fresh private key from the randomness of the operating system."""
    return _PRIVATE[algorithm].generate()


def public_of(private: PrivateKey) -> bytes:
    """Give the raw public key."""
    return private.public_key().public_bytes_raw()


def algorithm_of(private: object) -> str:
    """Name the scheme of a private key.

    Raises
    ------
    NotPermitted
        When it is of a scheme that is not used here.
    """
    for name, kind in _PRIVATE.items():
        if isinstance(private, kind):
            return name
    raise NotPermitted(
        "The key is of a scheme that is not used here.",
        mend="Make one with Ed25519 or ML-DSA-44.",
    )


@lru_cache(maxsize=1024)
def public_key(algorithm: str, raw: bytes) -> PublicKey:
    """Read a raw public key.

    Raises
    ------
    BadData
        When the bytes are no public key of that scheme.
    """
    try:
        return _PUBLIC[algorithm].from_public_bytes(raw)
    except ValueError as error:
        raise BadData(
            f"These bytes are no public key of {algorithm}.", mend="Ask its owner to send it again."
        ) from error


def verified(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Say whether the signature holds over the data."""
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def to_pem(private: PrivateKey, password: str | None) -> bytes:
    """Write a private key as PKCS #8, encrypted where a password is given."""
    guard: serialization.KeySerializationEncryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password.encode())
    )
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, guard
    )


def from_pem(data: bytes, password: str | None) -> PrivateKey:
    """Read a private key from PKCS #8.

    Raises
    ------
    NotPermitted
        When the text is no key, or the password is absent, wrong or superfluous.
    """
    try:
        private = serialization.load_pem_private_key(
            data, None if password is None else password.encode()
        )
    except Exception as error:  # the library names no closed set of errors; any means no key
        raise NotPermitted(
            "The key file can't be opened.",
            mend="Give the right password, or none where the file has none; or restore the file.",
        ) from error
    if isinstance(private, Ed25519PrivateKey | MLDSA44PrivateKey):
        return private
    raise NotPermitted(
        "The key file holds a key of a scheme that is not used here.",
        mend="Make one with Ed25519 or ML-DSA-44.",
    )
