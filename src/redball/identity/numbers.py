"""Numbers that name an article or a company, in the form in which they are compared."""

import polars as pl


def niin_column(item: pl.DataFrame) -> pl.Series:
    """NIIN of each item row: its own, else the last nine digits of its NSN; null without either.

    Spaces and hyphens are dropped. Anything that is not nine (or thirteen) digits is no NIIN, nor
    is a row of zeros, which catalogues use as a filler.
    """
    niin = _digits("niin", 9)
    nsn = _digits("nsn", 13).str.slice(4)
    found = pl.coalesce(niin, nsn)
    return item.select(niin=pl.when(found != "000000000").then(found)).to_series()


def niin_disagrees(item: pl.DataFrame) -> pl.Series:
    """Whether a row states a NIIN and an NSN of another NIIN."""
    differ = _digits("niin", 9) != _digits("nsn", 13).str.slice(4)
    return item.select(differs=differ.fill_null(value=False)).to_series()


def part_column(item: pl.DataFrame) -> pl.Series:
    """Part number in upper case without spaces, hyphens and slashes; null when nothing is left."""
    part = pl.col("part_number").str.to_uppercase().str.replace_all(r"[\s\-/]", "")
    return item.select(part=pl.when(part != "").then(part)).to_series()


def ncage_column(frame: pl.DataFrame) -> pl.Series:
    """NCAGE in upper case without spaces; null when nothing is left."""
    ncage = pl.col("ncage").str.to_uppercase().str.replace_all(r"\s", "")
    return frame.select(ncage=pl.when(ncage != "").then(ncage)).to_series()


def _digits(column: str, length: int) -> pl.Expr:
    text = pl.col(column).str.replace_all(r"[\s\-]", "")
    return pl.when(text.str.contains(rf"^[0-9]{{{length}}}$")).then(text)
