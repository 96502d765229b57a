"""Concentration of the sources of an item: Herfindahl-Hirschman index and effective number.

With shares s_i that sum to one: HHI = sum (100 s_i)^2, from near 0 to 10,000; N_eff = 10,000 / HHI
is the number of equal sources that would be as concentrated; normalised HHI =
(HHI / 10,000 - 1 / N) / (1 - 1 / N), 0 for equal shares and 1 for a single source. A zero share
changes nothing. Source: US Department of Justice and Federal Trade Commission, Merger Guidelines
(2023), Guideline 1, which also gives the limits 1,000, 1,800 and an increase of 100.
"""

import math

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadData, Groups, Twin
from redball.risk.ownership import Organisations, organisations

Ints = npt.NDArray[np.int32]

DIMENSIONS = ("supplier", "parent", "site", "country")
"""What the sources of an item are counted by."""


def hhi(shares: npt.ArrayLike) -> float:
    """Herfindahl-Hirschman index in points, of shares in any unit.

    Parameters
    ----------
    shares : array of float
        Shares, percentages or quantities; they are scaled to sum to one.

    Raises
    ------
    BadData
        A share is negative or not a number, or all are zero.

    Examples
    --------
    >>> hhi([30, 30, 20, 20])
    2600.0
    """
    values = np.asarray(shares, np.float64)
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise BadData("A share is negative or not a number.", mend="Give shares of zero or more.")
    largest = float(values.max(initial=0.0))
    if largest == 0.0:
        raise BadData("No share is above zero.", mend="Give at least one share above zero.")
    # a power of two changes no digit, and keeps the squares of any numbers in range
    values = np.ldexp(values, -math.frexp(largest)[1])
    return 10_000.0 * math.fsum(values**2) / math.fsum(values) ** 2


def effective_number(index: float) -> float:
    """Effective number of sources, 10,000 / HHI."""
    return 10_000.0 / index


def normalised_hhi(index: float, count: int) -> float:
    """HHI from 0 (equal shares) to 1 (one source), whatever the number of sources.

    Parameters
    ----------
    index : float
        HHI in points.
    count : int
        Number of sources with a share above zero; a single one gives 1.
    """
    return 1.0 if count <= 1 else (index / 10_000.0 - 1.0 / count) / (1.0 - 1.0 / count)


def source_concentration(twin: Twin, items: Groups, parties: Groups) -> pl.DataFrame:
    """Concentration of the sources of each recognised item.

    Shares are those of ``source.share`` where given. An owner who gives none for an item is taken
    to buy equally from its sources; where only some are given, the rest share what is left. Owners
    of records of one item count equally, because their volumes need not be known. An undisclosed
    party, and a site or country that is not known, count as one of their own: they are not known
    to be shared. Country is where the source's site lies, else where the party is established;
    ``origin_shares`` replaces it where given.

    Returns
    -------
    polars.DataFrame
        One row per item with sources, by ``item_ix`` (int32, first record of the group):
        ``sources`` and ``unused`` (rows, and those with a zero share), ``undisclosed`` (rows with
        an unknown party), ``basis`` (``given``, ``equal`` or ``mixed``); and for each of supplier,
        parent, site and country: ``hhi_*`` (points), ``effective_*``, ``normalised_*``,
        ``count_*`` (number with a share above zero), ``top_*`` (the largest: row of the party or
        site, negative when unknown; code of the country, empty when unknown).
    """
    org = organisations(twin, parties)
    frame = weighted_sources(twin, items)
    result = frame.group_by("item_ix").agg(
        sources=pl.len(),
        unused=(pl.col("weight") == 0).sum(),
        undisclosed=(pl.col("party_ix") < 0).sum(),
        basis=pl.when(pl.col("basis").n_unique() > 1)
        .then(pl.lit("mixed"))
        .otherwise(pl.col("basis").first()),
    )
    parts, countries = by_dimension(frame, org)
    for name, part in parts.items():
        result = result.join(_index(part, name), on="item_ix", how="left")
    code = pl.col("top_country").replace_strict(
        range(len(countries)), countries, default="", return_dtype=pl.String
    )
    return result.with_columns(top_country=code if countries else pl.lit("")).sort("item_ix")


def weighted_sources(twin: Twin, items: Groups) -> pl.DataFrame:
    """Sources with their weight in the item: shares of each owner, owners equal."""
    group = np.asarray(items.group, np.int32)
    source = twin["source"]
    item = source["item_ix"].to_numpy()
    frame = source.select(
        pl.Series("row", np.arange(source.height, dtype=np.int32)),
        pl.Series(
            "item_ix", np.where(item >= 0, group[item] if len(group) else item, -1), pl.Int32
        ),
        pl.col("owner").cast(pl.String),
        "party_ix",
        "site_ix",
        "share",
        "origin_shares",
    ).filter(pl.col("item_ix") >= 0)
    whose = ["item_ix", "owner"]
    given, missing = pl.col("share").sum().over(whose), pl.col("share").null_count().over(whose)
    rest = pl.max_horizontal(1.0 - given, 0.0) / missing
    weight = (
        pl.when((given == 0) & (missing == 0)).then(1.0).otherwise(pl.col("share").fill_null(rest))
    )
    basis = (
        pl.when((missing == pl.len().over(whose)) | ((given == 0) & (missing == 0)))
        .then(pl.lit("equal"))
        .when(missing == 0)
        .then(pl.lit("given"))
        .otherwise(pl.lit("mixed"))
    )
    frame = frame.with_columns(weight=weight, basis=basis)
    return frame.with_columns(weight=pl.col("weight") / pl.col("weight").sum().over(whose))


