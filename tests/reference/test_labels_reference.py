"""Published and given cases of labels: marking, validity, dominance, access, refused documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from redball.access.labels import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Policy,
    Release,
    TagType,
    access_decision,
    check_manifest,
    dominant,
    mapped,
    marking,
    read_label_xml,
    read_policy,
    validate,
    write_policy,
)
from redball.model.errors import BadData, LabelError, UnsafeFile

TYPES = {
    "Release To": TagType.PERMISSIVE,
    "Handling": TagType.RESTRICTIVE,
    "Admin": TagType.INFORMATIVE,
}
Case = dict[str, Any]


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def samples(reference: Path) -> Path:
    return reference / "interop" / "labels"


@pytest.fixture(scope="module")
def given(reference: Path) -> Path:
    return reference / "security" / "labels"


@pytest.fixture(scope="module")
def nato(samples: Path) -> Policy:
    return read_policy((samples / "nato-4774-policy.xml").read_bytes())


@pytest.fixture(scope="module")
def testco(given: Path) -> Policy:
    return read_policy((given / "testco_policy.spif.xml").read_bytes())


def categories(values: dict[str, list[str]]) -> tuple[Category, ...]:
    return tuple(Category(tag, TYPES[tag], tuple(v)) for tag, v in sorted(values.items()) if v)


def label(case: Case) -> ConfidentialityLabel:
    return ConfidentialityLabel("TESTCO", case["classification"], categories(case["categories"]))


def test_markings_in_both_languages_and_validity(samples: Path, nato: Policy) -> None:
    cases = load(samples / "expected.json")
    assert len(cases) == 3
    for case in cases:
        found = read_label_xml((samples / case["file"]).read_bytes())
        assert (not validate(found, nato, strict=False)) is case["valid"]
        for language, text in case["marking"].items():
            assert marking(found, nato, language) == text


def test_sample_labels_are_tolerated_with_a_warning_and_not_taken_for_new_ones(
    samples: Path, nato: Policy
) -> None:
    found = read_label_xml((samples / "nato-4774-17-1.nato").read_bytes())
    assert "URL" in found.warnings[0]
    assert found.policy_id == nato.id
    assert {one.rule for one in validate(found, nato)} == {"creation", "review", "form"}


def test_values_of_the_nato_policy_compare_without_case(nato: Policy) -> None:
    low = ConfidentialityLabel(
        "nato", "unclassified", (Category("context", TagType.PERMISSIVE, ("nato",)),)
    )
    assert validate(low, nato, strict=False) == ()
    assert marking(low, nato) == "NATO UNCLASSIFIED"
    top = ConfidentialityLabel(
        "NATO", "TOP SECRET", (Category("Context", TagType.PERMISSIVE, ("NATO",)),)
    )
    assert marking(top, nato) == "COSMIC TOP SECRET"


def test_the_policy_that_is_no_xml_is_refused(samples: Path) -> None:
    with pytest.raises(BadData, match="not well-formed"):
        read_policy((samples / "food-policy.xml").read_bytes())


def test_policies_of_version_2_0_are_read_with_a_warning(samples: Path, nato: Policy) -> None:
    assert nato.warnings == ()
    for name in ("uk-demo.xml", "tlp.xml"):
        policy = read_policy((samples / name).read_bytes())
        assert policy.schema_version == "2.0"
        assert "2.0" in policy.warnings[0]


def test_numbers_of_values_are_text(nato: Policy) -> None:
    (release,) = (one for one in nato.tag_sets if one.name == "Releasable To")
    (afghanistan,) = (v for v in release.tags[0].values if v.name == "AFG")
    assert afghanistan.lacv == "004"


@pytest.mark.parametrize("name", ["nato-4774-policy.xml", "uk-demo.xml", "tlp.xml"])
def test_a_written_policy_is_the_same_policy(samples: Path, name: str) -> None:
    from dataclasses import replace

    policy = replace(read_policy((samples / name).read_bytes()), schema_version="2.1")
    assert read_policy(write_policy(policy)) == policy


def test_the_rules_of_the_demonstration_policy(samples: Path) -> None:
    uk = read_policy((samples / "uk-demo.xml").read_bytes())

    def rules(level: str, *parts: tuple[str, TagType, str]) -> set[str]:
        given = tuple(Category(tag, kind, (value,)) for tag, kind, value in parts)
        found = validate(ConfidentialityLabel("UK", level, given), uk, strict=False)
        return {one.rule for one in found}

    sensitive = ("Sensitive", TagType.RESTRICTIVE, "SENSITIVE")
    personal = ("Sensitive Descriptors", TagType.INFORMATIVE, "PERSONAL")
    located = ("Sensitive Descriptors", TagType.RESTRICTIVE, "LOCSEN")
    assert rules("OFFICIAL", sensitive, personal) == set()
    assert rules("OFFICIAL", sensitive, located) == set()
    assert rules("OFFICIAL", sensitive) == {"requiredCategory"}
    assert rules("OFFICIAL", personal) == {"requiredCategory"}
    assert rules("SECRET", sensitive, personal) == {"excludedClass"}
    assert rules("OFFICIAL", sensitive, personal, located) == {
        "requiredCategory",
        "excludedCategory",
    }
    both = Category("Sensitive Descriptors", TagType.INFORMATIVE, ("COMMERCIAL", "PERSONAL"))
    two = ConfidentialityLabel(
        "UK", "OFFICIAL", (Category("Sensitive", TagType.RESTRICTIVE, ("SENSITIVE",)), both)
    )
    assert {one.rule for one in validate(two, uk, strict=False)} == {"selection"}


def test_markings_of_the_other_policies(samples: Path) -> None:
    uk = read_policy((samples / "uk-demo.xml").read_bytes())
    sensitive = ConfidentialityLabel(
        "UK",
        "OFFICIAL",
        (
            Category("Sensitive", TagType.RESTRICTIVE, ("SENSITIVE",)),
            Category("Sensitive Descriptors", TagType.INFORMATIVE, ("PERSONAL",)),
        ),
    )
    assert marking(sensitive, uk) == "DEMO-UK OFFICIAL-SENSITIVE PERSONAL"
    tlp = read_policy((samples / "tlp.xml").read_bytes())
    amber = ConfidentialityLabel(
        "TLP", "AMBER", (Category("Additional Information", TagType.PERMISSIVE, ("US", "EU")),)
    )
    assert marking(amber, tlp) == "TLP:AMBER [REGION=EU/US]"


def test_a_label_is_mapped_by_what_the_policies_state_and_by_nothing_else(samples: Path) -> None:
    uk, tlp = (read_policy((samples / name).read_bytes()) for name in ("uk-demo.xml", "tlp.xml"))
    official = ConfidentialityLabel("UK", "OFFICIAL")
    both = mapped(official, uk, tlp)
    assert both.original == official
    assert (both.alternative.policy, both.alternative.classification) == ("TLP", "GREEN")
    with pytest.raises(LabelError, match="no equivalent"):
        mapped(ConfidentialityLabel("UK", "SECRET"), uk, tlp)
    with pytest.raises(LabelError, match="no equivalent"):
        mapped(ConfidentialityLabel("TLP", "GREEN"), tlp, uk)


def with_required_release(data: bytes) -> Policy:
    """The rule that stands only in the JSON block of the cases: GUARDED needs a release."""
    rule = (
        b'<spif:requiredCategory operation="oneOrMore"><spif:categoryGroup tagSetRef="Release To" '
        b'tagType="enumerated" enumType="permissive" all="true"/></spif:requiredCategory>'
    )
    before = b'name="GUARDED" lacv="3" hierarchy="3"'
    assert before + b"/>" in data
    return read_policy(
        data.replace(before + b"/>", before + b">" + rule + b"</spif:securityClassification>")
    )


def test_given_labels_are_valid_or_not(given: Path, testco: Policy) -> None:
    case_file = load(given / "testco_label_validity.json")
    strict = with_required_release((given / "testco_policy.spif.xml").read_bytes())
    assert len(case_file["cases"]) == 11
    for case in case_file["cases"]:
        for policy in (testco, strict):
            try:
                valid = not validate(read_label_xml(case["xml"].encode()), policy)
            except BadData:
                valid = False
            assert valid is case["valid"], case["id"]
    bare = ConfidentialityLabel("TESTCO", "GUARDED")
    assert not validate(bare, testco, strict=False)
    assert {one.rule for one in validate(bare, strict, strict=False)} == {"requiredCategory"}


def test_documents_are_refused_for_the_reason_that_is_given(given: Path) -> None:
    cases = {one["id"]: one for one in load(given / "testco_label_validity.json")["cases"]}
    for name, error in (
        ("xxe", UnsafeFile),
        ("two-labels", LabelError),
        ("wrong-root", LabelError),
        ("tagname-case", LabelError),
    ):
        with pytest.raises(error):
            read_label_xml(cases[name]["xml"].encode())


def plain_dominant(labels: list[Case], order: list[str]) -> Case:
    """The stated rules, written down once more."""
    releases = [set(one["categories"].get("Release To", [])) for one in labels]
    common = set.intersection(*releases)
    united = {
        tag: sorted({v for one in labels for v in one["categories"].get(tag, [])})
        for tag in ("Handling", "Admin")
    }
    kept = {tag: values for tag, values in united.items() if values}
    if common:
        kept["Release To"] = sorted(common)
    level = max((one["classification"] for one in labels), key=order.index)
    return {
        "classification": level,
        "categories": kept,
        "release": "listed" if common else "none",
    }


def plain_access(item: Case, subject: Case, order: list[str]) -> bool:
    wanted, held = item["categories"], subject["categories"]
    if order.index(item["classification"]) > order.index(subject["clearance"]):
        return False
    if not set(wanted.get("Handling", [])) <= set(held.get("Handling", [])):
        return False
    release = set(wanted.get("Release To", []))
    return not release or bool(release & set(held.get("Release To", [])))


def test_given_combinations(given: Path, testco: Policy) -> None:
    cases = load(given / "testco_dominance.json")["cases"]
    order = [one.name for one in testco.classifications]
    assert len(cases) == 58
    for case in cases:
        result = dominant(map(label, case["labels"]), testco)
        wanted = case["dominant"]
        assert result.classification == wanted["classification"], case["id"]
        assert result.categories == categories(wanted["categories"]), case["id"]
        assert result.release == wanted["release"], case["id"]
        assert plain_dominant(case["labels"], order) == {
            **wanted,
            "categories": {tag: sorted(v) for tag, v in wanted["categories"].items()},
        }


def test_given_access_decisions(given: Path, testco: Policy) -> None:
    cases = load(given / "testco_acdf.json")["cases"]
    order = [one.name for one in testco.classifications]
    assert len(cases) == 116
    for case in cases:
        subject = case["subject"]
        upto = frozenset(order[: order.index(subject["clearance"]) + 1])
        clearance = Clearance("TESTCO", upto, categories(subject["categories"]))
        decision = access_decision(label(case["label"]), clearance, testco)
        assert decision.allowed is case["allow"], case["id"]
        assert plain_access(case["label"], subject, order) is case["allow"], case["id"]


ACME = b"""<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1">
 <securityPolicyId name="ACME" id="2.25.1"/>
 <securityClassifications>
  <securityClassification name="PUBLIC" lacv="1" hierarchy="1"/>
  <securityClassification name="INTERNAL" lacv="2" hierarchy="2"/>
  <securityClassification name="CONFIDENTIAL" lacv="3" hierarchy="3"/>
 </securityClassifications>
 <securityCategoryTagSets>
  <securityCategoryTagSet name="Colour" id="2.25.1.1">
   <securityCategoryTag name="Colour" tagType="restrictive">
    <tagCategory name="RED" lacv="1"/><tagCategory name="BLUE" lacv="2"/>
    <markingQualifier>
     <qualifier markingQualifier=", " qualifierCode="separator"/></markingQualifier>
   </securityCategoryTag>
  </securityCategoryTagSet>
  <securityCategoryTagSet name="Release" id="2.25.1.2">
   <securityCategoryTag name="Release" tagType="permissive">
    <tagCategory name="MOCK" lacv="1"/><tagCategory name="PHONY" lacv="2"/>
    <markingQualifier><qualifier markingQualifier="REL TO " qualifierCode="prefix"/>
     <qualifier markingQualifier=", " qualifierCode="separator"/></markingQualifier>
   </securityCategoryTag>
  </securityCategoryTagSet>
 </securityCategoryTagSets>
