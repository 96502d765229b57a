"""What a nation shares, for a face: its agreements, what each releases now, and its drafts.

Drafts and documents that wait for signatures lie beside the store, a folder for each nation, until
they are in force; whoever of the nation may deal with agreements works on the same ones.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import polars as pl

from redball.access import Subject, decide, parse_subject
from redball.access.actions import GRANTED, Action
from redball.access.agreements import (
    SignedAgreement,
    matrix_difference,
    parse_signed,
    rendered,
    row_difference,
    signers,
)
from redball.app.agreement_difference import AgreementDifference
from redball.app.agreement_files import read_agreement, standing_in
from redball.app.agreements import why
from redball.app.beside import beside, own_folder
from redball.app.doing import use_case
from redball.app.releasing import agreements_in_force, authorised
from redball.app.trust import trusted_keys
from redball.app.view import View, opened
from redball.model import BadUse

MOST_DRAFTS = 50
_KEY = re.compile(r"[0-9a-f]{24}")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "agreement": pl.String, "version": pl.Int64, "title": pl.String, "parties": pl.String,
    "state": pl.String, "valid_from": pl.Datetime(time_zone="UTC"),
    "valid_until": pl.Datetime(time_zone="UTC"), "why": pl.String,
}  # fmt: skip


class NoSuchAgreement(BadUse):
    """It is not there, or the viewer's nation is no party: all the same to whoever asks."""

    status = 404


@dataclass(frozen=True)
class Shared:
    """An agreement that a store keeps.

    Attributes
    ----------
    document : SignedAgreement
    state, why : str
    text : str
        For people.
    signed_by : tuple of str
    """

    document: SignedAgreement
    state: str
    why: str
    text: str
    signed_by: tuple[str, ...]


@use_case(Action.SEE)
def sharing_agreements(view: View) -> pl.DataFrame:
    """Agreements that the viewer's nation is a party to; columns as of ``agreement list``."""
    subject = parse_subject(view.viewer)
    authorised(subject, Action.SEE)
    trusted = trusted_keys(view.store)
    with opened(view.store) as store:
        found = standing_in(store, datetime.now(UTC))
    rows = [
        (
            one.kept.id, one.kept.version, one.agreement.title, " ".join(one.agreement.parties),
            str(one.state), one.agreement.valid_from, one.agreement.valid_until,
            why(one, trusted),
        )
        for one in found
        if one.agreement is not None and subject.nation in one.agreement.parties
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


@use_case(Action.SEE)
def sharing_agreement(view: View, id: str, version: int) -> Shared:  # noqa: A002 - the field's name
    """One of them, in words.

    Raises
    ------
    NoSuchAgreement
        There is none that the viewer's nation is a party to.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.SEE)
    trusted = trusted_keys(view.store)
    with opened(view.store) as store:
        found = [
            one
            for one in standing_in(store, datetime.now(UTC))
            if one.agreement is not None
            and (one.kept.id, one.kept.version) == (id, version)
            and subject.nation in one.agreement.parties
        ]
    if not found:
        raise NoSuchAgreement("There is no such agreement.", where=id)
    document = parse_signed(found[-1].kept.document)
    return Shared(
        document,
        str(found[-1].state),
        why(found[-1], trusted),
        rendered(document.agreement),
        tuple(sorted(signers(document, trusted))),
    )


@use_case(Action.AGREE)
def sharing_released(view: View, id: str, version: int) -> AgreementDifference:  # noqa: A002
    """What an agreement shows now that would not be shown without it.

    Raises
    ------
    NoSuchAgreement
        There is none that the viewer's nation is a party to.
    NotPermitted
        The role may not deal with agreements.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    agreement = sharing_agreement(view, id, version).document.agreement
    moment = max(datetime.now(UTC), agreement.valid_from)
    with opened(view.store) as store:
        markings, counts = store.markings(), store.marked_rows()
        live = agreements_in_force(store, moment)
    rest = tuple(one for one in live if one.id != agreement.id)
    now = (*rest, agreement) if agreement in live else rest
    rows = {n: k for n, k in counts.select("label", "rows").iter_rows() if n in markings}
    gate = partial(decide, now=moment)
    receivers = [Subject(nation, purpose=agreement.purpose) for nation in agreement.parties]
    parts = [
        row_difference(
            markings, rows, gate(markings, one, action, rest), gate(markings, one, action, now)
        ).select(
            pl.lit(one.nation).alias("receiver"), pl.lit(str(action)).alias("action"), pl.all()
        )
        for one in receivers
        for action in GRANTED
    ]
    decisions = matrix_difference(rest, now, receivers, markings, gate)
    return AgreementDifference(agreement, subject.nation, decisions.table(), pl.concat(parts))


@use_case(Action.AGREE)
def draft_keep(view: View, text: str) -> str:
    """Keep a document that waits for signatures; gives its key. The same document has one key.

    Signatures of a document that is kept already are put together with those that come.

    Raises
    ------
    BadData
        It is not an agreement.
    NotPermitted
        The nation is not a party.
    BadUse
        The nation keeps too many.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    document = parse_signed(text)
    if subject.nation not in document.agreement.parties:
        raise NoSuchAgreement(
            f"{subject.nation} is not a party to this agreement.",
            where=document.agreement.id,
            mend="Only parties keep a document here.",
        )
    folder = own_folder(drawer(view))
    key = sha256(SignedAgreement(document.agreement, ()).text.encode()).hexdigest()[:24]
    path = folder / f"{key}.json"
    if path.is_file():
        before = read_agreement(path)
        added = [one for one in document.signatures if one not in before.signatures]
        document = SignedAgreement(before.agreement, (*before.signatures, *added))
    elif len(list(folder.glob("*.json"))) >= MOST_DRAFTS:
        raise BadUse("Too many drafts are kept here.", mend="Discard those that are done with.")
    part = path.with_suffix(".part")
    part.write_text(document.text, encoding="utf-8")
    part.replace(path)
    return key


@use_case(Action.AGREE)
def draft_list(view: View) -> list[tuple[str, SignedAgreement]]:
    """Documents that wait for signatures, by key."""
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    paths = sorted(drawer(view).glob("*.json"))
    return [(path.stem, read_agreement(path)) for path in paths]


@use_case(Action.AGREE)
def draft_path(view: View, key: str) -> Path:
    """File of a document that waits for signatures.

    Raises
    ------
    NoSuchAgreement
        The nation keeps none of that key.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    path = drawer(view) / f"{key}.json"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NoSuchAgreement("There is no such document.", mend="See what waits under Sharing.")
    return path


@use_case(Action.AGREE)
def draft_discard(view: View, key: str) -> None:
    """Remove a document that waits for signatures; what is in force stays so."""
    draft_path(view, key).unlink(missing_ok=True)


def drawer(view: View) -> Path:
    """Where a nation's documents wait."""
    return beside(view.store, "agreements") / view.nation


__all__ = [
    "NoSuchAgreement", "Shared", "draft_discard", "draft_keep", "draft_list",
    "draft_path", "drawer", "sharing_agreement", "sharing_agreements", "sharing_released",
]  # fmt: skip
