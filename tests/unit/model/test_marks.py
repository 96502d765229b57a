"""Marks combine as labels do."""

from functools import reduce
from itertools import combinations
from operator import or_

import polars as pl
import pytest

from redball.model import Label, dominant
from redball.model.marks import Marks

_PLAIN = tuple(
    Label(owner, classification, frozenset(release))
    for owner in ("DEU", "NLD")
    for classification in ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET")
    for release in ((), ("ALL",), ("POL",), ("POL", "NOR"), ("ALL", "POL"))
)
LABELS = (
    *_PLAIN,
    Label("NLD", "RESTRICTED", frozenset({"POL"}), frozenset({"MEDICAL"})),
    Label("NLD", "RESTRICTED", frozenset({"POL"}), frozenset({"MEDICAL", "PLANS"}), "G-1"),
    Label("NLD", "SECRET", frozenset({"POL", "NOR"}), under="G-2"),
)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_or_of_marks_is_the_dominant_label(size: int) -> None:
    marks = Marks(LABELS)
    each = marks.of(pl.int_range(len(LABELS), eager=True)).to_list()
    for some in combinations(range(len(LABELS)), size):
        together = reduce(or_, (each[i] for i in some), 0)
        assert marks.label(together) == dominant(LABELS[i] for i in some)


def test_lists_of_positions_go_in_and_come_out_with_the_same_dominant_label() -> None:
    marks = Marks(LABELS)
    given: list[list[int] | None] = [
        list(some) for some in combinations(range(0, len(LABELS), 3), 3)
    ]
    given += [[], None]
    lists = pl.Series(given, dtype=pl.List(pl.Int32))
    made = marks.lists(marks.of_lists(lists)).to_list()
    for before, after in zip(given, made, strict=True):
        wanted = dominant(LABELS[i] for i in before or [])
        assert dominant(LABELS[i] for i in after) == wanted


def test_more_groups_of_members_than_bits_make_a_label_closed_never_too_open() -> None:
    codes = [f"M{n:03}" for n in range(100)]
    labels = [Label("DEU", "UNCLASSIFIED", frozenset({code})) for code in codes]
    labels.append(Label("DEU", "UNCLASSIFIED", frozenset(codes)))
    marks = Marks(labels)
    for i, label in enumerate(labels):
        made = marks.label(marks.together(pl.Series([i])))
        assert made.readers is not None
        assert made.readers <= (dominant([label]).readers or frozenset())
    assert marks.label(marks.together(pl.Series([100]))) == dominant(labels[100:])


def test_more_agreements_than_bits_are_named_together_never_forgotten() -> None:
    labels = [Label("NLD", release=frozenset({"DEU"}), under=f"G-{n:02}") for n in range(40)]
    marks = Marks(labels)
    for i, label in enumerate(labels):
        made = marks.label(marks.together(pl.Series([i])))
        assert label.under in made.agreements
        assert made.agreements == {label.under} or len(made.agreements) > 1
    assert marks.label(marks.together(pl.Series([0]))).agreements == {"G-00"}


def test_no_position_forbids_nothing() -> None:
    marks = Marks(LABELS)
    assert marks.of(pl.Series([None], dtype=pl.Int32)).to_list() == [0]
    assert marks.label(0) == dominant(())
