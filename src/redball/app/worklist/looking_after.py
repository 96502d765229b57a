"""Who may be told to look after a finding: people of the nation who have an account here."""

from redball.access import parse_subject
from redball.access.actions import PERMITTED, Action
from redball.accounts.names import folded
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.app.view import View
from redball.desk import Desk
from redball.desk.people import Account, accounts
from redball.model import BadUse, RedballError


@use_case(Action.NOTE)
def worklist_people(view: View, desk: Desk) -> tuple[str, ...]:
    """Names of those who may look after the nation's findings, each once and in order.

    Raises
    ------
    NotPermitted
        The role may not deal with the list.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.NOTE)
    return tuple(sorted({one.display for one in _people(desk, subject.nation)}))


def known_person(desk: Desk, nation: str, name: str) -> str:
    """The name of somebody who may look after findings, by that or by what they sign in with.

    A desk without accounts, such as that of a node which is only used by commands, knows nobody:
    every name is taken as it is given.

    Raises
    ------
    BadUse
        There are accounts of the nation, and none of that name.
    """
    people = _people(desk, nation)
    if not name or not people:
        return name
    typed = _folded(name)
    for one in people:
        if name == one.display or typed == one.name:
            return one.display
    raise BadUse(
        f"Nobody of {nation} who works on findings has the name '{name}'.",
        where="assignee",
        mend="Choose a name from the list; who has no account is added under People.",
    )


def _folded(name: str) -> str:
    try:
        return folded(name)
    except RedballError:  # such as one with spaces: it is nobody's to sign in with
        return ""


def _people(desk: Desk, nation: str) -> list[Account]:
    with desk.reading() as connection:
        found = [(one, parse_subject(one.subject)) for one in accounts(connection)]
    return [
        one
        for one, subject in found
        if one.active
        and not one.service
        and subject.nation == nation
        and Action.NOTE in PERMITTED[subject.role]
    ]
