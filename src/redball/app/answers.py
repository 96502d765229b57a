"""An answer of an engine: said in sentences, shown in tables and charts, kept and written out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import reduce
from math import isfinite
from pathlib import Path

import polars as pl

from redball.access import Subject, parse_subject
from redball.access.actions import Action
from redball.access.agreements import Agreement
from redball.access.labels import assertion
from redball.app.charted import charts_as_values, charts_from_values
from redball.app.doing import use_case
from redball.app.export import write_tables
from redball.app.exporting import exported
from redball.app.releasing import agreements_in_force, authorised, reliance
from redball.app.view import opened
from redball.model import BadUse, NotPermitted, Origin, combine
from redball.model.labels import CLASSIFICATIONS
from redball.model.results import Scalar
from redball.reports import Bars, Exhibit, LineChart, ReportContent, form_of, write_file
from redball.store import ResultRecord, Store

Progress = Callable[[str, int, int], None]
STEPS = 1000
"""Parts that progress of one piece of work is told in."""


@dataclass(frozen=True)
class Answer:
    """What a verb answers.

    Attributes
    ----------
    kind : str
        The verb, such as ``stock curve``.
    title : str
    said : tuple of str
        The answer in sentences, the most important first.
    figures : mapping
        The figures that matter, by name with unit.
    tables : mapping of str to polars.DataFrame
        Tidy tables by name.
    charts : tuple of LineChart or Bars
    assumptions : tuple of str
    origin : Origin
        Where it comes from; its label is that of everything in the answer.
    command : str
        The command that makes it again.
    off_screen : tuple of str
        Tables too long for a terminal; everything else that shows the answer has them.
    """

    kind: str
    title: str
    said: tuple[str, ...]
    figures: Mapping[str, Scalar]
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    origin: Origin
    charts: tuple[LineChart | Bars, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()
    command: str = ""
    off_screen: tuple[str, ...] = ()

    @property
    def content(self) -> dict[str, object]:
        """Plain values: what is kept in a store and printed as JSON."""
        return {
            "title": self.title,
            "said": list(self.said),
            "figures": {name: _plain(value) for name, value in self.figures.items()},
            "tables": {
                name: [
                    {k: _plain(v) for k, v in row.items()} for row in frame.iter_rows(named=True)
                ]
                for name, frame in self.tables.items()
            },
            "assumptions": list(self.assumptions),
        }

    @property
    def document(self) -> dict[str, object]:
        """The whole answer in plain values: what ``--json`` prints, and the API answers."""
        return {
            "origin": self.origin.as_dict(),
            "confidentiality": self.confidentiality,
            "kind": self.kind,
            **self.content,
        }

    @property
    def confidentiality(self) -> dict[str, object]:
        """The label as an ADatP-4774 shaped assertion about what stands beside it."""
        return dict(assertion(self.origin.label, self.origin.as_of))

    def as_exhibit(self) -> Exhibit:
        """The answer as a section of a report."""
        return Exhibit(
            anchor=self.kind.replace(" ", "-"),
            title=self.title,
            label=self.origin.label,
            said=self.said,
            figures=[(name, _words(value)) for name, value in self.figures.items()],
            charts=self.charts,
            tables={name.replace("_", " ").capitalize(): t for name, t in self.tables.items()},
            assumptions=self.assumptions,
            command=self.command,
        )


@use_case(Action.SEE)
def keep(answer: Answer, store: str) -> str:
    """Keep an answer in a store, for its viewer; return its key.

    Raises
    ------
    BadData
        It is too large to be kept.
    StoreMissing, StoreBusy, StoreFull
        Nothing was written.
    """
    origin = answer.origin
    record = ResultRecord(
        kind=answer.kind,
        viewer=origin.viewer,
        made_at=datetime.now(UTC),
        as_of=origin.as_of,
        revision=origin.revision,
        twin_hash=origin.twin_hash,
        software=origin.software,
        exercise=origin.exercise,
        label=origin.label,
        parameters={name: _plain(value) for name, value in origin.parameters.items()},
        content={**answer.content, "charts": _plain_deep(charts_as_values(answer.charts)),
                 "command": answer.command},
    )  # fmt: skip
    with opened(store) as target:
        return target.save_result(record)


@use_case(Action.SEE)
def kept_answers(store: str, viewer: str, kind: str | None = None) -> pl.DataFrame:
    """Answers that were kept for a viewer's nation, the newest first.

    Those that the viewer may not read are not among them.
    """
    subject = parse_subject(viewer)
    authorised(subject, Action.SEE)
    with opened(store) as source:
        kept = source.results(subject.nation, kind)
    texts = kept["label"].unique().to_list()
    return kept.filter(pl.col("label").is_in([text for text in texts if cleared(text, subject)]))


def cleared(marking: str, subject: Subject) -> bool:
    """Whether a subject is cleared for a marking as :attr:`ResultLabel.text` writes it.

    A result may rest on rows of every lower classification, so a clearance with a gap below its
    classification is not enough.
    """
    classification, *caveats = marking.partition(" // ")[0].split()
    upto = CLASSIFICATIONS[: CLASSIFICATIONS.index(classification) + 1]
    return set(upto) <= set(subject.clearance) and set(caveats) <= subject.caveats


@use_case(Action.SEE)
def kept_answer(store: str, viewer: str, key: str) -> ResultRecord:
    """One answer that was kept for a viewer's nation, by its key or the first letters of it.

    Raises
    ------
    BadUse
        There is none that the viewer may read.
    NotPermitted
        It rests on an agreement that is not in force any more, or does not reach this viewer.
    """
    subject = parse_subject(viewer)
    authorised(subject, Action.SEE)
    with opened(store) as source:
        found = source.result(subject.nation, key)
        label = found.label
        if not cleared(label.text, subject):
            raise BadUse(
                f"No answer '{key}' is kept for {subject.nation}.",
                mend="See what is kept with: redball store results",
            )
        authorised(subject, _NEEDS.get(found.kind, Action.SEE))
        if label.agreements:
            ended = sorted(label.agreements - set(_alive(source, found, subject)))
            if ended:
                raise NotPermitted(
                    f"The answer rests on {', '.join(ended)}, which is not in force for this "
                    "viewer as it was when the answer was made.",
                    where=found.key,
                    mend="Ask again: the new answer rests on what may be read now.",
                )
    return found


_NEEDS = {
    "stock support": Action.REQUEST, "plan": Action.REQUEST, "register": Action.REQUEST,
}  # fmt: skip
"""Kinds of answers that need another action than looking."""


def _alive(store: Store, record: ResultRecord, subject: Subject) -> dict[str, Agreement]:
    """Agreements in force for a subject in the version that was in force when a record was made."""
    now = datetime.now(UTC)
    begun = {(one.id, one.version): one.activated_at for one in store.agreements()}
    return {
        one.id: one
        for one in agreements_in_force(store, now)
        if one.purpose is subject.purpose and begun[(one.id, one.version)] <= record.made_at
    }


@use_case(Action.SEE)
def kept_as_answer(store: str, viewer: str, record: ResultRecord) -> Answer:
    """A kept answer as it was given, under what is in force now."""
    subject = parse_subject(viewer)
    with opened(store) as source:
        alive = _alive(source, record, subject)
    answer = answer_of(record)
    relied = [alive[one] for one in sorted(record.label.agreements) if one in alive]
    origin = replace(
        answer.origin,
        agreements=tuple(reliance(one, subject.nation) for one in relied),
        subject=subject.text,
        recorded_in=store,
    )
    return replace(answer, origin=origin)


def answer_of(record: ResultRecord) -> Answer:
    """A kept answer as it was given; nothing of it can be exported.

    :func:`kept_as_answer` gives one that can, where agreements let it.
    """
    content = record.content
    said, assumptions = content["said"], content["assumptions"]
    figures, tables = content["figures"], content["tables"]
    assert isinstance(said, list)
    assert isinstance(assumptions, list)
    assert isinstance(figures, dict)
    assert isinstance(tables, dict)
    origin = Origin(
        viewer=record.viewer,
        as_of=record.as_of,
        revision=record.revision,
        twin_hash=record.twin_hash,
        software=record.software,
        label=record.label,
        parameters={
            k: v for k, v in record.parameters.items() if isinstance(v, str | int | float | None)
        },
        exercise=record.exercise,
    )
    return Answer(
        kind=record.kind,
        title=str(content["title"]),
        said=tuple(said),
        figures=figures,
        tables={
            name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()
        },
        origin=origin,
        assumptions=tuple(assumptions),
        charts=charts_from_values(content.get("charts")),
        command=str(content.get("command", "")),
    )


@use_case(Action.EXPORT)
def write_answer_report(answers: Sequence[Answer], path: Path) -> Path:
    """Write answers made from one twin as one HTML page that stands alone.

    Raises
    ------
    BadUse
        There is no answer, they come from different twins, or the file can't be written.
    """
    origin = together([answer.origin for answer in answers])
    title = answers[0].title
    content = ReportContent(
        title=title,
        exercise=origin.exercise,
        generated=datetime.now(UTC),
        origin=origin,
        exhibits=[answer.as_exhibit() for answer in answers],
        command=answers[0].command,
    )
    form_of(path)  # before anything is recorded
    exported(origin, "report", rows=sum(t.height for a in answers for t in a.tables.values()))
    return write_file(content, path)


def together(origins: Sequence[Origin]) -> Origin:
    """Origin of several answers from one twin: the label of all of them.

    Raises
    ------
    BadUse
        There is none, or they come from different twins.
    """
    if not origins:
        raise BadUse("There is no answer to write.")
    if any(one.twin_hash != origins[0].twin_hash for one in origins):
        raise BadUse(
            "The answers come from different twins.", mend="Write one report for each of them."
        )
    label = reduce(combine, [origin.label for origin in origins])
    relied = {one.agreement: one for origin in origins for one in origin.agreements}
    return replace(origins[0], label=label, agreements=tuple(relied[k] for k in sorted(relied)))


@use_case(Action.EXPORT)
def write_answer_tables(answer: Answer, folder: Path) -> list[Path]:
    """Write the tables of an answer as CSV; every row carries marking, moment and twin hash."""
    flat = {name: _flat(frame) for name, frame in answer.tables.items()}
    return write_tables(flat, folder, answer.origin)


def shares(progress: Progress | None, what: str) -> Callable[[float], None] | None:
    """Progress of one piece of work as an engine tells it, from 0 to 1."""
    if progress is None:
        return None
    tell = progress

    def advance(share: float) -> None:
        tell(what, round(share * STEPS), STEPS)

    return advance


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(
        pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(" ") for name in lists
    )


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def _plain_deep(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain_deep(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_deep(one) for one in value]
    return _plain(value)


def _words(value: Scalar) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        digits = 0 if abs(value) >= 1000 or value == round(value) else 4
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else value
