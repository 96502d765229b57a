"""Items, their structure in three to six levels, systems, and sources."""

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.synthetic.exercise.reading import read_rows
from redball.synthetic.generator.columns import (
    Indices,
    choose,
    chunks,
    foreign_owners,
    keys,
    labels,
    money,
    power_rank,
    references,
)
from redball.synthetic.generator.plan import Plan

DEEPEST = 6
REPLACED = 3
"""Level of the structure whose items are replaced on a system; those below repair them."""

_TRACED = 0.8  # share of the repairs of an item that are traced to one of its parts
_REDUNDANT = 7  # one in so many places with four or more pieces can lose one
_STRUCTURED = 0.6  # share of items that are part of a system
_SAME = 0.08  # share of items that another owner catalogues under the same NIIN
_GAPS = 0.01  # share of items without a source


@cache
def _nouns() -> pl.DataFrame:
    kept = ("name", "fsc", "class_nato", "price_eur", "mass_kg", "reparable")
    rows = [r for r in read_rows("nouns") if r["unit"] == "EA"]
    return pl.DataFrame({c: [r[c] for r in rows] for c in kept})


def items(plan: Plan) -> Iterator[pl.DataFrame]:
    """Items: nouns of the exercise, log-normal prices and masses, some known to others too."""
    nouns = _nouns()
    price, mass = (nouns[c].cast(pl.Float64).to_numpy() for c in ("price_eur", "mass_kg"))
    for chunk, start, stop in chunks(plan.items):
        rng, rows = plan.rng("item", chunk), stop - start
        number = np.arange(start, stop)
        noun = rng.integers(0, nouns.height, rows)
        weight = np.maximum(np.round(mass[noun] * rng.lognormal(0.0, 0.4, rows), 3), 0.001)
        text = pl.Series(number).cast(pl.String)
        yield pl.DataFrame(
            {
                "key": keys("I", number),
                "niin": _niins(plan, rng, number),
                "name": nouns["name"].gather(noun) + ", TYPE " + text,
                "supply_class": nouns["class_nato"].gather(noun),
                "unit_of_issue": pl.repeat("EA", rows, eager=True),
                "price": money(price[noun] * rng.lognormal(0.0, 0.8, rows)),
                "currency": pl.repeat(plan.owner.currency, rows, eager=True),
                "mass_kg": weight,
                "volume_m3": np.round(weight / 350, 6),
                "shelf_life_days": pl.Series(
                    np.where(rng.random(rows) < 0.1, 1825, -1)
                ).replace(-1, None),
                "reparable": nouns["reparable"].gather(noun) == "yes",
                "label": labels(rng, plan, rows),
            }
        )  # fmt: skip


@lru_cache(maxsize=1)
def reparable(plan: Plan) -> npt.NDArray[np.bool_]:
    """Whether each item is repaired, shape (items,); drawn again as :func:`items` draws it."""
    nouns = _nouns()
    repaired = (nouns["reparable"] == "yes").to_numpy()
    return np.concatenate(
        [
            repaired[plan.rng("item", chunk).integers(0, nouns.height, stop - start)]
            for chunk, start, stop in chunks(plan.items)
        ]
    )


def ancestors(plan: Plan, items: Indices, level: int) -> Indices:
    """Numbers of the systems that items of a level belong to, by their first parents."""
    starts, (parent, child) = level_starts(plan), _tree(plan)
    above = np.arange(starts[-1])
    above[child] = parent
    found = items
    for _ in range(level):
        found = above[found]
    return found


def _niins(plan: Plan, rng: np.random.Generator, number: Indices) -> pl.Series:
    """Own bureau code and the item's number; for shared articles another owner's."""
    rows = len(number)
    shared = (rng.random(rows) < _SAME) & (plan.number > 0)
    owners = np.where(shared, rng.integers(0, max(plan.number, 1), rows), plan.number)
    counts = np.array([p.items for p in plan.peers])
    other = np.where(shared, number % counts[owners], number)
    bureau = pl.Series([p.owner.ncb for p in plan.peers]).gather(owners)
    return bureau + pl.Series(other).cast(pl.String).str.zfill(7)


@lru_cache(maxsize=1)
def level_starts(plan: Plan) -> npt.NDArray[np.int64]:
    """First item of each level of the structure and the end, shape (DEEPEST + 2,).

    Level 0 holds the root items of the systems; the levels grow by one ratio.
    """
    wanted = max(plan.items * _STRUCTURED, plan.systems * (DEEPEST + 1.0))
    low, high = 1.0, 1e6
    for _ in range(80):
        ratio = (low + high) / 2
        total = plan.systems * float(np.sum(ratio ** np.arange(DEEPEST + 1)))
        low, high = (low, ratio) if total > wanted else (ratio, high)
    sizes = np.floor(plan.systems * low ** np.arange(DEEPEST + 1)).astype(np.int64)
    return np.concatenate(([0], np.cumsum(sizes)))


