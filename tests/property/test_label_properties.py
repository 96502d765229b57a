"""A combination never becomes more open than its parts."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from redball.model import Label, ResultLabel, combine, dominant, parse_label
from redball.model.labels import ALL, CANARY, CAVEATS, CLASSIFICATIONS

MEMBERS = ("DEU", "NLD", "POL", "EST")
labels = st.builds(
    Label,
    st.sampled_from(MEMBERS),
    st.sampled_from(CLASSIFICATIONS),
    st.frozensets(st.sampled_from((*MEMBERS, ALL)), max_size=4),
    st.frozensets(st.sampled_from(CAVEATS)),
)
results = st.builds(
    ResultLabel,
    st.sampled_from(CLASSIFICATIONS),
    st.none() | st.frozensets(st.sampled_from(MEMBERS)),
    st.frozensets(st.sampled_from(CAVEATS)),
    st.frozensets(st.sampled_from(("A-1", "B-2"))),
)


def test_over_all_pairs_nobody_reads_a_combination_who_may_not_read_both_parts() -> None:
    releases: list[frozenset[str]] = [
        frozenset(),
        frozenset({"NLD"}),
        frozenset({"POL", "EST"}),
        frozenset({ALL}),
    ]
    held = [frozenset[str](), frozenset({"MEDICAL"}), frozenset({CANARY})]
    every = [Label(*one) for one in product(MEMBERS, CLASSIFICATIONS[1:3], releases, held)]
    for left, right in product(every, every):
        merged = dominant([left, right])
        for viewer in MEMBERS:
            assert merged.readable_by(viewer) == (
                left.readable_by(viewer) and right.readable_by(viewer)
            )
        order = CLASSIFICATIONS.index
        assert order(merged.classification) == max(
            order(left.classification), order(right.classification)
        )
        assert merged.caveats == left.caveats | right.caveats


@given(results, results, results)
def test_combining_is_commutative_and_associative(
    a: ResultLabel, b: ResultLabel, c: ResultLabel
) -> None:
    assert combine(a, b) == combine(b, a)
    assert combine(a, combine(b, c)) == combine(combine(a, b), c)


@given(results, results)
def test_combining_never_lowers_or_opens(a: ResultLabel, b: ResultLabel) -> None:
    merged = combine(a, b)
    for viewer in MEMBERS:
        assert not merged.readable_by(viewer) or (a.readable_by(viewer) and b.readable_by(viewer))
    assert merged.caveats >= a.caveats | b.caveats
    assert merged.agreements == a.agreements | b.agreements


@given(st.lists(labels, max_size=6))
def test_labels_have_one_order_whatever_order_they_come_in(some: list[Label]) -> None:
    backwards = some[::-1]
    assert sorted(some) == sorted(backwards)
    assert len({(one.owner, one.text) for one in some}) == len(set(some))


@given(labels)
def test_the_compact_form_loses_nothing(label: Label) -> None:
    assert parse_label(label.text, label.owner) == Label(
        label.owner, label.classification, label.release - {label.owner}, label.caveats
    )
