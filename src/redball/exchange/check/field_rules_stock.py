"""Rules over the columns of a row: items, stock, orders and movements."""

from datetime import date
from functools import cache

import polars as pl

from redball.exchange.check.fields import FieldRules
from redball.exchange.check.rule import ERROR, WARNING
from redball.model.codes import code_lists, needs_item_quantity

rule = FieldRules()


@cache
def _packs() -> tuple[str, ...]:
    return tuple(code for code, _ in code_lists()["unit"].values if needs_item_quantity(code))


@rule(
    "item",
    "quantity_per_unit",
    ERROR,
    "pack-without-quantity",
    title="The unit of issue is a pack of no fixed size, and quantity_per_unit is empty.",
    why="A box of 10 and a box of 100 can't be added up.",
    mend="Give quantity_per_unit and content_unit, such as 12 and EA, or another unit of issue.",
)
def pack_without_quantity(_: date) -> pl.Expr:
    """BX, RO and the like say nothing without the content."""
    return pl.col("unit_of_issue").is_in(_packs()) & pl.col("quantity_per_unit").is_null()


@rule(
    "item",
    "content_unit",
    WARNING,
    "content-without-unit",
    title="quantity_per_unit is given without content_unit.",
    why="It is not known whether the pack holds pieces, metres or kilograms.",
    mend="Give content_unit, such as EA.",
)
def content_without_unit(_: date) -> pl.Expr:
    """A quantity needs its unit."""
    return pl.col("quantity_per_unit").is_not_null() & pl.col("content_unit").is_null()


@rule(
    "item",
    "niin",
    ERROR,
    "nsn-against-niin",
    title="NSN and NIIN name different articles.",
    why="The last nine digits of an NSN are its NIIN; allies recognise the article by them.",
    mend="Correct one of the two, or leave one empty.",
)
def nsn_against_niin(_: date) -> pl.Expr:
    """The last nine characters of the NSN are the NIIN."""
    niin = pl.col("nsn").str.replace_all(r"[^0-9A-Za-z]", "").str.slice(-9)
    return niin != pl.col("niin").str.replace_all(r"[^0-9A-Za-z]", "")


def _price_without_currency(table: str, price: str, column: str = "currency") -> None:
    @rule(
        table,
        column,
        WARNING,
        "price-without-currency",
        title="A price without a currency; the nation's currency is taken.",
        why="A feed that mixes currencies without saying so can't be valued.",
        mend="Give the currency, such as EUR.",
    )
    def price_without_currency(_: date) -> pl.Expr:
        return pl.col(price).is_not_null() & pl.col(column).is_null()


for _table, _price in (
    ("item", "price"),
    ("source", "unit_price"),
    ("order", "unit_price"),
    ("lane", "cost_per_t"),
):
    _price_without_currency(_table, _price)


@rule(
    "holding",
    "reserved",
    ERROR,
    "reserved-above-quantity",
    title="More is reserved than there is.",
    why="Free stock would be negative.",
    mend="Correct quantity or reserved; both are in the item's unit of issue.",
)
def reserved_above_quantity(_: date) -> pl.Expr:
    """Reserved is a part of the quantity."""
    return pl.col("reserved") > pl.col("quantity")


@rule(
    "holding",
    "expiry",
    WARNING,
    "expired-when-counted",
    title="The lot had expired when it was counted.",
    why="It counts as stock and can't be used.",
    mend="Check the date, or give another condition, such as condemned.",
)
def expired_when_counted(_: date) -> pl.Expr:
    """Expiry before the count."""
    return (pl.col("expiry") < pl.col("counted_on")) & (pl.col("condition") == "serviceable")


def _dated_after_the_data(table: str, column: str) -> None:
    @rule(
        table,
        column,
        WARNING,
        "dated-after-the-data",
        title="The day is after the moment the package describes.",
        why="What has happened can't be later than the report of it.",
        mend="Correct the day, or 'as_of' in the manifest.",
    )
    def dated_after_the_data(day: date) -> pl.Expr:
        return pl.col(column) > day


for _table, _day in (
    ("holding", "counted_on"),
    ("order", "ordered_on"),
    ("consignment", "departed_on"),
    ("consignment", "arrived_on"),
    ("same_item", "decided_on"),
):
    _dated_after_the_data(_table, _day)


@rule(
    "order",
    "due_on",
    ERROR,
    "due-before-ordered",
    title="The order is due before it was placed.",
    why="Lead times learnt from it would be negative.",
    mend="Correct ordered_on or due_on; day and month may be exchanged.",
)
def due_before_ordered(_: date) -> pl.Expr:
    """Due day before order day."""
    return pl.col("due_on") < pl.col("ordered_on")


@rule(
    "consignment",
    "arrived_on",
    WARNING,
    "arrived-without-day",
    title="The consignment has arrived, and the day is missing.",
    why="Transit times can't be learnt from it.",
    mend="Give arrived_on, or another status.",
)
def arrived_without_day(_: date) -> pl.Expr:
    """Status arrived without a day."""
    return (pl.col("status") == "arrived") & pl.col("arrived_on").is_null()


@rule(
    "consignment",
    "status",
    WARNING,
    "day-without-arrived",
    title="The consignment has a day of arrival, and its status is another.",
    why="It would be counted as on its way and as stock.",
    mend="Set the status to arrived, or leave arrived_on empty.",
)
def day_without_arrived(_: date) -> pl.Expr:
    """A day of arrival with another status."""
    return (pl.col("status") != "arrived") & pl.col("arrived_on").is_not_null()


@rule(
    "consignment",
    "arrived_on",
    ERROR,
    "arrived-before-departed",
    title="The consignment arrived before it left.",
    why="Transit times learnt from it would be negative.",
    mend="Correct departed_on or arrived_on; day and month may be exchanged.",
)
def arrived_before_departed(_: date) -> pl.Expr:
    """Arrival day before departure day."""
    return pl.col("arrived_on") < pl.col("departed_on")


@rule(
    "consignment",
    "to_site",
    WARNING,
    "consignment-to-itself",
    title="The consignment leaves and ends at the same site.",
    why="It moves nothing.",
    mend="Correct from_site or to_site.",
)
def consignment_to_itself(_: date) -> pl.Expr:
    """Both ends are the same site."""
    return pl.col("from_site") == pl.col("to_site")


@rule(
    "same_item",
    "item_b",
    ERROR,
    "item-compared-with-itself",
    title="The verdict compares an item with itself.",
    why="It says nothing.",
    mend="Name the other item; another owner's as OWNER:KEY.",
)
def item_compared_with_itself(_: date) -> pl.Expr:
    """Both are the same record."""
    return pl.col("item_a") == pl.col("item_b")
