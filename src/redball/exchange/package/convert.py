"""From a sheet in the sender's columns to a :class:`RawTable` in the columns of the language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from redball.exchange.package.formats import NO, YES, dates, flags, numbers
from redball.exchange.package.mapping import ColumnMapping, TableMapping
from redball.exchange.package.options import did_you_mean
from redball.exchange.package.parquet import fit
from redball.exchange.package.sheet import DATE, FLAG, NUMBER, Sheet
from redball.exchange.package.types import Note, RawTable
from redball.model import Kind, Table, table

_KIND_OF_CELL = {
    Kind.NUMBER: NUMBER,
    Kind.INTEGER: NUMBER,
    Kind.DATE: DATE,
    Kind.TIMESTAMP: DATE,
    Kind.BOOLEAN: FLAG,
}


def mapped(sheet: Sheet, block: TableMapping, content: str) -> RawTable:
    """Apply a block of a mapping file to a sheet."""
    spec = table(block.table)
    found, notes = _resolve(sheet, block.sources)
    wanted = {found[name] for name in block.sources if name in found}
    ignored = {_form(name) for name in block.ignore}
    columns: dict[str, pl.Series] = {}
    problems = [sheet.problems.with_columns(column=_renamed(block, found))]
    for column in block.columns:
        if any(name not in found for name in column.columns):
            continue
        cells = _Cells.gather(sheet, column, found)
        cells.apply(column, spec, block)
        columns[column.name] = cells.text.alias(column.name)
        problems += cells.problems
    return RawTable(
        table=block.table,
        sheet=sheet.name,
        content=content,
        frame=pl.DataFrame(columns),
        raw=sheet.frame,
        line=sheet.line,
        columns=MappingProxyType(
            {c.name: tuple(found[n] for n in c.columns) for c in block.columns if c.name in columns}
        ),
        unknown=tuple(
            name
            for name in sheet.frame.columns
            if name not in wanted and _form(name) not in ignored
        ),
        problems=pl.concat(problems).sort("row", maintain_order=True),
        notes=(*sheet.notes, *notes),
    )


def unmapped(sheet: Sheet, name: str, content: str, *, typed: bool = False) -> RawTable:
    """A sheet in the model's own columns; ``typed`` columns pass through where they fit."""
    spec = table(name)
    known = (*spec.names, "label")
    forms = {_form(source): source for source in sheet.frame.columns}
    found = {column: forms[column] for column in known if column in forms}
    notes = [
        _spelling(sheet.name, source, column)
        for column, source in found.items()
        if source != column
    ]
    columns: dict[str, pl.Series] = {}
    for column, source in found.items():
        kind = Kind.TEXT if column == "label" else spec[column].type.kind
        cells = sheet.frame[source]
        cells = fit(cells, kind) if typed else _text_or_null(cells)
        if kind is Kind.BOOLEAN and cells.dtype == pl.String:
            cells = _either(flags(cells, YES, NO), cells)
        columns[column] = cells.alias(column)
    back = {source: column for column, source in found.items()}
    problems = sheet.problems.with_columns(pl.col("column").replace(back))
    return RawTable(
        table=name,
        sheet=sheet.name,
        content=content,
        frame=pl.DataFrame(columns),
        raw=sheet.frame,
        line=sheet.line,
        columns=MappingProxyType({column: (source,) for column, source in found.items()}),
        unknown=tuple(source for source in sheet.frame.columns if source not in back),
        problems=problems,
        notes=(*sheet.notes, *notes),
    )


