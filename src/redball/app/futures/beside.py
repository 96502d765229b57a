"""Two to four kept answers of one kind side by side: ``redball work beside``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from hashlib import sha256

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.doing import use_case
from redball.app.futures.chosen import KeptFuture, chosen
from redball.app.futures.data import Moved, moved_between
from redball.app.futures.figures import CLEAR, NOISE, curves, details, differences
from redball.app.futures.reasons import NONE, what_differs
from redball.app.view import View, see
from redball.model import Origin, ResultLabel
from redball.model.labels import combine
from redball.model.results import Scalar

KIND = "futures beside"
_REASONS = 3
_VERDICTS = {
    CLEAR: ", more than the intervals of both explain",
    NOISE: ", no more than the intervals of both explain",
}


@use_case(Action.SEE)
def futures_beside(view: View, keys: Sequence[str], baseline: str | None = None) -> Answer:
    """Set kept answers side by side, with how each differs from the baseline and why.

    Parameters
    ----------
    view : View
    keys : sequence of str
        Two to four kept answers of one kind (``simulate`` or ``stress``), by key.
    baseline : str or None
        Key, or letter in the order given, of the one that the others are compared with; the first
        where not given.

    Raises
    ------
    BadUse
        The answers can't be set side by side, or one is not kept for this viewer.
    NotPermitted
        One rests on an agreement that is not in force any more.
    """
    futures = chosen(view, keys, baseline)
    moved = _moved(view, futures)
    table = differences(futures)
    reasons = what_differs(futures, moved)
    chart = curves(futures)
    tables = {"what_differs": reasons, "figures": table, **details(futures),
              "answers": _answers(futures)}  # fmt: skip
    return Answer(
        kind=KIND,
        title="Kept futures side by side",
        said=(*_data_said(futures, moved), *_said(futures, table, reasons)),
        figures={"futures": len(futures)},
        tables={name: frame for name, frame in tables.items() if not frame.is_empty()},
        charts=() if chart is None else (chart,),
        assumptions=_assumptions(futures),
        origin=_origin(futures, moved),
        command=f"redball work beside {' '.join(one.key[:12] for one in futures)} "
        f"--viewer {view.viewer.split()[0]}",
    )


def _moved(view: View, futures: Sequence[KeptFuture]) -> dict[str, Moved | None]:
    """How the data of each differ from those of the first; None where they are the same."""
    first = futures[0].answer.origin
    found: dict[str, Moved | None] = {}
    for one in futures[1:]:
        origin = one.answer.origin
        if origin.twin_hash == first.twin_hash:
            found[one.key] = None
            continue
        before, after = (see(replace(view, as_of=each.as_of)) for each in (first, origin))
        exact = (before.twin.content_hash, after.twin.content_hash) == (
            first.twin_hash, origin.twin_hash,
        )  # fmt: skip
        found[one.key] = moved_between(before, after, exact=exact)
    return found


def _data_said(futures: Sequence[KeptFuture], moved: Mapping[str, Moved | None]) -> tuple[str, ...]:
    if all(one is None for one in moved.values()):
        return (f"All {len(futures)} rest on the same data: they differ by what was asked.",)
    said = []
    for one in futures[1:]:
        data = moved[one.key]
        if data is None:
            continue
        since = "" if data.exact else ", as far as this viewer may still read both moments"
        said.append(
            f"Warning: {one.name} rests on other data than {futures[0].name}{since}: {data.said}. "
            "The difference is not that of the scenarios alone."
        )
    return tuple(said)


def _said(
    futures: Sequence[KeptFuture], table: pl.DataFrame, reasons: pl.DataFrame
) -> tuple[str, ...]:
    """The first figure of each against the baseline, and the reasons."""
    said = []
    for one in futures[1:]:
        mine = table.filter(pl.col("future") == one.name, pl.col("difference").is_not_null())
        if mine.height:
            said.append(_difference_said(mine.row(0, named=True), futures[0].name))
        why = reasons.filter(
            pl.col("future") == one.name, pl.col("matter").is_in(["scenario", "run"])
        )
        parts = [
            f"{row['what']} is {row['here']} instead of {row['baseline']}"
            if NONE not in (row["here"], row["baseline"])
            else f"{row['what']} ({row['here']}) is only here"
            if row["baseline"] == NONE
            else f"{row['what']} ({row['baseline']}) is only in the baseline"
            for row in why.head(_REASONS).iter_rows(named=True)
        ]
        if parts:
            more = why.height - len(parts)
            said.append(f"{one.name}: {'; '.join(parts)}{f'; and {more} more' if more else ''}.")
    return tuple(said)


def _difference_said(row: Mapping[str, object], baseline: str) -> str:
    apart = row["difference"]
    assert isinstance(apart, float)
    share = "share" in str(row["figure"]) or row["figure"] == "readiness undisturbed"
    by = f"{100 * apart:+.1f} points" if share else f"{apart:+,.4g}"
    verdict = _VERDICTS.get(str(row["verdict"]), "")
    return f"{row['future']} against {baseline}: {by} of {row['figure']}{verdict}."


def _answers(futures: Sequence[KeptFuture]) -> pl.DataFrame:
    """Each future with where it comes from."""
    return pl.DataFrame(
        [
            {
                "future": one.name,
                "title": one.answer.title,
                "as_of": one.answer.origin.as_of,
                "import": one.answer.origin.revision,
                "twin": one.answer.origin.twin_hash,
                "label": one.answer.origin.label.text,
                "answer": one.key,
                "baseline": one is futures[0],
            }
            for one in futures
        ]
    )


def _assumptions(futures: Sequence[KeptFuture]) -> tuple[str, ...]:
    own = dict.fromkeys(text for one in futures for text in one.answer.assumptions)
    return (
        "The answers are compared as they were kept; nothing is run again.",
        "Their runs need not share random numbers: a difference counts as clear only where it is "
        "larger than the halves of both intervals together.",
        "The twin of this comparison is named by the hash of the twins of the answers.",
        *own,
    )


def _origin(futures: Sequence[KeptFuture], moved: Mapping[str, Moved | None]) -> Origin:
    """Of everything that is shown: the label of all, and what all of them rest on."""
    origins = [one.answer.origin for one in futures]
    latest = max(origins, key=lambda one: (one.as_of, one.revision))
    labels: list[ResultLabel] = [origin.label for origin in origins]
    labels += [data.label for data in moved.values() if data is not None]
    label = reduce(combine, labels)
    relied = {one.agreement: one for origin in origins for one in origin.agreements}
    twins = list(dict.fromkeys(origin.twin_hash for origin in origins))
    parameters: dict[str, Scalar] = {
        "answers": " ".join(one.key for one in futures),
        "futures": "; ".join(one.name for one in futures),
    }
    return replace(
        latest,
        label=label,
        parameters=parameters,
        twin_hash=twins[0] if len(twins) == 1 else sha256("\n".join(twins).encode()).hexdigest(),
        software=latest.software,
        exercise=any(origin.exercise for origin in origins),
        agreements=tuple(relied[name] for name in sorted(relied)),
    )
