"""Where every agreement stands now, judged anew each time it is asked.

What is kept is believed in one direction only: it can close, never open. A document opens something
when its signatures hold today under keys that are trusted today; that it was ended, or that a
higher version was activated, is taken as it is kept, even where the document itself can't be
verified any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from redball.access.agreements.checks import check_aware, is_aware
from redball.access.agreements.document import Agreement
from redball.access.agreements.signing import (
    SignedAgreement,
    TrustedKeys,
    parse_signed,
    signers,
)
from redball.access.agreements.text import moment_text
from redball.model import RedballError


class State(StrEnum):
    """Where an agreement stands; only ``IN_FORCE`` opens anything."""

    DRAFT = "draft"
    ONE_SIDED = "one-sided"
    NOT_YET = "not yet"
    IN_FORCE = "in force"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True)
class Kept:
    """A document as the store keeps it.

    Attributes
    ----------
    document : str
        The file (:func:`redball.access.agreements.parse_signed`).
    activated_at : datetime or None
        When this node activated it.
    ended_at : datetime or None
        When it was revoked here; it never comes back.
    reason : str
        Why it ended.
    id, version : str, int
        Under which it is filed; empty and 0 where nobody filed it. They must be the document's,
        and they say what is closed when the document can't be read.
    """

    document: str
    activated_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    id: str = ""
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """Where one kept document stands.

    Attributes
    ----------
    kept : Kept
    agreement : Agreement or None
        None when the document can't be read.
    state : State
    reason : str
        Why, in a sentence; for members of the parties only.
    """

    kept: Kept
    agreement: Agreement | None
    state: State
    reason: str


@dataclass(frozen=True)
class _Entry:
    place: int
    kept: Kept
    signed: SignedAgreement | None
    trouble: str = ""


@dataclass(frozen=True)
class _Moment:
    now: datetime
    latest: datetime | None
    trusted: TrustedKeys
    entries: tuple[_Entry, ...]


_Judgement = tuple[State, str]


def standing(
    kept: Sequence[Kept],
    trusted: TrustedKeys,
    *,
    now: datetime,
    latest: datetime | None,
) -> tuple[Standing, ...]:
    """Judge every kept document, in the order given.

    Parameters
    ----------
    kept : sequence of Kept
        Every document that the store holds: leaving one out could bring an older one back.
    trusted : mapping of str to sequence of VerifierKey
    now : datetime
    latest : datetime or None
        Time of the last event in the ledger; a clock that stands before it went back, and nothing
        is in force.

    Raises
    ------
    BadUse
        ``now`` or ``latest`` has no zone. What is wrong with a document is its state, no error.
    """
    check_aware(now, "The moment of the judgement")
    if latest is not None:
        check_aware(latest, "The time of the last event")
    entries = tuple(_entry(place, one) for place, one in enumerate(kept))
    moment = _Moment(now, latest, trusted, entries)
    return tuple(
        Standing(one.kept, one.signed.agreement if one.signed else None, *_judged(one, moment))
        for one in entries
    )


def in_force(
    kept: Sequence[Kept],
    trusted: TrustedKeys,
    *,
    now: datetime,
    latest: datetime | None,
) -> tuple[Agreement, ...]:
    """Agreements that open something now, by id; parameters and errors as :func:`standing`."""
    judged = standing(kept, trusted, now=now, latest=latest)
    found = [one.agreement for one in judged if one.agreement and one.state is State.IN_FORCE]
    return tuple(sorted(found, key=lambda agreement: agreement.id))


def _entry(place: int, kept: Kept) -> _Entry:
    moments = [moment for moment in (kept.activated_at, kept.ended_at) if moment is not None]
    if not all(map(is_aware, moments)):
        return _Entry(place, kept, None, "A time kept with it has no zone.")
    try:
        found = parse_signed(kept.document)
    except RedballError as error:
        return _Entry(place, kept, None, f"The document can't be read. {error}")
    agreement = found.agreement
    if kept.id not in ("", agreement.id) or kept.version not in (0, agreement.version):
        filed = f"{kept.id or agreement.id}, version {kept.version or agreement.version}"
        return _Entry(
            place, kept, found, f"It is filed as {filed}, but the document is another one."
        )
    return _Entry(place, kept, found)


def _judged(entry: _Entry, moment: _Moment) -> _Judgement:
    """First judgement that applies; what closes for good stands before what may pass."""
    if entry.kept.ended_at is not None:
        since = _written(entry.kept.ended_at)
        return State.REVOKED, f"Ended at {since}. {entry.kept.reason}".strip()
    if entry.trouble or entry.signed is None:
        return State.UNTRUSTED, entry.trouble
    agreement = entry.signed.agreement
    return (
        _replaced(entry, agreement, moment)
        or _unsigned(entry.signed, moment.trusted)
        or _out_of_time(entry.kept, agreement, moment)
        or (State.IN_FORCE, f"Until {moment_text(agreement.valid_until)}.")
    )


def _replaced(entry: _Entry, agreement: Agreement, moment: _Moment) -> _Judgement | None:
    if entry.kept.activated_at is None:
        return None
    if any(_hides(one, agreement.id) for one in moment.entries):
        return State.UNTRUSTED, "An activated document of the same id can't be read."
    same = sorted(
        (
            (one.kept.activated_at, one.place, one.signed.agreement, one.kept.ended_at)
            for one in moment.entries
            if one.kept.activated_at and one.signed and one.signed.agreement.id == agreement.id
        ),
        key=lambda found: found[:2],
    )
    holders = same[0][2].parties
    if agreement.parties != holders:
        return State.UNTRUSTED, f"The id belongs to an agreement of {', '.join(holders)}."
    mine = (entry.kept.activated_at, entry.place)
    for activated_at, place, other, ended_at in same:
        earlier = (activated_at, place) < mine
        if other.version == agreement.version and earlier:
            return State.SUPERSEDED, f"Version {other.version} was activated before."
        begun = earlier or other.valid_from <= moment.now or ended_at is not None
        if other.version > agreement.version and other.parties == holders and begun:
            return State.SUPERSEDED, f"Version {other.version} took its place."
    return None


def _hides(entry: _Entry, agreement_id: str) -> bool:
    """Whether an activated document that can't be read may be about ``agreement_id``.

    It may narrow or replace that agreement, so nothing of the id is in force until it is mended.
    """
    if not entry.trouble or entry.kept.activated_at is None:
        return False
    held = entry.signed.agreement.id if entry.signed else ""
    return agreement_id in (entry.kept.id, held) or not (entry.kept.id or held)


def _unsigned(document: SignedAgreement, trusted: TrustedKeys) -> _Judgement | None:
    parties = set(document.agreement.parties)
    try:
        verified = signers(document, trusted)
    except RedballError as error:
        return State.UNTRUSTED, str(error)
    unknown = sorted(document.names - verified)
    if unknown:
        return State.UNTRUSTED, f"No key is trusted here that made the signature of {unknown[0]}."
    missing = sorted(parties - verified)
    if not missing:
        return None
    if not verified:
        return State.DRAFT, "Nobody has signed."
    return State.ONE_SIDED, f"Not signed by {', '.join(missing)}."


def _out_of_time(kept: Kept, agreement: Agreement, moment: _Moment) -> _Judgement | None:
    if kept.activated_at is None:
        return State.NOT_YET, "Signed by every party, but not activated."
    last = max(filter(None, (moment.latest, kept.activated_at)))
    if moment.now < last:
        back = f"it is {_written(moment.now)}, but {_written(last)} was recorded"
        return State.UNTRUSTED, f"The clock went back: {back}."
    if moment.now < agreement.valid_from:
        return State.NOT_YET, f"From {moment_text(agreement.valid_from)}."
    if moment.now >= agreement.valid_until:
        return State.EXPIRED, f"Since {moment_text(agreement.valid_until)}."
    return None


def _written(moment: datetime) -> str:
    """A moment of any year: what the store keeps may be out of every range."""
    return moment.isoformat(timespec="seconds")
