"""Rules over the columns of a row: resupply, repair, structure, policies and mutual support."""

from datetime import date

import polars as pl

from redball.exchange.check.fields import FieldRules
from redball.exchange.check.rule import ERROR, WARNING

rule = FieldRules()


@rule(
    "structure",
    "needed",
    ERROR,
    "needed-above-quantity",
    title="More of the part must work than are installed.",
    why="The system could never work.",
    mend="Correct quantity or needed; leave needed empty when all of them must work.",
)
def needed_above_quantity(_: date) -> pl.Expr:
    """K out of n, with k over n."""
    return pl.col("needed") > pl.col("quantity")


@rule(
    "resupply",
    "from_site",
    ERROR,
    "resupply-of-itself",
    title="The site is resupplied by itself.",
    why="What it lacks would never come from anywhere.",
    mend="Name the site above it, or leave from_site empty when it buys from outside.",
)
def resupply_of_itself(_: date) -> pl.Expr:
    """Both ends are the same site."""
    return pl.col("site") == pl.col("from_site")


@rule(
    "repair",
    "repair_days",
    ERROR,
    "repair-in-no-time",
    title="The item is repaired here, and the repair takes no time.",
    why="Parts in repair would never be missing, and no spare would ever be needed.",
    mend="Give the mean turnaround in days, or repaired_share 0 where nothing is repaired.",
)
def repair_in_no_time(_: date) -> pl.Expr:
    """Zero days with a share that is repaired."""
    return (pl.col("repair_days") == 0) & (pl.col("repaired_share") > 0)


@rule(
    "policy",
    "kind",
    ERROR,
    "policy-incomplete",
    title="The policy lacks a number that its kind needs.",
    why="It does not say when to order, or how much.",
    mend="reorder_up_to needs reorder_point and order_up_to; fixed_quantity needs reorder_point "
    "and quantity; base_stock needs order_up_to.",
)
def policy_incomplete(_: date) -> pl.Expr:
    """Each kind with the numbers it can't do without."""
    kind = pl.col("kind")
    point, level, lot = (
        pl.col(name).is_null() for name in ("reorder_point", "order_up_to", "quantity")
    )
    return (
        ((kind == "reorder_up_to") & (point | level))
        | ((kind == "fixed_quantity") & (point | lot))
        | ((kind == "base_stock") & level)
    )


@rule(
    "policy",
    "reorder_point",
    ERROR,
    "reorder-point-not-below-level",
    title="The reorder point is not below the level that an order fills up to.",
    why="An order would be due whatever the stock, and its quantity would be zero or less.",
    mend="Correct reorder_point or order_up_to; they may be exchanged.",
)
def reorder_point_not_below_level(_: date) -> pl.Expr:
    """Holds for every kind that gives both numbers and uses the level."""
    both = pl.col("reorder_point") >= pl.col("order_up_to")
    return both & (pl.col("kind") != "fixed_quantity")


@rule(
    "policy",
    "order_up_to",
    WARNING,
    "policy-number-unused",
    title="The kind of policy does not use a number that is given.",
    why="Whoever filled it in expects it to matter.",
    mend="Take it out, or choose the kind that uses it: order_up_to for reorder_up_to and "
    "base_stock, quantity for fixed_quantity.",
)
def policy_number_unused(_: date) -> pl.Expr:
    """A level with a fixed quantity, or a quantity with a level."""
    fixed = pl.col("kind") == "fixed_quantity"
    return (fixed & pl.col("order_up_to").is_not_null()) | (
        ~fixed & pl.col("quantity").is_not_null()
    )


@rule(
    "support",
    "receiver",
    ERROR,
    "support-of-oneself",
    title="Giver and receiver are the same nation.",
    why="A nation serves itself without an agreement.",
    mend="Correct giver or receiver; another owner's nation is written OWNER:KEY.",
)
def support_of_oneself(_: date) -> pl.Expr:
    """Both ends are the same nation."""
    return pl.col("giver") == pl.col("receiver")


@rule(
    "support",
    "valid_until",
    ERROR,
    "support-ends-before-it-begins",
    title="The last day of the agreement is before its first.",
    why="It would never hold.",
    mend="Correct valid_from or valid_until; day and month may be exchanged.",
)
def support_ends_before_it_begins(_: date) -> pl.Expr:
    """Last day before first day."""
    return pl.col("valid_until") < pl.col("valid_from")


@rule(
    "support",
    "valid_until",
    WARNING,
    "support-has-ended",
    title="The agreement had ended at the moment the package describes.",
    why="It gives no support any more.",
    mend="Give the new last day, or take the row out.",
)
def support_has_ended(day: date) -> pl.Expr:
    """Last day before the day of the data."""
    return pl.col("valid_until") < day


@rule(
    "support",
    "supply_class",
    WARNING,
    "support-item-and-class",
    title="The agreement names an item and a class; it holds for that item alone.",
    why="It may be meant for the whole class.",
    mend="Leave one of them empty.",
)
def support_item_and_class(_: date) -> pl.Expr:
    """An item and a class."""
    return pl.col("item").is_not_null() & pl.col("supply_class").is_not_null()
