"""Agreements that bind: sign, put into force, revoke, list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access import Subject, parse_subject
from redball.access.actions import Action
from redball.access.agreements import (
    Agreement,
    Standing,
    State,
    TrustedKeys,
    content_hash,
    parse_revocation,
    revocation,
    signed,
)
from redball.app.agreement_difference import party, wider
from redball.app.agreement_files import (
    AgreementView,
    agreement_show,
    problems_of,
    read_agreement,
    replaced,
    standing_in,
)
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.app.trust import key_folder, trusted_keys
from redball.app.view import View, opened
from redball.ledger import Event, EventKind, Fact
from redball.model import BadUse, NotPermitted, RedballError
from redball.store import AgreementRecord


@use_case(Action.AGREE)
def agreement_sign(
    path: Path, view: View, *, out: Path | None = None, now: datetime | None = None
) -> AgreementView:
    """Sign an agreement with the nation's key, write it back, and record it in the ledger.

    The signature is recorded before the file is written: what can't be recorded is not signed.

    Raises
    ------
    NotPermitted
        The nation is not a party, its role may not sign, or its key is not here.
    """
    document = read_agreement(path)
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    party(document.agreement, subject.nation)
    key = key_folder(view.store).signing_key(subject.nation)
    done = signed(document, key)
    with opened(view.store) as store:
        store.record([_event("sign", subject, done.agreement, now or datetime.now(UTC))])
    target = out or path
    replaced(target, done.text)
    return agreement_show(target, view.store)


@use_case(Action.AGREE)
def agreement_activate(path: Path, view: View, *, now: datetime | None = None) -> AgreementView:
    """Put an agreement into force in a store; the ledger has it in the same transaction.

    Raises
    ------
    NotPermitted
        A signature is missing, it is not in time, or it would release what its givers do not own.
    """
    document = read_agreement(path)
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    party(document.agreement, subject.nation)
    moment = now or datetime.now(UTC)
    with opened(view.store) as store:
        problems = problems_of(store, document, moment)
        if problems:
            raise NotPermitted(
                "The agreement can't be activated. "
                + " ".join(f"{p.where}: {p.what}" for p in problems),
                where=document.agreement.id,
                mend=problems[0].mend,
            )
        record = AgreementRecord(
            id=document.agreement.id,
            version=document.agreement.version,
            document=document.text,
            activated_at=moment,
        )
        store.put_agreement(
            record,
            _event(
                "activate",
                subject,
                document.agreement,
                moment,
                {"wider": wider(store, document.agreement, moment)},
            ),
            sites=[site for grant in document.agreement.grants for site in grant.sites],
        )
    return agreement_show(path, view.store)


@use_case(Action.AGREE)
def agreement_revoke(
    id: str,  # noqa: A002 - the field's own name
    view: View,
    *,
    reason: str,
    now: datetime | None = None,
) -> Standing:
    """End an agreement at once, with the nation's signature.

    Raises
    ------
    BadUse
        No such agreement is in force.
    NotPermitted
        The nation is not a party, or its key is not here.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    moment = now or datetime.now(UTC)
    with opened(view.store) as store:
        live = {
            one.agreement.id: one.agreement
            for one in standing_in(store, moment)
            if one.agreement is not None and one.state in (State.IN_FORCE, State.NOT_YET)
        }
        if id not in live:
            raise BadUse(
                f"No agreement '{id}' is in force or about to be.",
                where=store.url,
                mend="See them with: redball agreement list",
            )
        agreement = live[id]
        party(agreement, subject.nation)
        key = key_folder(view.store).signing_key(subject.nation)
        note = revocation(agreement, key, moment, reason)
        store.end_agreement(
            id,
            agreement.version,
            at=moment,
            by=subject.nation,
            reason=note,
            event=_event("revoke", subject, agreement, moment, {"reason": reason}),
        )
        found = [
            one
            for one in standing_in(store, moment)
            if one.agreement is not None and one.agreement == agreement
        ]
    return replace(found[-1], reason=why(found[-1], trusted_keys(view.store)))


def why(one: Standing, trusted: TrustedKeys) -> str:
    """Why an agreement stands as it does; of a revocation who ended it, and the reason given."""
    if one.state is not State.REVOKED:
        return one.reason
    try:
        found = parse_revocation(one.kept.reason, trusted)
    except RedballError:
        return "It ended here; who ended it can't be verified."
    return f"{', '.join(sorted(found.by))}: {found.reason}"


@use_case(Action.AGREE)
def agreement_list(store: str, *, now: datetime | None = None) -> pl.DataFrame:
    """Agreements that a store keeps, each with its state and why it has it.

    Columns: ``agreement``, ``version``, ``title``, ``parties``, ``state``, ``valid_from``,
    ``valid_until``, ``why``.
    """
    trusted = trusted_keys(store)
    with opened(store) as source:
        found = standing_in(source, now or datetime.now(UTC))
    rows = [
        (
            one.kept.id, one.kept.version,
            one.agreement.title if one.agreement else "",
            " ".join(one.agreement.parties) if one.agreement else "",
            str(one.state),
            one.agreement.valid_from.isoformat() if one.agreement else "",
            one.agreement.valid_until.isoformat() if one.agreement else "",
            why(one, trusted),
        )
        for one in found
    ]  # fmt: skip
    schema = {
        "agreement": pl.String, "version": pl.Int64, "title": pl.String, "parties": pl.String,
        "state": pl.String, "valid_from": pl.String, "valid_until": pl.String, "why": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _event(
    verb: str,
    subject: Subject,
    agreement: Agreement,
    at: datetime,
    facts: Mapping[str, Fact] | None = None,
) -> Event:
    return Event(
        EventKind.AGREEMENT,
        verb,
        subject.text,
        f"{agreement.id} version {agreement.version}",
        at,
        agreements=(agreement.id,),
        facts={
            "content": content_hash(agreement),
            "parties": list(agreement.parties),
            **(facts or {}),
        },
    )
