"""A combination is never more open than its parts: over all pairs, and after every journey."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.access.labels import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Policy,
    Release,
    TagType,
    access_decision,
    assertion,
    clearance_of,
    dominant,
    from_result,
    from_row,
    policy_for,
    read_assertion,
    read_label_json,
    read_label_xml,
    read_policy,
    sample_policy,
    to_result,
    to_row,
    validate,
    write_label_json,
    write_label_xml,
    write_policy,
)
from redball.access.subject import HELD, Subject
from redball.model.labels import (
    CAVEATS,
    CLASSIFICATIONS,
    Label,
    ResultLabel,
    combine,
    result_label,
)

MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)
MEMBERS = ("DEU", "NLD", "POL")
AGREEMENTS = ("MLS-2026-001", "SCX-2026-002")
POLICY = sample_policy(MEMBERS, AGREEMENTS)
Two = tuple[str, ...]


def subsets(values: Two) -> Iterator[Two]:
    return chain.from_iterable(combinations(values, n) for n in range(len(values) + 1))


def two_tags(levels: int = 3) -> Policy:
    """A policy with two permissive tags in one set and a third in another."""
    classes = "".join(
        f'<securityClassification name="C{n}" lacv="{n}" hierarchy="{n}"/>' for n in range(levels)
    )
    return read_policy(
        f"""<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1">
        <securityPolicyId name="P" id="2.25.7"/>
        <securityClassifications>{classes}</securityClassifications>
        <securityCategoryTagSets>
         <securityCategoryTagSet name="To" id="2.25.7.1">
          <securityCategoryTag name="Nation" tagType="permissive">
           <tagCategory name="A" lacv="1"/><tagCategory name="B" lacv="2"/></securityCategoryTag>
          <securityCategoryTag name="Mission" tagType="enumerated" enumType="permissive">
           <tagCategory name="M" lacv="3"/><tagCategory name="N" lacv="4"/></securityCategoryTag>
         </securityCategoryTagSet>
         <securityCategoryTagSet name="Only" id="2.25.7.2">
          <securityCategoryTag name="Only" tagType="permissive">
           <tagCategory name="X" lacv="1"/><tagCategory name="Y" lacv="2"/></securityCategoryTag>
         </securityCategoryTagSet>
         <securityCategoryTagSet name="Caveat" id="2.25.7.3">
          <securityCategoryTag name="Caveat" tagType="restrictive">
           <tagCategory name="R" lacv="1"/></securityCategoryTag>
         </securityCategoryTagSet>
        </securityCategoryTagSets></SPIF>""".encode()
    )


def labels_of(
    policy: Policy, levels: Two, choices: dict[tuple[str, TagType], list[Two]]
) -> list[ConfidentialityLabel]:
    keys = list(choices)
    return [
        ConfidentialityLabel(
            policy.name,
            level,
            tuple(
                Category(*key, values) for key, values in zip(keys, chosen, strict=True) if values
            ),
        )
        for level in levels
        for chosen in product(*choices.values())
    ]


def readers(
    label: ConfidentialityLabel, clearances: list[Clearance], policy: Policy
) -> frozenset[int]:
    return frozenset(
        n for n, one in enumerate(clearances) if access_decision(label, one, policy).allowed
    )


def test_over_all_pairs_a_combination_is_never_more_open_than_its_parts() -> None:
    """Every label of a policy with three permissive tags, against every reader there can be."""
    policy = two_tags(2)
    to = ("To", TagType.PERMISSIVE)
    only = ("Only", TagType.PERMISSIVE)
    caveat = ("Caveat", TagType.RESTRICTIVE)
    some: list[Two] = [(), ("A",), ("A", "B"), ("M",), ("A", "M"), ("A", "B", "N"), ("B", "M", "N")]
    choices = {to: some, only: [(), ("X",), ("Y",)], caveat: [(), ("R",)]}
    every = labels_of(policy, ("C0", "C1"), choices)
    holders: list[Two] = list(subsets(("A", "B", "M", "N")))
    plain = labels_of(policy, ("C0",), {to: holders, only: [("X",), ("Y",)]})
    held = [(), (Category(*caveat, ("R",)),)]
    # Lists without gaps: what a gap means for a combination is a test of its own.
    clearances = [
        Clearance("P", frozenset(levels), (*one.categories, *more))
        for one in plain
        for more in held
        for levels in (("C0", "C1"), ("C0",))
    ]
    open_to = [readers(one, clearances, policy) for one in every]
    assert len(every) == 84
    assert any(len(found) > 40 for found in open_to)
    seen: dict[ConfidentialityLabel, frozenset[int]] = {}
    for left, right in product(range(len(every)), repeat=2):
        result = dominant([every[left], every[right]], policy)
        if result not in seen:
            seen[result] = readers(result, clearances, policy)
        assert seen[result] <= open_to[left] & open_to[right], (every[left], every[right])
        assert result == dominant([every[right], every[left]], policy)
        if Release.OPEN in (every[left].release, every[right].release):
            assert result.release is Release.NONE
    assert any(seen.values())


def test_a_gap_in_a_clearance_holds_for_each_label_and_not_for_what_is_made_of_them() -> None:
    """A limit, stated in the docs: the highest classification stands for those below it."""
    low, high = (
        from_result(ResultLabel(level, frozenset({"DEU"}))) for level in ("UNCLASSIFIED", "SECRET")
    )
    gap = clearance_of(Subject("DEU", clearance=("SECRET",)))
    assert not access_decision(low, gap, POLICY).allowed
    assert access_decision(dominant([low, high], POLICY), gap, POLICY).allowed


def test_combining_is_associative_and_the_closed_state_absorbs() -> None:
    policy = two_tags(1)
    to, only = ("To", TagType.PERMISSIVE), ("Only", TagType.PERMISSIVE)
    every = labels_of(
        policy, ("C0",), {to: [(), ("A",), ("B",), ("A", "B"), ("A", "M")], only: [(), ("X",)]}
    )
    for a, b, c in product(every, repeat=3):
        left = dominant([dominant([a, b], policy), c], policy)
        right = dominant([a, dominant([b, c], policy)], policy)
        assert left == right == dominant([a, b, c], policy)
        if dominant([a, b], policy).originators_only:
            assert left.originators_only


def rows(owner: str) -> list[Label]:
    releases = [frozenset(one) for one in subsets(("NLD", "POL"))] + [frozenset({"ALL"})]
    caveats: list[frozenset[str]] = [frozenset(), frozenset({"MEDICAL"}), frozenset(CAVEATS)]
    return [
        Label(owner, level, release - {owner}, held, under)
        for level in CLASSIFICATIONS
        for release in releases
        for held in caveats
        for under in ("", AGREEMENTS[0])
    ]


def test_the_engine_combines_as_the_model_does_over_all_pairs() -> None:
    left, right = rows("DEU"), rows("POL")
    made = {one: from_row(one) for one in (*left, *right)}
    assert all(to_row(label) == one for one, label in made.items())
    distinct = {(a.classification, a.release, a.caveats) for a in left}
    assert len(distinct) == 60
    for a, b in product(left[::2] + left[1::24], right):
        ours = combine(result_label(a), result_label(b))
        theirs = dominant([made[a], made[b]], POLICY)
        assert to_result(theirs) == ours
        assert from_result(ours).categories == theirs.categories


LEVELS = st.sampled_from(CLASSIFICATIONS)
HOLDS = st.sets(st.sampled_from(CAVEATS)).map(frozenset)
RELEASES = st.sets(st.sampled_from((*MEMBERS, "ALL"))).map(frozenset)
RESULTS = st.builds(
    ResultLabel,
    LEVELS,
    st.none() | st.sets(st.sampled_from(MEMBERS)).map(frozenset),
    HOLDS,
    st.sets(st.sampled_from(AGREEMENTS)).map(frozenset),
)
ROWS = st.builds(
    lambda owner, level, release, caveats: Label(owner, level, release - {owner}, caveats),
    st.sampled_from(MEMBERS),
    LEVELS,
    RELEASES,
    HOLDS,
)


@given(RESULTS, RESULTS, RESULTS)
def test_results_come_back_and_combine_as_in_the_model(
    a: ResultLabel, b: ResultLabel, c: ResultLabel
) -> None:
    made = [from_result(one, made_at=MADE_AT) for one in (a, b, c)]
    assert [to_result(one) for one in made] == [a, b, c]
    assert to_result(dominant(made, POLICY)) == combine(combine(a, b), c)
    assert not validate(made[0], POLICY)


@given(ROWS, st.sampled_from((*MEMBERS, "SWE")), st.integers(0, 4), HOLDS)
def test_a_row_is_read_by_the_same_subjects_in_engine_and_model(
    row: Label, nation: str, level: int, held: frozenset[str]
) -> None:
    caveats = held & frozenset(HELD)
    subject = Subject(nation, clearance=CLASSIFICATIONS[:level], caveats=caveats)
    expected = (
        row.readable_by(nation)
        and row.classification in subject.clearance
        and row.caveats <= subject.caveats
    )
    policy = sample_policy((*MEMBERS, "SWE"))
    decision = access_decision(from_row(row), clearance_of(subject), policy)
    assert decision.allowed is expected
    assert decision.reason


JOURNEYS = {
    "xml": lambda one: read_label_xml(write_label_xml(one)),
    "json": lambda one: read_label_json(write_label_json(one)),
    "export": lambda one: read_assertion(assertion(to_result(one), MADE_AT)),
    "model": lambda one: from_result(to_result(one), made_at=MADE_AT),
}


@pytest.mark.parametrize("journey", sorted(JOURNEYS))
@given(data=st.data())
@settings(max_examples=60)
def test_with_nothing_in_common_nobody_reads_the_whole_after_any_journey(
    journey: str, data: st.DataObject
) -> None:
    split = data.draw(st.sets(st.sampled_from(MEMBERS)))
    first = frozenset(split)
    second = frozenset(MEMBERS) - first
    parts = [
        from_result(ResultLabel(data.draw(LEVELS), one, data.draw(HOLDS)), made_at=MADE_AT)
        for one in (first, second)
    ]
    whole = JOURNEYS[journey](dominant(parts, POLICY))
    other = from_result(data.draw(RESULTS), made_at=MADE_AT)
    again = JOURNEYS[journey](dominant([whole, other], POLICY))
    for label in (whole, again, dominant([other, again], POLICY)):
        assert label.release is Release.NONE
        for nation in MEMBERS:
            assert not access_decision(label, clearance_of(Subject(nation)), POLICY).allowed
            assert not to_result(label).readable_by(nation)


def by_the_book(label: ConfidentialityLabel, clearance: Clearance) -> bool:
    """The literal decision, on the written form, by software that knows nothing of ours."""
    read = read_label_xml(write_label_xml(label))
    text = write_label_xml(read)
    held = {(c.tag, c.type, v) for c in clearance.categories for v in c.values}
    wanted = list(read.categories)
    if b"urn:redball:release" in text:
        wanted.append(Category("urn:redball:release", TagType.RESTRICTIVE, ("ORIGINATORS ONLY",)))
    if read.classification not in clearance.classifications:
        return False
    for one in wanted:
        hits = [(one.tag, one.type, value) in held for value in one.values]
        if one.type is TagType.RESTRICTIVE and not all(hits):
            return False
        if one.type is TagType.PERMISSIVE and not any(hits):
            return False
    return True


@given(RESULTS, st.sampled_from(MEMBERS))
def test_software_that_goes_by_the_book_reads_no_more_than_ours(
    result: ResultLabel, nation: str
) -> None:
    label = from_result(result, made_at=MADE_AT)
    clearance = clearance_of(Subject(nation))
    ours = access_decision(label, clearance, POLICY).allowed
    assert by_the_book(label, clearance) is ours


@given(RESULTS)
def test_every_written_form_reads_back(result: ResultLabel) -> None:
    label = from_result(result, made_at=MADE_AT)
    assert read_label_xml(write_label_xml(label)) == label
    assert read_label_json(write_label_json(label)) == label
    assert policy_for([label]).name == POLICY.name


def test_the_widened_sample_policy_reads_back() -> None:
    assert read_policy(write_policy(POLICY)) == POLICY
