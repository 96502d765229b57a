"""A report in the form that its file's name says."""

import os
import tempfile
from enum import StrEnum
from pathlib import Path

from redball.model import BadUse
from redball.reports.content import ReportContent
from redball.reports.page import render_html


class Form(StrEnum):
    """Forms of a report."""

    HTML = "html"
    PDF = "pdf"
    PNG = "png"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """As browsers are told."""
        return _MEDIA[self]


_MEDIA = {
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.PNG: "image/png",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def form_of(path: Path) -> Form:
    """Form of a report by the ending of its file.

    Raises
    ------
    BadUse
        It is a folder, its folder does not exist, or reports have no such form.
    """
    if path.is_dir():
        raise BadUse(
            "The report needs a file name, and this is a folder.", where=str(path), mend="Add one."
        )
    ending = path.suffix.lower().removeprefix(".")
    ending = "html" if ending == "htm" else ending
    if ending not in list(Form):
        raise BadUse(
            "A report needs a name that ends in .html, .pdf, .png or .xlsx.",
            where=str(path),
            mend="Another name might be that of a store or a package, which it would replace.",
        )
    if not path.parent.is_dir():
        raise BadUse(
            "The folder for the report does not exist.", where=str(path.parent), mend="Make it."
        )
    return Form(ending)


def as_bytes(content: ReportContent, form: Form) -> bytes:
    """A report in one of its forms."""
    if form is Form.HTML:
        return render_html(content).encode("utf-8")
    if form is Form.XLSX:
        from redball.reports.workbook import as_workbook

        return as_workbook(content)
    from redball.reports.paper import as_pdf, as_png

    return as_pdf(content) if form is Form.PDF else as_png(content)


def write_file(content: ReportContent, path: Path) -> Path:
    """Write a report in the form that its name says: all of it or nothing, never a half.

    Raises
    ------
    BadUse
        See :func:`form_of`.
    """
    return write_bytes(as_bytes(content, form_of(path)), path)


def write_bytes(made: bytes, path: Path) -> Path:
    """Write what was made: all of it or nothing, never a half."""
    # in the same folder, so that the replacement is one step of the file system
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return path
