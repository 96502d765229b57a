"""An answer of an engine as a section: figures, charts, tables, assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from redball.model import ResultLabel
from redball.reports.charts import Bar, bar_chart
from redball.reports.element import Markup, el, join
from redball.reports.lines import LineChart, line_chart
from redball.reports.tables import pairs, sentences, table


@dataclass(frozen=True)
class Bars:
    """A bar chart of an answer.

    Attributes
    ----------
    title, unit : str
    bars : sequence of Bar
    percent : bool
        Whether values are shares.
    target_words : str
        What the mark stands for.
    """

    title: str
    unit: str
    bars: Sequence[Bar]
    percent: bool = False
    target_words: str = "target"


@dataclass(frozen=True)
class Exhibit:
    """What an engine answered, ready to be shown.

    Attributes
    ----------
    anchor : str
        Place in the page; letters and hyphens.
    title : str
    label : ResultLabel
        Of everything in it.
    said : sequence of str
        The answer in sentences, the most important first.
    figures : sequence of (str, str)
        Names and values.
    charts : sequence of LineChart or Bars
    tables : mapping of str to polars.DataFrame
        By caption.
    assumptions : sequence of str
    command : str
        Command that makes it again and gives all rows.
    """

    anchor: str
    title: str
    label: ResultLabel
    said: Sequence[str] = ()
    figures: Sequence[tuple[str, str]] = ()
    charts: Sequence[LineChart | Bars] = ()
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    assumptions: Sequence[str] = ()
    command: str = ""


def exhibit_body(exhibit: Exhibit, *, rows: int, bars: int) -> Markup:
    """Body of the section of an answer.

    Parameters
    ----------
    exhibit : Exhibit
    rows, bars : int
        Most rows of a table and bars of a chart to show.
    """
    charts = [
        _chart(chart, f"{exhibit.anchor}-{i}", bars) for i, chart in enumerate(exhibit.charts)
    ]
    rest = exhibit.command or "the command line with --out"
    return join(
        [
            *(el("p", sentence) for sentence in exhibit.said),
            pairs([(name, value) for name, value in exhibit.figures]) if exhibit.figures else None,
            *charts,
            *(
                table(frame, caption, rows=rows, where_the_rest=rest)
                for caption, frame in exhibit.tables.items()
            ),
            el("h3", "Assumptions of this answer"),
            sentences(list(exhibit.assumptions), "None were stated."),
        ]
    )


def _chart(chart: LineChart | Bars, chart_id: str, most: int) -> Markup | None:
    if isinstance(chart, LineChart):
        return line_chart(chart, chart_id)
    if not chart.bars:
        return None
    drawn = bar_chart(
        chart.bars[:most],
        title=chart.title,
        unit=chart.unit,
        chart_id=chart_id,
        percent=chart.percent,
        target_words=chart.target_words,
    )
    left = len(chart.bars) - most
    return join([drawn, el("p", f"{left} more in the table.", class_="more") if left > 0 else None])
