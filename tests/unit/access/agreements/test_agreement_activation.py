"""What stands against activating: each reason alone, and nothing when all is well."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from redball.access.agreements import (
    Agreement,
    Kept,
    Problem,
    SignedAgreement,
    Standing,
    activatable,
    signed,
    standing,
)
from redball.access.gate import rules_text
from redball.model import BadData, BadUse
from redball.signing import SigningKey, VerifierKey, new_key

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=100)
Trusted = Mapping[str, tuple[VerifierKey, ...]]


def by_both(agreement: Agreement, keys: Mapping[str, SigningKey]) -> SignedAgreement:
    document = SignedAgreement(agreement)
    for party in agreement.parties:
        document = signed(document, keys[party])
    return document


def stands(kept: Sequence[Kept], trusted: Trusted) -> tuple[Standing, ...]:
    return standing(kept, trusted, now=NOW, latest=None)


def problems(
    document: SignedAgreement, trusted: Trusted, kept: Sequence[Kept] = (), now: datetime = NOW
) -> tuple[Problem, ...]:
    return activatable(
        document,
        trusted,
        standing=stands(kept, trusted),
        owned=("DEU:DEPOT",),
        now=now,
        latest=NOW - timedelta(hours=1),
        compiles=partial(rules_text, now=now),
    )


def test_nothing_stands_against_what_is_sound(both: SignedAgreement, trusted: Trusted) -> None:
    assert problems(both, trusted) == ()
    assert problems(both, trusted, [Kept(both.text)]) == ()
    assert problems(both, trusted, now=NOW - timedelta(minutes=5)) == ()


def test_each_missing_signature_is_named(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    assert [one.where for one in problems(SignedAgreement(agreement), trusted)] == ["DEU", "NLD"]
    one_sided = signed(agreement, keys["NLD"])
    (found,) = problems(one_sided, trusted)
    assert found.where == "DEU"
    assert found.text == "DEU: It has not signed. Let DEU sign the same file."


def test_untrusted_and_forged_signatures(both: SignedAgreement, trusted: Trusted) -> None:
    (found,) = problems(both, {"DEU": trusted["DEU"]})
    assert (found.where, "trusted" in found.what) == ("NLD", True)
    (found,) = problems(replace(both, agreement=replace(both.agreement, version=2)), trusted)
    assert "does not hold" in found.what


def test_unsound_agreement_is_not_looked_at_further(
    both: SignedAgreement, trusted: Trusted
) -> None:
    grant = replace(both.agreement.grants[0], sites=("NLD:DEPOT",))
    stolen = replace(both.agreement, grants=(grant,))
    (found,) = problems(SignedAgreement(stolen, both.signatures), trusted)
    assert found.where == "grants[0].sites"


def test_giver_that_did_not_sign_gives_nothing(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    # DEU alone signs that NLD gives everything to DEU
    taken = replace(agreement, grants=agreement.grants[1:])
    assert taken.grants[0].giver == "NLD"
    (found,) = problems(signed(taken, keys["DEU"]), trusted)
    assert found.where == "NLD"


def test_time(both: SignedAgreement, trusted: Trusted) -> None:
    (found,) = problems(both, trusted, now=both.agreement.valid_until)
    assert found.where == "valid_until"
    (found,) = problems(both, trusted, now=NOW - timedelta(hours=2))
    assert found.where == "clock"
    with pytest.raises(BadUse):
        problems(both, trusted, now=NOW.replace(tzinfo=None))


def test_versions(both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted) -> None:
    second = by_both(replace(both.agreement, version=2), keys)
    assert problems(second, trusted, [Kept(both.text, START)]) == ()
    for held in (both, second):
        for kept in (Kept(held.text, START), Kept(held.text, None, START)):
            (found,) = problems(both, trusted, [kept])
            assert found.where == "version"


def test_id_of_others_and_documents_that_can_not_be_read(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    grant = replace(both.agreement.grants[0], to=("POL",))
    theirs = replace(both.agreement, version=9, parties=("DEU", "POL"), grants=(grant,))
    (found,) = problems(by_both(theirs, keys), trusted, [Kept(both.text, START)])
    assert found.where == "parties"
    for broken in (
        Kept("{", START, id=both.agreement.id, version=1),
        Kept("{", START),
    ):
        (found,) = problems(by_both(replace(both.agreement, version=2), keys), trusted, [broken])
        assert "can't be read" in found.what
    other = Kept("{", START, id="MLS-2026-002", version=1)
    assert problems(both, trusted, [other]) == ()


def test_sites_that_nobody_has(
    both: SignedAgreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    grant = replace(both.agreement.grants[0], sites=("DEU:DEPOT", "DEU:DEPOTS"))
    (found,) = problems(by_both(replace(both.agreement, grants=(grant,)), keys), trusted)
    assert (found.where, "DEPOTS" in found.what) == ("grants[0].sites", True)


def test_rules_that_can_not_be_made(both: SignedAgreement, trusted: Trusted) -> None:
    seen: list[tuple[str, ...]] = []

    def refuse(agreements: Sequence[Agreement]) -> None:
        seen.append(tuple(one.id for one in agreements))
        raise BadData("No rule.", where="MLS-2026-001#0", mend="Draft it anew.")

    def crash(agreements: Sequence[Agreement]) -> None:
        raise ZeroDivisionError

    other = Kept(both.text, START)
    waiting = Kept(SignedAgreement(replace(both.agreement, id="MLS-2026-003")).text)
    new = SignedAgreement(replace(both.agreement, id="MLS-2026-002"), ())
    for compiles, where in ((refuse, "MLS-2026-001#0"), (crash, "rules")):
        found = activatable(
            new,
            trusted,
            standing=stands([other, waiting], trusted),
            owned=(),
            now=NOW,
            compiles=compiles,
        )
        assert found[-1].where == where
    assert seen == [("MLS-2026-001", "MLS-2026-002")]


def test_key_filed_under_another_name_signs_for_nobody(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    # whoever can file its own key as NLD's still can't sign as NLD: the key's name is in its id
    mallory = new_key("POL")
    found = problems(signed(agreement, keys["DEU"]), {**trusted, "NLD": (mallory.verifier,)})
    assert [one.where for one in found] == ["NLD"]
