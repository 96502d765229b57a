"""The values that go into a check and come out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import floor
from types import MappingProxyType

import polars as pl

from redball.model.errors import BadUse
from redball.model.labels import ResultLabel

_KEYS = {"owner": pl.String, "key": pl.String}

ISSUE_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "severity": pl.String(),
        "table": pl.String(),
        "sheet": pl.String(),
        "line": pl.Int32(),
        "column": pl.String(),
        "rule": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
        "mend": pl.String(),
    }
)
"""Columns of :attr:`Check.issues`."""


@dataclass(frozen=True)
class Known:
    """What the store already holds that the sender may see.

    Attributes
    ----------
    keys : mapping of str to polars.DataFrame
        Per table the ``owner`` and ``key`` of the rows visible to the sender, its own included.
    structure : polars.DataFrame
        ``parent`` and ``child`` of the sender's own stored structure rows.
    """

    keys: Mapping[str, pl.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    structure: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"parent": pl.String, "child": pl.String})
    )

    def __post_init__(self) -> None:
        wanted: list[tuple[str, pl.DataFrame, tuple[str, ...]]]
        wanted = [(f"keys['{name}']", frame, ("owner", "key")) for name, frame in self.keys.items()]
        wanted.append(("structure", self.structure, ("parent", "child")))
        for name, frame, columns in wanted:
            missing = [column for column in columns if column not in frame.columns]
            if missing:
                raise BadUse(f"Known.{name} has no column '{missing[0]}'.")

    @classmethod
    def empty(cls) -> "Known":
        """Nothing is known: the first package of a new store."""
        return cls()

    def own(self, table: str, owner: str) -> pl.Series:
        """Keys that ``owner`` has in ``table``."""
        return self._keys(table, pl.col("owner").cast(pl.String) == owner)["key"]

    def foreign(self, table: str, owner: str) -> pl.Series:
        """Keys of others in ``table`` visible to the sender, as ``OWNER:KEY``."""
        frame = self._keys(table, pl.col("owner").cast(pl.String) != owner)
        return frame.select(
            pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("key")
        )["key"]

    def _keys(self, table: str, which: pl.Expr) -> pl.DataFrame:
        frame = self.keys.get(table)
        if frame is None:
            return pl.DataFrame(schema=_KEYS)
        return frame.filter(which).with_columns(pl.col("key").cast(pl.String))


@dataclass(frozen=True)
class Checked:
    """A table of the package after the check: what can be imported.

    Attributes
    ----------
    table : str
    content : str
        ``full`` or ``changes``. A full table becomes ``changes`` when a row is skipped whose key
        could not be read: nothing may be withdrawn while it is not known which row it was.
    frame : polars.DataFrame
        The table's attributes in the types of :func:`redball.model.frames.value_schema`, then
        ``label`` (text), ``sheet`` and ``line``; only rows without errors.
    skipped_keys : frozenset of str
        Keys of rows with errors, where the key could be read: their stored versions stay.
    rows_in, rows_skipped : int
        Rows sent, and rows not in ``frame`` (rows with errors, and repeats of an equal row).
    """

    table: str
    content: str
    frame: pl.DataFrame
    skipped_keys: frozenset[str]
    rows_in: int
    rows_skipped: int


def _percent(share: float) -> str:
    return f"{floor(share * 1000) / 10:.1f} %"


@dataclass(frozen=True)
class Score:
    """How well a feed conforms, each part from 0 to 1; the formulas are our own convention.

    Attributes
    ----------
    completeness : float
        Filled cells / cells, over the columns of the tables carried that are required without a
        default or are recommended (:data:`redball.exchange.check.score.RECOMMENDED`).
    validity : float
        1 - (errors in cells / filled cells sent), not below 0.
    timeliness : float
        1 while the age of the data is at most the cadence, then falling in a straight line to
        0 at three cadences: ``1 - (age - cadence) / (2 cadence)``.
    consistency : float
        Passed / made, over one comparison for each reference given and one for each row and
        cross-field rule of its table.
    """

    completeness: float
    validity: float
    timeliness: float
    consistency: float

    @property
    def overall(self) -> float:
        """Plain mean of the four parts."""
        return (self.completeness + self.validity + self.timeliness + self.consistency) / 4

    @property
    def text(self) -> str:
        """The parts in per cent, rounded down: 100 % only where nothing is missing."""
        parts = self.as_dict()
        overall = parts.pop("overall")
        said = ", ".join(f"{name} {_percent(share)}" for name, share in parts.items())
        return f"{_percent(overall)}: {said}"

    def as_dict(self) -> dict[str, float]:
        """Return the parts and ``overall`` by name."""
        return {
            "completeness": self.completeness,
            "validity": self.validity,
            "timeliness": self.timeliness,
            "consistency": self.consistency,
            "overall": self.overall,
        }


@dataclass(frozen=True)
class Check:
    """Result of a check.

    Attributes
    ----------
    package_hash, owner, as_of
        From the package.
    tables : mapping of str to Checked
        What can be imported, per table carried.
    issues : polars.DataFrame
        Columns of :data:`ISSUE_SCHEMA`, sorted by sheet and line; ``line`` is null for an issue of
        a whole sheet. At most ``max_issues`` rows; ``counts`` counts all of them.
    score : Score
    counts : mapping of str to int
        ``errors``, ``warnings``, ``rows`` and ``cells`` (filled cells sent).
    label : ResultLabel
        Dominant label of all rows sent, for reports that show them.
    refused : bool
        Whether the package as a whole is at fault; ``tables`` is empty then.
    exercise : bool
        Whether the package is exercise data.
    """

    package_hash: str
    owner: str
    as_of: datetime
    tables: Mapping[str, Checked]
    issues: pl.DataFrame
    score: Score
    counts: Mapping[str, int]
    label: ResultLabel
    refused: bool = False
    exercise: bool = False

    @property
    def marking(self) -> str:
        """Label for reports; exercise data are marked as such."""
        return f"EXERCISE // {self.label.text}" if self.exercise else self.label.text

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return self.counts["errors"] == 0
