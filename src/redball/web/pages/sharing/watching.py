"""Signs of misuse in the ledger: looked for on request, for the whole of it is read."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.app.ledger_pages import ledger_size
from redball.web.answers.tables import tabled
from redball.web.routing import Pages
from redball.web.uploads.jobs import Jobs, Progress
from redball.web.visit import Visited

PATIENCE = 4.0
_JOB = "ledger watch"


@dataclass(frozen=True)
class Watch:
    """What was found, and in how much.

    Attributes
    ----------
    signs : polars.DataFrame
    entries : int
        Of the ledger, when it was looked through.
    at : datetime
    """

    signs: pl.DataFrame
    entries: int
    at: datetime


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    pages.page("/sharing/watch", action=Action.ADMINISTER)(watch)
    pages.api("/ledger/watch", action=Action.ADMINISTER, costly=True)(watch_api)
    pages.act("/sharing/watch", action=Action.ADMINISTER, costly=True)(look)


def watch(visit: Visited) -> Response:
    """What was found when the ledger was last looked through."""
    job = visit.services.of(Jobs).of(_JOB)
    done = None if job is None or job.runs else job
    found = done.result if done is not None and isinstance(done.result, Watch) else None
    total = ledger_size(visit.settings.store)
    return visit.page(
        "sharing/watch.html",
        title="Signs of misuse",
        live=("ledger",),
        found=found,
        newer=0 if found is None else total - found.entries,
        total=total,
        runs=job is not None and job.runs,
        error=None if done is None else done.error,
        signs=None
        if found is None
        else tabled(
            visit,
            found.signs,
            "Signs of misuse, the worst first",
            anchor="signs",
            empty="None of the rules found anything.",
        ),
    )


def watch_api(visit: Visited) -> dict[str, object]:
    """Look through the whole ledger for signs of misuse."""
    return {"signs": app.ledger_watch(visit.settings.store).to_dicts()}


def look(visit: Visited) -> Response:
    """Look through the ledger; goes on when the page is left."""
    store = visit.settings.store

    def work(progress: Progress) -> Watch:
        total = ledger_size(store)
        progress("Entries are looked through.", 0, total)
        return Watch(app.ledger_watch(store), total, datetime.now(UTC))

    visit.services.of(Jobs).ask(_JOB, "watch", work).ended.wait(PATIENCE)
    return visit.redirect("/sharing/watch")
