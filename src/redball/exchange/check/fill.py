"""Fill what was left out: positions, defaults, keys made from other columns, labels."""

import polars as pl

from redball.exchange.check.cells import without
from redball.exchange.check.labels import LABEL_UNREADABLE
from redball.exchange.check.rule import ERROR, Rule
from redball.exchange.check.work import Scope, Work
from redball.model.labels import Label
from redball.model.schema import Attribute, AttributeType, Kind, Table

MISSING_CELL = Rule(
    "missing-cell",
    ERROR,
    "A value that every row needs is missing.",
    "The row can't be used without it.",
    "Fill the cell.",
)
RULES = (MISSING_CELL,)


def fill(work: Work, scope: Scope) -> None:
    """Complete the frame of ``work`` and report required cells that stay empty."""
    _positions(work)
    _defaults(work)
    work.frame = work.frame.with_columns(_keys(work))
    # keys made from other columns last: when a part is missing, that is what is reported
    for attribute in sorted(work.spec.attributes, key=lambda a: a.derived):
        if attribute.required and work.frame[attribute.name].null_count():
            empty = work.frame[attribute.name].is_null().to_numpy()
            message = f"'{attribute.name}' is empty, and every row needs it."
            if attribute.derived:  # a key that could not be made: its parts have been reported
                empty = empty & ~work.log.spoiled(*attribute.derived_from)
            rows = work.where(empty & ~work.log.spoiled(attribute.name, ""))
            work.log.hit(MISSING_CELL, rows, attribute.name, message)
    _labels(work, scope)


def _keys(work: Work) -> pl.Series:
    """Keys, given or made; none where the row as a whole could not be read."""
    keys = derived_key(work.spec, work).alias("key")
    ragged = work.log.spoiled("")
    return without(keys, pl.Series(ragged)) if ragged.any() else keys


def derived_key(spec: Table, work: Work) -> pl.Series:
    """Keys as given, and where none is given made from the template of the table.

    In a part of a made key ``:`` becomes ``.``, dates are ISO, an empty part stays empty. No key
    is made where a part was given and can't be read: it would be the key of another row.
    """
    given, key = work.frame["key"], spec["key"]
    if not key.derived or not given.null_count():
        return given
    pieces: list[pl.Expr] = []
    rest = key.default[1:]
    for name in key.derived_from:
        before, _, rest = rest.partition(f"{{{name}}}")
        pieces += [pl.lit(before), _piece(spec[name])]
    made = pl.concat_str(*pieces, pl.lit(rest))
    unread = pl.Series("unread", work.log.spoiled("key", *key.derived_from))
    # a part that every row needs and that is empty makes no key either
    empty = [pl.col(name).is_null() for name in key.derived_from if spec[name].required]
    frame = work.frame.with_columns(unread)
    blocked = pl.any_horizontal(pl.col("unread"), *empty)
    return frame.select(pl.coalesce("key", pl.when(~blocked).then(made)).alias("key"))["key"]


def _piece(attribute: Attribute) -> pl.Expr:
    text = pl.col(attribute.name).cast(pl.String).fill_null("")
    if attribute.type.kind in (Kind.REF, Kind.TEXT, Kind.CODE):
        return text.str.replace_all(":", ".", literal=True)
    return text


def _positions(work: Work) -> None:
    if not {"position", "latitude", "longitude"} <= set(work.spec.names):
        return
    if work.frame["position"].null_count() == work.frame.height:
        return
    both_empty = pl.col("latitude").is_null() & pl.col("longitude").is_null()
    parts = pl.col("position").str.split_exact(",", 1)
    unread = pl.Series("unread", work.log.spoiled("latitude", "longitude"))
    use = both_empty & pl.col("position").is_not_null() & ~pl.col("unread")
    work.frame = (
        work.frame.with_columns(unread)
        .with_columns(
            pl.when(use)
            .then(
                parts.struct.field(f"field_{place}")
                .str.strip_chars()
                .cast(pl.Float64, strict=False)
            )
            .otherwise(pl.col(name))
            .alias(name)
            for place, name in enumerate(("latitude", "longitude"))
        )
        .drop("unread")
    )


def _defaults(work: Work) -> None:
    wanted = [
        a
        for a in work.spec.attributes
        if a.default and not a.derived and work.frame[a.name].null_count()
    ]
    exprs = []
    for attribute in wanted:
        column = pl.col(attribute.name).fill_null(_default(attribute.default, attribute.type))
        unread = work.log.spoiled(attribute.name)
        if unread.any():
            column = pl.when(~pl.lit(pl.Series(unread))).then(column)
        exprs.append(column.alias(attribute.name))
    work.frame = work.frame.with_columns(exprs)


def _default(text: str, kind: AttributeType) -> pl.Expr:
    if kind.kind is Kind.BOOLEAN:
        return pl.lit(text == "yes")
    if kind.kind is Kind.INTEGER:
        return pl.lit(int(text), pl.Int64)
    if kind.kind is Kind.NUMBER:
        return pl.lit(float(text))
    return pl.lit(text)


def _labels(work: Work, scope: Scope) -> None:
    labels = work.frame["label"]
    if not labels.null_count():
        return
    if isinstance(scope.label, Label):
        unread = pl.Series("unread", work.log.spoiled("label"))
        column = pl.when(pl.col("label").is_null() & ~pl.col("unread")).then(
            pl.lit(scope.label.text)
        )
        filled = work.frame.with_columns(unread).select(column.otherwise("label").alias("label"))[
            "label"
        ]
        work.frame = work.frame.with_columns(filled)
        return
    rows = work.where(labels.is_null().to_numpy() & ~work.log.spoiled("label"))
    message = "The row brings no label, and the package's own can't be read."
    work.log.hit(LABEL_UNREADABLE, rows, "label", message, "Correct 'label' in the manifest.")
