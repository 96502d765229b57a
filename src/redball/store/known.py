"""What the current rows say of items, systems, sites and parties, for the markings of others."""

import json
from collections.abc import Mapping
from contextlib import suppress

import polars as pl
import sqlalchemy as sa

from redball.model import Label, LabelError, StoreError, parse_label
from redball.model.facets import Known, known_of
from redball.model.labels import ALL, CLASSIFICATIONS
from redball.store.backend import Backend
from redball.store.marking import all_labels
from redball.store.tables import agreement_table, sql_table
from redball.store.values import TableRows

GIVING: Mapping[str, tuple[str, ...]] = {
    "item": ("supply_class",),
    "system": ("item",),
    "site": ("country",),
    "party": ("country", "site"),
}
"""Tables whose rows others refer to, with what :func:`redball.model.facets.known_of` needs."""

Frames = Mapping[str, pl.DataFrame]


def current(backend: Backend, connection: sa.Connection) -> dict[str, pl.DataFrame]:
    """Current rows of every owner in the tables that others refer to, and who may see them."""
    found = {}
    labels = all_labels(connection)
    everyone = pl.Series([n for n, one in labels.items() if _is_open(one)], dtype=pl.Int64)
    for name, attributes in GIVING.items():
        columns = sql_table(name).columns
        wanted = (columns[c] for c in ("owner", "key", *attributes, "label"))
        query = sa.select(*wanted).where(columns["until"].is_(None))
        rows = backend.rows(connection, query)
        seen = pl.col("label").cast(pl.Int64).is_in(everyone.implode())
        found[name] = rows.with_columns(open=seen).drop("label")
    return found


def with_openness(rows: pl.DataFrame, markings: pl.DataFrame) -> pl.DataFrame:
    """Add ``open`` to rows with their marking ids in ``label``; what can't be read is closed."""
    everyone = []
    for number, owner, text in markings.select("id", "owner", "text").iter_rows():
        with suppress(LabelError):
            if _is_open(parse_label(text, owner)):
                everyone.append(number)
    ids = pl.Series(everyone, dtype=pl.Int64)
    return rows.with_columns(open=pl.col("label").cast(pl.Int64).is_in(ids.implode()))


def _is_open(label: Label) -> bool:
    """Whether every member may see rows with a label, whatever its officers are cleared for."""
    return ALL in label.release and not label.caveats and label.classification == CLASSIFICATIONS[0]


def after_import(
    before: Frames, owner: str, incoming: Frames, tables: Mapping[str, TableRows]
) -> dict[str, pl.DataFrame]:
    """Return what :func:`current` will give once a package is imported."""
    found = dict(before)
    for name, attributes in GIVING.items():
        if name not in incoming:
            continue
        texts = incoming[name]["label"].unique().to_list()
        everyone = [text for text in texts if _is_open(parse_label(text, owner))]
        new = incoming[name].select(
            pl.lit(owner).alias("owner"),
            "key",
            *attributes,
            pl.col("label").is_in(everyone).alias("open"),
        )
        mine = before[name].filter(pl.col("owner") == owner)
        others = before[name].filter(pl.col("owner") != owner)
        stays = mine.join(new, on="key", how="anti")
        if tables[name].content == "full":
            kept = pl.Series(sorted(tables[name].keep), dtype=pl.String)
            stays = stays.filter(pl.col("key").is_in(kept.implode()))
        found[name] = pl.concat([others, stays, new.select(others.columns)])
    return found


def named_sites(connection: sa.Connection) -> frozenset[str]:
    """Sites that any agreement in the store names, as ``OWNER:KEY``.

    Raises
    ------
    StoreError
        They can't be read: somebody has changed them.
    """
    texts = connection.execute(sa.select(agreement_table().c.sites)).scalars().all()
    try:
        return frozenset(str(site) for text in texts for site in json.loads(text))
    except (ValueError, TypeError) as error:
        raise StoreError(
            "The sites that an agreement names can't be read.",
            where="agreement",
            mend="The store was damaged or changed by another program: restore a backup.",
        ) from error


def known_in(frames: Frames, sites: frozenset[str]) -> Known:
    """Gather what is known."""
    return known_of(frames, sites)


def changed_refs(before: Known, after: Known) -> dict[str, pl.Series]:
    """References of which something else is known now, by the table that they point to."""
    found = {}
    for name in GIVING:
        moved = before.closed[name].is_in(after.closed[name].implode())
        came = after.closed[name].is_in(before.closed[name].implode())
        shut = pl.concat([before.closed[name].filter(~moved), after.closed[name].filter(~came)])
        pairs = [
            (side[name], other[name])
            for side, other in (
                (before.classes, after.classes),
                (before.countries, after.countries),
            )
            if name in side
        ]
        if name == "party":
            pairs.append((before.party_sites, after.party_sites))
        parts = [shut, *(_differing(one, other) for one, other in pairs)]
        found[name] = pl.concat([pl.Series("ref", [], pl.String), *parts]).unique().sort()
    named = before.named_sites ^ after.named_sites
    sites = pl.Series("ref", sorted(named), pl.String)
    found["site"] = pl.concat([found["site"], sites]).unique().sort()
    at_them = after.party_sites.filter(pl.col("value").is_in(sites.implode()))["ref"]
    found["party"] = pl.concat([found["party"], at_them]).unique().sort()
    return {name: refs for name, refs in found.items() if not refs.is_empty()}


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    both = ["ref", "value"]
    gone = one.join(other, on=both, how="anti", nulls_equal=True)["ref"]
    new = other.join(one, on=both, how="anti", nulls_equal=True)["ref"]
    return pl.concat([gone, new])
