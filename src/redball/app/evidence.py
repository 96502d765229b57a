"""The rows behind a finding, with their values and where their owner wrote them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from redball.model import RowRef, Twin


@dataclass(frozen=True)
class EvidenceRow:
    """A row that a finding rests on.

    Attributes
    ----------
    ref : RowRef
    values : mapping of str to str
        Its attributes that are not empty, references as ``OWNER:KEY``.
    sheet : str
        File or sheet of the package it came from.
    line : int
        Line of that sheet, as its owner counts.
    """

    ref: RowRef
    values: Mapping[str, str]
    sheet: str
    line: int


def evidence_rows(twin: Twin, refs: Iterable[RowRef]) -> dict[RowRef, EvidenceRow]:
    """Look rows up by reference; one pass over each table named."""
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for ref in refs:
        wanted[ref.table].add((ref.owner, ref.key))
    found: dict[RowRef, EvidenceRow] = {}
    for name, keys in wanted.items():
        asked = pl.DataFrame(
            sorted(keys), schema={"owner": pl.String, "key": pl.String}, orient="row"
        )
        rows = (
            twin[name]
            .select(pl.col("owner").cast(pl.String), "key")
            .with_row_index("row")
            .join(asked, on=["owner", "key"], how="semi")["row"]
        )
        for values in twin.named(name, rows).iter_rows(named=True):
            row = _row(name, values)
            found[row.ref] = row
    return found


def _row(name: str, values: dict[str, object]) -> EvidenceRow:
    ref = RowRef(name, str(values.pop("owner")), str(values.pop("key")))
    sheet, line = str(values.pop("sheet")), int(str(values.pop("line")))
    values.pop("label")
    return EvidenceRow(ref, {k: str(v) for k, v in values.items() if v is not None}, sheet, line)
