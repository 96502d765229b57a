"""Seeds are kept sealed: whoever has the desk's file alone gets no code out of it.

AES-256-GCM with a fresh nonce, bound to the account: a sealed seed moved to another account does
not open. The key lies with the node's other keys, not with the desk.

Source: NIST SP 800-38D.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from redball.model import BadData, BadUse

KEY_BYTES = 32
_NONCE = 12


def new_sealing_key() -> bytes:
    """Give a key of 256 bits."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


class Seal:
    """Seals and opens small texts.

    Parameters
    ----------
    key : bytes
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadUse(
                "The key that seals the desk's seeds is damaged.", mend="Restore it from a copy."
            )
        self._cipher = AESGCM(key)

    def close(self, text: str, about: str) -> bytes:
        """Seal a text for one purpose."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """Open what was sealed.

        Raises
        ------
        BadData
            It was changed, moved, or sealed with another key.
        """
        try:
            data = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
        except InvalidTag as error:
            raise BadData(
                "A sealed seed of the desk does not open.",
                mend="Restore desk.seal in the folder of the keys, or enrol the person again.",
            ) from error
        return data.decode()
