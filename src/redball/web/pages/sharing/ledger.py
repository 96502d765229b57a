"""The ledger: entries, verifying it, proofs and events to take away."""

import json
import tempfile
from itertools import islice
from pathlib import Path
from typing import Annotated

import polars as pl
from fastapi import Query
from fastapi.responses import Response, StreamingResponse

from redball import app
from redball.access.actions import Action
from redball.app import LedgerVerdict
from redball.app.ledger_log import ledger_feed
from redball.app.ledger_pages import LedgerPage, ledger_page
from redball.app.ledger_proofs import ledger_proof
from redball.ledger import EventKind
from redball.model import BadUse
from redball.web.answers.tables import tabled
from redball.web.pages.sharing.agreements import as_document
from redball.web.routing import Pages
from redball.web.uploads.jobs import Jobs
from redball.web.visit import Visit, Visited

PATIENCE = 4.0
_JOB = "ledger verify"
_ENDINGS = {"ocsf": "ocsf.jsonl", "cef": "cef.txt"}
_MOST_PROOF = 10**9
Word = Annotated[str, Query(max_length=80)]
Before = Annotated[int | None, Query(ge=0, le=10**12)]


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    pages.page("/sharing/ledger", action=Action.ADMINISTER)(ledger)
    pages.api("/ledger", action=Action.ADMINISTER)(ledger_api)
    pages.act("/sharing/ledger/verify", action=Action.ADMINISTER, costly=True)(verify)
    pages.file("/sharing/ledger/checkpoint", action=Action.ADMINISTER, step_up=True)(checkpoint)
    pages.file("/sharing/ledger/offer", action=Action.ADMINISTER, step_up=True)(offer)
    pages.file("/sharing/ledger/{entry}/proof", action=Action.ADMINISTER)(proof)
    pages.file("/sharing/ledger/keys", action=Action.ADMINISTER)(keys)
    pages.file("/sharing/ledger/events", action=Action.ADMINISTER, step_up=True)(events)


def ledger(
    visit: Visited,
    kind: Word = "",
    actor: Word = "",
    since: Word = "",
    until: Word = "",
    before: Before = None,
) -> Response:
    """Entries, filtered by the address; content that is only committed to stays closed."""
    found = _found(visit, kind, actor, since, until, before)
    job = visit.services.of(Jobs).of(_JOB)
    done = None if job is None or job.runs else job
    return visit.page(
        "sharing/ledger.html",
        title="Ledger",
        live=("ledger",),
        kinds=[(str(one), str(one)) for one in EventKind],
        asked={"kind": kind, "actor": actor, "since": since, "until": until},
        entries=tabled(
            visit,
            found.entries.with_columns(_second()),
            "Entries, the newest first",
            anchor="entries",
            columns=("entry", "at", "kind", "verb", "actor", "object", "label", "facts"),
            links={"entry": lambda row: visit.url(f"/sharing/ledger/{row['entry']}/proof")},
            sortable=False,
        ),
        found=found,
        before=before,
        runs=job is not None and job.runs,
        verdict=done.result
        if done is not None and isinstance(done.result, LedgerVerdict)
        else None,
        error=None if done is None else done.error,
    )


def _second() -> pl.Expr:
    """The moment as people read it, to the second; the API has it exactly."""
    moment = pl.col("at").str.slice(0, 19).str.replace("T", " ")
    return pl.concat_str(moment, pl.lit("Z")).alias("at")


def ledger_api(
    visit: Visited,
    kind: Word = "",
    actor: Word = "",
    since: Word = "",
    until: Word = "",
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
) -> dict[str, object]:
    """Entries, the newest first, without what they only commit to.

    One answer looks through a bounded number of entries: ``newest`` to ``oldest``. Ask again with
    ``before`` = ``older`` for those before, until ``older`` is null.
    """
    found = _found(visit, kind, actor, since, until, before, limit)
    return {
        "total": found.total,
        "newest": found.newest,
        "oldest": found.oldest,
        "older": found.older,
        "entries": [
            {**row, "agreements": row["agreements"].split(), "facts": json.loads(row["facts"])}
            for row in found.entries.to_dicts()
        ],
    }


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


def offer(visit: Visited, old: Annotated[int, Query(ge=0, le=_MOST_PROOF)] = 0) -> Response:
    """The request that a witness answers, from the size that it last saw."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "offer"
        size = app.ledger_offer(visit.settings.store, out=out, old=old)
        text = out.read_text(encoding="utf-8")
    return as_document(text, f"offer-{size}", "text/plain")


def proof(visit: Visited, entry: int) -> Response:
    """A proof that an entry stands in the ledger; the signed checkpoint is in it."""
    if not 0 <= entry <= _MOST_PROOF:
        raise BadUse("Entries count from 0.", where="entry")
    text = ledger_proof(visit.settings.store, entry)
    return as_document(text, f"proof-{entry}", "text/plain")


def keys(visit: Visited) -> Response:
    """Public keys that are trusted here, one on each line: what proofs are checked with."""
    found = app.key_list(visit.settings.store)["public_key"]
    return as_document("".join(f"{one}\n" for one in found), "keys", "text/plain")


def events(
    visit: Visited, form: Word = "ocsf", kind: Word = "", since: Word = "", until: Word = ""
) -> Response:
    """Entries as security events for another system, one on each line, as they are read."""
    lines = ledger_feed(
        visit.settings.store,
        kind=kind or None,
        form=form,
        since=app.parse_moment(since) if since else None,
        until=app.parse_moment(until) if until else None,
    )
    return StreamingResponse(
        (
            "".join(f"{one}\n" for one in part)
            for part in iter(lambda: list(islice(lines, 500)), [])
        ),
        media_type="text/plain",
        headers={"content-disposition": f'attachment; filename="redball-{_ENDINGS[form]}"'},
    )


def _found(
    visit: Visit,
    kind: str,
    actor: str,
    since: str,
    until: str,
    before: int | None,
    rows: int = 50,
) -> LedgerPage:
    return ledger_page(
        visit.settings.store,
        kind=kind or None,
        actor=actor.strip(),
        since=app.parse_moment(since) if since else None,
        until=app.parse_moment(until) if until else None,
        before=before,
        rows=rows,
    )
