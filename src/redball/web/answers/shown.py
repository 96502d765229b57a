"""A whole answer as a page shows it: sentences, figures, charts, tables, where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redball import app
from redball.model import Origin
from redball.model.results import Scalar
from redball.reports.columns import grouped, zulu
from redball.web.answers.charts import ShownChart, chart_of
from redball.web.answers.tables import Tabled, tabled
from redball.web.words import UNKNOWN, age

if TYPE_CHECKING:
    from redball.web.visit import Visit

ROWS = 200
"""Rows of a table of an answer on one page."""
_SHARES = ("availability", "geometric mean", "share", "fill rate")
"""Figures whose names begin or end so are shares, written in per cent."""


@dataclass(frozen=True)
class Fact:
    """A figure with its name.

    Attributes
    ----------
    words : str
    value : str
        With its unit.
    href : str
        Where it comes from: the rows behind it; empty where there are none to show.
    note : str
        Said in small type below.
    level : str
        A status that it stands for; empty for none.
    """

    words: str
    value: str
    href: str = ""
    note: str = ""
    level: str = ""


@dataclass(frozen=True)
class Export:
    """A way to take the answer away.

    Attributes
    ----------
    words, href : str
    """

    words: str
    href: str


@dataclass(frozen=True)
class ShownAnswer:
    """An answer ready for ``answer.whole``.

    Attributes
    ----------
    anchor : str
        Beginning of the ids of its parts.
    title : str
    said : tuple of str
    figures : list of Fact
    charts : list of ShownChart
    tables : list of Tabled
    assumptions : tuple of str
    source : list of (str, str)
        Where it comes from, in words.
    command : str
    marking : str
    exports : tuple of Export
    """

    anchor: str
    title: str
    said: tuple[str, ...]
    figures: list[Fact] = field(repr=False)
    charts: list[ShownChart] = field(repr=False)
    tables: list[Tabled] = field(repr=False)
    assumptions: tuple[str, ...] = field(repr=False)
    source: list[tuple[str, str]] = field(repr=False)
    command: str
    marking: str
    exports: tuple[Export, ...] = ()


def shown_answer(
    visit: "Visit",
    answer: app.Answer,
    *,
    anchor: str = "answer",
    exports: Sequence[Export] = (),
    everything: str = "",
    captions: Mapping[str, str] | None = None,
    leave_out: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
) -> ShownAnswer:
    """Make the values of a whole answer.

    Parameters
    ----------
    visit : Visit
    answer : app.Answer
    anchor : str
        Distinct for each answer on a page.
    exports : sequence of Export
    everything : str
        Address of the whole answer as JSON.
    captions : mapping, optional
        Captions of tables that say more than their names.
    leave_out : sequence of str
        Tables that the page shows in another way.
    words : mapping, optional
        Heads of columns that say more than their names.
    """
    charts = [chart_of(chart, f"{anchor}-chart-{n}") for n, chart in enumerate(answer.charts, 1)]
    return ShownAnswer(
        anchor=anchor,
        title=answer.title,
        said=answer.said,
        figures=facts_of(answer.figures),
        charts=[chart for chart in charts if chart is not None],
        tables=[
            tabled(
                visit,
                frame,
                (captions or {}).get(name) or spoken(name),
                anchor=f"{anchor}-{name}",
                prefix=f"{name}.",
                per_page=ROWS,
                words=words,
                everything=everything,
            )
            for name, frame in answer.tables.items()
            if name not in leave_out
        ],
        assumptions=answer.assumptions,
        source=source_of(answer.origin),
        command=answer.command,
        marking=answer.origin.marking,
        exports=tuple(exports),
    )


def spoken(name: str) -> str:
    """Name of a table as a caption."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def facts_of(figures: Mapping[str, Scalar]) -> list[Fact]:
    """Figures of an answer: the unit that ends a name goes to the value."""
    return [_fact(name, value) for name, value in figures.items()]


def _fact(name: str, value: Scalar) -> Fact:
    words, _, unit = name.rpartition(", ")
    if not words or " " in unit:
        words, unit = name, ""
    words = words[:1].upper() + words[1:]
    if value is None:
        return Fact(words, UNKNOWN)
    if isinstance(value, bool):
        return Fact(words, "yes" if value else "no")
    if isinstance(value, str):
        return Fact(words, value)
    if isinstance(value, float) and _is_share(name, value):
        return Fact(words, f"{100 * value:.2f} %")
    digits = 0 if isinstance(value, int) or abs(value) >= 1000 or value == round(value) else 2
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        return Fact(words, f"{value:.3g} {unit}".strip())
    return Fact(words, f"{grouped(value, digits)} {unit}".strip())


def _is_share(name: str, value: float) -> bool:
    named = name.startswith(_SHARES) or name.endswith(_SHARES) or "geometric mean" in name
    return named and 0.0 <= value <= 1.0


def source_of(origin: Origin) -> list[tuple[str, str]]:
    """Where an answer comes from, as pairs of words."""
    asked = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in origin.parameters.items()
        if value is not None
    )
    pairs = [
        ("Marking", origin.marking),
        ("For", origin.subject or origin.viewer),
        ("As of", f"{zulu(origin.as_of)}, {age(origin.as_of, datetime.now(UTC))}"),
        ("Revision", str(origin.revision)),
        ("Twin", origin.twin_hash),
        ("Software", origin.software),
        ("Asked with", asked),
        ("Seed", "" if origin.seed is None else str(origin.seed)),
        ("Under", ", ".join(one.agreement for one in origin.agreements)),
    ]
    return [(name, value) for name, value in pairs if value]
