"""Keys of a node: make, trust, list."""

from collections.abc import Mapping

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.trust import key_folder
from redball.app.view import opened
from redball.model import BadUse
from redball.signing import Algorithm, VerifierKey

LEDGER = "ledger"
ALGORITHMS: Mapping[str, Algorithm] = {"ed25519": "ed25519", "ml-dsa-44": "ml-dsa-44"}


@use_case(Action.ADMINISTER)
def key_new(store: str, name: str, *, algorithm: str = "ed25519") -> str:
    """Make a signing key beside a store and return its public half.

    The name ``ledger`` stands for the key of the store's own ledger, which has the ledger's name.

    Raises
    ------
    BadUse
        There is a key of that name, or the algorithm is not known.
    """
    if name == LEDGER:
        with opened(store) as source:
            name = source.origin()
    if algorithm not in ALGORITHMS:
        raise BadUse(
            f"'{algorithm}' is not an algorithm.", mend=f"Use one of: {', '.join(ALGORITHMS)}."
        )
    return key_folder(store).make(name, ALGORITHMS[algorithm]).verifier.text


@use_case(Action.ADMINISTER)
def key_trust(store: str, key: str, *, replace: bool = False) -> str:
    """Trust a public key that came by a way that can be trusted.

    Raises
    ------
    BadUse
        It is not a key, or another one is known under its name and ``replace`` is false.
    """
    verifier = VerifierKey.parse(key.strip())
    key_folder(store).trust(verifier.text, replace=replace)
    return verifier.text


@use_case(Action.ADMINISTER)
def key_list(store: str) -> pl.DataFrame:
    """Keys that are trusted here: ``name``, ``algorithm``, ``signs_here``, ``public_key``."""
    folder = key_folder(store)
    own = folder.own_names()
    rows = [
        {
            "name": name,
            "algorithm": one.algorithm,
            "signs_here": name in own,
            "public_key": one.text,
        }
        for name, keys in sorted(folder.trusted().items())
        for one in keys
    ]
    schema = {
        "name": pl.String, "algorithm": pl.String, "signs_here": pl.Boolean,
        "public_key": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
