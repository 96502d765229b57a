"""Drafts of scenarios: kept for an account at the desk, as the text that the command line reads."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from redball.access import Role, parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.desk import Desk
from redball.desk.drafts import Draft, change_draft, draft_of, drafts_of, put_draft, remove_draft
from redball.desk.people import Account, account_named
from redball.model import BadUse
from redball.planning.scenarios import read_scenario

MOST_DRAFTS = 100
"""Drafts that one account keeps at most."""


class NoSuchDraft(BadUse):
    """There is none of that key, or it is another's: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such scenario.", mend="See your own under Scenarios.")


class DraftChanged(BadUse):
    """Somebody, most likely the same person in another window, changed it meanwhile."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This scenario was changed in another window meanwhile.",
            mend="Save it under another name, or open it anew.",
        )


class NoSuchDrafter(BadUse):
    """There is no such account, or its drafts are not for this viewer: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "There is no such account whose drafts this viewer may have.",
            where="account",
            mend="Give the name that is typed to sign in, and the account's own subject or the "
            "nation's node as viewer.",
        )


@use_case(Action.SEE)
def drafter(desk: Desk, name: str, viewer: str) -> Account:
    """The account of a name, for its own subject and for the node of its nation.

    Raises
    ------
    NoSuchDrafter
        There is none, or it is not for this viewer.
    """
    subject = parse_subject(viewer)
    authorised(subject, Action.SEE)
    with desk.reading() as connection:
        found = account_named(connection, name.strip().casefold())
    if found is None:
        raise NoSuchDrafter
    own = parse_subject(found.subject)
    if own != subject and (subject.role is not Role.NODE or own.nation != subject.nation):
        raise NoSuchDrafter
    return found


@use_case(Action.SEE)
def scenario_drafts(desk: Desk, account: str, viewer: str) -> tuple[Draft, ...]:
    """Somebody's drafts, the last changed first."""
    authorised(parse_subject(viewer), Action.SEE)
    return tuple(drafts_of(desk, account))


@use_case(Action.SEE)
def scenario_draft(desk: Desk, account: str, viewer: str, key: str) -> Draft:
    """One of somebody's drafts.

    Raises
    ------
    NoSuchDraft
        There is none, or it is another's.
    """
    authorised(parse_subject(viewer), Action.SEE)
    found = draft_of(desk, account, key)
    if found is None:
        raise NoSuchDraft
    return found


@use_case(Action.SEE)
def scenario_draft_keep(
    desk: Desk, account: str, viewer: str, text: str, *, key: str = "", version: int = 0
) -> Draft:
    """Keep a scenario: a new draft, or a change of one.

    Parameters
    ----------
    desk : Desk
    account, viewer : str
    text : str
        TOML; it is kept as it is, once it can be read.
    key : str
        Of the draft that it replaces; empty for a new one.
    version : int
        That was changed.

    Raises
    ------
    BadData, BadUse, UnsafeFile
        It is no scenario, or there are too many drafts; nothing is kept.
    NoSuchDraft
        There is none of that key.
    DraftChanged
        Its version is another by now.
    """
    authorised(parse_subject(viewer), Action.SEE)
    name = read_scenario(text).name
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    if key:
        before = scenario_draft(desk, account, viewer, key)
        made = replace(before, name=name, text=text, changed_at=at, version=version + 1)
        if not change_draft(desk, made):
            raise DraftChanged
        return made
    made = Draft(secrets.token_urlsafe(12), account, name, text, at)
    if not put_draft(desk, made, most=MOST_DRAFTS):
        raise BadUse(
            f"You keep {MOST_DRAFTS} scenarios already.", mend="Remove those of no use any more."
        )
    return made


@use_case(Action.SEE)
def scenario_draft_remove(desk: Desk, account: str, viewer: str, key: str) -> None:
    """Throw a draft away.

    Raises
    ------
    NoSuchDraft
        There is none, or it is another's.
    """
    authorised(parse_subject(viewer), Action.SEE)
    if not remove_draft(desk, account, key):
        raise NoSuchDraft
