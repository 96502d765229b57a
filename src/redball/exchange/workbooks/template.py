"""The workbook to fill in: one sheet per table, with units, types, allowed codes and examples.

A filled-in template is a package in itself: its sheet ``package`` is the manifest. The sheets
``_examples``, ``_columns`` and ``_codes`` explain it; the reader passes over sheets whose name
starts with ``_``. Examples stand there and not between the rows to fill in, so that none can be
imported by mistake.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from redball.exchange.workbooks.book import new_workbook, sheet_name, write_text
from redball.exchange.workbooks.drop_downs import Lists, add_validation
from redball.model.errors import BadUse
from redball.model.schema import Attribute, Kind, Table, parse_type, table, tables

_CREATED = datetime(2026, 1, 1)

_MANIFEST = (
    ("owner", "REQUIRED. Owner code of the sender, such as DEU; every row belongs to it."),
    ("as_of", "REQUIRED. Date and time with zone the data describe, such as 2026-01-31T06:00:00Z."),
    (
        "label",
        "Label of rows that bring none, such as RESTRICTED // REL NLD POL. Owner only if empty.",
    ),
    ("title", "A name for people."),
    ("exercise", "yes marks exercise data."),
    ("cadence_days", "How often the feed is due, in days; 30 if empty."),
    ("content", "full: each table with rows replaces yours. changes: rows are added or replaced."),
)

LABEL = Attribute(
    "label",
    parse_type("text"),
    "",
    False,
    "",
    "RESTRICTED // REL NLD",
    "Confidentiality label of the row; the package's label when empty.",
    "",
)


def write_template(path: Path | str, *, names: Collection[str] | None = None) -> Path:
    """Write the template.

    Parameters
    ----------
    path : Path
        Where to write the ``.xlsx`` file.
    names : collection of str, optional
        Tables wanted, in any order; all when absent.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    BadUse
        There is no such table, the file can't be written, or there is one already, which may be
        a template somebody has filled in.
    """
    path = Path(path)
    if path.exists():
        raise BadUse(
            "There is a file of this name already.",
            where=str(path),
            mend="Name another one, or move that one away.",
        )
    wanted = {table(name).name for name in names} if names is not None else set(tables())
    specs = [spec for name, spec in tables().items() if name in wanted]
    with new_workbook(path, _CREATED) as book:
        _package_sheet(book)
        sheets = {spec.name: book.add_worksheet(spec.name) for spec in specs}
        examples, columns = book.add_worksheet("_examples"), book.add_worksheet("_columns")
        lists = Lists(book, specs)
        for spec in specs:
            _table_sheet(book, sheets[spec.name], spec, lists, set(sheets))
        _examples_sheet(book, examples, specs)
        _columns_sheet(book, columns, specs)
    return path


def _package_sheet(book: Workbook) -> None:
    sheet = book.add_worksheet(sheet_name("package", set()))
    required = book.add_format({"bold": True, "underline": 1, "bg_color": "#DCE6F1", "border": 1})
    optional = book.add_format({"italic": True, "border": 1})
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 44, text)
    for row, (name, help_text) in enumerate(_MANIFEST):
        needed = help_text.startswith("REQUIRED")
        write_text(sheet, row, 0, name, required if needed else optional)
        sheet.write_comment(row, 0, help_text, {"x_scale": 2.0})
    sheet.data_validation(6, 1, 6, 1, {"validate": "list", "source": ["full", "changes"]})
    sheet.data_validation(4, 1, 4, 1, {"validate": "list", "source": ["yes", "no"]})


def _table_sheet(
    book: Workbook, sheet: Worksheet, spec: Table, lists: Lists, present: set[str]
) -> None:
    required = book.add_format({"bold": True, "underline": 1, "bg_color": "#DCE6F1", "border": 1})
    optional = book.add_format({"italic": True, "border": 1})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    forms = {Kind.NUMBER: None, Kind.INTEGER: None, Kind.DATE: day}
    sheet.freeze_panes(1, 1)
    for column, attribute in enumerate((*spec.attributes, LABEL)):
        width = max(12, len(attribute.name) + 3)
        sheet.set_column(column, column, width, forms.get(attribute.type.kind, text))
        needed = must_be_filled(attribute)
        write_text(sheet, 0, column, attribute.name, required if needed else optional)
        sheet.write_comment(0, column, column_help(attribute), {"x_scale": 2.2, "y_scale": 1.6})
        add_validation(sheet, column, attribute, lists, present)


def must_be_filled(attribute: Attribute) -> bool:
    """Whether every row needs a value that no default gives."""
    return attribute.required and not attribute.default


def column_help(attribute: Attribute) -> str:
    """What stands in a column: for the comment on its header."""
    lines = ["REQUIRED." if must_be_filled(attribute) else "Optional.", attribute.description]
    lines.append(f"Type: {type_in_words(attribute)}")
    if attribute.unit:
        lines.append(f"Unit: {attribute.unit}")
    if attribute.derived:
        lines.append(f"When empty it is made from: {', '.join(attribute.derived_from)}")
    elif attribute.default:
        lines.append(f"When empty: {attribute.default}")
    if attribute.example:
        lines.append(f"Example: {attribute.example}")
    if attribute.source:
        lines.append(f"Source: {attribute.source}")
    return "\n".join(lines)


def type_in_words(attribute: Attribute) -> str:
    """Type of a column for a reader."""
    kind = attribute.type
    words = {
        Kind.KEY: "key: text without ':'",
        Kind.TEXT: "text" + (f", at most {kind.maximum:.0f} characters" if kind.maximum else ""),
        Kind.INTEGER: f"whole number{_bounds(attribute)}",
        Kind.NUMBER: f"number{_bounds(attribute)}",
        Kind.BOOLEAN: "yes or no",
        Kind.DATE: "date, year-month-day",
        Kind.TIMESTAMP: "date and time with zone",
        Kind.ENUM: f"one of: {', '.join(kind.choices)}",
        Kind.REF: f"key of a row of {kind.target}; OWNER:KEY for another owner's row",
        Kind.CODE: f"code of the list {kind.target}",
        Kind.LIST: "words separated by ;",
        Kind.PAIRS: f"pairs {kind.target.replace(',', ':')} separated by ;",
    }
    return words[kind.kind]


def _bounds(attribute: Attribute) -> str:
    kind = attribute.type
    parts = [
        f"{word} {bound:g}"
        for word, bound in (
            ("more than", kind.above),
            ("at least", kind.minimum),
            ("at most", kind.maximum),
        )
        if bound is not None
    ]
    return f", {' and '.join(parts)}" if parts else ""


def _examples_sheet(book: Workbook, sheet: Worksheet, specs: list[Table]) -> None:
    title = book.add_format({"bold": True, "font_size": 12})
    head = book.add_format({"italic": True, "bottom": 1})
    write_text(sheet, 0, 0, "EXAMPLES: this sheet is not read. One row for each table.", title)
    row = 2
    for spec in specs:
        write_text(sheet, row, 0, f"{spec.name}: {spec.purpose}", title)
        for column, attribute in enumerate((*spec.attributes, LABEL)):
            write_text(sheet, row + 1, column, attribute.name, head)
            write_text(sheet, row + 2, column, attribute.example)
        row += 4
    sheet.set_column(0, 20, 16)


def _columns_sheet(book: Workbook, sheet: Worksheet, specs: list[Table]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    heads = (
        "table",
        "column",
        "required",
        "type",
        "unit",
        "when empty",
        "example",
        "meaning",
        "source",
    )
    for column, (head, width) in enumerate(
        zip(heads, (14, 20, 10, 44, 16, 28, 20, 60, 24), strict=True)
    ):
        sheet.set_column(column, column, width)
        write_text(sheet, 0, column, head, bold)
    row = 0
    for spec in specs:
        for attribute in (*spec.attributes, LABEL):
            row += 1
            needed = "REQUIRED" if must_be_filled(attribute) else ""
            # without its sign, so that no reader takes the template of a key for a formula
            default = attribute.default.removeprefix("=")
            cells = (spec.name, attribute.name, needed, type_in_words(attribute), attribute.unit)
            rest = (default, attribute.example, attribute.description, attribute.source)
            for column, text in enumerate((*cells, *rest)):
                write_text(sheet, row, column, text, wrap)
    sheet.autofilter(0, 0, row, len(heads) - 1)
    sheet.freeze_panes(1, 0)
