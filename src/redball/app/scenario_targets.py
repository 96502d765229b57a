"""What a scenario may name, as somebody types it: suggestions from what the viewer sees."""

from collections.abc import Sequence

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.model import BadUse, Twin

MOST_FOUND = 50
_COLUMNS = ("rank", "kind", "name", "words")
_OWNED = (("site", "site"), ("party", "party"), ("item", "item"), ("system", "system"),
          ("lane", "lane"))  # fmt: skip
_CODES = (("country", "site", "country"), ("country", "party", "country"),
          ("mode", "lane", "mode"), ("class", "item", "supply_class"),
          ("nation", "nation", "key"))  # fmt: skip
_RANKS = ("site", "country", "parent", "party", "lane", "mode", "nation", "class", "item", "unit",
          "system")  # fmt: skip


@use_case(Action.SEE)
def target_search(
    view: View, text: str, *, kinds: Sequence[str] = (), most: int = 12
) -> tuple[dict[str, str], ...]:
    """What is called like that and can be named in a scenario; nothing that may not be seen.

    Parameters
    ----------
    view : View
    text : str
        Part of a name or key, letters of either case.
    kinds : sequence of str
        Only these of :data:`redball.planning.targets.KINDS`; all when empty.
    most : int
        Suggestions, up to :data:`MOST_FOUND`.

    Returns
    -------
    tuple of dict
        ``kind``, ``name`` (as a scenario writes it), ``words`` (for readers); names that begin so
        first.

    Raises
    ------
    BadUse
        More are asked for than there ever are.
    """
    if not 1 <= most <= MOST_FOUND:
        raise BadUse(f"Suggestions are from 1 to {MOST_FOUND}.", where=str(most))
    sought = text.strip().lower()
    if not sought:
        return ()
    rows = names_of(see(view))
    found = rows.filter(pl.col("sought").str.contains(sought, literal=True))
    if kinds:
        found = found.filter(pl.col("kind").is_in(list(kinds)))
    begins = pl.col("words").str.to_lowercase().str.starts_with(sought)
    best = found.sort(~begins, "rank", "words", "name").head(most)
    return tuple(best.select("kind", "name", "words").iter_rows(named=True))


def names_of(seen: Seen) -> pl.DataFrame:
    """Everything in a twin that a scenario may name, made once per twin."""
    return kept(seen, "scenario names", lambda: _names(seen.twin))


def words_of(seen: Seen, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names for readers of what is named by kind and full name; what is not seen is left out."""
    wanted = pl.DataFrame(pairs, schema={"kind": pl.String, "name": pl.String}, orient="row")
    found = names_of(seen).join(wanted.unique(), on=["kind", "name"], how="semi")
    rows = found.select("kind", "name", "words").iter_rows()
    return {(kind, name): words for kind, name, words in rows}


def _names(twin: Twin) -> pl.DataFrame:
    parts = [_owned(twin, kind, table) for kind, table in _OWNED]
    parts += [_codes(twin, *which) for which in _CODES]
    parts += [_parties(twin, "unit", twin["fleet"]["unit_ix"])]
    parts += [_parties(twin, "parent", twin["party"]["ultimate_parent_ix"])]
    return (
        pl.concat([part.select(_COLUMNS) for part in parts])
        .unique(["kind", "name"], keep="first", maintain_order=True)
        .with_columns(sought=pl.concat_str("words", "name", separator="\n").str.to_lowercase())
    )


def _shaped(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Columns ``name`` and ``words`` of a kind."""
    return frame.select(
        rank=pl.lit(_RANKS.index(kind), pl.Int32),
        kind=pl.lit(kind),
        name=pl.col("name"),
        words=pl.col("words").fill_null(pl.col("name")),
    )


def _owned(twin: Twin, kind: str, table: str) -> pl.DataFrame:
    rows = twin[table]
    full = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    if table != "lane":
        return _shaped(rows.select(name=full, words=pl.col("name")), kind)
    sites = twin["site"]["name"].fill_null(twin["site"]["key"])
    ends = [_at(sites, rows[name]) for name in ("from_site_ix", "to_site_ix")]
    words = pl.concat_str(pl.lit(ends[0]), pl.lit(" to "), pl.lit(ends[1]), pl.lit(" by "), "mode")
    return _shaped(rows.select(name=full, words=words), kind)


def _at(values: pl.Series, rows: pl.Series) -> pl.Series:
    where = rows.cast(pl.Int64).replace(-1, None).cast(pl.UInt32)
    return values.gather(where)


def _codes(twin: Twin, kind: str, table: str, column: str) -> pl.DataFrame:
    values = twin[table][column].cast(pl.String).drop_nulls().unique().sort()
    frame = pl.DataFrame({"name": values}).with_columns(words=pl.col("name"))
    if kind in ("country", "nation"):
        names = twin["nation"].select(pl.col("key").alias("name"), pl.col("name").alias("long"))
        frame = frame.join(names.unique("name"), on="name", how="left").with_columns(
            words=pl.coalesce("long", "name")
        )
    return _shaped(frame, kind)


def _parties(twin: Twin, kind: str, rows: pl.Series) -> pl.DataFrame:
    """Parties that something refers to by their place in the table."""
    there = rows.filter(rows >= 0).unique().sort().cast(pl.UInt32)
    full = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    return _shaped(twin["party"][there].select(name=full, words=pl.col("name")), kind)
