"""Text that a spreadsheet would run as a formula is made harmless before it goes into CSV."""

import polars as pl
import polars.selectors as cs

from redball.exchange.check import Check

_STARTS_FORMULA = r"^[\s\x00]*[=+\-@|%＝＋－＠]|^[\t\r\n]"
"""First characters that some spreadsheet reads as a formula, also after blanks."""

_NUMBER = r"^[+-]?\d+(?:\.\d+)?$"
"""Plain numbers are no formulas: a negative number stays one."""


def csv_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Parameters
    ----------
    frame : polars.DataFrame
        Any columns; only text (also categories) is looked at, and the names of the columns.

    Returns
    -------
    polars.DataFrame
        The same rows; guarded text columns are plain text.

    Notes
    -----
    The convention is that of OWASP, "CSV Injection". A reader of the CSV that is not a spreadsheet
    sees the apostrophe.
    """
    guarded = frame.with_columns(
        guard_text(pl.col(name).cast(pl.String)).alias(name)
        for name in cs.expand_selector(frame, cs.string(include_categorical=True))
    )
    names = pl.Series("name", frame.columns, dtype=pl.String)
    safe_names = names.to_frame().select(guard_text(pl.col("name"))).to_series()
    return guarded.rename(dict(zip(frame.columns, safe_names, strict=True)))


def guard_text(text: pl.Expr) -> pl.Expr:
    """Expression for text with an apostrophe where it is needed."""
    risky = text.str.contains(_STARTS_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def issues_csv_safe(check: Check) -> str:
    """Issues of a check as CSV that a spreadsheet may open."""
    return csv_safe(check.issues).write_csv()