@dataclass
class _Cells:
    """A column on its way: its text, and the cells that were given up with the text as sent."""

    text: pl.Series
    typed: pl.Series | None
    name: str
    sent: pl.Series
    problems: list[pl.DataFrame] = field(default_factory=list)
    failed: pl.Series | None = None

    @classmethod
    def gather(cls, sheet: Sheet, column: ColumnMapping, found: Mapping[str, str]) -> "_Cells":
        if column.constant is not None:
            text = pl.repeat(column.constant or None, len(sheet.line), dtype=pl.String, eager=True)
            return cls(text, None, column.name, text)
        names = [found[name] for name in column.columns]
        if len(names) == 1:
            text = _text_or_null(sheet.frame[names[0]])
            kinds = None if sheet.kinds is None else sheet.kinds[names[0]]
            return cls(text, kinds, column.name, text)
        parts = pl.DataFrame(
            [_text_or_null(sheet.frame[n]).alias(str(i)) for i, n in enumerate(names)]
        )
        joined = parts.select(
            pl.when(pl.any_horizontal(pl.all().is_not_null())).then(
                pl.concat_str(pl.all(), separator=column.separator, ignore_nulls=True)
            )
        ).to_series()
        return cls(joined, None, column.name, joined)

    def apply(self, column: ColumnMapping, spec: Table, block: TableMapping) -> None:
        """Run the steps of the column in their order."""
        if column.pattern is not None:
            fits = self.text.str.contains(column.pattern)
            kept = self.text.str.extract(column.pattern, 1)
            self._take(
                pl.select(pl.when(fits).then(kept.fill_null(""))).to_series(),
                "pattern-mismatch",
                f"does not have the form {column.pattern}.",
                "Correct the cell, or the pattern in the mapping.",
            )
        for old, new in column.replace.items():
            self._keep(self.text.str.replace_all(old, new, literal=True))
        if column.pattern is not None or column.replace:
            self._keep(_text_or_null(self.text))
        if column.codes is not None:
            self._codes(column.codes, column.other)
        if column.default is not None:
            self.text = self.text.fill_null(column.default)
        kind = Kind.TEXT if column.name == "label" else spec[column.name].type.kind
        self._format(column, kind, block)
        self.text = self.text.rename(column.name)

    def _codes(self, codes: Mapping[str, str], other: str | None) -> None:
        known = self.text.replace_strict(dict(codes), default=other or None, return_dtype=pl.String)
        given = self.text.is_not_null() & (known != "")
        known = pl.select(pl.when(given).then(known)).to_series()
        if other == "":
            self._keep(known)
            return
        self._take(
            known,
            "code-not-in-mapping",
            "is not in the code list of the mapping.",
            f"Add it to codes in the mapping; it has {_listed(codes)}.",
            empty_codes=[code for code, value in codes.items() if value == ""],
        )

    def _format(self, column: ColumnMapping, kind: Kind, block: TableMapping) -> None:
        own = _KIND_OF_CELL.get(kind)
        if own is None:
            return
        sender = self.text
        if self.typed is not None:
            # cells that came typed are canonical already: the sender's form is for texts only
            sender = pl.select(pl.when(self.typed != own).then(sender)).to_series()
        if own == NUMBER:
            made = numbers(sender, column.decimal, column.thousands, column.factor)
            example = "1234.5".replace(".", column.decimal)
            rule, what = "number-format", f"is not a number of the form {example}."
            mend = "Correct the cell, or decimal and thousands in the mapping."
        elif own == DATE:
            made = dates(sender, column.date)
            rule, what = "date-format", f"is not a date of the form {column.date or '%Y-%m-%d'}."
            mend = "Correct the cell, or date in the mapping."
        else:
            made = flags(sender, block.true, block.false)
            rule, what = "flag-word", "is none of the words for yes and no."
            mend = "Write yes or no, or add the word to true or false in the mapping."
        if self.typed is not None:
            straight = self.text
            if own == NUMBER and column.factor is not None:
                straight = numbers(self.text, ".", "", column.factor)
            elif own == DATE:
                straight = self.text.str.head(10)
            made = pl.select(pl.when(self.typed == own).then(straight).otherwise(made)).to_series()
        self._take(made, rule, what, mend)

    def _take(
        self, made: pl.Series, rule: str, what: str, mend: str, empty_codes: Sequence[str] = ()
    ) -> None:
        """Take a converted column; where it is null and the cell is not, note a problem."""
        wrong = self.text.is_not_null() & made.is_null()
        if empty_codes:
            wrong &= ~self.text.is_in(empty_codes)
        if self.failed is not None:
            wrong &= ~self.failed
        if wrong.any():
            rows = wrong.arg_true()
            seen = self.text.gather(rows).str.head(80)
            self.problems.append(
                pl.select(
                    row=rows.cast(pl.UInt32),
                    column=pl.lit(self.name),
                    rule=pl.lit(rule),
                    message=pl.concat_str(pl.lit("'"), seen, pl.lit("' " + what)),
                    mend=pl.lit(mend),
                )
            )
            self._keep(made)
            failed = wrong if self.failed is None else self.failed | wrong
            self.text = pl.select(pl.when(failed).then(self.sent).otherwise(self.text)).to_series()
            self.failed = failed
        else:
            self._keep(made)

    def _keep(self, made: pl.Series) -> None:
        """Take a converted column, but for cells given up earlier."""
        if self.failed is None:
            self.text = made
        else:
            self.text = pl.select(pl.when(self.failed).then(self.text).otherwise(made)).to_series()


def _listed(codes: Mapping[str, str]) -> str:
    names = list(codes)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _resolve(sheet: Sheet, wanted: Sequence[str]) -> tuple[dict[str, str], list[Note]]:
    """Wanted columns to those of the sheet, tolerating capitals and blanks."""
    forms = {_form(name): name for name in sheet.frame.columns}
    found: dict[str, str] = {}
    notes: list[Note] = []
    for name in wanted:
        if name in sheet.frame.columns:
            found[name] = name
        elif _form(name) in forms:
            found[name] = forms[_form(name)]
            notes.append(_spelling(sheet.name, found[name], name))
        else:
            notes.append(
                Note(
                    "error",
                    sheet.name,
                    "missing-column",
                    f"There is no column '{name}', which the mapping names.",
                    did_you_mean(name, sheet.frame.columns),
                    name,
                )
            )
    return found, notes


def _spelling(sheet: str, source: str, column: str) -> Note:
    return Note(
        "warning",
        sheet,
        "header-spelling",
        f"Column '{source}' was read as '{column}'.",
        f"Write it as '{column}'.",
        source.strip(),
    )


def _renamed(block: TableMapping, found: Mapping[str, str]) -> pl.Expr:
    """Sender's column of a problem to the first column of the language made from it."""
    names: dict[str, str] = {}
    for column in block.columns:
        for name in column.columns:
            if name in found:
                names.setdefault(found[name], column.name)
    return pl.col("column").replace(names) if names else pl.col("column")


def _form(name: str) -> str:
    return " ".join(name.casefold().split())


def _text_or_null(column: pl.Series) -> pl.Series:
    """Trimmed text; empty cells are null. Typed columns pass."""
    if column.dtype != pl.String:
        return column
    trimmed = column.str.strip_chars()
    return pl.select(pl.when(trimmed != "").then(trimmed)).to_series()


def _either(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(first, second)).to_series()