</SPIF>"""


def from_marking(text: str) -> ConfidentialityLabel:
    words, _, release = text.removeprefix("ACME ").partition(" REL TO ")
    level, _, colours = words.partition(" ")
    found = [("Colour", TagType.RESTRICTIVE, colours), ("Release", TagType.PERMISSIVE, release)]
    return ConfidentialityLabel(
        "ACME", level, tuple(Category(t, k, tuple(v.split(", "))) for t, k, v in found if v)
    )


def test_published_examples_of_dominance(samples: Path) -> None:
    """Where no part is released to anybody, ours says so beside the published marking."""
    policy = read_policy(ACME)
    cases = load(samples / "dominant_label_examples.json")
    assert len(cases) == 3
    for case in cases:
        result = dominant([from_marking(case["a"]), from_marking(case["b"])], policy)
        wanted = from_marking(case["dominant"])
        assert (result.classification, result.categories) == (
            wanted.classification,
            wanted.categories,
        )
        text = marking(result, policy)
        if wanted.release is Release.LISTED:
            assert text == case["dominant"]
        else:
            assert text == case["dominant"] + " ORIGINATORS ONLY"


def test_the_example_manifest_is_rejected_for_each_of_its_faults(reference: Path) -> None:
    folder = reference / "security" / "ztdf"
    data = (folder / "manifest.example.json").read_bytes()
    problems = check_manifest(data, "0" * 64, lambda algorithm, signed, signature: False)
    rules = {one.rule for one in problems}
    assert rules == {"policy", "binding-statement", "binding-payload", "binding-signature"}
    assert any("dataAttributes" in one.what for one in problems)
    # Even who trusts every signature rejects it: the signed words are not the words that stand.
    rules = {one.rule for one in check_manifest(data, "0" * 64, lambda a, b, c: True)}
    assert "binding-statement" in rules
