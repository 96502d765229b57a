"""Signatures of the parties and revocations: what counts, and what never does."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from redball.access.agreements import (
    Agreement,
    SignedAgreement,
    parse_revocation,
    parse_signed,
    revocation,
    signed,
    signed_text,
    signers,
)
from redball.model import BadData, BadUse, NotPermitted, RedballError, UnsafeFile
from redball.signing import SigningKey, VerifierKey, new_key, sign_note

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
Trusted = Mapping[str, tuple[VerifierKey, ...]]


def test_file_reads_back_and_both_are_verified(both: SignedAgreement, trusted: Trusted) -> None:
    found = parse_signed(both.text)
    assert found == both
    assert found.text == both.text
    assert signers(found, trusted) == {"DEU", "NLD"}


def test_signed_text_names_form_id_version_and_hash(agreement: Agreement) -> None:
    lines = signed_text(agreement).split("\n")
    assert lines[:3] == ["redball agreement 1", "MLS-2026-001", "1"]
    assert len(lines[3]) == 64
    assert lines[4] == ""
    assert signed_text(replace(agreement, version=7)).split("\n")[2] == "7"


def test_signature_is_that_of_the_note_written_by_hand(
    agreement: Agreement, both: SignedAgreement, trusted: Trusted
) -> None:
    # independent of the note reader: key id, then bare Ed25519 over the four lines
    for signature, name in zip(both.signatures, ("DEU", "NLD"), strict=True):
        dash, who, body = signature.line.split()
        data = base64.b64decode(body)
        key = trusted[name][0]
        assert (dash, who, data[:4]) == ("\u2014", name, key.key_id)
        assert key.verify(signed_text(agreement).encode(), data[4:])


def test_draft_without_signatures_is_the_same_form(agreement: Agreement, trusted: Trusted) -> None:
    found = parse_signed(SignedAgreement(agreement).text)
    assert found.signatures == ()
    assert signers(found, trusted) == frozenset()


def test_only_parties_sign_and_each_key_once(
    agreement: Agreement, keys: Mapping[str, SigningKey]
) -> None:
    with pytest.raises(NotPermitted):
        signed(agreement, keys["POL"])
    once = signed(agreement, keys["DEU"])
    with pytest.raises(BadUse):
        signed(once, keys["DEU"])


def test_a_party_may_sign_with_a_second_key_of_another_scheme(
    both: SignedAgreement, trusted: Trusted
) -> None:
    second = new_key("DEU", "ml-dsa-44")
    found = parse_signed(signed(both, second).text)
    assert len(found.signatures) == 3
    assert signers(found, {"DEU": (second.verifier,)}) == {"DEU"}
    assert signers(found, {**trusted, "DEU": (second.verifier,)}) == {"DEU", "NLD"}


def test_keys_that_are_not_trusted_mean_nothing(both: SignedAgreement, trusted: Trusted) -> None:
    stranger = new_key("NLD").verifier
    assert signers(both, {}) == frozenset()
    assert signers(both, {"DEU": trusted["DEU"], "NLD": (stranger,)}) == {"DEU"}
    # a key filed under a name that is not its own counts for neither
    assert signers(both, {"NLD": trusted["DEU"]}) == frozenset()
    cosigner = trusted["NLD"][0].as_cosigner()
    assert signers(both, {"NLD": (cosigner,)}) == frozenset()
    as_if = replace(both.signatures[1], key_id=cosigner.key_id)
    asked = SignedAgreement(both.agreement, (both.signatures[0], as_if))
    assert signers(asked, {**trusted, "NLD": (cosigner,)}) == {"DEU"}


def test_forged_signature_rejects_the_whole_file(both: SignedAgreement, trusted: Trusted) -> None:
    first, second = both.signatures
    for place in (0, 31, 63):
        changed = bytearray(second.signature)
        changed[place] ^= 1
        forged = SignedAgreement(both.agreement, (first, replace(second, signature=bytes(changed))))
        with pytest.raises(NotPermitted):
            signers(forged, trusted)


def test_signatures_do_not_move_to_another_version_or_agreement(
    both: SignedAgreement, trusted: Trusted
) -> None:
    for change in (
        replace(both.agreement, version=2),
        replace(both.agreement, id="MLS-2026-002"),
        replace(both.agreement, grants=both.agreement.grants[:1]),
    ):
        with pytest.raises(NotPermitted):
            signers(SignedAgreement(change, both.signatures), trusted)


def test_note_of_another_kind_is_no_signature(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    note = sign_note(f"something else\n{agreement.id}\n", [keys["DEU"]])
    line = note.rstrip("\n").rpartition("\n")[2]
    values = json.loads(SignedAgreement(agreement).text) | {"signatures": [line]}
    with pytest.raises(NotPermitted):
        signers(parse_signed(json.dumps(values)), trusted)


@pytest.mark.parametrize(
    "case",
    ["twice", "stranger", "two lines", "no dash", "blank", "no base64", "unknown field", "many"],
)
def test_malformed_signature_lines_are_refused(case: str, both: SignedAgreement) -> None:
    values = json.loads(both.text)
    first, second = values["signatures"]
    if case == "unknown field":
        values["witness"] = "POL"
    values["signatures"] = {
        "twice": [first, first],
        "stranger": [first, second.replace("NLD", "POL")],
        "two lines": [f"{first}\n{second}"],
        "no dash": [first.replace("\u2014", "-")],
        "blank": [first, ""],
        "no base64": [first[:-1] + "!"],
        "unknown field": [first, second],
        "many": [first] * 65,
    }[case]
    with pytest.raises(UnsafeFile if case == "many" else BadData):
        parse_signed(json.dumps(values))


def test_blank_line_within_signatures_can_not_move_the_text(both: SignedAgreement) -> None:
    # The note is cut at its last blank line: a line that smuggles one in would change the text.
    values = json.loads(both.text)
    values["signatures"] = [f"x\n\n{values['signatures'][0]}"]
    with pytest.raises(BadData):
        parse_signed(json.dumps(values))


def test_revocation_reads_back_and_ends_that_version_only(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    text = revocation(agreement, keys["NLD"], AT, "No longer needed.")
    found = parse_revocation(text, trusted)
    assert (found.id, found.version, found.at) == (agreement.id, 1, AT)
    assert found.reason == "No longer needed."
    assert found.by == {"NLD"}
    assert found.ends(agreement)
    assert not found.ends(replace(agreement, version=2))
    assert not found.ends(replace(agreement, title="Another"))
    assert not found.ends(replace(agreement, id="MLS-2026-002"))


def test_only_a_party_revokes(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    with pytest.raises(NotPermitted):
        revocation(agreement, keys["POL"], AT, "No.")
    # the same text, signed by hand by somebody who is trusted but no party
    body = revocation(agreement, keys["DEU"], AT, "No.").partition("\n\n")[0] + "\n"
    found = parse_revocation(sign_note(body, [keys["POL"]]), trusted)
    assert found.by == {"POL"}
    assert not found.ends(agreement)


def test_revocation_by_an_unknown_or_changed_key_is_refused(
    agreement: Agreement, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    text = revocation(agreement, keys["DEU"], AT, "No.")
    with pytest.raises(NotPermitted):
        parse_revocation(text, {"NLD": trusted["NLD"]})
    with pytest.raises(NotPermitted):
        parse_revocation(text.replace("\nNo.\n", "\nYes.\n"), trusted)


@pytest.mark.parametrize("reason", ["", " No.", "No.\nYes.", "x" * 501, "No\u202e."])
def test_reason_stands_on_one_line(
    reason: str, agreement: Agreement, keys: Mapping[str, SigningKey]
) -> None:
    with pytest.raises(BadData):
        revocation(agreement, keys["DEU"], AT, reason)


def test_moment_of_a_revocation_has_a_zone(
    agreement: Agreement, keys: Mapping[str, SigningKey]
) -> None:
    with pytest.raises(BadUse):
        revocation(agreement, keys["DEU"], AT.replace(tzinfo=None), "No.")


@pytest.mark.parametrize(
    "body",
    [
        "redball revocation 1\n",
        "redball revocation 2\nMLS-2026-001\n1\n{hash}\n2026-03-01T08:00:00Z\nNo.\n",
        "redball revocation 1\nmls\n1\n{hash}\n2026-03-01T08:00:00Z\nNo.\n",
        "redball revocation 1\nMLS-2026-001\n01\n{hash}\n2026-03-01T08:00:00Z\nNo.\n",
        "redball revocation 1\nMLS-2026-001\n9999999\n{hash}\n2026-03-01T08:00:00Z\nNo.\n",
        "redball revocation 1\nMLS-2026-001\n1\nabc\n2026-03-01T08:00:00Z\nNo.\n",
        "redball revocation 1\nMLS-2026-001\n1\n{hash}\nyesterday\nNo.\n",
        "redball revocation 1\nMLS-2026-001\n1\n{hash}\n2026-03-01T08:00:00Z\n\n",
        "redball revocation 1\nMLS-2026-001\n1\n{hash}\n2026-03-01T08:00:00Z\nNo.\nYes.\n",
    ],
    ids=["short", "form", "id", "zero", "version", "hash", "time", "reason", "long"],
)
def test_text_that_is_no_revocation_is_refused(
    body: str, keys: Mapping[str, SigningKey], trusted: Trusted
) -> None:
    note = sign_note(body.replace("{hash}", "0" * 64), [keys["DEU"]])
    with pytest.raises(RedballError):
        parse_revocation(note, trusted)
