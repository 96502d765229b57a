"""``/people``: who has an account here, and changing that."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from redball.access import Role, parse_subject
from redball.access.actions import Action
from redball.access.subject import HELD, Purpose
from redball.app.people import (
    AccountShown,
    NotKnown,
    Outcome,
    account_add,
    account_change,
    account_close,
    account_link,
    account_list,
    identity_link,
    session_list,
    session_revoke,
)
from redball.model import BadUse, NotPermitted, RedballError
from redball.model.labels import CLASSIFICATIONS
from redball.web.pages.people.part import acting, pages, register_of
from redball.web.visit import Visit, Visited

Word = Annotated[str, Form(max_length=200)]
Words = Annotated[list[str] | None, Form(max_length=20)]
NONE = "none"


@dataclass(frozen=True)
class Given:
    """What somebody typed for a new account, to be shown again when it can't be used."""

    name: str = ""
    display: str = ""
    nation: str = ""
    role: str = ""
    clearance: str = ""
    caveats: tuple[str, ...] = ()
    service: bool = False

    @property
    def subject(self) -> str:
        """As :func:`redball.access.parse_subject` reads it."""
        return subject_text(self.nation, self.role, self.clearance, self.caveats)


@dataclass(frozen=True)
class Row:
    """An account as the page shows it."""

    account: AccountShown
    clearance: str
    caveats: str
    held: tuple[str, ...] = field(default=())
    purpose: str = ""


def subject_text(
    nation: str, role: str, clearance: str, caveats: tuple[str, ...], purpose: str = "operations"
) -> str:
    """Write a subject from the fields of a form."""
    words = [nation.strip().upper(), f"role={role}", f"clearance={clearance}"]
    words += [f"caveats={','.join(caveats) or NONE}", f"purpose={purpose}"]
    return parse_subject(" ".join(words)).text


def row(account: AccountShown) -> Row:
    """Take a subject apart for people to read."""
    subject = parse_subject(account.subject)
    upto = subject.clearance == CLASSIFICATIONS[: len(subject.clearance)]
    highest = subject.clearance[-1:] if upto else subject.clearance
    held = tuple(sorted(subject.caveats))
    return Row(
        account, ", ".join(highest) or NONE, ", ".join(held) or NONE, held, str(subject.purpose)
    )


@pages.page("/people", action=Action.ADMINISTER)
def people(visit: Visited) -> Response:
    """Show the register."""
    return _listed(visit, Given())


def _listed(
    visit: Visit, given: Given, error: RedballError | None = None, *, notice: str = ""
) -> Response:
    found = account_list(register_of(visit), acting(visit))
    active = sum(one.state == "active" for one in found)
    invited = sum(one.state == "invited" for one in found)
    waiting = f"; {invited} invited and not enrolled yet" if invited else ""
    return visit.page(
        "people/list.html",
        title="People",
        status=200 if error is None else 400,
        live=("people",),
        lead=f"{active} of {len(found)} accounts can be used{waiting}.",
        people=[row(one) for one in found],
        given=given,
        said=notice if error is None else error.what,
        mend="" if error is None else error.mend,
        choices=choices(),
    )


def choices() -> dict[str, object]:
    """What the fields of a subject offer."""
    return {
        "roles": [(str(one), str(one)) for one in Role],
        "clearances": [(NONE, NONE), *((one, one) for one in CLASSIFICATIONS)],
        "caveats": HELD,
        "purposes": [(str(one), str(one)) for one in Purpose],
    }


@pages.api("/people", action=Action.ADMINISTER)
def people_api(visit: Visited) -> dict[str, object]:
    """List all accounts."""
    found = account_list(register_of(visit), acting(visit))
    return {
        "people": [
            {
                "account": one.key,
                "name": one.name,
                "display": one.display,
                "subject": one.subject,
                "service": one.service,
                "state": one.state,
                "passkeys": one.passkeys,
                "password": one.password,
                "created_at": one.created_at.isoformat(),
            }
            for one in found
        ]
    }


