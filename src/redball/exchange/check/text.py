"""Text, keys and references as words: length, characters, and form."""

import polars as pl

from redball.exchange.check.cells import Cells, as_text
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.model.schema import Kind

LONGEST_KEY = 200
"""Characters of a key that is given; a key made from other columns may be longer."""

TOO_LONG = Rule(
    "text-too-long",
    ERROR,
    "The text is too long.",
    "Cutting it would lose what it says.",
    "Shorten the text.",
)
CONTROL = Rule(
    "control-character",
    ERROR,
    "The text holds an invisible or direction-changing character.",
    "Two keys that look the same would differ, and text could pretend to be other text.",
    "Retype the value; it was probably copied from a formatted document.",
)
LINE_BREAK = Rule(
    "line-break",
    WARNING,
    "A line break or tab in the text; a blank replaces it.",
    "Names are shown on one line in tables and on maps.",
    "Put the text on one line.",
)
FORMULA = Rule(
    "formula-like",
    WARNING,
    "The text starts with =, +, - or @ and looks like a formula; it is kept as text.",
    "A spreadsheet that opens an export could run it.",
    "Remove the first character if it is not part of the value.",
)
KEY_FORM = Rule(
    "key-form",
    ERROR,
    "A key may not hold ':', nor start or end with a blank.",
    "':' stands between owner and key where another owner's row is named.",
    "Use another character, such as '-', and remove blanks at the ends.",
)
REFERENCE_FORM = Rule(
    "reference-form",
    ERROR,
    "This is neither a key nor OWNER:KEY.",
    "A reference names one row: of the sender, or of the owner before the ':'.",
    "Write the key alone for your own row, or such as NLD:DEPOT-1 for another owner's.",
)
RULES = (TOO_LONG, CONTROL, LINE_BREAK, FORMULA, KEY_FORM, REFERENCE_FORM)

_CONTROL = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F"
    r"\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF"
    r"\x{E0000}-\x{E007F}]"
)
_BREAK = r"[\t\n\r\u0085\u2028\u2029]+"
_REFERENCE = r"^[A-Z][A-Z0-9]{1,7}:[^:\s](?:[^:]*[^:\s])?$"


def parse_text(cells: Cells) -> pl.Series:
    """Text within its length, on one line."""
    values = as_text(cells)
    seen = values.unique().drop_nulls()
    _report(cells, values, FORMULA, seen.filter(seen.str.contains(r"^[=+\-@]")))
    return _plain(cells, values, seen, cells.attribute.type.maximum)


def parse_key(cells: Cells) -> pl.Series:
    """Keys: printable text on one line, without ``:``, without blanks at the ends."""
    values = as_text(cells)
    # a column with one row for each key: the whole column is looked at, not its distinct values
    wrong = values.str.contains(r":|^\s|\s$|" + _BREAK)
    cells.report(KEY_FORM, wrong)
    cells.report(FORMULA, values.str.contains(r"^[=+\-@]"))
    cells.report(CONTROL, values.str.contains(_CONTROL))
    cells.report(
        TOO_LONG, values.str.len_chars() > LONGEST_KEY, f"At most {LONGEST_KEY} characters."
    )
    return values


def parse_reference(cells: Cells) -> pl.Series:
    """References; the sender's own owner code before the key is dropped."""
    values = as_text(cells)
    seen = values.unique().drop_nulls()
    own = f"{cells.owner}:"
    if seen.str.starts_with(own).any():
        values = values.str.strip_prefix(own)
        seen = seen.str.strip_prefix(own).unique()
    scoped = seen.str.contains(":", literal=True)
    wrong = scoped & ~seen.str.contains(_REFERENCE) | seen.str.contains(_BREAK) | (seen == "")
    _report(cells, values, REFERENCE_FORM, seen.filter(wrong))
    return _plain(cells, values, seen.filter(~wrong), float(2 * LONGEST_KEY))


def _plain(cells: Cells, values: pl.Series, seen: pl.Series, longest: float | None) -> pl.Series:
    _report(cells, values, CONTROL, seen.filter(seen.str.contains(_CONTROL)))
    if longest is not None:
        message = f"At most {longest:.0f} characters are kept."
        _report(cells, values, TOO_LONG, seen.filter(seen.str.len_chars() > longest), message)
    broken = seen.filter(seen.str.contains(_BREAK))
    if broken.is_empty() or cells.attribute.type.kind is Kind.REF:
        return values
    _report(cells, values, LINE_BREAK, broken)
    return values.str.replace_all(_BREAK, " ")


def _report(
    cells: Cells, values: pl.Series, rule: Rule, wrong: pl.Series, message: str = ""
) -> None:
    if wrong.is_empty():
        return
    verdicts = pl.DataFrame({"value": wrong}).with_columns(
        message=pl.lit(message or rule.title), mend=pl.lit(rule.mend)
    )
    cells.report_values(rule, verdicts, values)
