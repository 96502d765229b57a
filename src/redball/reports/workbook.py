"""A report as a workbook: a cover with label, age and hash, then a sheet for each table.

Text is always written as text: nothing that came in becomes a formula, a link or a number here.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from redball.model import BadUse
from redball.reports.columns import describe, zulu
from redball.reports.content import ReportContent
from redball.reports.findings import in_order
from redball.reports.head import age_in_words

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_000_000
"""Rows that a sheet holds."""
_HEAD = 3
"""Rows above the table: marking, moment and hash, and the heads."""
_CELL = 32_000
_WIDEST = 60
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FINDINGS = ("level", "rule", "owner", "subject", "finding", "measure", "value", "limit", "label")


def as_workbook(content: ReportContent) -> bytes:
    """Write every table of a report whole, with its marking on every sheet.

    Raises
    ------
    BadUse
        A table has more rows than a sheet can hold.
    """
    import xlsxwriter

    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    book = xlsxwriter.Workbook(target, options)
    made = content.generated.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": content.title, "comments": _marking(content), "created": made})
    tables = _tables(content)
    names = _names(list(tables))
    _cover(book, content, [(names[name], frame) for name, frame in tables.items()])
    for name, frame in tables.items():
        _table(book, content, names[name], frame)
    book.close()
    return target.getvalue()


def _marking(content: ReportContent) -> str:
    return ("EXERCISE // " if content.exercise else "") + content.label.text


def _tables(content: ReportContent) -> Mapping[str, pl.DataFrame]:
    found: dict[str, pl.DataFrame] = {}
    if content.findings:
        rows = [
            (f.level.value, f.rule, f.subject.owner, f.subject.key, f.title, f.measure, f.value,
             f.threshold, f.label.text)
            for f in in_order(content.findings)
        ]  # fmt: skip
        kinds = [pl.Float64 if name in ("value", "limit") else pl.String for name in _FINDINGS]
        schema = dict(zip(_FINDINGS, kinds, strict=True))
        found["findings"] = pl.DataFrame(rows, schema=schema, orient="row")
    for exhibit in content.exhibits:
        if exhibit.figures:
            found[f"{exhibit.title} figures"] = pl.DataFrame(
                list(exhibit.figures), schema=["figure", "value"], orient="row"
            )
        found |= {f"{exhibit.title} {name}": frame for name, frame in exhibit.tables.items()}
    found |= {name: frame for name, frame in content.tables.items() if name != "about"}
    return found


def _names(wanted: Sequence[str]) -> dict[str, str]:
    """Names that a workbook takes: short, without its signs, no two alike in any case."""
    found: dict[str, str] = {}
    used = {"about", "history"}
    for name in wanted:
        words = _NOT_IN_NAMES.sub(" ", name.replace("_", " ")).strip() or "table"
        short, again = words[:31].strip(), 1
        if len(words) > 31 and " " in words:
            short = words[-31:].strip()  # the end tells tables of one answer apart
        chosen = short
        while chosen.lower() in used:
            again += 1
            chosen = f"{short[:27]} {again}"
        used.add(chosen.lower())
        found[name] = chosen
    return found


def _cover(
    book: "Workbook", content: ReportContent, sheets: Sequence[tuple[str, pl.DataFrame]]
) -> None:
    sheet, bold, wrap = book.add_worksheet("About"), _bold(book), book.add_format()
    wrap.set_text_wrap()
    origin = content.origin
    rows = [
        ("Report", content.title),
        ("Label", _marking(content)),
        ("As of", zulu(origin.as_of)),
        ("For", origin.subject or origin.viewer),
        ("Data age", age_in_words(content)),
        ("Revision", str(origin.revision)),
        ("Twin", origin.twin_hash),
        ("Software", origin.software),
        ("Made", zulu(content.generated)),
        ("Command", content.command),
        *((f"Sheet '{name}'", f"{frame.height:,} rows") for name, frame in sheets),
        *((name.replace("_", " "), str(value)) for name, value in origin.parameters.items()),
        *(("Assumed", sentence) for sentence in _assumed(content)),
    ]
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for place, (name, words) in enumerate(rows):
        sheet.write_string(place, 0, _fit(name), bold)
        sheet.write_string(place, 1, _fit(words), wrap)
    _marked(sheet, content)


def _assumed(content: ReportContent) -> list[str]:
    each = (sentence for exhibit in content.exhibits for sentence in exhibit.assumptions)
    return list(dict.fromkeys([*content.assumptions, *each]))


def _table(book: "Workbook", content: ReportContent, name: str, frame: pl.DataFrame) -> None:
    if frame.height > MOST_ROWS:
        raise BadUse(
            f"The table has {frame.height:,} rows; a sheet holds {MOST_ROWS:,}.",
            where=name,
            mend="Narrow it, or write it as CSV.",
        )
    sheet, bold = book.add_worksheet(name), _bold(book)
    day, moment = book.add_format(), book.add_format()
    day.set_num_format("yyyy-mm-dd")
    moment.set_num_format("yyyy-mm-dd hh:mm")
    origin = content.origin
    sheet.write_string(0, 0, _marking(content), bold)
    sheet.write_string(1, 0, f"As of {zulu(origin.as_of)}, twin {origin.twin_hash}")
    for place, column in enumerate(frame.columns):
        head = describe(frame[column])
        words = (
            f"{head.words} ({head.unit})" if head.unit and head.kind != "percent" else head.words
        )
        sheet.write_string(_HEAD - 1, place, _fit(words), bold)
        longest = len(words)
        for row, value in enumerate(frame[column]):
            longest = max(longest, _write(sheet, _HEAD + row, place, value, day, moment))
        sheet.set_column(place, place, min(_WIDEST, longest + 2))
    sheet.freeze_panes(_HEAD, 0)
    if frame.width:
        sheet.autofilter(_HEAD - 1, 0, _HEAD - 1 + frame.height, frame.width - 1)
    _marked(sheet, content)


def _write(
    sheet: "Worksheet", row: int, column: int, value: object, day: "Format", moment: "Format"
) -> int:
    """Write one cell; how many letters wide it is."""
    if value is None:
        return 0
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
        return 5
    if isinstance(value, int | float):
        sheet.write_number(row, column, value)
        return 12
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(row, column, naive, moment)
        return 16
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
        return 10
    if isinstance(value, pl.Series | list | tuple):
        value = ", ".join(str(one) for one in value)
    words = _fit(str(value))
    sheet.write_string(row, column, words)
    return len(words)


def _fit(text: str) -> str:
    return _UNSEEN.sub("\ufffd", text)[:_CELL]


def _bold(book: "Workbook") -> "Format":
    found = book.add_format()
    found.set_bold()
    return found


def _marked(sheet: "Worksheet", content: ReportContent) -> None:
    """The marking at the head and foot of every printed page."""
    words = _marking(content).replace("&", "&&")[:200]
    sheet.set_header(f"&C&B{words}")
    sheet.set_footer(f"&LAs of {zulu(content.origin.as_of)}&C&B{words}&R&P / &N")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