@pages.act("/people", action=Action.ADMINISTER, step_up=True)
def add(
    visit: Visited,
    name: Word,
    display: Word,
    nation: Word,
    role: Word,
    clearance: Word,
    caveats: Words = None,
    service: Word = "",
) -> Response:
    """Add an account, or ask a second person for it."""
    given = Given(name, display, nation, role, clearance, tuple(caveats or ()), bool(service))
    try:
        outcome = account_add(
            register_of(visit),
            acting(visit),
            name,
            given.subject,
            display=display,
            service=given.service,
        )
    except (BadUse, NotPermitted) as error:
        return _listed(visit, given, error)
    return _gone_on(visit, outcome)


def _gone_on(visit: Visit, outcome: Outcome) -> Response:
    if not outcome.done:
        return visit.redirect("/people/approvals")
    return visit.redirect(f"/people/{outcome.account}")


@pages.page("/people/{key}", action=Action.ADMINISTER)
def person(visit: Visited, key: str) -> Response:
    """Show one account."""
    return _person(visit, key)


def _person(visit: Visit, key: str, error: RedballError | None = None) -> Response:
    register, asks = register_of(visit), acting(visit)
    found = [one for one in account_list(register, asks) if one.key == key]
    if not found:
        raise NotKnown("account", key)
    return visit.page(
        "people/person.html",
        title=found[0].display,
        status=200 if error is None else 400,
        live=("people",),
        person=row(found[0]),
        sessions=session_list(register, asks, key),
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
        choices=choices(),
    )


@pages.act("/people/{key}", action=Action.ADMINISTER, step_up=True)
def change(
    visit: Visited,
    key: str,
    display: Word,
    nation: Word,
    role: Word,
    clearance: Word,
    purpose: Word = "operations",
    caveats: Words = None,
) -> Response:
    """Change what somebody may do, or ask a second person for it."""
    try:
        subject = subject_text(nation, role, clearance, tuple(caveats or ()), purpose)
        outcome = account_change(
            register_of(visit), acting(visit), key, subject=subject, display=display
        )
    except NotKnown:
        raise
    except (BadUse, NotPermitted) as error:
        return _person(visit, key, error)
    return _gone_on(visit, outcome)


@pages.act("/people/{key}/close", action=Action.ADMINISTER, step_up=True)
def close(visit: Visited, key: str) -> Response:
    """Close an account for good."""
    try:
        account_close(register_of(visit), acting(visit), key)
    except NotPermitted as error:
        return _person(visit, key, error)
    return visit.redirect("/people")


@pages.act("/people/{key}/link", action=Action.ADMINISTER, step_up=True)
def make_link(visit: Visited, key: str) -> Response:
    """Make a link for somebody, shown once; or ask a second person for it."""
    try:
        made = account_link(register_of(visit), acting(visit), key)
    except NotKnown:
        raise
    except BadUse as error:
        return _person(visit, key, error)
    if not made.outcome.done:
        return visit.redirect("/people/approvals")
    return visit.page(
        "people/once.html",
        title="A link to sign in",
        explained="Hand it over on a way that you trust. It counts once, for three days; with it "
        "the person sets up how to sign in, and what they had before is void.",
        codes=(),
        secret=f"{visit.settings.origin}{visit.settings.root_path}/link/{made.secret}",
        onward=f"/people/{key}",
        onward_words="I have handed it over",
    )


@pages.act("/people/{key}/identity", action=Action.ADMINISTER, step_up=True)
def link_identity(visit: Visited, key: str, identity: Word) -> Response:
    """Let an identity of the nation's provider sign in as somebody."""
    provider = visit.settings.identity
    if provider is None:
        raise BadUse("This server has no identity provider.", mend="Start it with --oidc-issuer.")
    try:
        outcome = identity_link(
            register_of(visit), acting(visit), key, provider.issuer, identity.strip()
        )
    except NotKnown:
        raise
    except BadUse as error:
        return _person(visit, key, error)
    return _gone_on(visit, outcome)


@pages.act("/people/{key}/sessions/end", action=Action.ADMINISTER)
def end_sessions(visit: Visited, key: str) -> Response:
    """End all sessions of somebody, at once."""
    session_revoke(register_of(visit), acting(visit), key)
    return visit.redirect(f"/people/{key}")
