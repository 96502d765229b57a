"""Data: feeds and how well they conform, packages in, the template."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import polars as pl
from fastapi import Form, UploadFile
from fastapi.responses import FileResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.uploads import contribution_feeds
from redball.model import BadUse
from redball.web.answers.tables import tabled
from redball.web.pages.data import connecting
from redball.web.pages.data.handling import (
    PATIENCE,
    Checked,
    begin,
    checked_of,
    overtaken,
    settled,
    take_in,
)
from redball.web.pages.data.shown import HEIGHT, WIDTH, feeds_of, said_of, totals
from redball.web.routing import Pages
from redball.web.uploads.jobs import Job, Jobs
from redball.web.uploads.scratch import Scratch, Upload
from redball.web.visit import Visit, Visited

pages = Pages("data")
connecting.add(pages)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ISSUES = ("severity", "sheet", "line", "column", "value", "rule", "message", "mend")
_FEEDS = (
    "revision", "owner", "title", "as_of", "imported_at", "rows", "errors", "warnings",
    "completeness", "validity", "timeliness", "consistency",
)  # fmt: skip


@pages.page("/data", action=Action.CONTRIBUTE)
def feeds(visit: Visited) -> Response:
    """What each nation sent, how well it conforms, and a place to bring the next package."""
    found = contribution_feeds(visit.view)
    return visit.page(
        "data/feeds.html",
        title="Data",
        live=("picture",),
        nation=visit.subject.nation,
        feeds=feeds_of(found, visit.subject.nation),
        size=(WIDTH, HEIGHT),
        packages=tabled(
            visit,
            found,
            "Packages taken in",
            anchor="packages",
            columns=_FEEDS,
            per_page=25,
            empty="No package was taken in so far.",
            everything=visit.url("/api/v1/feeds"),
        ),
        uploads=visit.services.of(Scratch).mine(visit.who.account),
        most=visit.settings.limits.upload_bytes >> 20,
    )


@pages.api("/feeds", action=Action.CONTRIBUTE)
def feeds_api(visit: Visited) -> dict[str, object]:
    """Packages taken in, newest first; of other nations only whose they are and how old."""
    return {"feeds": _plain(contribution_feeds(visit.view))}


@pages.file("/data/template.xlsx", action=Action.CONTRIBUTE)
def template(visit: Visited) -> Response:
    """The workbook to fill in."""
    del visit
    with tempfile.TemporaryDirectory() as folder:
        path = app.write_template(Path(folder) / "template.xlsx")
        body = path.read_bytes()
    name = 'attachment; filename="redball-template.xlsx"'
    return Response(body, media_type=XLSX, headers={"content-disposition": name})


@pages.act("/data/uploads", action=Action.CONTRIBUTE, costly=True)
def send(visit: Visited, file: UploadFile) -> Response:
    """Take a file, check and compare it; nothing is imported by that."""
    upload = _taken(visit, file)
    return visit.redirect(f"/data/uploads/{upload.key}")


@pages.api("/uploads", action=Action.CONTRIBUTE, method="POST", costly=True, scope="import")
def send_api(visit: Visited, file: UploadFile) -> dict[str, object]:
    """Send a package to be checked and compared; ask for it again while it ``runs``."""
    return _document(visit, _taken(visit, file))


@pages.api("/uploads", action=Action.CONTRIBUTE)
def uploads_api(visit: Visited) -> dict[str, object]:
    """Uploads of whoever asks."""
    mine = visit.services.of(Scratch).mine(visit.who.account)
    return {"uploads": [_outside(one) for one in mine]}


@pages.api("/uploads/{key}", action=Action.CONTRIBUTE)
def upload_api(visit: Visited, key: str) -> dict[str, object]:
    """One upload: what the check found, and what importing it would change."""
    return _document(visit, _mine(visit, key))


@pages.api("/uploads/{key}/import", action=Action.CONTRIBUTE, method="POST", scope="import")
def take_in_api(
    visit: Visited, key: str, seen: Annotated[str, Form()], skip_bad_rows: bool = False
) -> dict[str, object]:
    """Import an upload; ``seen`` is the ``file_hash`` that was looked at."""
    return _document(visit, _imported(visit, key, seen, skip_bad_rows=skip_bad_rows))


@pages.page("/data/uploads/{key}", action=Action.CONTRIBUTE)
def upload(visit: Visited, key: str) -> Response:
    """One upload: its check, the difference, and importing it."""
    return _page(visit, _mine(visit, key))


@pages.act("/data/uploads/{key}/check", action=Action.CONTRIBUTE, costly=True)
def again(visit: Visited, key: str) -> Response:
    """Check and compare once more: something was imported since."""
    found = _mine(visit, key)
    job = begin(visit, found)
    job.ended.wait(PATIENCE)
    settled(visit, found, job)
    return visit.redirect(f"/data/uploads/{key}")


@pages.act("/data/uploads/{key}/import", action=Action.CONTRIBUTE, costly=True)
def take(
    visit: Visited,
    key: str,
    seen: Annotated[str, Form(max_length=64)],
    skip_bad_rows: Annotated[bool, Form()] = False,
) -> Response:
    """Import what was looked at, all of it or nothing."""
    _imported(visit, key, seen, skip_bad_rows=skip_bad_rows)
    return visit.redirect(f"/data/uploads/{key}")


@pages.act("/data/uploads/{key}/discard", action=Action.CONTRIBUTE)
def discard(visit: Visited, key: str) -> Response:
    """Remove an upload."""
    _dropped(visit, key)
    return visit.redirect("/data")


@pages.api("/uploads/{key}", action=Action.CONTRIBUTE, method="DELETE", scope="import")
def discard_api(visit: Visited, key: str) -> dict[str, object]:
    """Remove an upload."""
    _dropped(visit, key)
    return {"discarded": key}


@pages.file("/data/uploads/{key}/errors.xlsx", action=Action.CONTRIBUTE)
def errors(visit: Visited, key: str) -> Response:
    """The error workbook: what was sent, with every bad cell marked."""
    path = _mine(visit, key).folder / "errors.xlsx"
    if not path.is_file():
        raise BadUse("There is no error workbook: nothing was wrong.", where="errors")
    return FileResponse(path, media_type=XLSX, filename="redball-errors.xlsx")


def _taken(visit: Visit, file: UploadFile) -> Upload:
    scratch = visit.services.of(Scratch)
    found = scratch.take(visit.who.account, file.filename or "", file.file)
    job = begin(visit, found)
    job.ended.wait(PATIENCE)
    settled(visit, found, job)
    return found


def _dropped(visit: Visit, key: str) -> None:
    found = _mine(visit, key)
    job = visit.services.of(Jobs).of(key)
    if job is not None and job.runs:
        raise BadUse("It is being worked on.", mend="Wait until that has ended.")
    visit.services.of(Scratch).drop(found)
    visit.services.of(Jobs).forget(key)


def _mine(visit: Visit, key: str) -> Upload:
    return visit.services.of(Scratch).of(visit.who.account, key)


def _state(visit: Visit, found: Upload) -> tuple[Job | None, Checked | None]:
    """What runs, and what was found; begins a check that a restart of the server broke off."""
    job, checked = visit.services.of(Jobs).of(found.key), checked_of(found)
    if checked is None and (job is None or not job.runs):
        if job is not None:
            settled(visit, found, job)
        job = begin(visit, found)
        job.ended.wait(PATIENCE)
        settled(visit, found, job)
        checked = checked_of(found)
    return job, checked


def _imported(visit: Visit, key: str, seen: str, *, skip_bad_rows: bool) -> Upload:
    found = _mine(visit, key)
    checked = checked_of(found)
    if checked is None:
        raise BadUse("It is not checked yet.", mend="Look at the check first.")
    if checked.note["file_hash"] != seen:
        raise BadUse("This is not what was looked at.", mend="Look at the difference again.")
    job = take_in(visit, found, checked, skip_bad_rows=skip_bad_rows)
    job.ended.wait(PATIENCE)
    return found


def _page(visit: Visit, found: Upload) -> Response:
    job, checked = _state(visit, found)
    error = None if job is None or job.runs else job.error
    done = job.result if job is not None and job.what == "import" and not job.runs else None
    result = done.result if isinstance(done, app.ImportOutcome) else None
    issues = None
    if checked is not None:
        ordered = checked.issues.sort("severity", maintain_order=True)
        issues = tabled(
            visit, ordered, "What was found", anchor="issues", columns=_ISSUES, per_page=50
        )
    return visit.page(
        "data/upload.html",
        title=found.name,
        label=None if checked is None else checked.label,
        status=200 if error is None else getattr(error, "status", 503),
        upload=found,
        job=job if job is not None and job.runs else None,
        note=None if checked is None else checked.note,
        said="" if checked is None else said_of(checked.note),
        ended=0 if checked is None else totals(checked.note)["withdrawn"],
        told_of=None if checked is None else datetime.fromisoformat(str(checked.note["as_of"])),
        issues=issues,
        error=error,
        overtaken=overtaken(error),
        result=result,
    )


def _outside(found: Upload) -> dict[str, object]:
    return {
        "key": found.key,
        "name": found.name,
        "bytes": found.size,
        "at": found.at.isoformat(),
        "expires": found.expires.isoformat(),
    }


def _document(visit: Visit, found: Upload) -> dict[str, object]:
    job, checked = _state(visit, found)
    error = None if job is None or job.runs else job.error
    done = job.result if job is not None and job.what == "import" and not job.runs else None
    result = done.result if isinstance(done, app.ImportOutcome) else None
    return {
        **_outside(found),
        "runs": job is not None and job.runs,
        "error": None if error is None else {"what": error.what, "mend": error.mend},
        "imported": None
        if result is None
        else {"revision": result.revision, "unchanged": result.unchanged},
        "check": None if checked is None else dict(checked.note),
        "issues": [] if checked is None else _plain(checked.issues),
    }


def _plain(frame: pl.DataFrame) -> list[dict[str, object]]:
    times = [n for n, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    words = [n for n, kind in frame.schema.items() if isinstance(kind, pl.Categorical | pl.Enum)]
    return frame.with_columns(
        pl.col(times).dt.to_string("iso:strict"), pl.col(words).cast(pl.String)
    ).to_dicts()
