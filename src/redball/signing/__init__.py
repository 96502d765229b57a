"""Keys of nations and nodes, and texts signed with them.

What: Ed25519 and ML-DSA-44 keys (:mod:`.keys`), a folder that keeps them together with the keys
of partners and with what was signed before (:mod:`.folder`), and C2SP signed notes
(:mod:`.notes`). Why: agreements and the ledger rest on the same keys, and neither may touch
cryptography by another door. Sources: RFC 8032 (Ed25519), FIPS 204 (ML-DSA), C2SP signed-note
and tlog-cosignature for the written forms. All primitives come from the package `cryptography`.
"""

from redball.signing.folder import KeyFolder, SignedHead, SignerMemory
from redball.signing.keys import Algorithm, KeyUse, SigningKey, VerifierKey, new_key
from redball.signing.notes import (
    Note,
    NoteSignature,
    NoteVerifier,
    OpenedNote,
    open_note,
    parse_note,
    sign_note,
    with_signatures,
)

__all__ = [
    "Algorithm",
    "KeyFolder",
    "KeyUse",
    "Note",
    "NoteSignature",
    "NoteVerifier",
    "OpenedNote",
    "SignedHead",
    "SignerMemory",
    "SigningKey",
    "VerifierKey",
    "new_key",
    "open_note",
    "parse_note",
    "sign_note",
    "with_signatures",
]
