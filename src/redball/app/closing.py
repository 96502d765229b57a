"""When a use case ends: is what it relied on still in force, and what was refused is recorded."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar, cast

import polars as pl

from redball.access import Subject
from redball.app.answers import Answer
from redball.app.doing import Doing, ends_with
from redball.app.picture import PictureResult
from redball.app.releasing import agreements_in_force
from redball.ledger import Event, EventKind
from redball.model import NotPermitted, NotVisible, RedballError
from redball.model.labels import CANARY
from redball.store import Store, open_store

R = TypeVar("R")


class AgreementEnded(NotPermitted):
    """An agreement that an answer relied on ended while it was worked out."""


class Closing:
    """What is done when a use case ends."""

    def closed(self, doing: Doing, result: R) -> R:
        """Return a result, or withhold it; see :func:`closed`."""
        return closed(doing, result)

    def refused(self, doing: Doing, error: NotPermitted | NotVisible) -> None:
        """Write a refusal down; see :func:`refused`."""
        refused(doing, error)


def closed(doing: Doing, result: R) -> R:
    """Return the result of a use case, or withhold it where an agreement ended meanwhile.

    An :class:`redball.app.Answer` that stays says among its assumptions under which agreements and
    how exactly partners' rows were seen; one that is withheld says so in place of its figures.

    Raises
    ------
    AgreementEnded
        The result is of another sort.
    """
    ended = _ended(doing)
    if not ended:
        return _with_words(result, tuple(s for one in doing.relied for s in one.said))
    said = (
        f"This answer is withheld: it rests on {', '.join(ended)}, "
        "which ended while it was worked out.",
        "Ask again: the new answer rests on what may be read now.",
    )
    if isinstance(result, Answer):
        bare = replace(result, said=said, figures={}, tables={}, charts=(), assumptions=())
        return cast("R", bare)
    raise AgreementEnded(said[0], mend=said[1])


def _with_words(result: R, said: tuple[str, ...]) -> R:
    """Say how partners' rows were seen, where a result has a place for it."""
    fresh = tuple(dict.fromkeys(said))
    if isinstance(result, Answer):
        return cast("R", replace(result, assumptions=(*result.assumptions, *fresh)))
    if isinstance(result, PictureResult):
        picture = replace(result.picture, assumptions=(*result.picture.assumptions, *fresh))
        return cast("R", replace(result, picture=picture))
    return result


def _ended(doing: Doing) -> list[str]:
    """Agreements that were relied on and are not in force any more."""
    found: set[str] = set()
    now = datetime.now(UTC)
    for one in doing.relied:
        with open_store(one.store) as store:
            live = {(each.id, each.version) for each in agreements_in_force(store, now)}
        found |= {f"{name} version {version}" for name, version in set(one.agreements) - live}
    return sorted(found)


def refused(doing: Doing, error: NotPermitted | NotVisible) -> None:
    """Write a refusal into the ledgers of the stores that were looked into.

    A look for something that the viewer is not shown counts as one: many of them are how somebody
    finds out what is there. Looking for a canary raises an alarm. What can't be written down is
    refused all the same.
    """
    for url, subject in dict.fromkeys(doing.asked):
        with suppress(RedballError), open_store(url) as store:
            store.record([_refusal(doing, store, subject, error)])


def _refusal(
    doing: Doing, store: Store, subject: Subject, error: NotPermitted | NotVisible
) -> Event:
    asked = error.asked if isinstance(error, NotVisible) else ""
    bait = isinstance(error, NotVisible) and _is_canary(store, error)
    return Event(
        EventKind.ALARM if bait else EventKind.REFUSAL,
        "touch canary" if bait else doing.name.rpartition(".")[2].strip("_").replace("_", " "),
        subject.text,
        asked or error.where,
        datetime.now(UTC),
        facts={
            "action": str(doing.action),
            "asked": asked,
            "reason": "not visible" if isinstance(error, NotVisible) else "not permitted",
        },
    )


def _is_canary(store: Store, error: NotVisible) -> bool:
    """Whether the row that was looked for is bait."""
    bait = [number for number, label in store.labels().items() if CANARY in label.caveats]
    if not bait:
        return False
    frame = store.read(as_of=None, labels=bait, names=[error.table]).frames[error.table]
    owner = pl.col("owner").cast(pl.String) == error.owner
    return not frame.filter(owner & (pl.col("key") == error.key)).is_empty()


ends_with(Closing())
