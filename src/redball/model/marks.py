"""Dominant labels as bit masks, so that a million of them combine in one pass.

A mark says what a label forbids or asks for: one bit for each classification above the lowest, one
for members that no label names, one for each caveat, one for each agreement under which rows are
read, one for each group of members that the same labels shut out. Combining two
labels (highest classification, readers of both) is then the bitwise *or* of their marks, which is
exact: :func:`redball.model.labels.combine` gives the same, and a test compares them.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np
import polars as pl

from redball.model.labels import ALL, CAVEATS, CLASSIFICATIONS, Label, ResultLabel

MARK = pl.UInt64()
"""Type of a mark."""

_OUTSIDERS = len(CLASSIFICATIONS) - 1
_CAVEATS = _OUTSIDERS + 1
_AGREEMENTS = _CAVEATS + len(CAVEATS)
_MOST_AGREEMENTS = 24
_GROUPS = _AGREEMENTS + _MOST_AGREEMENTS
_MOST_GROUPS = 64 - _GROUPS


class Marks:
    """Marks of the labels of one twin.

    Parameters
    ----------
    labels : sequence of Label
        ``twin.labels``. Where there are more groups of members than bits, the rest share the last
        bit: whoever is shut out with one of them is shut out with all, so that a label is never
        too open. Agreements beyond twenty-four likewise: a result that rests on one of the rest
        names all of them.
    """

    def __init__(self, labels: Sequence[Label]) -> None:
        self._agreements = _shared(sorted({label.under for label in labels} - {""}))
        self._groups = _groups(labels)
        self._members = sorted({code for _, codes in self._groups for code in codes})
        marks = [self._mark(i, label) for i, label in enumerate(labels)]
        self._marks = pl.Series("mark", marks, MARK)
        self._known: dict[int, ResultLabel] = {}

    def _mark(self, position: int, label: Label) -> int:
        mark = (1 << CLASSIFICATIONS.index(label.classification)) - 1
        mark |= (ALL not in label.release) << _OUTSIDERS
        for number, caveat in enumerate(CAVEATS):
            mark |= (caveat in label.caveats) << (_CAVEATS + number)
        for number, agreements in enumerate(self._agreements):
            mark |= (label.under in agreements) << (_AGREEMENTS + number)
        for number, (shut, _) in enumerate(self._groups):
            mark |= (position in shut) << (_GROUPS + number)
        return mark

    def of(self, positions: pl.Series) -> pl.Series:
        """Marks of positions in ``twin.labels``; 0 (nothing forbidden) where there is none."""
        return self._marks.gather(positions).fill_null(0).rename("mark")

    def of_rows(self, positions: pl.Series, rows: pl.Series) -> pl.Series:
        """Marks of the rows named by index, -1 or null for none; ``positions`` is their label."""
        known = pl.select(pl.when(rows >= 0).then(rows)).to_series()
        return self.of(positions.gather(known))

    def of_lists(self, lists: pl.Series) -> pl.Series:
        """Mark of each list of positions, combined; 0 for an empty or missing list."""
        length = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
        some = length > 0
        found = np.zeros(len(lists), np.uint64)
        if some.any():
            each = self.of(lists.filter(pl.Series(some)).explode().cast(pl.Int32)).to_numpy()
            found[some] = np.bitwise_or.reduceat(each, np.cumsum(length[some]) - length[some])
        return pl.Series("mark", found)

    def together(self, *positions: pl.Series) -> int:
        """Mark of everything in some label columns."""
        used = {i for one in positions for i in one.unique().drop_nulls().to_list()}
        return reduce(or_, (int(self._marks[i]) for i in used), 0)

    def label(self, mark: int) -> ResultLabel:
        """Dominant label that a mark stands for."""
        if mark not in self._known:
            level = (mark & ((1 << _OUTSIDERS) - 1)).bit_length()
            shut = {
                code
                for number, (_, codes) in enumerate(self._groups)
                if mark >> (_GROUPS + number) & 1
                for code in codes
            }
            closed = mark >> _OUTSIDERS & 1
            readers = frozenset(self._members) - shut if closed else None
            held = (c for number, c in enumerate(CAVEATS) if mark >> (_CAVEATS + number) & 1)
            under = (
                agreement
                for number, agreements in enumerate(self._agreements)
                if mark >> (_AGREEMENTS + number) & 1
                for agreement in agreements
            )
            self._known[mark] = ResultLabel(
                CLASSIFICATIONS[level], readers, frozenset(held), frozenset(under)
            )
        return self._known[mark]

    def texts(self, marks: pl.Series) -> pl.Series:
        """Texts of the labels that marks stand for."""
        distinct = marks.unique()
        texts = [self.label(mark).text for mark in distinct.to_list()]
        known = pl.DataFrame(
            {"mark": distinct, "label": texts}, schema_overrides={"label": pl.String}
        )
        frame = marks.rename("mark").to_frame()
        return frame.join(known, on="mark", how="left", maintain_order="left")["label"]

    def lists(self, marks: pl.Series) -> pl.Series:
        """Positions of the labels that each mark covers; their dominant label is the mark's."""
        distinct = marks.unique()
        given = self._marks.to_list()
        covered = [[i for i, m in enumerate(given) if m | d == d] for d in distinct.to_list()]
        known = pl.DataFrame(
            {"mark": distinct, "labels": pl.Series(covered, dtype=pl.List(pl.Int32))}
        )
        frame = marks.rename("mark").to_frame()
        return frame.join(known, on="mark", how="left", maintain_order="left")["labels"]


def _shared(agreements: list[str]) -> list[tuple[str, ...]]:
    """One bit for each agreement; the rest share the last."""
    single: list[tuple[str, ...]] = [(one,) for one in agreements[: _MOST_AGREEMENTS - 1]]
    rest = tuple(agreements[_MOST_AGREEMENTS - 1 :])
    return [*single, rest] if rest else single


def _groups(labels: Sequence[Label]) -> list[tuple[frozenset[int], list[str]]]:
    """Members by the labels that shut them out: positions of the labels, and the members."""
    codes = sorted({code for label in labels for code in (label.owner, *label.release)} - {ALL})
    found: dict[frozenset[int], list[str]] = {}
    for code in codes:
        shut = frozenset(i for i, label in enumerate(labels) if not label.readable_by(code))
        found.setdefault(shut, []).append(code)
    groups = list(found.items())
    rest = groups[_MOST_GROUPS - 1 :]
    if len(rest) > 1:
        shut = frozenset(i for positions, _ in rest for i in positions)
        groups = [
            *groups[: _MOST_GROUPS - 1],
            (shut, [code for _, codes in rest for code in codes]),
        ]
    return groups
