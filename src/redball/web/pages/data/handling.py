"""What happens to an upload: checked and compared, imported, or told why not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from redball.app import ImportOutcome, View
from redball.app.uploads import Contribution, Overtaken, contribution_check, contribution_import
from redball.model import BadData, NotPermitted, RedballError, UnsafeFile
from redball.model.labels import ResultLabel
from redball.web.uploads.jobs import Job, Jobs, Progress
from redball.web.uploads.scratch import Scratch, Upload

if TYPE_CHECKING:
    from redball.web.serving import Services
    from redball.web.visit import Visit

PATIENCE = 4.0
"""Seconds that a form waits before it shows progress instead."""
_DETAIL = 50
_FINAL = (BadData, UnsafeFile, NotPermitted)
"""Errors of the file itself: it is not kept."""


@dataclass(frozen=True)
class Checked:
    """What was found of an upload, as it is kept beside it.

    Attributes
    ----------
    note : mapping
        Plain values: ``owner``, ``title``, ``counts``, ``score``, ``tables`` and what an import
        needs to be the same.
    issues : polars.DataFrame
    label : ResultLabel
    """

    note: Mapping[str, object]
    issues: pl.DataFrame
    label: ResultLabel


def begin(visit: "Visit", upload: Upload) -> Job:
    """Check and compare an upload, unless that is going on."""
    jobs, view = visit.services.of(Jobs), visit.view
    (upload.folder / "checked.json").unlink(missing_ok=True)
    return jobs.ask(upload.key, "check", partial(_check, upload, view))


def take_in(visit: "Visit", upload: Upload, checked: Checked, *, skip_bad_rows: bool) -> Job:
    """Import an upload as it was looked at."""
    jobs, view, services = visit.services.of(Jobs), visit.view, visit.services

    def work(progress: Progress) -> object:
        return _import(upload, view, checked, skip_bad_rows, services, progress)

    return jobs.ask(upload.key, "import", work)


def settled(visit: "Visit", upload: Upload, job: Job) -> None:
    """Raise what ended a job; an upload whose fault it is goes.

    Raises
    ------
    RedballError
        With the name that the sender gave in place of the server's path.
    """
    if job.runs or job.error is None:
        return
    error = job.error
    visit.services.of(Jobs).forget(upload.key)
    if isinstance(error, _FINAL):
        visit.services.of(Scratch).drop(upload)
    if str(upload.folder) in error.where or str(upload.folder) in error.what:
        shown = error.where.replace(str(upload.path), upload.name)
        kind = type(error)
        raise kind(
            error.what.replace(str(upload.path), upload.name), where=shown, mend=error.mend
        ) from None
    raise error


def checked_of(upload: Upload) -> Checked | None:
    """What was found of an upload; None before."""
    try:
        note = json.loads((upload.folder / "checked.json").read_text(encoding="utf-8"))
        issues = pl.read_parquet(upload.folder / "issues.parquet")
    except OSError:
        return None
    found = note["label"]
    readers = found["readers"]
    label = ResultLabel(
        found["classification"],
        None if readers is None else frozenset(readers),
        frozenset(found["caveats"]),
    )
    return Checked(note, issues, label)


def _check(upload: Upload, view: View, progress: Progress) -> None:
    found = contribution_check(
        upload.path, view, workbook=upload.folder / "errors.xlsx", progress=progress
    )
    found.check.issues.write_parquet(upload.folder / "issues.parquet")
    part = upload.folder / "checked.part"
    part.write_text(json.dumps(noted(found)), encoding="utf-8")
    part.rename(upload.folder / "checked.json")


def _import(
    upload: Upload,
    view: View,
    checked: Checked,
    skip_bad_rows: bool,
    services: "Services",
    progress: Progress,
) -> ImportOutcome:
    note = checked.note
    outcome = contribution_import(
        upload.path,
        view,
        owner=str(note["owner"]),
        file_hash=str(note["file_hash"]),
        revision=int(str(note["revision"])),
        skip_bad_rows=skip_bad_rows,
        progress=progress,
    )
    services.keeper.stale()
    services.live.look()
    if outcome.result is None:
        raise Overtaken(
            f"Not imported: {outcome.check.counts['errors']:,} errors.",
            mend="Mend them, or import without the rows that have errors.",
        )
    return outcome


def noted(found: Contribution) -> dict[str, object]:
    """A contribution in plain values; the same for the API."""
    check, difference = found.check, found.difference
    label = check.label
    return {
        "title": found.title,
        "owner": check.owner,
        "as_of": check.as_of.isoformat(),
        "package_hash": check.package_hash,
        "file_hash": found.file_hash,
        "revision": found.revision,
        "ok": check.ok,
        "refused": check.refused,
        "exercise": check.exercise,
        "counts": dict(check.counts),
        "score": check.score.as_dict(),
        "skipped": sum(one.rows_skipped for one in check.tables.values()),
        "unchanged": difference is not None and difference.unchanged,
        "tables": [
            {
                "table": one.table,
                "added": one.added,
                "changed": one.changed,
                "withdrawn": one.withdrawn,
                "unchanged": one.unchanged,
                "added_keys": list(one.added_keys[:_DETAIL]),
                "withdrawn_keys": list(one.withdrawn_keys[:_DETAIL]),
                "changes": one.changes.head(_DETAIL).to_dicts(),
            }
            for one in (difference.tables if difference else ())
        ],
        "label": {
            "classification": label.classification,
            "readers": None if label.readers is None else sorted(label.readers),
            "caveats": sorted(label.caveats),
        },
    }


def overtaken(error: RedballError | None) -> bool:
    """Whether the difference must be looked at again."""
    return isinstance(error, Overtaken)
