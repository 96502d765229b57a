"""Policies: our two samples, and what is refused of a SPIF so that no rule is lost in silence."""

from dataclasses import replace

import pytest

from redball.access.labels import (
    Category,
    Clearance,
    ConfidentialityLabel,
    TagType,
    access_decision,
    dominant,
    from_result,
    from_row,
    industry_policy,
    mapped,
    marking,
    read_policy,
    sample_policy,
    to_result,
    validate,
    with_values,
    write_policy,
)
from redball.access.labels.values import ORIGINATORS_ONLY, RELEASE_TAG
from redball.model.errors import LabelError
from redball.model.labels import CAVEATS, CLASSIFICATIONS, Label, ResultLabel

POLICY = sample_policy(("DEU", "NLD"), ("MLS-1",))
INDUSTRY = industry_policy()
SHARED = Category("Shared With", TagType.PERMISSIVE, ("COALITION",))
SECRET = Category("Handling", TagType.RESTRICTIVE, ("TRADE SECRET",))


def test_the_sample_policy_says_what_the_model_says() -> None:
    ordered = sorted(POLICY.classifications, key=lambda one: one.hierarchy)
    assert tuple(one.name for one in ordered) == CLASSIFICATIONS
    (caveats,) = (one for one in POLICY.tag_sets if one.name == "Caveat")
    assert tuple(one.name for one in caveats.tags[0].values) == CAVEATS
    assert caveats.tags[0].type is TagType.RESTRICTIVE
    assert POLICY.id.startswith("2.25.")
    assert POLICY.id != INDUSTRY.id
    assert POLICY.warnings == INDUSTRY.warnings == ()


def test_a_row_in_two_languages() -> None:
    row = Label("DEU", "RESTRICTED", frozenset({"NLD"}), frozenset({"MEDICAL"}), "MLS-1")
    label = from_row(row)
    assert marking(label, POLICY) == "REDBALL-EXERCISE RESTRICTED MEDICAL REL DEU NLD UNDER MLS-1"
    assert marking(label, POLICY, "fr") == (
        "REDBALL-EXERCISE DIFFUSION RESTREINTE MEDICAL COMMUNICABLE A DEU NLD SELON MLS-1"
    )
    closed = from_result(ResultLabel("SECRET", frozenset()))
    assert marking(closed, POLICY) == "REDBALL-EXERCISE SECRET ORIGINATORS ONLY"
    assert marking(closed, POLICY, "fr") == "REDBALL-EXERCISE SECRET EMETTEURS SEULEMENT"
    assert marking(closed, POLICY, "xx") == marking(closed, POLICY)


def test_under_our_policy_a_label_without_a_release_is_not_valid_and_lets_nobody_in() -> None:
    bare = ConfidentialityLabel(POLICY.name, "UNCLASSIFIED")
    assert {one.rule for one in validate(bare, POLICY, strict=False)} == {"requiredCategory"}
    all_of_it = Clearance(
        POLICY.name,
        frozenset(CLASSIFICATIONS),
        (Category("Releasable To", TagType.PERMISSIVE, ("DEU", "ALL")),),
    )
    decision = access_decision(bare, all_of_it, POLICY)
    assert (decision.allowed, "breaks" in decision.reason) == (False, True)
    with pytest.raises(LabelError, match="to whom"):
        to_result(bare)


def test_a_member_that_is_not_listed_is_not_let_in_and_not_combined() -> None:
    label = from_row(Label("SWE", release=frozenset({"DEU"})))
    assert {one.rule for one in validate(label, POLICY, strict=False)} == {"value"}
    holds = (Category("Releasable To", TagType.PERMISSIVE, ("DEU",)),)
    clearance = Clearance(POLICY.name, frozenset(CLASSIFICATIONS), holds)
    assert not access_decision(label, clearance, POLICY).allowed
    with pytest.raises(LabelError, match="'SWE'"):
        dominant([label, label], POLICY)
    assert access_decision(label, clearance, sample_policy(("DEU", "SWE"))).allowed


def test_an_open_list_has_the_same_numbers_in_every_node() -> None:
    one, other = sample_policy(("DEU", "NLD")), sample_policy(("NLD", "POL", "SWE"))
    numbers = [
        {value.name: value.lacv for value in policy.tag_sets[1].tags[0].values}
        for policy in (one, other)
    ]
    assert numbers[0]["NLD"] == numbers[1]["NLD"]
    assert with_values(one, "Releasable To", ("DEU",)) == one
    with pytest.raises(LabelError, match="no tag set"):
        with_values(one, "Nobody", ("DEU",))


