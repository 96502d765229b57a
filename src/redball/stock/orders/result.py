"""What comes out: lines to order, by source, and what is not ordered and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import polars as pl

LINES: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "key": pl.String(),
        "action": pl.String(),
        "site_ix": pl.Int32(),
        "item_ix": pl.Int32(),
        "party_ix": pl.Int32(),
        "source_ix": pl.Int32(),
        "from_site_ix": pl.Int32(),
        "quantity": pl.Float64(),
        "unit_of_issue": pl.String(),
        "content_quantity": pl.Float64(),
        "content_unit": pl.String(),
        "unit_price": pl.Float64(),
        "currency": pl.String(),
        "amount": pl.Float64(),
        "amount_eur": pl.Float64(),
        "due_on": pl.Date(),
        "position": pl.Float64(),
        "reorder_point": pl.Float64(),
        "order_up_to": pl.Float64(),
        "why": pl.String(),
    }
)
"""Columns of ``OrderProposals.lines`` but ``labels``."""

NOT_ORDERED: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "site_ix": pl.Int32(),
        "item_ix": pl.Int32(),
        "quantity": pl.Float64(),
        "code": pl.String(),
        "why": pl.String(),
    }
)
"""Columns of ``OrderProposals.not_ordered`` but ``labels``."""

CODES = (
    "place not shown",
    "several policies",
    "policy incomplete",
    "stock unknown",
    "resupply circle",
    "supplier stock",
    "no source",
    "no price",
    "no rate",
    "capacity",
)
"""Why something is not ordered; ``OrderProposals.not_ordered`` has one of these in ``code``."""


@dataclass(frozen=True)
class OrderProposals:
    """The orders to place on one day.

    Attributes
    ----------
    lines : polars.DataFrame
        One row per order, the most urgent first: ``key`` (the same whenever it is computed from the
        same data on the same day, and free in the tables order and consignment), ``action``
        (``purchase`` or ``transfer``), ``site_ix`` (where to), ``item_ix``, ``party_ix`` and
        ``source_ix`` (-1 for a transfer), ``from_site_ix`` (who gives; -1 for a purchase),
        ``quantity`` and ``unit_of_issue``, ``content_quantity`` and ``content_unit`` (what packs
        hold; null where not stated), ``unit_price``, ``currency``, ``amount`` (as the source asks;
        null for a transfer), ``amount_eur``, ``due_on`` (day of the order plus mean lead time),
        ``position`` (units of issue before the order), ``reorder_point``, ``order_up_to`` (null
        for a fixed quantity), ``why`` (sentences for a reader), ``labels`` (positions in
        ``twin.labels`` that together have the dominant label of all that the line rests on).
    by_source : polars.DataFrame
        One row per source of goods: ``action``, ``party_ix``, ``from_site_ix``, ``currency``,
        ``lines``, ``amount``, ``amount_eur``, ``last_due_on``, ``labels``.
    not_ordered : polars.DataFrame
        What should be ordered but is not, or can't be judged: ``site_ix``, ``item_ix``,
        ``quantity`` (units of issue that stay open; null where unknown), ``code`` (a word of
        :data:`CODES`), ``why``, ``labels``.
    today : date
        Day of the orders.
    checked : int
        Policies looked at.
    enough : int
        Policies whose position is above the reorder point.
    twin_hash : str
        Content hash of the twin they were computed with.
    assumptions : tuple of str
    labels : polars.Series
        Positions in ``twin.labels``, one list: of all that was looked at, so of ``checked`` and
        ``enough`` too.
    """

    lines: pl.DataFrame
    by_source: pl.DataFrame
    not_ordered: pl.DataFrame
    today: date
    checked: int
    enough: int
    twin_hash: str
    assumptions: tuple[str, ...]
    labels: pl.Series
