"""Labels, clearances and assertions as documents: what is kept, tolerated and refused."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from redball.access.labels import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Kind,
    Succession,
    TagType,
    access_decision,
    assertion,
    bound,
    check_assertion,
    check_manifest,
    clearance_of,
    dominant,
    from_result,
    from_row,
    read_assertion,
    read_clearance_xml,
    read_label_json,
    read_label_xml,
    sample_policy,
    to_result,
    to_row,
    validate,
    write_clearance_xml,
    write_label_json,
    write_label_xml,
)
from redball.access.labels.values import RELEASE_TAG
from redball.access.subject import Subject
from redball.model.errors import LabelError
from redball.model.labels import Label, ResultLabel

MADE_AT = datetime(2026, 11, 22, 10, 30, 0, 250_000, tzinfo=UTC)
POLICY = sample_policy(("DEU", "NLD"), ("MLS-1", "MLS-2"))
OPEN = from_row(Label("DEU", release=frozenset({"NLD"})), made_at=MADE_AT)
TIGHT = from_row(Label("DEU", "SECRET", frozenset({"NLD"})), made_at=MADE_AT)
FULL = replace(
    OPEN,
    kind=Kind.METADATA,
    privacy_mark="Für den Dienstgebrauch",
    succession=Succession(MADE_AT + timedelta(days=9), TIGHT),
)


def edited(old: str, new: str, label: ConfidentialityLabel = OPEN) -> bytes:
    text = write_label_xml(label).decode()
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_part_of_a_label_is_kept(kind: Kind) -> None:
    successor = replace(TIGHT, review=None)
    label = replace(FULL, kind=kind, succession=Succession(MADE_AT, successor))
    assert read_label_xml(write_label_xml(label)) == label
    assert read_label_json(write_label_json(label)) == label
    assert read_label_xml(write_label_xml(label)).warnings == ()


def test_moments_keep_their_zone_s_moment() -> None:
    there = timezone(timedelta(hours=2))
    label = replace(OPEN, created=MADE_AT.astimezone(there))
    assert read_label_xml(write_label_xml(label)).created == MADE_AT
    with pytest.raises(LabelError, match="zone"):
        replace(OPEN, created=MADE_AT.replace(tzinfo=None))


@pytest.mark.parametrize("write", [write_label_xml, write_label_json])
def test_an_incomplete_label_is_not_written(write: object) -> None:
    assert callable(write)
    for label in (replace(OPEN, created=None), replace(OPEN, review=None)):
        with pytest.raises(LabelError):
            write(label)
    late = Succession(MADE_AT, replace(TIGHT, created=None))
    with pytest.raises(LabelError, match="successor"):
        write(replace(OPEN, succession=late))


def test_what_repeats_or_adds_nothing_is_tolerated_and_named() -> None:
    for data in (
        edited("URI=", "URL="),
        edited("<slab:Classification>", '<slab:Classification URI="urn:x">'),
        edited('TagName="Releasable To"', 'TagName="Releasable To" note="x"'),
        edited(
            "</slab:originatorConfidentialityLabel>",
            '<x:y xmlns:x="urn:x"/></slab:originatorConfidentialityLabel>',
        ),
        edited("originatorConfidentialityLabel", "ConfidentialityLabel"),
    ):
        label = read_label_xml(data)
        assert (label, len(label.warnings)) == (OPEN, 1)
        assert {one.rule for one in validate(label, POLICY)} == {"form"}
        assert not validate(label, POLICY, strict=False)


VALUE = "<slab:GenericValue>NLD</slab:GenericValue>"
INSIDE = "</slab:ConfidentialityInformation>"
SECOND = '<slab:Category Type="PERMISSIVE" TagName="{0}">' + VALUE + "</slab:Category>"
RESERVED = '<slab:Category Type="{0}" TagName="{1}">' + VALUE + "</slab:Category>"
REFUSED = {
    "other-value-form": (VALUE, "<slab:IntegerValue>1</slab:IntegerValue>"),
    "unknown-inside": (INSIDE, "<slab:Restriction/>" + INSIDE),
    "extension-inside": (INSIDE, '<x:only xmlns:x="urn:x">me</x:only>' + INSIDE),
    "type-in-small-letters": ('Type="PERMISSIVE"', 'Type="permissive"'),
    "no-type": ('Type="PERMISSIVE" ', ""),
    "two-of-one-tag": (INSIDE, SECOND.format("Releasable To") + INSIDE),
    "two-of-one-tag-in-another-case": (INSIDE, SECOND.format("releasable to") + INSIDE),
    "reserved-as-informative": (INSIDE, RESERVED.format("INFORMATIVE", RELEASE_TAG) + INSIDE),
    "reserved-with-another-value": (INSIDE, RESERVED.format("RESTRICTIVE", RELEASE_TAG) + INSIDE),
    "reserved-in-another-case": (
        INSIDE,
        RESERVED.format("RESTRICTIVE", RELEASE_TAG.upper()) + INSIDE,
    ),
    "empty-category": (INSIDE, '<slab:Category Type="RESTRICTIVE" TagName="Caveat"/>' + INSIDE),
    "empty-classification": (">UNCLASSIFIED<", "> <"),
    "text-with-elements": (">UNCLASSIFIED<", "><slab:x/>UNCLASSIFIED<"),
    "two-classifications": (
        "</slab:Classification>",
        "</slab:Classification><slab:Classification>SECRET</slab:Classification>",
    ),
    "other-identifier": ("urn:oid:", "urn:uuid:"),
    "no-such-day": ("2026-11-22T", "2026-02-30T"),
    "invisible-characters": (">UNCLASSIFIED<", ">UNCLASSIFIED\u200b<"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_could_change_the_meaning_is_refused(name: str) -> None:
    with pytest.raises(LabelError):
        read_label_xml(edited(*REFUSED[name]))


def test_a_label_with_a_successor_is_as_closed_as_both() -> None:
    low = clearance_of(Subject("NLD", clearance=("UNCLASSIFIED",)))
    high = clearance_of(Subject("NLD"))
    assert access_decision(OPEN, low, POLICY).allowed
    assert not access_decision(FULL, low, POLICY).allowed
    assert access_decision(FULL, high, POLICY).allowed
    assert dominant([FULL, OPEN], POLICY).classification == "SECRET"
    other = replace(FULL, succession=Succession(MADE_AT, replace(TIGHT, policy="OTHER")))
    assert "policy" in {one.rule for one in validate(other, POLICY, strict=False)}
    with pytest.raises(LabelError, match="policy is"):
        access_decision(other, high, POLICY)
    with pytest.raises(LabelError, match="successor"):
        replace(OPEN, succession=Succession(MADE_AT, FULL))


def test_one_label_is_not_combined() -> None:
    bare = ConfidentialityLabel("P", "LOW")
    assert dominant([OPEN], POLICY) is OPEN
    assert not dominant([OPEN, OPEN], POLICY).originators_only
    with pytest.raises(LabelError):
        dominant([bare], POLICY)


def test_a_clearance_comes_back_and_claims_nothing_that_nobody_holds() -> None:
    clearance = clearance_of(Subject("DEU", clearance=("RESTRICTED", "UNCLASSIFIED")))
    data = write_clearance_xml(clearance)
    assert read_clearance_xml(data) == clearance
    claim = data.replace(b'TagName="Caveat"', f'TagName="{RELEASE_TAG}"'.encode())
    assert claim != data
    with pytest.raises(LabelError, match="nobody holds"):
        read_clearance_xml(claim)
    with pytest.raises(LabelError, match="reserved"):
        Clearance(
            POLICY.name,
            frozenset(),
            (Category(RELEASE_TAG, TagType.RESTRICTIVE, ("ORIGINATORS ONLY",)),),
        )
    with pytest.raises(LabelError, match="not a clearance"):
        read_clearance_xml(write_label_xml(OPEN))
    with pytest.raises(LabelError, match="not known"):
        read_clearance_xml(data.replace(b"ClassificationList", b"Classifications"))


def test_nobody_holds_the_canary_and_nobody_reads_it() -> None:
    bait = from_row(Label("DEU", release=frozenset({"ALL"}), caveats=frozenset({"CANARY"})))
    for nation in ("DEU", "NLD"):
        decision = access_decision(bait, clearance_of(Subject(nation)), POLICY)
        assert (decision.allowed, decision.reason) == (False, "'CANARY' is not held.")


@pytest.mark.parametrize(
    "label",
    [
        from_result(ResultLabel("SECRET", frozenset())),
        from_result(ResultLabel("SECRET", frozenset({"DEU"}))),
        replace(OPEN, originator="urn:redball:owner:POL"),
        replace(OPEN, policy="OTHER"),
        replace(OPEN, policy_id="2.25.1"),
        FULL,
        replace(OPEN, categories=(*OPEN.categories, Category("X", TagType.RESTRICTIVE, ("Y",)))),
        replace(
            OPEN,
            categories=(
                *OPEN.categories,
                Category("Agreement", TagType.INFORMATIVE, ("MLS-1", "MLS-2")),
            ),
        ),
    ],
    ids=["closed", "no-owner", "no-right", "policy", "id", "successor", "tag", "agreements"],
)
def test_what_a_row_can_t_say_is_refused(label: ConfidentialityLabel) -> None:
    with pytest.raises(LabelError):
        to_row(label)


def test_the_state_originators_only_wins_over_a_release_beside_it() -> None:
    label = replace(OPEN, originators_only=True)
    assert to_result(label).readers == frozenset()
    assert dominant([label, OPEN], POLICY).originators_only
    assert not access_decision(label, clearance_of(Subject("NLD")), POLICY).allowed


PAYLOAD = b"the export"
DIGEST = hashlib.sha256(PAYLOAD).hexdigest()
KEY = b"a key of the test"
RESULT = ResultLabel("RESTRICTED", frozenset({"NLD"}), frozenset(), frozenset({"MLS-1"}))


def sign(data: bytes) -> bytes:
    return hmac.new(KEY, data, hashlib.sha256).digest()


def verify(algorithm: str, data: bytes, signature: bytes) -> bool:
    return algorithm == "HS256" and hmac.compare_digest(sign(data), signature)


def rules(value: object, digest: str = DIGEST) -> set[str]:
    return {one.rule for one in check_assertion(value, digest, verify)}


def test_an_export_s_label_as_an_assertion() -> None:
    plain = assertion(RESULT, MADE_AT)
    statement = plain["statement"]
    assert isinstance(statement, dict)
    assert statement["schema"] == "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
    assert to_result(read_assertion(json.loads(json.dumps(plain)))) == RESULT
    assert rules(plain) == {"binding"}
    tied = json.loads(json.dumps(bound(plain, PAYLOAD, "HS256", sign)))
    assert rules(tied) == set()
    assert rules(tied, hashlib.sha256(b"another export").hexdigest()) == {"binding-payload"}
    assert rules(tied, "") == {"binding-payload"}


def test_an_assertion_that_was_changed_anywhere_is_refused() -> None:
    tied = json.loads(json.dumps(bound(assertion(RESULT, MADE_AT), PAYLOAD, "HS256", sign)))
    lowered = json.loads(json.dumps(tied).replace("RESTRICTED", "UNCLASSIFIED"))
    assert rules(lowered) == {"binding-statement"}
    none = json.loads(json.dumps(bound(assertion(RESULT, MADE_AT), PAYLOAD, "none", sign)))
    assert rules(none) == {"binding-signature"}
    changed: tuple[object, ...] = (
        {**tied, "statement": {**tied["statement"], "format": "string"}},
        {**tied, "note": "x"},
        {key: value for key, value in tied.items() if key != "scope"},
        [],
    )
    for broken in changed:
        assert rules(broken) == {"assertion"}
    signature = tied["binding"]["signature"]
    for cut in (signature[:-4], signature.rpartition(".")[0], "e30.e30.", "a.b.c"):
        assert rules({**tied, "binding": {"method": "jws", "signature": cut}})
    assert rules({**tied, "binding": {"method": "x", "signature": signature}}) == {"binding"}


def test_a_manifest_is_accepted_only_with_a_label_that_is_bound() -> None:
    import base64

    tied = bound(assertion(RESULT, MADE_AT), PAYLOAD, "HS256", sign)
    policy = {"uuid": "x", "body": {"dataAttributes": [], "dissem": []}}
    manifest = {
        "payload": {"type": "reference"},
        "encryptionInformation": {"policy": base64.b64encode(json.dumps(policy).encode()).decode()},
        "assertions": [tied],
    }

    def problems(value: object) -> set[str]:
        return {one.rule for one in check_manifest(json.dumps(value).encode(), DIGEST, verify)}

    assert problems(manifest) == set()
    assert problems({**manifest, "assertions": []}) == {"assertion"}
    assert problems({**manifest, "assertions": [assertion(RESULT, MADE_AT)]}) == {"binding"}
    assert problems({**manifest, "encryptionInformation": {"policy": "?"}}) == {"manifest"}
    assert problems([]) == {"manifest"}