def test_a_supplier_s_label_in_our_words_and_back() -> None:
    label = ConfidentialityLabel(INDUSTRY.name, "CONFIDENTIAL", (SHARED, SECRET))
    both = mapped(label, INDUSTRY, POLICY)
    assert both.original is label
    assert both.alternative.kind == "alternative"
    assert to_result(both.alternative) == ResultLabel(
        "CONFIDENTIAL", None, frozenset({"COMMERCIAL"})
    )
    back = mapped(both.alternative, POLICY, INDUSTRY).alternative
    assert (back.classification, back.categories) == (label.classification, label.categories)


def test_the_closed_state_survives_a_mapping_and_what_is_informative_may_be_left_out() -> None:
    closed = replace(
        ConfidentialityLabel(
            INDUSTRY.name, "OPEN", (Category("Project", TagType.INFORMATIVE, ("FUEL",)),)
        ),
        originators_only=True,
    )
    found = mapped(closed, INDUSTRY, POLICY).alternative
    assert (found.originators_only, found.categories) == (True, ())


@pytest.mark.parametrize(
    ("level", "categories", "why"),
    [
        ("BOARD ONLY", (SHARED,), "no equivalent"),
        (
            "INTERNAL",
            (SHARED, Category("Handling", TagType.RESTRICTIVE, ("EXPORT CONTROLLED",))),
            "no equivalent",
        ),
        ("INTERNAL", (), "breaks"),
    ],
    ids=["level", "caveat", "no-release"],
)
def test_what_no_policy_states_is_not_guessed(
    level: str, categories: tuple[Category, ...], why: str
) -> None:
    with pytest.raises(LabelError, match=why):
        mapped(ConfidentialityLabel(INDUSTRY.name, level, categories), INDUSTRY, POLICY)


def test_a_label_of_another_policy_is_an_error_and_no_guess() -> None:
    label = ConfidentialityLabel(INDUSTRY.name, "OPEN", (SHARED,))
    clearance = Clearance(POLICY.name, frozenset(CLASSIFICATIONS))
    with pytest.raises(LabelError, match="policy is"):
        access_decision(label, clearance, POLICY)
    with pytest.raises(LabelError, match="policy is"):
        access_decision(from_row(Label("DEU")), replace(clearance, policy="OTHER"), POLICY)
    with pytest.raises(LabelError, match="identifier"):
        access_decision(replace(from_row(Label("DEU")), policy_id="2.25.1"), clearance, POLICY)
    for wrong in ([label, label], [from_row(Label("DEU")), label]):
        with pytest.raises(LabelError, match="policy is"):
            dominant(wrong, POLICY)
    with pytest.raises(LabelError, match="at least one"):
        dominant([], POLICY)


def spif(
    classes: str = "", values: str = "", tag: str = "", root: str = 'schemaVersion="2.1"'
) -> bytes:
    return f"""<SPIF xmlns="http://www.xmlspif.org/spif" xmlns:r="urn:redball:spif:1" {root}>
    <securityPolicyId name="P" id="2.25.9"/>
    <securityClassifications>
     <securityClassification name="LOW" lacv="1" hierarchy="1">{classes}</securityClassification>
     <securityClassification name="HIGH" lacv="2" hierarchy="2"/>
    </securityClassifications>
    <securityCategoryTagSets>
     <securityCategoryTagSet name="S" id="2.25.9.1">
      <securityCategoryTag name="S" {tag or 'tagType="restrictive"'}>
       <tagCategory name="A" lacv="1">{values}</tagCategory>
       <tagCategory name="B" lacv="2"/>
      </securityCategoryTag>
     </securityCategoryTagSet>
    </securityCategoryTagSets></SPIF>""".encode()


