"""Setting pages with Typst."""

import json
import unicodedata
from collections.abc import Mapping
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
    try:
        return _typeset(given, form, ["ua-1"] if form == "pdf" else [])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    # A sign that no font here has: shown as a box, and still text to who copies or hears it. The
    # standard for accessible documents does not allow that, so the file does not claim it.
    return _typeset(given, form, [])


def _typeset(
    given: Mapping[str, object], form: Literal["pdf", "png"], standards: list[Literal["ua-1"]]
) -> bytes:
    import typst

    made: object = typst.compile(
        TEMPLATE.read_bytes(),
        format=form,
        ppi=DOTS,
        sys_inputs={"data": json.dumps(_clean(given)), "form": form},
        ignore_system_fonts=True,
        pdf_standards=[*standards],
        timestamp=int(datetime.fromisoformat(str(given["date"])).timestamp()),
    )
    page = made[0] if isinstance(made, list) else made
    assert isinstance(page, bytes), "one document, or one page that is as long as it needs"
    return page


def _clean(value: object) -> object:
    """Plain values without what can't be seen: control signs, and what turns text around."""
    if isinstance(value, str):
        return "".join(c for c in value if c == "\n" or unicodedata.category(c)[0] != "C")
    if isinstance(value, dict):
        return {str(name): _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
