"""Rules about the package as a whole."""

from collections.abc import Iterable
from datetime import datetime

from redball.exchange.check.labels import LABEL_UNREADABLE, OWNER_CODE
from redball.exchange.check.log import SheetIssue
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.work import Work
from redball.exchange.package import Package
from redball.model.errors import LabelError
from redball.model.labels import OWNER_CODE as OWNER_PATTERN

AS_OF_FUTURE = Rule(
    "as-of-in-the-future",
    ERROR,
    "The package describes a moment that has not come.",
    "It would supersede every true package until then.",
    "Correct 'as_of' in the manifest, and check its zone.",
)
EMPTY_TABLE = Rule(
    "empty-table",
    WARNING,
    "The table has no rows and changes nothing.",
    "An empty sheet is mostly one that nobody filled in; taking it at its word would withdraw all.",
    "Leave the sheet out if nothing was meant.",
)
WITHDRAWAL_HELD = Rule(
    "withdrawal-held",
    WARNING,
    "Rows that the package does not carry are kept this time.",
    "While a row or sheet can't be read, it is not known which stored rows it stands for.",
    "Mend the errors of this table and send it again.",
)
RULES = (AS_OF_FUTURE, EMPTY_TABLE, WITHDRAWAL_HELD)


def as_of_issues(as_of: datetime, now: datetime) -> list[SheetIssue]:
    """Report a package that describes the future."""
    if as_of <= now:
        return []
    message = f"The package describes {as_of.isoformat()}, which has not come."
    return [_issue(AS_OF_FUTURE, "as_of", message)]


def manifest_label_issues(owner: str, error: LabelError) -> list[SheetIssue]:
    """Report an owner or a default label that can't be read."""
    if OWNER_PATTERN.match(owner):
        return [_issue(LABEL_UNREADABLE, "label", error.what, error.mend)]
    return [_issue(OWNER_CODE, "owner", error.what)]


def empty_tables_issue(works: Iterable[Work]) -> list[SheetIssue]:
    """Name the tables that came without rows, in one issue."""
    names = [work.spec.name for work in works if work.frame.is_empty()]
    if not names:
        return []
    return [_issue(EMPTY_TABLE, "", f"Without rows, and left as stored: {', '.join(names)}.")]


def hold_withdrawal(work: Work, some_sheet_unread: bool) -> None:
    """Withdraw nothing from a table while rows were sent that are not known by their key.

    Parameters
    ----------
    some_sheet_unread : bool
        Whether the reader left out a sheet of the package because of an error.
    """
    if work.content != "full":
        return
    unreadable = work.frame["key"].null_count()
    own_notes = any(note.severity == ERROR for part in work.parts for note in part.raw.notes)
    if unreadable:
        reason = f"Rows with errors whose key can't be read: {unreadable}."
    elif own_notes or some_sheet_unread:
        reason = "A sheet was not read in full."
    else:
        return
    work.content = "changes"
    work.log.whole(WITHDRAWAL_HELD, "key", f"{WITHDRAWAL_HELD.title} {reason}")


def reader_issues(package: Package) -> list[SheetIssue]:
    """Take over the reader's notes about the package and its sheets."""
    notes = [*package.notes, *(note for raw in package.tables for note in raw.notes)]
    return [
        SheetIssue(n.severity, n.sheet, n.column, n.rule, n.message, n.mend)
        for n in dict.fromkeys(notes)
    ]


def _issue(rule: Rule, column: str, message: str, mend: str = "") -> SheetIssue:
    return SheetIssue(rule.severity, "", column, rule.id, message, mend or rule.mend)
