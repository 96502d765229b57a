"""Keys: which are trusted, making one, trusting a partner's; both take two persons."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.key_wishes import (
    FINGERPRINT_SIGNS,
    KeyWish,
    key_table,
    wish_do,
    wish_drop,
    wish_list,
    wish_make,
    wish_of,
    wish_trust,
)
from redball.app.keys import ALGORITHMS, LEDGER
from redball.app.people import approval_ask, approval_use
from redball.app.people.approving import Matter, hash_of
from redball.web.answers.tables import tabled
from redball.web.pages.people.part import acting, register_of
from redball.web.pages.sharing.approved import Standing, standing
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

Line = Annotated[str, Form(max_length=400)]
KeyText = Annotated[str, Form(max_length=4_000)]


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    act = "/sharing/keys/{key}"
    pages.page("/sharing/keys", action=Action.ADMINISTER)(keys_page)
    pages.api("/keys", action=Action.ADMINISTER)(keys_api)
    pages.act("/sharing/keys", action=Action.ADMINISTER, step_up=True)(make)
    pages.act("/sharing/keys/trust", action=Action.ADMINISTER, step_up=True)(trust)
    pages.act(f"{act}/do", action=Action.ADMINISTER, step_up=True)(do)
    pages.act(f"{act}/discard", action=Action.ADMINISTER)(discard)


def keys_page(visit: Visited) -> Response:
    """Keys that are trusted here, and what waits for a second person."""
    found = key_table(visit.view)
    own = found.filter(found["name"] == visit.subject.nation)
    return visit.page(
        "sharing/keys.html",
        title="Keys",
        live=("people",),
        nation=visit.subject.nation,
        total=found.height,
        own=own["fingerprint"][0] if own.height else "",
        signs=FINGERPRINT_SIGNS,
        agrees=visit.may(Action.AGREE),
        names=[(visit.subject.nation, visit.subject.nation), (LEDGER, "ledger of this store")],
        algorithms=[(one, one) for one in ALGORITHMS],
        wishes=[(one, _standing(visit, one)) for one in wish_list(visit.view)],
        table_of=tabled(
            visit,
            found,
            "Trusted keys",
            anchor="keys",
            columns=("name", "algorithm", "signs_here", "fingerprint"),
            empty="No key is trusted here.",
        ),
    )


def keys_api(visit: Visited) -> dict[str, object]:
    """Keys that are trusted here: public halves and fingerprints."""
    return {"keys": key_table(visit.view).to_dicts()}


def make(visit: Visited, name: Line, algorithm: Line) -> Response:
    """Want a key, and ask a second person."""
    return _asked(visit, wish_make(visit.view, name, algorithm))


def trust(
    visit: Visited,
    public_key: KeyText,
    fingerprint: Line,
    replace: Annotated[bool, Form()] = False,
) -> Response:
    """Want a partner's key trusted, and ask a second person."""
    return _asked(visit, wish_trust(visit.view, public_key, fingerprint, replace=replace))


def do(visit: Visited, key: str) -> Response:
    """Make or trust the key, once a second person has approved exactly this."""
    wish = wish_of(visit.view, key)
    approval_use(register_of(visit), acting(visit), Matter.KEY, hash_of(wish.document))
    wish_do(visit.view, key)
    return visit.redirect("/sharing/keys")


def discard(visit: Visited, key: str) -> Response:
    """Want it no more."""
    wish_drop(visit.view, key)
    return visit.redirect("/sharing/keys")


def _asked(visit: Visit, wish: KeyWish) -> Response:
    if not _standing(visit, wish).asked:
        register, who = register_of(visit), acting(visit)
        approval_ask(register, who, Matter.KEY, hash_of(wish.document), wish.said)
    return visit.redirect("/sharing/keys")


def _standing(visit: Visit, wish: KeyWish) -> Standing:
    return standing(visit, hash_of(wish.document))
