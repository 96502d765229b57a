"""The graph that is drawn: large columns as groups, positions worked out here, the same each time.

Ten thousand parties are never drawn at once. A column of more than :data:`AUTO` is drawn as groups
(by country, owner or whole); who opens one gets its members, at most :data:`MOST_OPEN`: what
fails, is marked or is passed by everything first. What is marked stands by itself in any case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from redball.model import BadUse

COLLAPSED = ("auto", "none", "country", "owner", "tier")
"""Ways to draw large columns."""
AUTO = 40
MOST_OPEN = 150
MOST_LINKS = 1_500
_COLUMN, _ROW, _PER_COLUMN = 190.0, 24.0, 50


@dataclass(frozen=True)
class Drawn:
    """A graph to draw.

    Attributes
    ----------
    nodes : list of dict
        ``id``, ``kind``, ``name``, ``key``, ``tier``, ``column``, ``count`` (of a group), ``lost``
        (how many of it fail), ``step`` (-1: stands), ``point``, ``marked``, ``found``
        (how many of it are called as was sought), ``x``, ``y``.
    links : list of dict
        ``from``, ``to``, ``count``.
    links_left_out : int
    """

    nodes: list[dict[str, object]]
    links: list[dict[str, object]]
    links_left_out: int


def sought(members: pl.DataFrame, words: str) -> pl.DataFrame:
    """Say of each member whether its name, key or country has the words (column ``found``)."""
    text = pl.concat_str("name", "key", "country", separator="\n").str.to_lowercase()
    clean = words.strip().lower()
    has = text.str.contains(clean, literal=True) if clean else pl.lit(value=False)
    return members.with_columns(found=has)


def drawn(nodes: pl.DataFrame, links: pl.DataFrame, collapse: str, opened: Sequence[str]) -> Drawn:
    """Bring columns together and place them.

    Parameters
    ----------
    nodes : polars.DataFrame
        ``node``, ``kind``, ``name``, ``key``, ``country``, ``parent``, ``column``, ``tier``,
        ``step``, ``point``, ``marked``, ``found``.
    links : polars.DataFrame
        ``above``, ``below``.
    collapse : str
    opened : sequence of str
        Groups that are open.

    Raises
    ------
    BadUse
        There is no such way to draw.
    """
    if collapse not in COLLAPSED:
        raise BadUse(
            f"There is no way to draw called '{collapse}'.", mend=f"One of {', '.join(COLLAPSED)}."
        )
    gathered = _grouped(nodes, collapse, opened)
    shown = (
        gathered.sort("column", "id", "node")
        .group_by("id", maintain_order=True)
        .agg(
            pl.col("kind", "name", "key", "country", "word", "tier", "column").first(),
            count=pl.len(),
            lost=(pl.col("step") >= 0).sum(),
            step=pl.col("step").filter(pl.col("step") >= 0).min().fill_null(-1),
            point=pl.col("point").any(),
            marked=pl.col("marked").any(),
            found=pl.col("found").sum(),
        )
    )
    where = gathered.select("node", "id")
    joined = (
        links.join(where.rename({"node": "above", "id": "from"}), on="above")
        .join(where.rename({"node": "below", "id": "to"}), on="below")
        .filter(pl.col("from") != pl.col("to"))
        .group_by("from", "to")
        .agg(count=pl.len())
        .sort(-pl.col("count").cast(pl.Int64), "from", "to")
    )
    kept = joined.head(MOST_LINKS)
    places = _places(shown, kept)
    rows = [{**row, **places[str(row["id"])]} for row in shown.to_dicts()]
    return Drawn(rows, kept.to_dicts(), joined.height - kept.height)


def _grouped(nodes: pl.DataFrame, collapse: str, opened: Sequence[str]) -> pl.DataFrame:
    """Give every node the id under which it is drawn."""
    by = {"country": "country", "owner": "parent", "auto": "country"}.get(collapse)
    is_item = pl.col("kind") == "item"
    word = (
        pl.when(is_item).then(pl.lit("items")).otherwise(pl.col(by).replace("", "unknown"))
        if by
        else pl.when(is_item).then(pl.lit("items")).otherwise(pl.lit("parties"))
    )
    group = pl.concat_str(pl.lit("g"), pl.col("column"), pl.lit(":"), word)
    own = pl.concat_str(pl.lit("n"), pl.col("node"))
    large = pl.lit(value=collapse in ("country", "owner", "tier"))
    if collapse in ("auto", "none"):
        most = AUTO if collapse == "auto" else MOST_OPEN
        large = pl.len().over("column") > most
    frame = nodes.with_columns(word=word, group=group)
    first = pl.struct(
        ~pl.col("marked"), ~pl.col("found"), pl.col("step") < 0, ~pl.col("point"), "name", "node"
    )
    frame = frame.with_columns(
        large=large & (pl.len().over("group") > 1), place=first.rank("ordinal").over("group")
    )
    is_open = pl.col("group").is_in(list(opened)) & (pl.col("place") <= MOST_OPEN)
    return frame.with_columns(
        id=pl.when(~pl.col("large") | is_open | pl.col("marked")).then(own).otherwise("group")
    )


def _places(shown: pl.DataFrame, links: pl.DataFrame) -> Mapping[str, dict[str, float]]:
    """Columns from left to right; in each, nodes near the middle of what needs them."""
    above: dict[str, list[str]] = {}
    for needs, needed in links.select("from", "to").iter_rows():
        above.setdefault(needed, []).append(needs)
    order: dict[str, float] = {}
    places: dict[str, dict[str, float]] = {}
    x = 0.0
    for _, column in shown.group_by("column", maintain_order=True):
        ids = column.select("id", "name").rows()
        middles = {
            one: _mean([order[a] for a in above.get(one, ()) if a in order]) for one, _ in ids
        }
        ids.sort(key=lambda pair: (middles[pair[0]], pair[1], pair[0]))
        parts = -(-len(ids) // _PER_COLUMN)
        tall = -(-len(ids) // parts)
        for at, (one, _) in enumerate(ids):
            order[one] = (at + 0.5) / len(ids)
            y = (at % tall - (tall - 1) / 2) * _ROW
            places[one] = {"x": x + _COLUMN * (at // tall), "y": y}
        x += _COLUMN * parts
    return places


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.5
