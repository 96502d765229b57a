"""Keys on a screen: what somebody wants done with one, kept until a second person has approved it.

A key signs for a nation, and a trusted key lets a partner's signatures count, so both take two
persons. Who wants a partner's key trusted gives its fingerprint as the partner told it by another
way, and never sees it computed first: what is only looked at is not compared.
"""

import hmac
import json
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.beside import own_folder
from redball.app.doing import use_case
from redball.app.keys import ALGORITHMS, LEDGER, key_list, key_new, key_trust
from redball.app.releasing import authorised
from redball.app.sharing import drawer
from redball.app.view import View
from redball.model import BadUse, NotPermitted
from redball.signing import VerifierKey

MOST_WISHES = 20
FINGERPRINT_SIGNS = 32
"""Hexadecimal signs of a fingerprint that are compared at least: 128 bits."""
_KEY = re.compile(r"[0-9a-f]{24}")


class NoSuchWish(BadUse):
    """It is not there, or another nation's: all the same to whoever asks."""

    status = 404


@dataclass(frozen=True)
class KeyWish:
    """What somebody wants done with a key.

    Attributes
    ----------
    verb : str
        ``make`` or ``trust``.
    name : str
        Of the key: an owner code, or ``ledger`` for that of the store's own ledger.
    algorithm : str
    public_key : str
        To be trusted, as ``name+id+base64``; empty for a key that is to be made.
    replace : bool
        Other keys of the name are trusted no more.
    """

    verb: Literal["make", "trust"]
    name: str
    algorithm: str
    public_key: str = ""
    replace: bool = False

    @property
    def key(self) -> str:
        """Of the wish; the same wish has one."""
        text = json.dumps(asdict(self), sort_keys=True)
        return sha256(text.encode()).hexdigest()[:24]

    @property
    def fingerprint(self) -> str:
        """Of the key to be trusted; empty for one that is to be made."""
        return VerifierKey.parse(self.public_key).fingerprint if self.public_key else ""

    @property
    def said(self) -> str:
        """The wish in a sentence, for who approves it."""
        if self.verb == "make":
            return f"Make the {self.algorithm} key {self.name}"
        instead = ", in place of any other of that name" if self.replace else ""
        return (
            f"Trust the {self.algorithm} key {self.name} with the fingerprint "
            f"{grouped(self.fingerprint)}{instead}"
        )

    @property
    def document(self) -> dict[str, object]:
        """The wish in plain values: what an approval is for."""
        return asdict(self)


@use_case(Action.ADMINISTER)
def key_table(view: View) -> pl.DataFrame:
    """Keys that are trusted here, each with the fingerprint that two people compare by voice.

    Columns as of :func:`redball.app.key_list`, and ``fingerprint``.
    """
    authorised(parse_subject(view.viewer), Action.ADMINISTER)
    found = key_list(view.store)
    prints = [grouped(VerifierKey.parse(one).fingerprint) for one in found["public_key"]]
    return found.with_columns(fingerprint=pl.Series(prints, dtype=pl.String))


@use_case(Action.ADMINISTER)
def wish_make(view: View, name: str, algorithm: str) -> KeyWish:
    """Want a key of the own nation, or of the store's ledger.

    Raises
    ------
    NotPermitted
        The key would sign for another nation.
    BadUse
        The algorithm is not known.
    """
    nation = _asker(view)
    if name not in (nation, LEDGER):
        raise NotPermitted(
            f"On screen, {nation} makes its own key and that of the ledger.",
            where=name[:40],
            mend="A nation's key is made by that nation.",
        )
    if algorithm not in ALGORITHMS:
        raise BadUse(
            f"'{algorithm}' is not an algorithm.", mend=f"Use one of: {', '.join(ALGORITHMS)}."
        )
    return _kept(view, KeyWish("make", name, algorithm))


@use_case(Action.ADMINISTER)
def wish_trust(view: View, public_key: str, fingerprint: str, *, replace: bool = False) -> KeyWish:
    """Want a partner's key trusted, whose fingerprint was told by another way than the key came.

    Raises
    ------
    BadData
        It is not a public key.
    BadUse
        The fingerprint is another key's, or too short to tell keys apart.
    """
    _asker(view)
    verifier = VerifierKey.parse(public_key.strip())
    told = "".join(fingerprint.split()).replace(":", "").lower()
    if len(told) < FINGERPRINT_SIGNS:
        raise BadUse(
            f"The fingerprint needs at least its first {FINGERPRINT_SIGNS} signs.",
            where="fingerprint",
            mend="Ask the partner for it by another way than the key came: by voice, on paper.",
        )
    if not hmac.compare_digest(verifier.fingerprint[: len(told)].encode(), told.encode()):
        raise BadUse(
            "This is not the fingerprint of this key.",
            where="fingerprint",
            mend="One of them was changed on the way, or misheard. Trust nothing; ask again.",
        )
    return _kept(view, KeyWish("trust", verifier.name, verifier.algorithm, verifier.text, replace))


@use_case(Action.ADMINISTER)
def wish_list(view: View) -> list[KeyWish]:
    """What the nation wants done with keys."""
    _asker(view)
    return [_read(path) for path in sorted(_folder(view).glob("*.json"))]


@use_case(Action.ADMINISTER)
def wish_of(view: View, key: str) -> KeyWish:
    """One of them.

    Raises
    ------
    NoSuchWish
        The nation has none of that key.
    """
    _asker(view)
    path = _folder(view) / f"{key}.json"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NoSuchWish("There is no such wish.", mend="See what waits under Keys.")
    return _read(path)


@use_case(Action.ADMINISTER)
def wish_do(view: View, key: str) -> str:
    """Make or trust the key; gives its public half. To be called once it was approved.

    Raises
    ------
    BadUse, NotPermitted
        There is a key of that name already.
    """
    wish = wish_of(view, key)
    if wish.verb == "make":
        done = key_new(view.store, wish.name, algorithm=wish.algorithm)
    else:
        done = key_trust(view.store, wish.public_key, replace=wish.replace)
    wish_drop(view, key)
    return done


@use_case(Action.ADMINISTER)
def wish_drop(view: View, key: str) -> None:
    """Want it no more."""
    wish_of(view, key)
    (_folder(view) / f"{key}.json").unlink(missing_ok=True)


def grouped(fingerprint: str) -> str:
    """A fingerprint in groups of four, to be read out."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _asker(view: View) -> str:
    subject = parse_subject(view.viewer)
    authorised(subject, Action.ADMINISTER)
    return subject.nation


def _folder(view: View) -> Path:
    return drawer(view) / "keys"


def _kept(view: View, wish: KeyWish) -> KeyWish:
    folder = own_folder(_folder(view))
    path = folder / f"{wish.key}.json"
    if not path.is_file() and len(list(folder.glob("*.json"))) >= MOST_WISHES:
        raise BadUse("Too many keys wait for approval.", mend="Discard those that are done with.")
    part = path.with_suffix(".part")
    part.write_text(json.dumps(wish.document), encoding="utf-8")
    part.replace(path)
    return wish


def _read(path: Path) -> KeyWish:
    return KeyWish(**json.loads(path.read_text(encoding="utf-8")))


__all__ = [
    "FINGERPRINT_SIGNS", "KeyWish", "NoSuchWish", "grouped", "key_table", "wish_do", "wish_drop",
    "wish_list", "wish_make", "wish_of", "wish_trust",
]  # fmt: skip
