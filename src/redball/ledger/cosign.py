r"""Cosignatures: a witness says that it saw a log grow to a checkpoint and never fork.

After C2SP tlog-cosignature. A signature line holds eight bytes of time (seconds since 1970, big
endian) and a signature over:

- Ed25519, type 0x04: ``cosignature/v1``, newline, ``time N``, newline, the checkpoint's text;
- ML-DSA-44, type 0x06: the label ``subtree/v1\n\0``, the cosigner's name with its length in one
  byte, the time, the origin with its length in one byte, start 0, end = size (eight bytes each),
  and the root. It is independent of Ed25519 and says the cosigner's name; C2SP prefers it.

A log whose key is ML-DSA-44 signs its own checkpoints in the second form.
"""

from dataclasses import dataclass
from datetime import datetime

from redball.ledger.canonical import unix_seconds
from redball.ledger.checkpoint import Checkpoint
from redball.model.errors import BadData, BadUse
from redball.signing import KeyUse, NoteSignature, SigningKey, VerifierKey
from redball.signing.notes import COSIGNATURE_HEADER

TIME_BYTES = 8
MOST_TIME = 2**63 - 1
_LABEL = b"subtree/v1\n\0"


def cosign(checkpoint: Checkpoint, key: SigningKey, at: datetime) -> NoteSignature:
    """Cosign a checkpoint; only for one who has seen that it does not contradict an earlier one.

    :mod:`.witness` decides that; a log signs its own through :mod:`.signed`.

    Raises
    ------
    BadData
        When the moment has no zone or lies before 1970.
    """
    verifier = key.verifier.as_cosigner()
    seconds = unix_seconds(at)
    signature = key.sign(cosigned_message(verifier, checkpoint, seconds))
    return NoteSignature(key.name, verifier.key_id, seconds.to_bytes(TIME_BYTES, "big") + signature)


def cosigned_message(verifier: VerifierKey, checkpoint: Checkpoint, seconds: int) -> bytes:
    """Give the bytes that a cosigner signs.

    Raises
    ------
    BadUse
        When the key is not a cosigner's.
    """
    if verifier.use is KeyUse.COSIGNATURE_ED25519:
        return f"{COSIGNATURE_HEADER}time {seconds}\n{checkpoint.text}".encode()
    if verifier.use is not KeyUse.COSIGNATURE_ML_DSA_44:
        raise BadUse("A note key does not cosign.", where=verifier.name, mend="Take as_cosigner().")
    parts = (
        _LABEL,
        _with_length(verifier.name),
        seconds.to_bytes(TIME_BYTES, "big"),
        _with_length(checkpoint.origin),
        (0).to_bytes(8, "big"),
        checkpoint.size.to_bytes(8, "big"),
        checkpoint.root,
    )
    return b"".join(parts)


@dataclass(frozen=True)
class CosignatureVerifier:
    """A cosigner's key, for opening notes whose text is a checkpoint.

    Attributes
    ----------
    key : VerifierKey
        Of a cosignature's use.
    """

    key: VerifierKey

    def __post_init__(self) -> None:
        if not self.key.use.is_cosignature:
            raise BadUse(
                "A note key does not cosign.", where=self.key.name, mend="Take as_cosigner()."
            )

    @property
    def name(self) -> str:
        """Name of the key."""
        return self.key.name

    @property
    def key_id(self) -> bytes:
        """Id of the key in this use."""
        return self.key.key_id

    def verifies_note(self, text: bytes, signature: bytes) -> bool:
        """Say whether a cosignature holds for a checkpoint's text."""
        if len(signature) != TIME_BYTES + self.key.signature_bytes:
            return False
        seconds = time_of(signature)
        if seconds > MOST_TIME:
            return False
        try:
            checkpoint = Checkpoint.parse(text.decode())
        except (BadData, UnicodeDecodeError):
            return False
        message = cosigned_message(self.key, checkpoint, seconds)
        return self.key.verify(message, signature[TIME_BYTES:])


def time_of(signature: bytes) -> int:
    """Seconds since 1970 that a cosignature carries."""
    return int.from_bytes(signature[:TIME_BYTES], "big")


def _with_length(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(1, "big") + data
