"""The ledger: entries, signs of misuse, verifying it, proofs to take away."""

import tempfile
from pathlib import Path
from typing import Annotated

import polars as pl
from fastapi import Query
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.app import LedgerVerdict
from redball.ledger import EventKind
from redball.model import BadUse
from redball.web.answers.tables import tabled
from redball.web.pages.sharing.agreements import as_document
from redball.web.routing import Pages
from redball.web.uploads.jobs import Jobs
from redball.web.visit import Visit, Visited

PATIENCE = 4.0
_JOB = "ledger verify"
Word = Annotated[str, Query(max_length=80)]


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    pages.page("/sharing/ledger", action=Action.ADMINISTER)(ledger)
    pages.api("/ledger", action=Action.ADMINISTER)(ledger_api)
    pages.act("/sharing/ledger/verify", action=Action.ADMINISTER, costly=True)(verify)
    pages.file("/sharing/ledger/checkpoint", action=Action.ADMINISTER, step_up=True)(checkpoint)
    pages.file("/sharing/ledger/{entry}/proof", action=Action.ADMINISTER)(proof)
    pages.file("/sharing/ledger/keys", action=Action.ADMINISTER)(keys)


def ledger(visit: Visited, kind: Word = "", actor: Word = "", since: Word = "") -> Response:
    """Entries, filtered by the address; content that is only committed to stays closed."""
    found = _entries(visit, kind, actor, since)
    job = visit.services.of(Jobs).of(_JOB)
    done = None if job is None or job.runs else job
    watch = app.ledger_watch(visit.settings.store)
    return visit.page(
        "sharing/ledger.html",
        title="Ledger",
        live=("ledger",),
        kinds=[(str(one), str(one)) for one in EventKind],
        kind=kind,
        actor=actor,
        since=since,
        entries=tabled(
            visit,
            found,
            "Entries",
            anchor="entries",
            columns=("entry", "at", "kind", "verb", "actor", "object", "label", "facts"),
            links={"entry": lambda row: visit.url(f"/sharing/ledger/{row['entry']}/proof")},
            per_page=50,
        ),
        total=found.height,
        watch=tabled(visit, watch, "Signs of misuse", anchor="watch", prefix="w"),
        signs=watch.height,
        runs=job is not None and job.runs,
        verdict=done.result
        if done is not None and isinstance(done.result, LedgerVerdict)
        else None,
        error=None if done is None else done.error,
    )


def ledger_api(
    visit: Visited, kind: Word = "", actor: Word = "", since: Word = "", limit: int = 1_000
) -> dict[str, object]:
    """The newest entries, without what they only commit to."""
    found = _entries(visit, kind, actor, since)
    return {"total": found.height, "entries": found.head(max(1, min(limit, 10_000))).to_dicts()}


def verify(visit: Visited) -> Response:
    """Compare every row with the ledger; goes on when the page is left."""
    store = visit.settings.store
    job = visit.services.of(Jobs).ask(
        _JOB, "verify", lambda progress: app.ledger_verify(store, progress=progress)
    )
    job.ended.wait(PATIENCE)
    return visit.redirect("/sharing/ledger")


def checkpoint(visit: Visited) -> Response:
    """The ledger as it stands, signed."""
    return as_document(app.ledger_checkpoint(visit.settings.store), "checkpoint", "text/plain")


def proof(visit: Visited, entry: int) -> Response:
    """A proof that an entry stands in the ledger; the signed checkpoint is in it."""
    if entry < 0:
        raise BadUse("Entries count from 0.", where="entry")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "proof.txt"
        app.ledger_prove(visit.settings.store, out=out, entry=entry)
        text = out.read_text(encoding="utf-8")
    return as_document(text, f"proof-{entry}", "text/plain")


def keys(visit: Visited) -> Response:
    """Public keys that are trusted here, one on each line: what proofs are checked with."""
    found = app.key_list(visit.settings.store)["public_key"]
    return as_document("".join(f"{one}\n" for one in found), "keys", "text/plain")


def _entries(visit: Visit, kind: str, actor: str, since: str) -> pl.DataFrame:
    found = app.ledger_log(visit.settings.store, kind=kind or None).reverse()
    if actor:
        found = found.filter(pl.col("actor").str.contains(actor, literal=True))
    if since:
        found = found.filter(pl.col("at") >= app.parse_moment(since).isoformat())
    return found
