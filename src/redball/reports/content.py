"""What a report is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

import polars as pl

from redball.model import Finding, Origin, ResultLabel, combine
from redball.reports.exhibits import Exhibit


@dataclass(frozen=True)
class ReportContent:
    """The picture and the findings of one viewer at one moment, ready to be written down.

    Any table or column may be missing: its section then says so in a sentence.

    Attributes
    ----------
    title : str
        Title of the report.
    exercise : bool
        Whether the data are exercise data; marked on every page.
    generated : datetime
        When the report was made, with zone.
    origin : Origin
        Viewer, as-of time, twin hash, software version, parameters and label.
    tables : mapping of str to polars.DataFrame
        Tidy tables of the picture by name: ``stock``, ``by_nation``, ``by_class``, ``by_unit``,
        ``by_site``, ``readiness``, ``in_transit``, ``expiring``, ``shared_items``, ``data_age``.
        Others are shown too, after these.
    findings : sequence of Finding
        What needs attention.
    feeds : polars.DataFrame
        ``owner``, ``title``, ``as_of``, ``rows``, ``errors``, ``warnings`` and score columns
        (share, 0 to 1).
    sites : polars.DataFrame
        ``name``, ``kind``, ``country``, ``owner``, ``latitude``, ``longitude`` (degrees),
        ``units`` (text), ``worst_level`` or ``level`` (a Level), ``days`` (days of supply).
    lanes : polars.DataFrame
        ``from_lat``, ``from_lon``, ``to_lat``, ``to_lon`` (degrees), ``mode``, ``name``,
        ``flow_t_per_day``, ``capacity_t_per_day``.
    hazards : polars.DataFrame
        ``name``, ``latitude``, ``longitude`` (degrees), ``radius_km``.
    assumptions : sequence of str
        What was assumed, in sentences.
    exhibits : sequence of Exhibit
        Answers of the engines, each a section. A report of exhibits without tables shows them only.
    command : str
        Command that makes the report again; derived from the origin when empty.
    """

    title: str
    exercise: bool
    generated: datetime
    origin: Origin
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    feeds: pl.DataFrame = field(default_factory=pl.DataFrame)
    sites: pl.DataFrame = field(default_factory=pl.DataFrame)
    lanes: pl.DataFrame = field(default_factory=pl.DataFrame)
    hazards: pl.DataFrame = field(default_factory=pl.DataFrame)
    assumptions: Sequence[str] = ()
    exhibits: Sequence[Exhibit] = ()
    command: str = ""

    @property
    def answers_only(self) -> bool:
        """Whether it holds answers of engines and no picture."""
        return bool(self.exhibits) and not self.tables

    @property
    def label(self) -> ResultLabel:
        """Label of the whole: never more open than the origin, any finding or any exhibit."""
        labels = [finding.label for finding in self.findings]
        labels += [exhibit.label for exhibit in self.exhibits]
        return reduce(combine, labels, self.origin.label)


@dataclass(frozen=True)
class Limits:
    """How much of long lists a report shows; the rest is counted and its place named.

    Attributes
    ----------
    rows : int
        Rows of a table.
    findings_per_rule : int
        Findings of one rule and level.
    evidence : int
        Rows of evidence of one finding.
    bars : int
        Bars of a chart.
    """

    rows: int = 200
    findings_per_rule: int = 8
    evidence: int = 20
    bars: int = 24
