"""What people do with findings: assign, comment, accept, reopen, acknowledge.

An act is written into the store's ledger first, then into the list, and only then shown. Whoever
acts says what they knew last; where somebody wrote meanwhile, nothing is written and they are told.
A leaf of the ledger without an entry of the list is an attempt that was overtaken.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.app.view import View, opened
from redball.app.worklist.listing import Sheet, worklist_finding
from redball.app.worklist.looking_after import known_person
from redball.app.worklist.states import State, readable
from redball.desk import Desk
from redball.desk.worklist import Entry, add_entry
from redball.ledger import Event, EventKind
from redball.model import BadUse

MOST_WORDS = 4_000
MOST_NAME = 80
LONGEST = timedelta(days=731)
"""For how long a finding may be accepted: two years."""


class Overtaken(BadUse):
    """Somebody wrote about the finding since its reader looked: nothing was written."""

    status = 409

    def __init__(self, key: str) -> None:
        super().__init__(
            "Somebody else wrote about this finding while you did; nothing was written.",
            where=key,
            mend="Look at what they wrote, then send yours again.",
        )
        self._key = key

    def __reduce__(self) -> tuple[type["Overtaken"], tuple[str]]:
        """Let the error travel from a worker."""
        return (Overtaken, (self._key,))


@dataclass(frozen=True)
class Author:
    """Who writes, and what they knew.

    Attributes
    ----------
    by : str
        Name of the person.
    version : str or None
        The last entry that they saw, empty for none; None for whatever there is now.
    """

    by: str
    version: str | None = None


@use_case(Action.NOTE)
def worklist_assign(view: View, desk: Desk, key: str, assignee: str, author: Author) -> Sheet:
    """Say who looks after a finding; empty takes it back.

    Raises
    ------
    NoSuchFinding
        It is not in the viewer's list.
    BadUse
        It is gone, or nobody of the nation has the name.
    Overtaken
        Somebody else wrote meanwhile.
    """
    typed = _plain(assignee, "The name of who looks after it", MOST_NAME)
    sheet = _live(view, desk, key)
    name = known_person(desk, view.nation, typed)
    if name == sheet.standing.assignee:
        raise BadUse("That is who looks after it already." if name else "Nobody looks after it.")
    return _write(view, desk, sheet, author, "assign", assignee=name)


@use_case(Action.NOTE)
def worklist_comment(view: View, desk: Desk, key: str, words: str, author: Author) -> Sheet:
    """Write a comment; shown to who sees the finding and is cleared for its label of now.

    Raises
    ------
    NoSuchFinding, BadUse, Overtaken
        See :func:`worklist_assign`.
    """
    said = _needed(words, "A comment needs words.")
    return _write(view, desk, worklist_finding(view, desk, key), author, "comment", words=said)


@use_case(Action.NOTE)
def worklist_accept(
    view: View, desk: Desk, key: str, reason: str, until: date, author: Author
) -> Sheet:
    """Accept a finding for a reason until the end of a day; worse than now, it comes back earlier.

    Raises
    ------
    NoSuchFinding, BadUse, Overtaken
        See :func:`worklist_assign`; there is no reason, or the day is past or too far off.
    """
    said = _needed(reason, "Accepting a finding needs a reason.")
    sheet = _live(view, desk, key)
    today = sheet.origin.as_of.date()
    if not today <= until <= today + LONGEST:
        raise BadUse(
            f"A finding can be accepted until a day from {today} to {today + LONGEST}.",
            where=until.isoformat(),
            mend="Give a day on which it is to come back.",
        )
    return _write(view, desk, sheet, author, "accept", words=said, until=until)


@use_case(Action.NOTE)
def worklist_reopen(view: View, desk: Desk, key: str, reason: str, author: Author) -> Sheet:
    """Open an accepted finding again.

    Raises
    ------
    NoSuchFinding, BadUse, Overtaken
        See :func:`worklist_assign`; it is not accepted.
    """
    said = _plain(reason, "The reason", MOST_WORDS)
    sheet = _live(view, desk, key)
    if sheet.standing.state is not State.ACCEPTED:
        raise BadUse("Only an accepted finding can be opened again.", mend="It is open.")
    return _write(view, desk, sheet, author, "reopen", words=said)


@use_case(Action.NOTE)
def worklist_acknowledge(view: View, desk: Desk, key: str, words: str, author: Author) -> Sheet:
    """Take note that a finding is gone: it leaves the list, and comes back when it is found again.

    Returns
    -------
    Sheet
        As it was before.

    Raises
    ------
    NoSuchFinding, BadUse, Overtaken
        See :func:`worklist_assign`; it is not gone.
    """
    said = _plain(words, "The comment", MOST_WORDS)
    sheet = worklist_finding(view, desk, key)
    if sheet.gone is None:
        raise BadUse("The finding is still found.", mend="Accept it with a reason and a date.")
    entry = _entry(view, sheet, author, "acknowledge", words=said)
    _add(view, desk, sheet, author, entry)
    return sheet


def _live(view: View, desk: Desk, key: str) -> Sheet:
    sheet = worklist_finding(view, desk, key)
    if sheet.gone is not None:
        raise BadUse("The finding is gone.", mend="Take note of that, or write a comment.")
    return sheet


def _write(
    view: View,
    desk: Desk,
    sheet: Sheet,
    author: Author,
    verb: str,
    *,
    words: str = "",
    assignee: str = "",
    until: date | None = None,
) -> Sheet:
    entry = _entry(view, sheet, author, verb, words=words, assignee=assignee, until=until)
    _add(view, desk, sheet, author, entry)
    return worklist_finding(view, desk, sheet.key)


def _entry(
    view: View,
    sheet: Sheet,
    author: Author,
    verb: str,
    *,
    words: str = "",
    assignee: str = "",
    until: date | None = None,
) -> Entry:
    if view.as_of is not None:
        raise BadUse("The past can't be changed.", mend="Go back to now.")
    authorised(parse_subject(view.viewer), Action.NOTE)  # the looks above went by another action
    by = _needed(author.by, "It is not known who does this.", MOST_NAME)
    label = sheet.finding.label
    return Entry(
        nation=view.nation, key=sheet.key, at=datetime.now(UTC), by=by,
        subject=parse_subject(view.viewer).text, verb=verb, words=words, assignee=assignee,
        until=until, level=sheet.finding.level.value, label=label, revision=sheet.origin.revision,
    )  # fmt: skip


def _add(view: View, desk: Desk, sheet: Sheet, author: Author, entry: Entry) -> None:
    subject = parse_subject(view.viewer)
    version = sheet.standing.version if author.version is None else author.version

    def fits(so_far: Sequence[Entry]) -> bool:
        known = readable(so_far, subject, sheet.under)
        return (known[-1].id if known else "") == version

    if sheet.standing.version != version:
        raise Overtaken(sheet.key)
    if not add_entry(desk, _recorded(view, entry), fits=fits):
        raise Overtaken(sheet.key)


def _recorded(view: View, entry: Entry) -> Entry:
    """The entry with its leaf: only a salted commitment to its words is in the ledger."""
    event = Event(
        EventKind.DECISION,
        f"{entry.verb} finding",
        entry.subject,
        f"finding {entry.key}",
        entry.at,
        label=entry.label.text,
        agreements=tuple(sorted(entry.label.agreements)),
        facts={"revision": entry.revision},
        secret={
            "by": entry.by,
            "words": entry.words,
            "assignee": entry.assignee,
            "until": entry.until.isoformat() if entry.until else "",
            "level": entry.level,
        },
    )
    with opened(view.store) as store:
        (leaf,) = store.record([event])
    return replace(entry, leaf=leaf)


def _needed(words: str, missing: str, most: int = MOST_WORDS) -> str:
    said = _plain(words, "The text", most)
    if not said:
        raise BadUse(missing, mend="Write it in a few words.")
    return said


def _plain(words: str, what: str, most: int) -> str:
    """Text as it is kept: without what can't be seen or turns the order of letters around."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    said = "".join(c for c in lines if c == "\n" or unicodedata.category(c)[0] != "C").strip()
    if len(said) > most:
        raise BadUse(f"{what} is longer than {most:,} letters.", mend="Make it shorter.")
    return said
