"""Setting pages with Typst."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

from redball.reports.content import Limits, ReportContent
from redball.reports.paper.composing import PAPER, composed

TEMPLATE = Path(__file__).parent / "sheet.typ"
DOTS = 120
"""Dots per inch of images."""


def as_pdf(content: ReportContent, *, limits: Limits = PAPER) -> bytes:
    """A report as PDF: tagged, with its language and title, after PDF/UA-1."""
    return _set(content, limits, "pdf")


def as_png(content: ReportContent, *, limits: Limits = PAPER) -> bytes:
    """A report as one image, as long as it needs to be."""
    return _set(content, limits, "png")


def _set(content: ReportContent, limits: Limits, form: Literal["pdf", "png"]) -> bytes:
    import typst

    given = composed(content, limits)
    made: object = typst.compile(
        TEMPLATE.read_bytes(),
        format=form,
        ppi=DOTS,
        sys_inputs={"data": json.dumps(_clean(given)), "form": form},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"] if form == "pdf" else [],
        timestamp=int(datetime.fromisoformat(str(given["date"])).timestamp()),
    )
    page = made[0] if isinstance(made, list) else made
    assert isinstance(page, bytes), "one document, or one page that is as long as it needs"
    return page


def _clean(value: object) -> object:
    """Plain values without what no font can set: control signs and halves of pairs."""
    if isinstance(value, str):
        kept = "".join(c for c in value if c == "\n" or ord(c) >= 32)
        return kept.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(name): _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
