"""Where keys lie, whom a node trusts, and the agreements that a store keeps."""

import os
from collections.abc import Mapping
from pathlib import Path

from redball.access.agreements import Kept
from redball.model import BadUse
from redball.signing import KeyFolder, VerifierKey
from redball.store import Store

KEYS = "REDBALL_KEYS"
"""Environment variable: folder of the keys, where it is not beside the store."""


def key_folder(store: str) -> KeyFolder:
    """Folder of the keys of a store: ``REDBALL_KEYS``, else ``STORE.keys`` beside its file.

    Raises
    ------
    BadUse
        The store is on a server and the variable is not set.
    """
    named = os.environ.get(KEYS)
    if named:
        return KeyFolder(Path(named))
    path = store.removeprefix("sqlite:///")
    if "://" in path:
        raise BadUse(
            "Where the keys of this store lie is not known.",
            mend=f"Name their folder in the environment variable {KEYS}.",
        )
    return KeyFolder(Path(f"{path}.keys"))


def trusted_keys(store: str) -> Mapping[str, tuple[VerifierKey, ...]]:
    """Keys of nations that a node trusts, by owner code; none where no folder is known."""
    try:
        return key_folder(store).trusted()
    except BadUse:
        return {}


def kept_agreements(store: Store) -> tuple[Kept, ...]:
    """Agreements as the store keeps them, for :func:`redball.access.agreements.standing`."""
    return tuple(
        Kept(one.document, one.activated_at, one.ended_at, one.reason, one.id, one.version)
        for one in store.agreements()
    )
