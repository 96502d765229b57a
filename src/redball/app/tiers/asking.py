"""What is asked of the supply network: which item, which loss; names as somebody types them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.model import BadUse, Twin
from redball.risk.network import Node, SupplyNetwork, build_network

MOST_FOUND = 50
"""Suggestions at most."""
_LOST = {"party": Node.PARTY, "parent": Node.PARENT, "site": Node.SITE, "country": Node.COUNTRY}


@dataclass(frozen=True)
class Asked:
    """A question about the supply network.

    Attributes
    ----------
    system, item : str
        ``OWNER:KEY`` of one of both.
    fail : str
        What is lost: ``party:OWNER:KEY``, ``parent:``, ``site:``, or ``country:DEU``; or empty.
    mark : str
        ``OWNER:KEY`` of an item, party or site that is shown; or empty.
    collapse : str
        One of :data:`redball.app.tiers.COLLAPSED`.
    opened : tuple of str
        Groups of the drawing that are open.
    find : str
        Part of a name, key or country: members with it are highlighted.
    """

    system: str = ""
    item: str = ""
    fail: str = ""
    mark: str = ""
    collapse: str = "auto"
    opened: tuple[str, ...] = ()
    find: str = ""


@dataclass(frozen=True)
class Known:
    """A twin with its supply network."""

    recognised: Recognised
    network: SupplyNetwork

    @property
    def seen(self) -> Seen:
        """Twin and origin."""
        return self.recognised.seen

    @property
    def twin(self) -> Twin:
        """What the viewer may see."""
        return self.recognised.seen.twin


def known_network(view: View) -> Known:
    """The supply network of what a viewer sees, built once per twin that is kept."""
    seen = see(view)
    recognised = recognise(seen, PictureOptions())

    def make() -> SupplyNetwork:
        return build_network(seen.twin, recognised.items, recognised.parties)

    return Known(recognised, kept(seen, "supply network", make))


def top_of(known: Known, asked: Asked) -> tuple[str, int, int]:
    """Table and row of what is asked for, and the node of its item.

    Raises
    ------
    BadUse
        Not one of both is given, or the system has no item to start from.
    NotVisible
        No visible row is called so.
    """
    if bool(asked.system) == bool(asked.item):
        raise BadUse(
            "The supply network starts from one system or one item.",
            mend="Give a system or an item as OWNER:KEY.",
        )
    table = "system" if asked.system else "item"
    row = known.twin.find(table, asked.system or asked.item)
    item = row if table == "item" else int(known.twin.index("system", "item")[row])
    if item < 0:
        raise BadUse(
            "The structure of this system is not known, so nothing can be looked for behind it.",
            where=asked.system,
            mend="Its owner names the root item in the column 'item' of the sheet 'system'.",
        )
    return table, row, int(known.recognised.items.group[item])


def lost_node(known: Known, fail: str) -> tuple[Node, int]:
    """Kind and place of what is lost.

    Raises
    ------
    BadUse
        The kind is none of those that can be lost, or no such country is in the network.
    NotVisible
        No visible row is called so.
    """
    kind, _, key = fail.partition(":")
    if kind not in _LOST or not key:
        raise BadUse(
            "What is lost is a party, a parent, a site or a country.",
            where=fail,
            mend="Give party:OWNER:KEY, parent:OWNER:KEY, site:OWNER:KEY or country:DEU.",
        )
    org = known.network.organisations
    if kind == "country":
        if key not in org.countries:
            raise BadUse(
                "Nothing in the supply network lies in that country.",
                where=key,
                mend=f"Countries in it: {', '.join(org.countries) or 'none'}.",
            )
        return Node.COUNTRY, org.countries.index(key)
    row = known.twin.find("site" if kind == "site" else "party", key)
    return _LOST[kind], row if kind == "site" else int(org.group[row])


@use_case(Action.SEE)
def network_search(view: View, text: str, *, most: int = 12) -> Sequence[dict[str, str]]:
    """Systems, items and parties that are called like that; nothing that the viewer may not see.

    Parameters
    ----------
    view : View
    text : str
        Part of a name, number or key; letters of either case.
    most : int
        Suggestions.

    Returns
    -------
    sequence of dict
        ``table``, ``key`` (``OWNER:KEY``), ``name``; systems before items before parties, names
        that begin so first.
    """
    if not 1 <= most <= MOST_FOUND:
        raise BadUse(f"Suggestions are from 1 to {MOST_FOUND}.", where=str(most))
    words = text.strip().lower()
    if not words:
        return []
    seen = see(view)
    rows = kept(seen, "network names", lambda: _names(seen.twin))
    found = rows.filter(pl.col("sought").str.contains(words, literal=True))
    begins = pl.col("name").str.to_lowercase().str.starts_with(words)
    best = found.sort("rank", ~begins, "name", "key").head(most)
    return [
        {"table": table, "key": key, "name": name}
        for table, key, name in best.select("table", "key", "name").iter_rows()
    ]


def _names(twin: Twin) -> pl.DataFrame:
    """Every name that can be sought."""
    parts = []
    for rank, (table, further) in enumerate(
        (("system", ()), ("item", ("nsn", "part_number", "local_name")), ("party", ("ncage",)))
    ):
        key = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
        name = pl.col("name").fill_null(key)
        sought = pl.concat_str(name, key, *further, separator="\n", ignore_nulls=True)
        parts.append(
            twin[table].select(
                rank=pl.lit(rank), table=pl.lit(table), key=key, name=name,
                sought=sought.str.to_lowercase(),
            )
        )  # fmt: skip
    return pl.concat(parts)


def full_names(twin: Twin, table: str, rows: npt.NDArray[np.int32]) -> list[str]:
    """``OWNER:KEY`` of rows; empty for -1."""
    refs = twin[table].select(pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"))
    where = pl.Series(rows).cast(pl.Int64).replace(-1, None).cast(pl.UInt32)
    return refs.to_series().gather(where).fill_null("").to_list()