def by_dimension(
    frame: pl.DataFrame, org: Organisations
) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
    """Per dimension: item, what is counted (negative when unknown), weight; and the countries."""
    row = frame["row"].to_numpy()
    record = frame["party_ix"].to_numpy()
    alone = -2 - row  # an unknown is one of its own
    site = frame["site_ix"].to_numpy()
    main = _look_up(org.site, record, alone)
    unnamed = np.where(main >= 0, main, np.where(record >= 0, -2 - len(row) - record, alone))
    site = np.where(site >= 0, site, unnamed)
    place = _look_up(org.site_country, site, np.full_like(row, -1))
    country = np.where(place >= 0, place, _look_up(org.country, record, alone))
    country = np.where(country >= 0, country, alone)
    keys = {
        "supplier": _look_up(org.group, record, alone),
        "parent": _look_up(org.parent, record, alone),
        "site": site,
        "country": country,
    }
    parts = {
        name: frame.select("item_ix", pl.Series("what", key, pl.Int64), "weight")
        for name, key in keys.items()
    }
    parts["country"], countries = _with_origin(frame, parts["country"], org.countries)
    return parts, countries


def _look_up(table: Ints, index: Ints, other: Ints) -> Ints:
    if not len(table):
        return other
    return np.where(index >= 0, table[np.maximum(index, 0)], other).astype(np.int32)


def _with_origin(
    frame: pl.DataFrame, plain: pl.DataFrame, countries: tuple[str, ...]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Split a source's weight by ``origin_shares`` where they are given; the rest stays."""
    origin = frame.with_row_index("at").filter(pl.col("origin_shares").fill_null("") != "")
    if origin.is_empty():
        return plain, countries
    position = {code: i for i, code in enumerate(countries)}
    pairs = (
        origin.select("at", "item_ix", "weight", pl.col("origin_shares").str.split(";"))
        .explode("origin_shares")
        .with_columns(pl.col("origin_shares").str.split_exact(":", 1).struct.unnest())
        .with_columns(
            code=pl.col("field_0").str.strip_chars(),
            share=pl.col("field_1").str.strip_chars().cast(pl.Float64, strict=False).fill_null(0.0),
        )
    )
    codes = sorted(set(pairs["code"].drop_nulls().to_list()) - set(countries))
    position |= {code: len(countries) + i for i, code in enumerate(codes)}
    total = pairs.group_by("at").agg(total=pl.col("share").sum())
    split = (
        pairs.join(total, on="at")
        .filter(pl.col("total") > 0)
        .select(
            "item_ix",
            what=pl.col("code").replace_strict(position, default=-1, return_dtype=pl.Int64),
            weight=pl.col("weight") * pl.col("share") / pl.col("total"),
        )
    )
    replaced = total.filter(pl.col("total") > 0)["at"]
    kept = plain.with_row_index("at").filter(~pl.col("at").is_in(replaced.implode())).drop("at")
    return pl.concat([kept, split]), (*countries, *codes)


def _index(part: pl.DataFrame, name: str) -> pl.DataFrame:
    """HHI and what goes with it per item."""
    used = (
        part.filter(pl.col("weight") > 0)
        .group_by("item_ix", "what")
        .agg(pl.col("weight").sum())
        .sort(["item_ix", "weight", "what"], descending=[False, True, False])
        .with_columns(share=pl.col("weight") / pl.col("weight").sum().over("item_ix"))
    )
    index = 10_000.0 * (pl.col("share") ** 2).sum()
    return (
        used.group_by("item_ix", maintain_order=True)
        .agg(index.alias("hhi"), pl.len().alias("count"), pl.col("what").first().alias("top"))
        .select(
            "item_ix",
            pl.col("hhi").alias(f"hhi_{name}"),
            (10_000.0 / pl.col("hhi")).alias(f"effective_{name}"),
            pl.when(pl.col("count") == 1)
            .then(1.0)
            .otherwise(
                (pl.col("hhi") / 10_000.0 - 1.0 / pl.col("count")) / (1.0 - 1.0 / pl.col("count"))
            )
            .alias(f"normalised_{name}"),
            pl.col("count").cast(pl.Int64).alias(f"count_{name}"),
            pl.col("top").alias(f"top_{name}"),
        )
    )
