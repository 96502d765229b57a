"""A folder of keys: one's own, those of partners, and what one's own have signed.

::

    keys/              0700
      DEU.key          0600  private key, PKCS #8, with a password or without
      DEU.vkey               public key, to be handed to partners
      trusted                verifier keys, one a line
      signed/                last checkpoint that was signed, for each log

A ``/`` in a name is written ``~`` in the file's name. Whatever is odd about a private key's file
(readable by others, owned by someone else, a link) is a refusal: the key counts as lost.
"""

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from redball.model.errors import BadData, BadUse, NotPermitted, StoreError
from redball.signing.durable import locked, make_new, read_small, replace_durably
from redball.signing.keys import Algorithm, SigningKey, VerifierKey, new_key

MOST_KEY_FILE_BYTES = 64_000
MOST_TRUSTED_BYTES = 4_000_000
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_MOST_NAME = 100


@dataclass(frozen=True)
class SignedHead:
    """Size and root of a log's tree that was signed."""

    size: int
    root: bytes


class SignerMemory(Protocol):
    """What a signer must remember so as never to contradict itself."""

    def last_signed(self, origin: str) -> SignedHead | None:
        """Give the largest head signed for this log; None when none was."""

    def note_signed(self, origin: str, size: int, root: bytes) -> None:
        """Remember a head durably, before its signature is given out."""


