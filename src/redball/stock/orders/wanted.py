"""Policies in one form, from the twin's table or from a computation."""

import polars as pl

from redball.model import NOWHERE, BadUse, Consumption, Twin, table
from redball.model.marks import MARK, Marks
from redball.stock.policies import PolicyTable

_PAIR = ["site_ix", "item_ix"]
_LEVELS = ["reorder_point", "order_up_to", "quantity"]


def wanted(
    twin: Twin,
    given: PolicyTable | pl.DataFrame | None,
    consumption: Consumption | None,
    marks: Marks,
) -> pl.DataFrame:
    """Policies with what keeps them from being used.

    Returns
    -------
    polars.DataFrame
        ``site_ix``, ``item_ix``, ``kind``, ``reorder_point``, ``order_up_to``, ``quantity``,
        ``per_day`` (null when unknown), ``code`` and ``why`` (null where the policy can be used),
        ``mark``. Sorted by site and item.

    Raises
    ------
    BadUse
        A column is missing, a kind is none, or a row names what the twin does not hold.
    """
    rows = _of_twin(twin, marks) if given is None else _of_frame(twin, given, marks)
    rows = _with_demand(rows, consumption, marks, twin)
    return _judged(rows).sort(*_PAIR, maintain_order=True)


def _of_twin(twin: Twin, marks: Marks) -> pl.DataFrame:
    rows = twin["policy"].filter(pl.col("owner").cast(pl.String) == twin.viewer)
    return rows.select(
        *_PAIR, "kind", *_LEVELS,
        per_day=pl.lit(None, pl.Float64), reason=pl.lit(None, pl.String),
        mark=marks.of(rows["label"]),
    )  # fmt: skip


def _of_frame(twin: Twin, given: PolicyTable | pl.DataFrame, marks: Marks) -> pl.DataFrame:
    frame = given.frame if isinstance(given, PolicyTable) else given
    missing = [name for name in (*_PAIR, "kind") if name not in frame.columns]
    if missing:
        raise BadUse(
            f"The policies have no column '{missing[0]}'.",
            mend="Give site_ix, item_ix, kind, and the levels of the kind.",
        )
    _known_rows(twin, frame)
    kinds = table("policy")["kind"].type.choices
    wrong = frame.filter(~pl.col("kind").is_in(kinds) | pl.col("kind").is_null())
    if wrong.height:
        raise BadUse(f"'{wrong['kind'][0]}' is not a kind of policy.", mend=f"Use one of: {kinds}.")
    optional = {**dict.fromkeys((*_LEVELS, "per_day"), pl.Float64()), "reason": pl.String()}
    if "labels" in frame.columns:
        mark = marks.of_lists(frame["labels"])
    else:
        every = marks.together(pl.int_range(len(twin.labels), eager=True))
        mark = pl.repeat(every, frame.height, dtype=MARK, eager=True)
    return frame.select(
        *(pl.col(name).cast(pl.Int32) for name in _PAIR),
        pl.col("kind").cast(pl.String),
        *(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in optional.items()
        ),
        mark=mark,
    )


def _known_rows(twin: Twin, frame: pl.DataFrame) -> None:
    for column, name in (("site_ix", "site"), ("item_ix", "item")):
        height = twin[name].height
        wrong = frame.filter(
            ~pl.col(column).is_between(NOWHERE, height - 1) | pl.col(column).is_null()
        )
        if wrong.height:
            raise BadUse(
                f"{column} is {wrong[column][0]}, and the twin has {height} rows in {name}.",
                mend="Compute the policies with this twin.",
            )


def _with_demand(
    rows: pl.DataFrame, consumption: Consumption | None, marks: Marks, twin: Twin
) -> pl.DataFrame:
    """Demand per day where the policy brings none."""
    if consumption is None:
        return rows
    used = consumption.frame
    every = marks.together(pl.int_range(len(twin.labels), eager=True))
    used = used.select(
        *_PAIR,
        used_per_day="per_day",
        used_mark=marks.of_lists(used["labels"])
        if "labels" in used.columns
        else pl.lit(every, MARK),
    ).unique(_PAIR, keep="first", maintain_order=True)
    taken = pl.col("per_day").is_null() & pl.col("used_per_day").is_not_null()
    return (
        rows.join(used, on=_PAIR, how="left", maintain_order="left")
        .with_columns(
            per_day=pl.coalesce("per_day", "used_per_day"),
            mark=pl.when(taken).then(pl.col("mark") | pl.col("used_mark")).otherwise("mark"),
        )
        .drop("used_per_day", "used_mark")
    )


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Say what is wrong with a policy; the first that applies."""
    kind = pl.col("kind")
    has = {name: pl.col(name).is_finite().fill_null(value=False) for name in _LEVELS}
    point, level, lot = (pl.col(name) for name in _LEVELS)
    both = has["reorder_point"] & has["order_up_to"]
    rules = [
        (
            (pl.col("site_ix") == NOWHERE) | (pl.col("item_ix") == NOWHERE),
            "place not shown",
            "The site or the item of the policy is not shown to you.",
        ),
        (
            pl.len().over(_PAIR) > 1,
            "several policies",
            "There is more than one policy for this item and site; keep one.",
        ),
        (pl.col("reason").is_not_null(), "policy incomplete", None),
        (
            (kind == "reorder_up_to") & ~(both & (level > point)).fill_null(value=False),
            "policy incomplete",
            "The policy needs a reorder point and a higher level to order up to.",
        ),
        (
            (kind == "fixed_quantity")
            & ~(has["reorder_point"] & has["quantity"] & (lot > 0)).fill_null(value=False),
            "policy incomplete",
            "The policy needs a reorder point and a quantity above zero.",
        ),
        (
            (kind == "base_stock") & ~(has["order_up_to"] & (level >= 0)).fill_null(value=False),
            "policy incomplete",
            "The policy needs a level of zero or more to order up to.",
        ),
    ]
    code: pl.Expr = pl.lit(None, pl.String)
    why: pl.Expr = pl.lit(None, pl.String)
    for failed, word, sentence in reversed(rules):
        code = pl.when(failed).then(pl.lit(word)).otherwise(code)
        words = pl.col("reason") if sentence is None else pl.lit(sentence)
        why = pl.when(failed).then(words).otherwise(why)
    one_below = pl.when(kind == "base_stock").then(level - 1).otherwise(point)
    demand = pl.when(pl.col("per_day").is_finite() & (pl.col("per_day") > 0)).then("per_day")
    return rows.with_columns(
        code=code, why=why, reorder_point=one_below, per_day=demand
    ).drop("reason")  # fmt: skip
