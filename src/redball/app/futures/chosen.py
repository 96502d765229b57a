"""Which kept answers are set side by side, and what each is called."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, kept_answer, kept_answers, kept_as_answer
from redball.app.doing import use_case
from redball.app.view import View
from redball.model import BadUse

LETTERS = "ABCD"
KINDS_KEPT = ("simulate", "stress")
"""Kinds of answers that can be set side by side, each with its own kind."""
_NAME = 60


@dataclass(frozen=True)
class KeptFuture:
    """One of the futures.

    Attributes
    ----------
    letter : str
        Its place in the order in which they were given.
    key : str
        Of the kept answer.
    answer : Answer
    """

    letter: str
    key: str
    answer: Answer = field(repr=False)

    @property
    def name(self) -> str:
        """Its letter and what it is about, distinct among all that are set side by side."""
        parameters = self.answer.origin.parameters
        about = str(parameters.get("scenario") or "undisturbed")
        if self.answer.kind == "stress":
            lost, days = parameters.get("days_lost"), parameters.get("horizon_days")
            about = f"{lost} days lost of {days}"
        return f"{self.letter}: {about[:_NAME]}"


@use_case(Action.SEE)
def futures_kept(store: str, viewer: str, *, most: int = 40) -> pl.DataFrame:
    """Kept answers that can be set side by side, the newest first, with what each is about."""
    kept = kept_answers(store, viewer)
    return kept.filter(pl.col("kind").is_in(KINDS_KEPT)).head(most)


def chosen(view: View, keys: Sequence[str], baseline: str | None) -> tuple[KeptFuture, ...]:
    """Read the futures, the baseline first.

    Raises
    ------
    BadUse
        Fewer than two, more than four, one twice, of two kinds, or one that is not kept for this
        viewer.
    NotPermitted
        One rests on an agreement that is not in force any more.
    """
    wanted = list(dict.fromkeys(keys))
    if not 2 <= len(wanted) <= len(LETTERS) or len(wanted) != len(keys):
        raise BadUse(
            f"{len(wanted)} different answers are given.",
            where="answers",
            mend=f"Choose two to {len(LETTERS)}, each once.",
        )
    records = [kept_answer(view.store, view.viewer, key) for key in wanted]
    if len({record.key for record in records}) < len(records):
        raise BadUse("One answer is given twice.", where="answers", mend="Choose each once.")
    kinds = sorted({record.kind for record in records})
    if len(kinds) > 1 or kinds[0] not in KINDS_KEPT:
        raise BadUse(
            f"Answers of the kind {' and '.join(kinds)} can't be set side by side.",
            where="answers",
            mend=f"Choose answers of one kind: {' or '.join(KINDS_KEPT)}.",
        )
    found = [
        KeptFuture(letter, record.key, kept_as_answer(view.store, view.viewer, record))
        for letter, record in zip(LETTERS, records, strict=False)
    ]
    if baseline is None:
        return tuple(found)
    first = [one for one in found if one.key.startswith(baseline) or one.letter == baseline]
    if len(first) != 1:
        raise BadUse(
            f"'{baseline[:80]}' is not one of the answers.",
            where="baseline",
            mend=f"Name one by its key or by its letter, {LETTERS[0]} to {found[-1].letter}.",
        )
    return (first[0], *(one for one in found if one is not first[0]))
