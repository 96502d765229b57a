"""Parties (companies and agencies) that several owners record, recognised as one."""

import numpy as np
import polars as pl

from redball.identity.candidates import Records, alike_records, best, unsettled
from redball.identity.limits import refuse_bad_limits
from redball.identity.merging import Merger
from redball.identity.names import plain_names
from redball.identity.numbers import ncage_column
from redball.identity.score import Evidence, explained, least_alike, scored
from redball.model import Groups, Twin

LEGAL_FORMS = frozenset(
    [
        "ab", "ag", "aps", "as", "asa", "bv", "bvba", "co", "company", "corp", "corporation", "cv",
        "doo", "eood", "gmbh", "hf", "inc", "incorporated", "kft", "kg", "kgaa", "lda", "limited",
        "llc", "llp", "ltd", "ltda", "mbh", "nv", "nyrt", "o", "oo", "ohg", "ou", "oy", "oyj",
        "plc", "pte", "pty", "rt", "sa", "sarl", "sas", "se", "sia", "sl", "slu", "sp", "spa",
        "spol", "sprl", "srl", "sro", "the", "uab", "und", "z", "zrt",
    ]
)  # fmt: skip
"""Words of company names that say only in which legal form the company is, without accents and
full stops: "Sp. z o.o." is read as "sp", "z" and "oo"."""

_COUNTRY = [
    Evidence(
        pl.col("country") == pl.col("country_b"),
        pl.format("both in {}", "country"),
        raises=0.2,
    ),
    Evidence(
        pl.col("country") != pl.col("country_b"),
        pl.format("in {} and in {}", "country", "country_b"),
        keeps=0.6,
    ),
    Evidence(
        pl.col("ncage") != pl.col("ncage_b"),
        pl.format("different NCAGE {} and {}", "ncage", "ncage_b"),
        keeps=0.9,
    ),
]


def recognise_parties(
    twin: Twin, *, minimum_score: float = 0.75, most_candidates: int = 10_000
) -> Groups:
    """Recognise parties recorded by several owners.

    Records with the same NCAGE are one (basis ``ncage``). Alike names propose candidates, legal
    forms left out: the same country raises the score, another one lowers it, and so does another
    NCAGE, a little, because one company may have several. Military units are not compared by name:
    a "1st Battalion" of two nations is two.

    Parameters
    ----------
    minimum_score : float, above 0, at most 1
        Least score of a candidate.
    most_candidates : int
        Candidates returned at most, the best first.

    Raises
    ------
    BadUse
        A parameter is out of its range.
    """
    refuse_bad_limits(minimum_score, most_candidates)
    party = twin["party"]
    ncage = ncage_column(party)
    merger = Merger(party.height, np.empty((0, 2), np.int32))
    merger.join_equal(ncage)
    group = merger.groups()
    shared = pl.DataFrame({"group": group}).select(pl.len().over("group") > 1).to_series()
    owner = party["owner"].cast(pl.String)
    records = Records(
        owner, group, np.zeros(party.height, np.bool_), np.empty((0, 2), np.int32)
    )  # fmt: skip
    rows = pl.DataFrame(
        {"row": np.arange(party.height, dtype=np.int32), "owner": owner,
         "name": _company_names(party["name"])}
    ).filter(party["kind"] != "unit")  # fmt: skip
    facts = pl.DataFrame({"country": party["country"], "ncage": ncage}).with_row_index("row")
    pairs = unsettled(alike_records(rows, least_alike(minimum_score, _COUNTRY)), records)
    pairs = _with_facts(pairs, facts.with_columns(pl.col("row").cast(pl.Int32)))
    kept = best(scored(pairs, _COUNTRY), minimum_score, most_candidates)
    basis = tuple("ncage" if one else "" for one in shared)
    return Groups("party", group, basis, explained(kept, _COUNTRY))


def _company_names(names: pl.Series) -> pl.Series:
    """Plain names without legal forms; "S.A." and "A/S" are read as one word each."""
    joined = names.str.replace_all(r"\b(\p{L})\.", "$1").str.replace_all(r"(?i)\ba/s\b", "as")
    return plain_names(joined, LEGAL_FORMS)


def _with_facts(pairs: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    return pairs.join(facts, left_on="a_ix", right_on="row", how="left").join(
        facts, left_on="b_ix", right_on="row", how="left", suffix="_b"
    )
