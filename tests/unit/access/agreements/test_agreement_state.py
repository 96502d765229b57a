"""Where kept agreements stand: every way not to be in force, and what closes for good."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from redball.access.agreements import (
    Agreement,
    Kept,
    SignedAgreement,
    State,
    in_force,
    signed,
    standing,
)
from redball.model import BadUse
from redball.signing import SigningKey, VerifierKey, new_key

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=100)
HOUR = timedelta(hours=1)
Trusted = Mapping[str, tuple[VerifierKey, ...]]


def by_both(agreement: Agreement, keys: Mapping[str, SigningKey]) -> str:
    document = SignedAgreement(agreement)
    for party in agreement.parties:
        document = signed(document, keys[party])
    return document.text


def states(
    kept: list[Kept], trusted: Trusted, now: datetime = NOW, latest: datetime | None = None
) -> list[State]:
    found = standing(kept, trusted, now=now, latest=latest)
    open_now = in_force(kept, trusted, now=now, latest=latest)
    assert len(open_now) == sum(one.state is State.IN_FORCE for one in found)
    assert all(one.reason for one in found)
    return [one.state for one in found]


def test_signed_by_both_activated_and_in_time_is_in_force(
    both: SignedAgreement, trusted: Trusted
) -> None:
    kept = Kept(both.text, START, id="MLS-2026-001", version=1)
    assert states([kept], trusted) == [State.IN_FORCE]
    assert in_force([kept], trusted, now=NOW, latest=NOW) == (both.agreement,)


def test_validity_is_half_open(both: SignedAgreement, trusted: Trusted) -> None:
    kept = [Kept(both.text, START - HOUR)]
    end = both.agreement.valid_until
    second = timedelta(microseconds=1)
    assert states(kept, trusted, START - second) == [State.NOT_YET]
    assert states(kept, trusted, START) == [State.IN_FORCE]
    assert states(kept, trusted, end - second) == [State.IN_FORCE]
    assert states(kept, trusted, end) == [State.EXPIRED]


def test_not_signed_by_all(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    nobody = Kept(SignedAgreement(agreement).text, START)
    assert states([nobody], trusted) == [State.DRAFT]
    for name in ("DEU", "NLD"):
        one = Kept(signed(agreement, keys[name]).text, START)
        assert states([one], trusted) == [State.ONE_SIDED]


def test_two_keys_of_one_party_are_not_two_parties(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    second = new_key("DEU", "ml-dsa-44")
    document = signed(signed(agreement, keys["DEU"]), second)
    known = {**trusted, "DEU": (*trusted["DEU"], second.verifier)}
    assert states([Kept(document.text, START)], known) == [State.ONE_SIDED]


def test_not_activated(both: SignedAgreement, trusted: Trusted) -> None:
    assert states([Kept(both.text)], trusted) == [State.NOT_YET]


def test_key_that_is_gone(both: SignedAgreement, trusted: Trusted) -> None:
    kept = [Kept(both.text, START)]
    gone = {"DEU": trusted["DEU"]}
    assert states(kept, gone) == [State.UNTRUSTED]
    assert "NLD" in standing(kept, gone, now=NOW, latest=None)[0].reason
    replaced = {**trusted, "NLD": (new_key("NLD").verifier,)}
    assert states(kept, replaced) == [State.UNTRUSTED]
    assert states(kept, {}) == [State.UNTRUSTED]


def test_forged_signature(both: SignedAgreement, trusted: Trusted) -> None:
    text = both.text.replace('"title": "Mutual', '"title": "mutual')
    assert text != both.text
    assert states([Kept(text, START)], trusted) == [State.UNTRUSTED]


def test_ended_never_comes_back(both: SignedAgreement, trusted: Trusted) -> None:
    ended = Kept(both.text, START, NOW - HOUR, "No longer needed.")
    assert states([ended], trusted) == [State.REVOKED]
    assert "No longer needed." in standing([ended], trusted, now=NOW, latest=None)[0].reason
    # also before the moment that was written down, and when the same document is kept again
    assert states([ended], trusted, NOW - 2 * HOUR) == [State.REVOKED]
    again = Kept(both.text, NOW)
    assert states([ended, again], trusted) == [State.REVOKED, State.SUPERSEDED]


def test_clock_that_went_back(both: SignedAgreement, trusted: Trusted) -> None:
    kept = [Kept(both.text, START)]
    assert states(kept, trusted, NOW, NOW) == [State.IN_FORCE]
    assert states(kept, trusted, NOW, NOW + timedelta(microseconds=1)) == [State.UNTRUSTED]
    reason = standing(kept, trusted, now=NOW, latest=NOW + HOUR)[0].reason
    assert "clock went back" in reason
    # activated in the future: the clock went back, whatever the ledger says
    assert states([Kept(both.text, NOW + HOUR)], trusted) == [State.UNTRUSTED]


@pytest.mark.parametrize("what", ["now", "latest"])
def test_moments_without_a_zone_are_refused(what: str, trusted: Trusted) -> None:
    moments = {"now": NOW, "latest": NOW}
    moments[what] = NOW.replace(tzinfo=None)
    with pytest.raises(BadUse):
        standing([], trusted, **moments)


@pytest.mark.parametrize("what", ["activated_at", "ended_at"])
def test_kept_time_without_a_zone_is_no_pass(
    what: str, both: SignedAgreement, trusted: Trusted
) -> None:
    times: dict[str, Any] = {"activated_at": START, what: START.replace(tzinfo=None)}
    (found,) = standing([Kept(both.text, **times)], trusted, now=NOW, latest=None)
    assert found.state in (State.UNTRUSTED, State.REVOKED)


def second(agreement: Agreement, **changes: Any) -> Agreement:
    return replace(agreement, version=2, grants=agreement.grants[:1], **changes)


def test_higher_version_takes_the_place_when_it_begins(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    begins = NOW + HOUR
    old = Kept(both.text, START)
    new = Kept(by_both(second(both.agreement, valid_from=begins), keys), NOW - HOUR)
    assert states([old, new], trusted) == [State.IN_FORCE, State.NOT_YET]
    assert states([new, old], trusted) == [State.NOT_YET, State.IN_FORCE]
    assert states([old, new], trusted, begins) == [State.SUPERSEDED, State.IN_FORCE]
    after = both.agreement.valid_until
    assert states([old, new], trusted, after) == [State.SUPERSEDED, State.EXPIRED]


def test_revoking_the_newest_version_ends_those_below(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    later = by_both(second(both.agreement, valid_from=NOW + HOUR), keys)
    kept = [Kept(both.text, START), Kept(later, NOW - HOUR, NOW)]
    assert states(kept, trusted) == [State.SUPERSEDED, State.REVOKED]


def test_version_that_expired_does_not_bring_back_the_one_before(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    short = by_both(second(both.agreement, valid_until=NOW - HOUR), keys)
    kept = [Kept(both.text, START), Kept(short, START + HOUR)]
    assert states(kept, trusted) == [State.SUPERSEDED, State.EXPIRED]


def test_lower_or_equal_version_never_replaces(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    new = Kept(by_both(second(both.agreement), keys), START)
    replayed = Kept(both.text, NOW - HOUR)
    assert states([new, replayed], trusted) == [State.IN_FORCE, State.SUPERSEDED]
    other = replace(both.agreement, title="The same version with other words")
    equal = Kept(by_both(other, keys), NOW - HOUR)
    assert states([Kept(both.text, START), equal], trusted) == [State.IN_FORCE, State.SUPERSEDED]
    assert states([equal, Kept(both.text, START)], trusted) == [State.SUPERSEDED, State.IN_FORCE]
    # replayed after a version that has not begun
    later = Kept(by_both(second(both.agreement, valid_from=NOW + HOUR), keys), START)
    assert states([later, replayed], trusted) == [State.NOT_YET, State.SUPERSEDED]


def test_version_whose_key_is_gone_does_not_bring_back_the_one_before(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    other = new_key("NLD")
    newer = signed(signed(second(both.agreement), keys["DEU"]), other)
    kept = [Kept(both.text, START), Kept(newer.text, START + HOUR)]
    assert states(kept, trusted) == [State.SUPERSEDED, State.UNTRUSTED]
    # a version that was never activated replaces nothing
    waiting = [Kept(both.text, START), Kept(newer.text)]
    assert states(waiting, trusted) == [State.IN_FORCE, State.UNTRUSTED]


def test_others_can_not_take_over_an_id(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    grant = replace(both.agreement.grants[0], to=("POL",))
    theirs = replace(both.agreement, version=9, parties=("DEU", "POL"), grants=(grant,))
    kept = [Kept(both.text, START), Kept(by_both(theirs, keys), START + HOUR)]
    assert states(kept, trusted) == [State.IN_FORCE, State.UNTRUSTED]


def test_document_that_can_not_be_read_closes_its_id(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    other = Kept(by_both(replace(both.agreement, id="MLS-2026-002"), keys), START)
    mine = Kept(both.text, START, id="MLS-2026-001", version=1)
    broken = Kept("{", START, id="MLS-2026-001", version=2)
    assert states([mine, broken, other], trusted) == [
        State.UNTRUSTED,
        State.UNTRUSTED,
        State.IN_FORCE,
    ]
    nameless = replace(broken, id="", version=0)
    assert states([mine, nameless, other], trusted) == [State.UNTRUSTED] * 3
    never = replace(nameless, activated_at=None)
    assert states([mine, never, other], trusted) == [
        State.IN_FORCE,
        State.UNTRUSTED,
        State.IN_FORCE,
    ]
    assert standing([broken], trusted, now=NOW, latest=None)[0].agreement is None


def test_document_filed_as_another_closes_both(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    other = Kept(by_both(replace(both.agreement, id="MLS-2026-002"), keys), START)
    newer = by_both(second(both.agreement), keys)
    swapped = Kept(newer, START + HOUR, id="MLS-2026-002", version=2)
    found = states([Kept(both.text, START), other, swapped], trusted)
    assert found == [State.UNTRUSTED] * 3
    wrong_version = Kept(both.text, START, id="MLS-2026-001", version=2)
    assert states([wrong_version], trusted) == [State.UNTRUSTED]
    assert states([replace(wrong_version, activated_at=None)], trusted) == [State.UNTRUSTED]


def test_agreements_in_force_are_sorted_by_id(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    later = replace(both.agreement, id="MLS-2026-002")
    kept = [Kept(by_both(later, keys), START), Kept(both.text, START)]
    found = in_force(kept, trusted, now=NOW, latest=None)
    assert [one.id for one in found] == ["MLS-2026-001", "MLS-2026-002"]