@lru_cache(maxsize=1)
def _tree(plan: Plan) -> tuple[Indices, Indices]:
    """Parents and children. Systems end at depth 6, 5, 4 and 3, a quarter of each.

    Within a level, items of one system lie together and the deep systems come first, so the
    parents of level 4 are the first three quarters of level 3, and so on.
    """
    starts = level_starts(plan)
    reach = {4: 3 / 4, 5: 2 / 3, 6: 1 / 2}
    parents, children = [], []
    for level in range(1, DEEPEST + 1):
        child = np.arange(starts[level], starts[level + 1])
        size = starts[level] - starts[level - 1]
        usable = max(1, int(size * reach.get(level, 1.0)))
        parents.append(starts[level - 1] + np.arange(len(child)) * usable // max(len(child), 1))
        children.append(child)
    return np.concatenate(parents), np.concatenate(children)


def structure(plan: Plan) -> Iterator[pl.DataFrame]:
    """Structure rows: the trees, and common parts that a second assembly uses too."""
    rng, starts = plan.rng("structure"), level_starts(plan)
    parent, child = _tree(plan)
    common = starts[DEEPEST] + np.flatnonzero(
        rng.random(starts[DEEPEST + 1] - starts[DEEPEST]) < 0.2
    )
    second = rng.integers(starts[DEEPEST - 1], starts[DEEPEST], len(common))
    pairs = pl.DataFrame(
        {"parent": np.concatenate((parent, second)), "child": np.concatenate((child, common))}
    ).unique(maintain_order=True)
    traced = _traced(plan, pairs)
    for chunk, start, stop in chunks(pairs.height):
        part, rows = pairs[start:stop], stop - start
        draw = plan.rng("structure", chunk + 1)
        quantity = draw.integers(1, 9, rows).astype(np.float64)
        spare = (quantity >= 4) & ((start + np.arange(rows)) % _REDUNDANT == 0)
        yield pl.DataFrame(
            {
                "parent": keys("I", part["parent"].to_numpy()),
                "child": keys("I", part["child"].to_numpy()),
                "quantity": quantity,
                "needed": pl.Series(np.where(spare, quantity - 1, np.nan)).fill_nan(None),
                "isolation": traced[start:stop],
                "essential": pl.Series(draw.random(rows) < 0.9),
                "label": labels(draw, plan, rows),
            }
        )


def _traced(plan: Plan, pairs: pl.DataFrame) -> pl.Series:
    """Share of a parent's repairs traced to each child; none above what is replaced."""
    starts, flags = level_starts(plan), reparable(plan)
    parent = pairs["parent"].to_numpy()
    inside = (parent >= starts[REPLACED]) & flags[parent]
    share = pl.lit(_TRACED) / pl.len().over("parent")
    return pairs.select(pl.when(pl.Series(inside)).then(share.round(6))).to_series()


def systems(plan: Plan) -> Iterator[pl.DataFrame]:
    """Systems; the root item of the n-th is the n-th item."""
    number = np.arange(plan.systems)
    kinds = pl.Series(("land", "air", "sea", "support", "weapon"))
    yield pl.DataFrame(
        {
            "key": [f"SYS-{n + 1:03d}" for n in number],
            "name": [f"System {plan.owner.code} {n + 1}" for n in number],
            "item": keys("I", number),
            "kind": kinds.gather(number % 5),
            "availability_target": 0.75 + (number % 4) * 0.05,
            "label": pl.repeat("UNCLASSIFIED // REL ALL", plan.systems, eager=True),
        }
    )


def sources(plan: Plan) -> Iterator[pl.DataFrame]:
    """One to three first-tier parties for each item without children; popular ones more often."""
    leaf = np.ones(plan.items, bool)
    leaf[_tree(plan)[0]] = False
    leaves = np.flatnonzero(leaf)
    tiers = np.stack([p.tiers for p in plan.peers])
    made = 0
    for chunk, start, stop in chunks(len(leaves) * 3):
        rng = plan.rng("source", chunk)
        part = leaves[start // 3 : stop // 3]
        count = rng.choice([1, 2, 3], len(part), p=[0.45, 0.35, 0.20])
        count[rng.random(len(part)) < _GAPS] = 0
        item, ordinal = np.repeat(part, count), _ordinals(count)
        owners = foreign_owners(rng, plan.number, len(part))
        first, size = tiers[owners, 0], tiers[owners, 1] - tiers[owners, 0]
        # sources of one item are neighbours in popularity, so never the same party twice
        rank = power_rank(rng, size)
        party = np.repeat(first, count) + (np.repeat(rank, count) + ordinal) % np.repeat(
            size, count
        )
        yield _source_rows(rng, plan, made, (item, party, np.repeat(owners, count)),
                           np.repeat(count, count))  # fmt: skip
        made += len(item)


def _ordinals(count: Indices) -> Indices:
    """0, 1, .. within each group of the given sizes."""
    ends = np.cumsum(count)
    ordinals: Indices = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)
    return ordinals


def _source_rows(
    rng: np.random.Generator,
    plan: Plan,
    first: int,
    who: tuple[Indices, Indices, Indices],
    alternatives: Indices,
) -> pl.DataFrame:
    item, party, owners = who
    rows = len(item)
    lead = np.ceil(rng.lognormal(4.0, 0.7, rows))
    return pl.DataFrame(
        {
            "key": keys("Q", first + np.arange(rows)),
            "party": references("P", party, owners, plan),
            "item": keys("I", item),
            "lead_time_days": lead,
            "lead_time_sd_days": np.round(lead * rng.uniform(0.1, 0.5, rows), 1),
            "unit_price": money(rng.lognormal(4.5, 1.5, rows)),
            "currency": choose(rng, (plan.owner.currency, "EUR"), rows, (0.8, 0.2)),
            "capacity_per_month": np.ceil(rng.lognormal(5.0, 1.2, rows)),
            "minimum_order": rng.choice([1.0, 5.0, 10.0, 50.0], rows),
            "share": np.floor(100 / alternatives) / 100,
            "label": labels(rng, plan, rows),
        }
    )