class KeyFolder:
    """Keys and the signer's memory on disk.

    Parameters
    ----------
    path : path
        Made with mode 0700 when the first thing is written.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def make(
        self, name: str, algorithm: Algorithm = "ed25519", *, password: str | None = None
    ) -> SigningKey:
        """Make a key, keep it, and trust it.

        Raises
        ------
        BadUse
            For a name that can't be a file's, or one that has a key already.
        NotPermitted
            When another key is trusted under this name.
        """
        private, public = self._file(name, ".key"), self._file(name, ".vkey")
        self._ready()
        if private.exists() or public.exists():
            raise BadUse(
                f"There is a key named {name} already; it is not written over.",
                where=str(self.path),
                mend="Choose another name, or put the old files away first.",
            )
        key = new_key(name, algorithm)
        self.trust(key.verifier.text)
        make_new(private, key.to_pem(password), 0o600)
        make_new(public, f"{key.verifier.text}\n".encode(), 0o644)
        return key

    def signing_key(self, name: str, *, password: str | None = None) -> SigningKey:
        """Open one's own key.

        Raises
        ------
        BadUse
            For a name that can't be a file's.
        NotPermitted
            When it is gone, can't be read or opened, can be read by others, or is not the key
            whose public part stands beside it.
        """
        path = self._file(name, ".key")
        key = SigningKey.from_pem(name, _private_bytes(path), password)
        try:
            beside = self.verifier(name)
        except BadData as error:
            raise NotPermitted(
                "The public part beside a private key can't be read.",
                where=str(path.with_suffix(".vkey")),
                mend="Restore it from a copy.",
            ) from error
        if beside != key.verifier:
            raise NotPermitted(
                "The private key is not that of the public key beside it.",
                where=str(path),
                mend="Restore both files from the same copy.",
            )
        return key

    def verifier(self, name: str) -> VerifierKey:
        """Give the public part of one's own key.

        Raises
        ------
        NotPermitted
            When there is none.
        BadData
            When the file holds no verifier key of that name.
        """
        path = self._file(name, ".vkey")
        text = read_small(path, MOST_KEY_FILE_BYTES)
        if text is None:
            raise NotPermitted(
                f"There is no public key named {name}.",
                where=str(self.path),
                mend="Make it with: redball key new, or restore the file.",
            )
        key = VerifierKey.parse(text.decode(errors="replace"))
        if key.name != name:
            raise BadData(
                f"The file holds the key of {key.name}.", where=str(path), mend="Restore it."
            )
        return key

    def own_names(self) -> tuple[str, ...]:
        """Names of one's own keys, sorted."""
        return tuple(sorted(p.stem.replace("~", "/") for p in self.path.glob("*.key")))

    def trust(
        self, vkey: str | VerifierKey, *, replace: bool = False, also: bool = False
    ) -> VerifierKey:
        """Trust a key under its name.

        Parameters
        ----------
        vkey : str or VerifierKey
        replace : bool
            Drop every other key of that name.
        also : bool
            Keep the others beside it, as when a partner changes its key over some days.

        Raises
        ------
        BadData
            When the text is no verifier key.
        NotPermitted
            When another key is trusted under the name and neither was asked for, or when the
            key is trusted under another name: an Ed25519 cosignature does not say whose it is.
        """
        key = VerifierKey.parse(vkey) if isinstance(vkey, str) else vkey
        key = key.as_note_key()
        self._ready()
        with locked(self.path / ".lock"):
            known = self._trusted()
            if key in known:
                return key
            twin = next((k for k in known if k.public == key.public), None)
            if twin is not None:
                raise NotPermitted(
                    f"This key is trusted under the name {twin.name} already.",
                    where=key.name,
                    mend="Each party needs a key of its own.",
                )
            others = [k for k in known if k.name == key.name]
            if others and not (replace or also):
                raise NotPermitted(
                    "Another key is trusted under this name.",
                    where=key.name,
                    mend=f"Compare by voice: {others[0].fingerprint[:16]} is known, "
                    f"{key.fingerprint[:16]} is new. Then trust it with replace or also.",
                )
            kept = [k for k in known if not (replace and k.name == key.name)]
            lines = sorted({k.text for k in [*kept, key]})
            replace_durably(self.path / "trusted", "".join(f"{x}\n" for x in lines).encode())
        return key

    def distrust(self, name: str) -> int:
        """Trust no key of this name any more; tell how many were dropped."""
        self._ready()
        with locked(self.path / ".lock"):
            known = self._trusted()
            kept = [k for k in known if k.name != name]
            replace_durably(self.path / "trusted", "".join(f"{k.text}\n" for k in kept).encode())
        return len(known) - len(kept)

    def trusted(self) -> Mapping[str, tuple[VerifierKey, ...]]:
        """Give every trusted key by its name, one's own among them.

        Raises
        ------
        BadData
            When a line of the file is no verifier key: none is trusted then.
        """
        found: dict[str, tuple[VerifierKey, ...]] = {}
        for key in self._trusted():
            found[key.name] = (*found.get(key.name, ()), key)
        return MappingProxyType(found)

    def last_signed(self, origin: str) -> SignedHead | None:
        """Give the largest head signed for this log; None when none was.

        Raises
        ------
        StoreError
            When the memory is there but can't be read: nothing may be signed then.
        """
        path = self._memory(origin)
        data = read_small(path, MOST_KEY_FILE_BYTES)
        if data is None:
            return None
        try:
            found = json.loads(data)
            head = SignedHead(found["size"], bytes.fromhex(found["root"]))
            sound = type(head.size) is int and head.size >= 0 and len(head.root) == 32
            sound = sound and found["origin"] == origin
        except (ValueError, KeyError, TypeError, RecursionError):
            sound = False
        if not sound:
            raise StoreError(
                "The memory of what was signed can't be read.",
                where=str(path),
                mend="Nothing is signed until it is restored; ask witnesses for your last size.",
            )
        return head

    def note_signed(self, origin: str, size: int, root: bytes) -> None:
        """Remember a head durably, before its signature is given out.

        Raises
        ------
        NotPermitted
            When it contradicts what was signed: smaller, or of the same size with another root.
        StoreError
            When the memory can't be read.
        """
        self._ready()
        path = self._memory(origin)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with locked(self.path / ".lock"):
            last = self.last_signed(origin)
            if last == SignedHead(size, root):
                return
            if last is not None and size <= last.size:
                raise NotPermitted(
                    f"A checkpoint of size {last.size} was signed before; this one of size {size} "
                    "contradicts it.",
                    where=origin,
                    mend="Was an old backup restored? Recover the newer history first.",
                )
            text = json.dumps({"origin": origin, "root": root.hex(), "size": size})
            replace_durably(path, text.encode())

    def _trusted(self) -> list[VerifierKey]:
        path = self.path / "trusted"
        data = read_small(path, MOST_TRUSTED_BYTES)
        if not data:
            return []
        try:
            return [
                VerifierKey.parse(line) for line in data.decode().removesuffix("\n").split("\n")
            ]
        except (BadData, UnicodeDecodeError) as error:
            raise BadData(
                "A line of the file of trusted keys is no verifier key; none is trusted.",
                where=str(path),
                mend="Restore the file, or take the line out.",
            ) from error

    def _memory(self, origin: str) -> Path:
        return self.path / "signed" / f"{sha256(origin.encode()).hexdigest()}.json"

    def _file(self, name: str, ending: str) -> Path:
        parts = name.split("/")
        if len(name) > _MOST_NAME or not all(_PART.match(part) for part in parts):
            raise BadUse(
                f"{name[:40]!r} can't be the name of a key in a folder.",
                mend="Use letters, digits, dots, hyphens and slashes, such as DEU or DEU/ledger.",
            )
        return self.path / f"{'~'.join(parts)}{ending}"

    def _ready(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadUse(
                "The key folder can't be made.", where=str(self.path), mend="Choose another place."
            ) from error


def _private_bytes(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise NotPermitted(
            "The private key is gone or can't be read.",
            where=str(path),
            mend="Restore it from a copy, or make a new one and have partners trust it.",
        ) from error
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_KEY_FILE_BYTES:
            raise NotPermitted("This is no key file.", where=str(path), mend="Restore it.")
        if about.st_mode & 0o077 or about.st_uid != os.geteuid():
            raise NotPermitted(
                "The private key can be read by others, or belongs to someone else.",
                where=str(path),
                mend="Count it as lost if others use this machine; else: chmod 600.",
            )
        return file.read(MOST_KEY_FILE_BYTES)
