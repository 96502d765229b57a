"""Rules for readiness that look beyond a row: who owns it, its item, other rows of its table."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from redball.exchange.check.cycles import components
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.work import Scope, Work

OTHERS_STOCK = Rule(
    "support-of-anothers-stock",
    ERROR,
    "A nation can promise its own stock only, and the giver is another.",
    "Otherwise any member could help itself to what an ally holds.",
    "Name your own nation as giver; the other nation sends the row for its own stock.",
)
RESUPPLY_CYCLE = Rule(
    "resupply-cycle",
    ERROR,
    "The site is resupplied by itself through others.",
    "Orders would go round and never reach a source.",
    "Correct one from_site of the round; leave it empty at the top.",
)
TWICE = Rule(
    "said-twice",
    WARNING,
    "An earlier row says something for the same site and item.",
    "Only one of them can hold; it is the first by key.",
    "Take one of them out.",
)
NOT_REPARABLE = Rule(
    "repair-of-consumable",
    WARNING,
    "The item is repaired, and its own record says that it is not reparable.",
    "It is planned as repaired; if it is thrown away, far too few are bought.",
    "Set 'reparable' of the item to yes, or repaired_share to 0.",
)
NOT_TRACED = Rule(
    "isolation-in-consumable",
    WARNING,
    "The parent is not reparable, so no repair is traced to this part.",
    "The share is not used.",
    "Set 'reparable' of the parent to yes, or leave isolation empty.",
)
ISOLATION_ABOVE_ONE = Rule(
    "isolation-above-one",
    WARNING,
    "The shares of repairs traced to the parts of one parent sum to more than 1.",
    "A repair would need more than one part on average.",
    "Check the shares; they are parts of 1, not of 100. Leave them if repairs need several parts.",
)
RULES = (OTHERS_STOCK, RESUPPLY_CYCLE, TWICE, NOT_REPARABLE, NOT_TRACED, ISOLATION_ABOVE_ONE)

_ROUNDING = 1e-6
"""Shares rounded to some decimals may sum to a little more than 1."""

_ONE_EACH = frozenset({"resupply", "repair", "policy"})
"""Tables that say one thing for a site and item; a key given by hand may hide a second row."""


def run_readiness_rules(work: Work, scope: Scope) -> None:
    """Run the rules of the table of ``work``; references have been resolved before."""
    name = work.spec.name
    if work.frame.is_empty():
        return
    if name == "support":
        _giver(work, scope)
    if name == "resupply":
        _resupply_cycles(work)
    if name in _ONE_EACH:
        _said_twice(work)
    if name == "repair":
        _consumable(work, scope, "item", "repaired_share", NOT_REPARABLE)
    if name == "structure":
        _consumable(work, scope, "parent", "isolation", NOT_TRACED)
        _isolation_sums(work)


def _giver(work: Work, scope: Scope) -> None:
    """The key of a nation is its owner code, so the giver has to be spelled like the owner."""
    given = work.frame["giver"]
    wrong = (given.is_not_null() & (given != scope.owner)).to_numpy() & ~work.log.spoiled("giver")
    _count(work, OTHERS_STOCK, work.where(wrong), "giver")


def _resupply_cycles(work: Work) -> None:
    """Rounds among the rows for every item, and for an item's own rows put in their place."""
    rows = _good(work, "item", "site", "from_site")
    sent: dict[str | None, dict[str, tuple[int, str | None]]] = {}
    for row, item, site, above in rows.iter_rows():
        sent.setdefault(item, {}).setdefault(site, (row, above))
    general = sent.pop(None, {})
    bad = _on_rounds({}, general)
    for own in sent.values():
        bad |= _on_rounds(general, own)
    _count(work, RESUPPLY_CYCLE, pl.Series("row", sorted(bad), pl.UInt32), "from_site")


def _on_rounds(
    general: Mapping[str, tuple[int, str | None]], own: Mapping[str, tuple[int, str | None]]
) -> set[int]:
    """Rows of ``own`` on a round of the suppliers, where an own row goes before a general one."""
    edges: dict[str, list[str]] = {}
    for start in own:
        site: str | None = start
        while site is not None and site not in edges:
            _, above = own.get(site) or general.get(site) or (0, None)
            edges[site] = [] if above is None else [above]
            site = above
    return {
        own[site][0] for part in components(edges) for site in part if len(part) > 1 and site in own
    }


def _said_twice(work: Work) -> None:
    """Rows of one site and item after the first by key."""
    again = (
        _good(work, "key", "site", "item")
        .sort("key", "row")
        .filter(pl.int_range(pl.len()).over("site", "item") > 0)
    )
    _count(work, TWICE, again["row"].sort(), "item")


def _consumable(work: Work, scope: Scope, reference: str, share: str, rule: Rule) -> None:
    """A share of repairs for an item of this package that is not reparable."""
    items = scope.done.get("item")
    if items is None:
        return
    thrown_away = items.frame.filter(~pl.col("reparable"))["key"].drop_nulls()
    broken = (
        _good(work, reference, share)
        .filter(pl.col(share) > 0, pl.col(reference).is_in(thrown_away.implode()))["row"]
        .sort()
    )
    _count(work, rule, broken, share)


def _isolation_sums(work: Work) -> None:
    over = (
        _good(work, "parent", "isolation")
        .drop_nulls()
        .with_columns(total=pl.col("isolation").sum().over("parent"))
        .filter(pl.col("total") > 1 + _ROUNDING)
    )
    message = over.select(
        pl.format("The shares of repairs of this parent sum to {}.", pl.col("total").round(4))
    )
    _count(work, ISOLATION_ABOVE_ONE, over["row"], "isolation", message.to_series())


def _count(
    work: Work, rule: Rule, rows: pl.Series, column: str, message: str | pl.Series = ""
) -> None:
    work.compared += work.frame.height
    work.failed += len(rows)
    work.log.hit(rule, rows.cast(pl.UInt32), column, message)


def _good(work: Work, *columns: str) -> pl.DataFrame:
    keep = pl.Series(np.logical_not(work.skipped))
    return work.frame.select(columns).with_row_index("row").filter(keep)
