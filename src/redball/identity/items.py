"""Items that several nations hold under different names, recognised as one."""

import polars as pl

from redball.identity.candidates import MANY_BEARERS, Records, alike_records, best, unsettled
from redball.identity.item_facts import item_facts
from redball.identity.item_groups import ItemGroups, basis_of, group_items
from redball.identity.limits import refuse_bad_limits
from redball.identity.names import plain_names
from redball.identity.score import Evidence, explained, least_alike, scored
from redball.model import Groups, Twin

_LEAST_PART = 4
"""Part numbers shorter than this say nothing without their manufacturer."""


def _ratio(name: str) -> pl.Expr:
    """Larger over smaller of a fact of both records; null when it is unknown or in other units."""
    a, b = pl.col(name), pl.col(f"{name}_b")
    comparable = (pl.col("base") == pl.col("base_b")) & (pl.min_horizontal(a, b) > 0)
    return pl.when(comparable & a.is_not_null() & b.is_not_null()).then(
        pl.max_horizontal(a, b) / pl.min_horizontal(a, b)
    )


def _both(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(f"{name}_b").is_not_null()


_SAME_PART = pl.col("part") == pl.col("part_b")
_ONE_MAKER_UNKNOWN = pl.col("ncage").is_null() | pl.col("ncage_b").is_null()
_NUMBERS_SHARED = pl.col("digits").list.set_intersection("digits_b").list.len() > 0
_NUMBERED = (pl.col("digits").list.len() > 0) & (pl.col("digits_b").list.len() > 0)

_EVIDENCE = [
    Evidence(
        _SAME_PART & _ONE_MAKER_UNKNOWN & (pl.col("part").str.len_chars() >= _LEAST_PART),
        pl.format("same part number {}, a manufacturer is not given", "part"),
        raises=0.8,
    ),
    Evidence(
        pl.col("nato") == pl.col("nato_b"),
        pl.format("both in class {}", "nato"),
        raises=0.1,
    ),
    Evidence(
        _ratio("price_eur") <= 2,
        pl.format("prices within a factor {}", _ratio("price_eur").round(1)),
        raises=0.05,
    ),
    Evidence(
        _ratio("mass_kg") <= 1.25,
        pl.format("masses within a factor {}", _ratio("mass_kg").round(2)),
        raises=0.1,
    ),
    Evidence(
        pl.col("nato") != pl.col("nato_b"),
        pl.format("classes {} and {}", "nato", "nato_b"),
        keeps=0.8,
    ),
    Evidence(
        ~_SAME_PART & (pl.col("ncage") == pl.col("ncage_b")),
        pl.format("part numbers {} and {} of one manufacturer", "part", "part_b"),
        keeps=0.5,
    ),
    Evidence(
        _ratio("price_eur") > 10,
        pl.format("prices differ by a factor {}", _ratio("price_eur").round(0).cast(pl.Int64)),
        keeps=0.7,
    ),
    Evidence(
        _ratio("mass_kg") > 3,
        pl.format("masses differ by a factor {}", _ratio("mass_kg").round(1)),
        keeps=0.7,
    ),
    Evidence(
        _NUMBERED & ~_NUMBERS_SHARED,
        pl.lit("numbers in the names differ"),
        keeps=0.6,
    ),
    Evidence(
        _both("unit") & (pl.col("unit") != pl.col("unit_b")),
        pl.format("counted in {} and {}", "unit", "unit_b"),
    ),
]


def recognise_items(
    twin: Twin, *, minimum_score: float = 0.75, most_candidates: int = 10_000
) -> Groups:
    """Recognise item records of several owners as the same article.

    Records are merged by NIIN, by part number with NCAGE, and by a person's verdict in the table
    ``same_item`` (see :func:`redball.identity.item_conflicts` for where these disagree). Names only
    propose: pairs of different owners whose names are alike become candidates, never groups. A
    pair is no candidate if both sides have a NIIN (two NIINs are two articles) or if a person
    declared members of the two groups different.

    Parameters
    ----------
    minimum_score : float, above 0, at most 1
        Least score of a candidate. The score is the cosine of the names (the better of catalogue
        and local name), raised and lowered by class of supply, price, mass, part number and
        numbers in the names; ``why`` says what counted.
    most_candidates : int
        Candidates returned at most, the best first; one for any two groups.

    Raises
    ------
    BadUse
        A parameter is out of its range.
    """
    refuse_bad_limits(minimum_score, most_candidates)
    groups = group_items(twin)
    facts = item_facts(twin)
    candidates = _candidates(twin, groups, facts, minimum_score, most_candidates)
    return Groups("item", groups.group, basis_of(groups), candidates)


def _candidates(
    twin: Twin, groups: ItemGroups, facts: pl.DataFrame, minimum_score: float, most: int
) -> pl.DataFrame:
    # an equal part number finds its pairs by itself, so it does not widen the search by name
    by_name = [one for one in _EVIDENCE if one is not _EVIDENCE[0]]
    pairs = pl.concat(
        [
            alike_records(_names(twin), least_alike(minimum_score, by_name)),
            _same_part(facts),
        ]
    )
    pairs = pairs.group_by("a_ix", "b_ix").agg(pl.col("alike").max())
    owner = facts["owner"]
    records = Records(owner, groups.group, groups.niin.is_not_null().to_numpy(), groups.apart)
    pairs = unsettled(pairs, records)
    rows = facts.drop("owner")
    pairs = pairs.join(rows, left_on="a_ix", right_on="row", how="left").join(
        rows, left_on="b_ix", right_on="row", how="left", suffix="_b"
    )
    return explained(best(scored(pairs, _EVIDENCE), minimum_score, most), _EVIDENCE)


def _names(twin: Twin) -> pl.DataFrame:
    """Plain catalogue and local names of every row: ``row``, ``owner``, ``name``."""
    item = twin["item"]
    row = pl.int_range(pl.len(), dtype=pl.Int32).alias("row")
    parts = [
        item.select(row, pl.col("owner").cast(pl.String), name=plain_names(item[column]))
        for column in ("name", "local_name")
    ]
    return pl.concat(parts)


def _same_part(facts: pl.DataFrame) -> pl.DataFrame:
    """Pairs of different owners with one part number of which a manufacturer is not known."""
    parts = facts.filter(
        pl.col("part").str.len_chars() >= _LEAST_PART,
        pl.len().over("owner", "part") <= MANY_BEARERS,
        pl.col("ncage").is_null().any().over("part"),
    ).select("row", "owner", "part", "ncage")
    return (
        parts.join(parts, on="part", suffix="_b")
        .filter(
            pl.col("row") < pl.col("row_b"),
            pl.col("owner") != pl.col("owner_b"),
            _ONE_MAKER_UNKNOWN,
        )
        .select(a_ix="row", b_ix="row_b", alike=pl.lit(0.0))
    )
