"""Drop-downs and limits of the template's cells."""

from collections.abc import Collection

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from redball.exchange.workbooks.book import write_text
from redball.model.codes import code_lists
from redball.model.schema import Attribute, Kind, Table

ROWS = 5_000
"""Rows of a sheet that get drop-downs; more can be filled in without."""

_INLINE = 255
"""Characters that Excel allows for a list written in the rule itself."""


class Lists:
    """Code lists on the sheet ``_codes``: two columns each, code and meaning."""

    def __init__(self, book: Workbook, specs: list[Table]) -> None:
        self._ranges: dict[str, str] = {}
        sheet = book.add_worksheet("_codes")
        bold = book.add_format({"bold": True, "bottom": 1})
        needed = {a.type.target for s in specs for a in s.attributes if a.type.kind is Kind.CODE}
        column = 0
        for name, codes in sorted(code_lists().items()):
            if name not in needed or not codes.values:
                continue
            write_text(sheet, 0, column, name, bold)
            write_text(sheet, 0, column + 1, f"{codes.title} ({codes.source})", bold)
            for row, (code, meaning) in enumerate(codes.values, start=1):
                write_text(sheet, row, column, code)
                write_text(sheet, row, column + 1, meaning)
            sheet.set_column(column, column, 12)
            sheet.set_column(column + 1, column + 1, 40)
            letters = xl_col_to_name(column)
            self._ranges[name] = f"=_codes!${letters}$2:${letters}${len(codes.values) + 1}"
            column += 2
        sheet.freeze_panes(1, 0)

    def range_of(self, name: str) -> str | None:
        """Cells that hold the codes of a list; none where the list is a pattern."""
        return self._ranges.get(name)


def add_validation(
    sheet: Worksheet, column: int, attribute: Attribute, lists: Lists, present: Collection[str]
) -> None:
    """Give the cells of a column a drop-down or limits.

    Words and numbers outside are refused by Excel. Codes may be overridden, because the check
    accepts more forms than the list shows (two-letter countries, for example); references are
    offered and not enforced, because the row named may lie in the store or belong to another.
    """
    kind = attribute.type
    rule: dict[str, object] | None = None
    if kind.kind is Kind.ENUM and len(",".join(kind.choices)) <= _INLINE:
        rule = {"validate": "list", "source": list(kind.choices)}
    elif kind.kind is Kind.BOOLEAN:
        rule = {"validate": "list", "source": ["yes", "no"]}
    elif kind.kind is Kind.CODE and (cells := lists.range_of(kind.target)):
        rule = {"validate": "list", "source": cells, "error_type": "warning"}
    elif kind.kind is Kind.REF and kind.target in present:
        source = f"='{kind.target}'!$A$2:$A${ROWS + 1}"
        rule = {"validate": "list", "source": source, "show_error": False}
    elif kind.kind in (Kind.NUMBER, Kind.INTEGER):
        rule = _limits(attribute)
    if rule is not None:
        title = attribute.name[:32]
        sheet.data_validation(1, column, ROWS, column, {**rule, "error_title": title})


def _limits(attribute: Attribute) -> dict[str, object] | None:
    kind = attribute.type
    validate = "integer" if kind.kind is Kind.INTEGER else "decimal"
    if kind.above is not None:
        return {"validate": validate, "criteria": ">", "value": kind.above}
    if kind.minimum is not None and kind.maximum is not None:
        bounds = {"minimum": kind.minimum, "maximum": kind.maximum}
        return {"validate": validate, "criteria": "between", **bounds}
    if kind.minimum is not None:
        return {"validate": validate, "criteria": ">=", "value": kind.minimum}
    return None
