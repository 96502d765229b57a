"""Labels: check a label file, and combine the labels of rows."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import Form, UploadFile
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.model import BadUse
from redball.web.answers.tables import plain_table
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

_MOST = 1 << 20


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    pages.page("/sharing/labels", action=Action.SEE)(labels)
    pages.act("/sharing/labels/check", action=Action.SEE)(check)
    pages.act("/sharing/labels/combine", action=Action.SEE)(combine)


def labels(visit: Visited) -> Response:
    """Forms to check a label and to combine several."""
    return _page(visit)


def check(visit: Visited, file: UploadFile) -> Response:
    """Read a label file and make its marking; nothing of it is kept."""
    data = file.file.read(_MOST + 1)
    if not data:
        raise BadUse("The file is empty.", mend="Choose a label as XML or JSON.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "label"  # never named by the sender
        path.write_bytes(data)
        found = app.label_check(path)
    return _page(visit, found=found)


def combine(visit: Visited, rows: Annotated[str, Form(max_length=20_000)]) -> Response:
    """Give the label of what is made of rows."""
    texts = [one.strip() for one in rows.splitlines() if one.strip()]
    return _page(visit, combined=app.label_combine(texts), rows=rows)


def _page(
    visit: Visit, *, found: app.LabelCheck | None = None, combined: str = "", rows: str = ""
) -> Response:
    return visit.page(
        "sharing/labels.html",
        title="Labels",
        found=found,
        problems=None
        if found is None or found.valid
        else plain_table(found.problems, "Problems", anchor="problems"),
        combined=combined,
        rows=rows,
    )