GROUP = '<{0} tagSetRef="S" tagType="restrictive" {1}/>'
NEED = '<requiredCategory operation="{0}">{1}</requiredCategory>'
REFUSED = {
    "version-3": spif(root='schemaVersion="3.0"'),
    "no-version": spif(root=""),
    "other-namespace": spif().replace(b"xmlspif.org", b"xmlspif.net"),
    "valid-for-a-time": spif(root='schemaVersion="2.1" notAfter="20270101000000Z"'),
    "same-order-twice": spif().replace(b'hierarchy="2"', b'hierarchy="1"'),
    "same-class-twice": spif().replace(b'name="HIGH"', b'name="LOW"'),
    "order-no-number": spif().replace(b'hierarchy="2"', b'hierarchy="two"'),
    "no-order": spif().replace(b' hierarchy="2"', b""),
    "no-identifier": spif().replace(b' id="2.25.9"', b""),
    "same-value-twice": spif().replace(b'name="B"', b'name="A"'),
    "same-number-twice": spif().replace(b'lacv="2"/>\n      </sec', b'lacv="1"/>\n      </sec'),
    "unknown-type": spif(tag='tagType="lax"'),
    "enumerated-of-nothing": spif(tag='tagType="enumerated"'),
    "unknown-rule": spif("<forbiddenCategory/>"),
    "unknown-rule-of-a-value": spif("", "<forbiddenClass>LOW</forbiddenClass>"),
    "rule-of-another-namespace": spif("", "<r:excludedClass>LOW</r:excludedClass>"),
    "excluded-class-unknown": spif("", "<excludedClass>MIDDLE</excludedClass>"),
    "excluded-unknown": spif("", GROUP.format("excludedCategory", 'lacv="9"')),
    "excluded-nothing": spif("", GROUP.format("excludedCategory", "")),
    "excluded-both": spif("", GROUP.format("excludedCategory", 'lacv="2" all="true"')),
    "required-of-nothing": spif(NEED.format("all", "")),
    "required-how": spif(NEED.format("some", GROUP.format("categoryGroup", 'lacv="2"'))),
    "obsolete-perhaps": spif().replace(b'name="B"', b'name="B" obsolete="perhaps"'),
    "reserved-tag-permissive": spif(tag='tagType="permissive"').replace(
        b'name="S"', f'name="{RELEASE_TAG}"'.encode()
    ),
    "typed-in-values": spif().replace(b'name="B"', b'name="B" userInput="text"'),
    "everyone-unknown": spif().replace(
        b"</SPIF>", b'<extensions><r:everyone tagSetRef="S" lacv="1"/></extensions></SPIF>'
    ),
    "equivalent-how": spif(
        '<equivalentClassification policyRef="Q" lacv="1" applied="sometimes"/>'
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_policy_whose_rules_can_t_all_be_kept_is_refused(name: str) -> None:
    assert REFUSED[name] != spif()
    with pytest.raises(LabelError):
        read_policy(REFUSED[name])


def label(level: str, *values: str) -> ConfidentialityLabel:
    parts = (Category("S", TagType.RESTRICTIVE, values),) if values else ()
    return ConfidentialityLabel("P", level, parts)


def rules(policy: bytes, level: str, *values: str) -> list[str]:
    return [one.rule for one in validate(label(level, *values), read_policy(policy), strict=False)]


def test_each_rule_of_a_policy_bites() -> None:
    assert rules(spif(), "LOW", "A", "B") == []
    assert rules(spif(), "MIDDLE") == ["classification"]
    assert rules(spif(), "LOW", "C") == ["value"]
    assert rules(spif("", "<excludedClass>LOW</excludedClass>"), "LOW", "A") == ["excludedClass"]
    needs = spif().replace(b'name="B"', b'name="B" requiredClass="HIGH"')
    assert rules(needs, "LOW", "B") == ["requiredClass"]
    assert rules(needs, "HIGH", "B") == []
    excluded = spif("", GROUP.format("excludedCategory", 'lacv="2"'))
    assert rules(excluded, "LOW", "A", "B") == ["excludedCategory"]
    alone = spif("", GROUP.format("excludedCategory", 'all="true"'))
    assert rules(alone, "LOW", "A") == []
    assert rules(alone, "LOW", "A", "B") == ["excludedCategory"]
    single = spif(tag='tagType="restrictive" singleSelection="true"')
    assert rules(single, "LOW", "A", "B") == ["selection"]
    fewest = spif(tag='tagType="restrictive" minSelection="1"')
    assert rules(fewest, "LOW") == ["selection"]
    two = GROUP.format("categoryGroup", 'lacv="1"') + GROUP.format("categoryGroup", 'lacv="2"')
    for operation, wanted in (
        ("onlyOne", [1, 0, 1]),
        ("oneOrMore", [1, 0, 0]),
        ("all", [1, 1, 0]),
    ):
        policy = spif(NEED.format(operation, two))
        found = [len(rules(policy, "LOW", *values)) for values in ((), ("A",), ("A", "B"))]
        assert found == wanted, operation
    old = read_policy(spif().replace(b'name="B"', b'name="B" obsolete="true"'))
    assert [one.rule for one in validate(label("LOW", "B"), old, strict=False)] == []
    assert "obsolete" in {one.rule for one in validate(label("LOW", "B"), old)}


def test_a_combination_that_breaks_the_policy_is_for_somebody_to_decide() -> None:
    policy = read_policy(spif("", "<excludedClass>HIGH</excludedClass>"))
    with pytest.raises(LabelError, match="The combination breaks the policy"):
        dominant([label("LOW", "A"), label("HIGH")], policy)


def test_a_part_that_breaks_the_policy_is_not_healed_by_a_combination() -> None:
    """Nobody reads it alone; as part of something higher it would be valid, and open."""
    policy = read_policy(spif("", "<excludedClass>LOW</excludedClass>"))
    assert not validate(label("HIGH", "A"), policy, strict=False)
    for given in ([label("LOW", "A"), label("HIGH")], [label("LOW", "A")]):
        with pytest.raises(LabelError, match="A part breaks the policy"):
            dominant(given, policy)


def test_a_type_that_the_policy_does_not_give_a_tag_opens_nothing() -> None:
    policy = read_policy(spif())
    disguised = ConfidentialityLabel("P", "LOW", (Category("S", TagType.INFORMATIVE, ("A",)),))
    clearance = Clearance("P", frozenset({"LOW"}))
    assert access_decision(label("LOW"), clearance, policy).allowed
    assert not access_decision(disguised, clearance, policy).allowed
    with pytest.raises(LabelError, match="informative"):
        dominant([disguised, label("LOW")], policy)


def test_conditions_of_an_equivalence_are_not_passed_over() -> None:
    inner = NEED.format("all", GROUP.format("categoryGroup", 'lacv="2"'))
    equivalent = '<equivalentClassification policyRef="Q" lacv="1">{0}</equivalentClassification>'
    policies = '<equivalentPolicies><equivalentPolicy name="Q" id="2.25.8"/></equivalentPolicies>'
    target = read_policy(spif().replace(b"2.25.9", b"2.25.8").replace(b'"P"', b'"Q"'))
    plain, conditional = (
        read_policy(
            spif(equivalent.format(part)).replace(b"</SPIF>", f"{policies}</SPIF>".encode())
        )
        for part in ("", inner)
    )
    assert mapped(label("LOW"), plain, target).alternative.classification == "LOW"
    with pytest.raises(LabelError, match="no equivalent"):
        mapped(label("LOW"), conditional, target)
    with pytest.raises(LabelError, match="conditions"):
        write_policy(conditional)


@pytest.mark.parametrize("kind", ["permissive", "restrictive"])
def test_two_restrictions_do_not_become_one_by_a_mapping(kind: str) -> None:
    """Two permissive tags would ask for one value where two were asked for."""
    same = '<equivalentSecCategoryTag policyRef="Q" tagSetId="2.25.8.1" tagType="{0}" lacv="1"/>'
    second = f"""<securityCategoryTagSet name="T" id="2.25.9.2">
      <securityCategoryTag name="T" tagType="permissive"><tagCategory name="C" lacv="1">
      {same.format(kind)}</tagCategory></securityCategoryTag></securityCategoryTagSet>"""
    classes = '<equivalentClassification policyRef="Q" lacv="1"/>'
    policies = '<equivalentPolicies><equivalentPolicy name="Q" id="2.25.8"/></equivalentPolicies>'
    tag = f'tagType="{kind}"'
    source = spif(classes, same.format(kind), 'tagType="permissive"').decode()
    source = source.replace("</securityCategoryTagSets>", second + "</securityCategoryTagSets>")
    policy = read_policy(source.replace("</SPIF>", policies + "</SPIF>").encode())
    target = read_policy(spif(tag=tag).replace(b"2.25.9", b"2.25.8").replace(b'"P"', b'"Q"'))
    both = tuple(
        Category(name, TagType.PERMISSIVE, (value,)) for name, value in (("S", "A"), ("T", "C"))
    )
    with pytest.raises(LabelError, match="do not restrict"):
        mapped(ConfidentialityLabel("P", "LOW", both), policy, target)


def test_the_reserved_word_is_declared_in_our_policy() -> None:
    (reserved,) = (one for one in POLICY.tag_sets if one.name == RELEASE_TAG)
    assert [value.name for value in reserved.tags[0].values] == [ORIGINATORS_ONLY]
