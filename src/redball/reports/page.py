"""The page as a whole, and its safe way to disk."""

import os
import tempfile
from pathlib import Path

from redball.model import BadUse
from redball.reports import status, symbols
from redball.reports.content import Limits, ReportContent
from redball.reports.element import Markup, el, join
from redball.reports.head import banner, head
from redball.reports.sections import Section, sections
from redball.reports.style import policy, script, style

_DEFAULT = Limits()


def render_html(content: ReportContent, *, limits: Limits = _DEFAULT) -> str:
    """Write the report as one HTML document that stands alone.

    No address outside the document is named; style and script are allowed by hash only. It reads
    whole without the script, which only sorts and filters tables.

    Parameters
    ----------
    content : ReportContent
        What to show. Missing tables or columns leave a sentence in their place.
    limits : Limits
        How much of long lists is shown.
    """
    marking = ("EXERCISE  " if content.exercise else "") + content.label.text
    styles, scripts = style(marking), script()
    parts = list(sections(content, limits))
    page_head = el(
        "head",
        el("meta", charset="utf-8"),
        policy(styles, scripts),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", f"{content.title} – {content.label.text}"),
        el("style", Markup(styles)),
    )
    body = el(
        "body",
        _skip(parts),
        banner(content, "top"),
        _symbols(),
        head(content),
        _contents(parts),
        el("main", *(_section(part) for part in parts)),
        el(
            "footer",
            el("p", f"End of report. {content.origin.software}, twin {content.origin.twin_hash}."),
        ),
        banner(content, "bottom"),
        el("script", Markup(scripts)),
    )
    return f"<!doctype html>\n{el('html', page_head, body, lang='en')}\n"


def write_html(content: ReportContent, path: Path, *, limits: Limits = _DEFAULT) -> Path:
    """Write the report to a file: all of it or nothing, never a half.

    Raises
    ------
    BadUse
        The folder does not exist, or ``path`` is a folder or does not end in ``.html``.
    """
    if path.is_dir():
        raise BadUse(
            "The report needs a file name, and this is a folder.",
            where=str(path),
            mend="Add a name.",
        )
    if path.suffix.lower() not in (".html", ".htm"):
        raise BadUse(
            "The report is a page and needs a name that ends in .html.",
            where=str(path),
            mend="Another name might be that of a store or a package, which it would replace.",
        )
    if not path.parent.is_dir():
        raise BadUse(
            "The folder for the report does not exist.",
            where=str(path.parent),
            mend="Make it first.",
        )
    page = render_html(content, limits=limits)
    # in the same folder, so that the replacement is one step of the file system
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return path


def _symbols() -> Markup:
    inner = join([status.symbols(), symbols.symbols()])
    return el("svg", inner, class_="defs", aria_hidden="true", focusable="false")


def _skip(parts: list[Section]) -> Markup:
    first = parts[0]
    words = "findings" if first.anchor == "action" else "content"
    return el("a", f"Skip to the {words}", href=f"#{first.anchor}", class_="skip")


def _contents(parts: list[Section]) -> Markup:
    links = (el("li", el("a", part.title, href=f"#{part.anchor}")) for part in parts)
    return el("nav", el("ul", *links), class_="contents", aria_label="Contents")


def _section(part: Section) -> Markup:
    heading = el("h2", part.title, id=f"{part.anchor}-title")
    return el("section", heading, part.body, id=part.anchor, aria_labelledby=f"{part.anchor}-title")
