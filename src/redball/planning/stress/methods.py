"""The same losses ranked by several methods, and where they disagree most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import polars as pl

from redball.model import BadUse, ResultLabel, Twin
from redball.model.labels import combine
from redball.model.results import NOBODY
from redball.planning.stress.ranks import kendall_tau_b, mid_ranks
from redball.planning.stress.result import StressResult
from redball.risk.cascade.ranking import PartyRisk
from redball.risk.exposure.case import ExposureCase
from redball.risk.exposure.measure import Exposure

SCORES = {"kind": pl.String, "name": pl.String, "score": pl.Float64}


@dataclass(frozen=True)
class Method:
    """A way to rank losses.

    Attributes
    ----------
    name : str
    scores : polars.DataFrame
        :data:`SCORES`: kind and full name as in :class:`~redball.planning.Targets`, and how bad.
    higher, lower : str
        Why, by its definition, it may rank a loss higher, or lower, than other methods do.
    label : ResultLabel
        Of what it rests on; nobody may read the result without it.
    """

    name: str
    scores: pl.DataFrame
    higher: str
    lower: str
    label: ResultLabel = NOBODY


@dataclass(frozen=True)
class CrossCheck:
    """Methods side by side.

    Attributes
    ----------
    ranks : polars.DataFrame
        ``kind, name, title``, and for each method ``<method> score`` and ``<method> rank`` among
        the losses that it knows; equal scores share the middle of their ranks. Losses that at least
        one other method knows; null where a method does not.
    correlations : polars.DataFrame
        ``first, second, kind, losses, tau_b`` over the losses that both know; kind is ``all`` or
        one kind; null where there are fewer than two, or one method gives all the same score.
    disagreements : polars.DataFrame
        ``first, second, kind, name, title, first_rank, second_rank, why``, ranks among the losses
        that both know, the largest difference first.
    assumptions : tuple of str
    label : ResultLabel
        Of all methods together.
    """

    ranks: pl.DataFrame
    correlations: pl.DataFrame
    disagreements: pl.DataFrame
    assumptions: tuple[str, ...]
    label: ResultLabel


def simulation_method(result: StressResult) -> Method:
    """Rank by lost readiness-days of a stress test."""
    scores = result.names.select("kind", "name", score="lost_readiness_days")
    return Method(
        "simulation", scores,
        "it counts days lost in queues, in transit and on the way back to normal",
        "it counts readiness only, and stock on the way and at the units carries them over",
        result.label,
    )  # fmt: skip


def exposure_method(case: ExposureCase, found: Exposure) -> Method:
    """Rank by the added impact of the time-to-recover programme.

    Raises
    ------
    BadUse
        The result is not of this case.
    """
    if found.frame["loss"].to_list() != [loss.name for loss in case.losses]:
        raise BadUse("The exposure is not of this case.", mend="Pass that of case.losses.")
    scores = found.frame.select("kind", name="loss", score="added_impact")
    return Method(
        "programme", scores,
        "it counts demand for every item, also where no system waits for it, and the stock lost",
        "it plans the whole window at its best, without lead times, queues or order of days",
        case.label,
    )  # fmt: skip


def cascade_method(twin: Twin, risks: Mapping[str, PartyRisk]) -> Method:
    """Rank by ESRI; ``risks`` by kind, ``party`` and ``parent``.

    Raises
    ------
    BadUse
        There is none.
    """
    if not risks:
        raise BadUse("No cascade is given.", mend="Pass those of party_systemic_risk by kind.")
    frames = [
        pl.DataFrame(
            {
                "kind": pl.repeat(kind, risk.frame.height, eager=True),
                "name": [str_of(twin, "party", row) for row in risk.frame["party_ix"]],
                "score": risk.frame["esri"],
            },
            schema=SCORES,
        )
        for kind, risk in risks.items()
    ]
    return Method(
        "cascade", pl.concat([pl.DataFrame(schema=SCORES), *frames]),
        "it weighs firms by their sales and passes the loss on without stock or end",
        "it knows no fleets: a small seller that many systems wait for weighs little",
        reduce(combine, (risk.label for risk in risks.values())),
    )  # fmt: skip


def str_of(twin: Twin, table: str, row: int) -> str:
    """Full name of a row, ``OWNER:KEY``."""
    ref = twin.ref(table, row)
    return f"{ref.owner}:{ref.key}"


def cross_check(result: StressResult, others: Sequence[Method], *, most: int = 20) -> CrossCheck:
    """Set the simulation's ranking beside those of other methods.

    Parameters
    ----------
    result : StressResult
    others : sequence of Method
        One or more, of different names.
    most : int
        Rows of ``disagreements`` for each pair of methods.

    Raises
    ------
    BadUse
        No other method, a name twice, a score that is no number, a loss scored twice, or fewer
        than two losses that another method knows.
    """
    methods = [simulation_method(result), *others]
    _check(methods)
    ranks = _side_by_side(result, methods)
    if ranks.height < 2:
        raise BadUse(
            f"The other methods know {ranks.height} of the losses.",
            mend="Rank the same kinds of loss by all of them, two losses or more.",
        )
    pairs = list(combinations(methods, 2))
    label = reduce(combine, (method.label for method in methods))
    return CrossCheck(
        ranks=ranks.with_columns(label=pl.lit(label.text)),
        correlations=_correlations(ranks, pairs).with_columns(label=pl.lit(label.text)),
        disagreements=pl.concat(
            [_disagreements(ranks, one, other).head(most) for one, other in pairs]
        ).with_columns(label=pl.lit(label.text)),
        assumptions=(
            f"Of {result.tried} losses {ranks.height} are known to another method; correlations "
            "and disagreements are over those that both methods of a pair know.",
            "The methods measure different things; a disagreement is a question, not an error.",
        ),
        label=label,
    )


def _side_by_side(result: StressResult, methods: Sequence[Method]) -> pl.DataFrame:
    """Scores and ranks of the losses that at least one method beside the simulation knows."""
    frame = result.names.select("kind", "name", "title")
    for method in methods:
        scores = method.scores.rename({"score": f"{method.name} score"})
        frame = frame.join(scores, on=["kind", "name"], how="left", maintain_order="left")
    known = pl.any_horizontal(
        pl.col(f"{method.name} score").is_not_null() for method in methods[1:]
    )
    frame = frame.filter(known)
    return frame.with_columns(
        _ranked(frame[f"{method.name} score"], f"{method.name} rank") for method in methods
    )


def _ranked(scores: pl.Series, name: str) -> pl.Series:
    """Ranks of the scores that are there."""
    place = scores.is_not_null().arg_true()
    ranks = pl.Series(name, [None] * len(scores), pl.Float64)
    return ranks.scatter(place, mid_ranks(scores.drop_nulls().to_numpy()))


def _check(methods: Sequence[Method]) -> None:
    names = [method.name for method in methods]
    if len(names) < 2 or len(set(names)) < len(names):
        raise BadUse(
            f"Methods {', '.join(names)} can't be set side by side.",
            mend="Give at least one other method, each with a name of its own.",
        )
    for method in methods:
        scores = method.scores
        if scores["score"].is_null().any() or scores["score"].is_nan().any():
            raise BadUse(f"A score of '{method.name}' is no number.", mend="Leave such losses out.")
        twice = scores.filter(pl.struct("kind", "name").is_duplicated())
        if twice.height:
            kind, name = twice.row(0)[:2]
            raise BadUse(f"'{method.name}' scores the {kind} '{name}' twice.",
                         mend="Give one score for each loss.")  # fmt: skip


def _correlations(ranks: pl.DataFrame, pairs: Sequence[tuple[Method, Method]]) -> pl.DataFrame:
    rows = []
    kinds = ranks["kind"].unique(maintain_order=True).to_list()
    for one, other in pairs:
        both = [f"{one.name} score", f"{other.name} score"]
        for kind in ["all", *kinds] if len(kinds) > 1 else ["all"]:
            part = ranks if kind == "all" else ranks.filter(pl.col("kind") == kind)
            part = part.drop_nulls(both)
            tau = None
            if part.height >= 2:
                tau = kendall_tau_b(part[both[0]].to_numpy(), part[both[1]].to_numpy())
            rows.append((one.name, other.name, kind, part.height, tau))
    return pl.DataFrame(
        rows, schema={"first": pl.String, "second": pl.String, "kind": pl.String,
                      "losses": pl.Int32, "tau_b": pl.Float64},
        orient="row",
    )  # fmt: skip


def _disagreements(ranks: pl.DataFrame, one: Method, other: Method) -> pl.DataFrame:
    """Losses that both know, the largest difference of ranks first."""
    ranks = ranks.drop_nulls([f"{one.name} score", f"{other.name} score"])
    ranks = ranks.with_columns(
        pl.Series(f"{each.name} rank", mid_ranks(ranks[f"{each.name} score"].to_numpy()))
        for each in (one, other)
    )
    first, second = pl.col("first_rank"), pl.col("second_rank")
    higher = (
        pl.when(first < second)
        .then(pl.lit(f"{one.name} ranks it higher: {one.higher}; {other.name}: {other.lower}"))
        .otherwise(pl.lit(f"{other.name} ranks it higher: {other.higher}; {one.name}: {one.lower}"))
    )
    return (
        ranks.select(
            pl.lit(one.name).alias("first"), pl.lit(other.name).alias("second"),
            "kind", "name", "title",
            pl.col(f"{one.name} rank").alias("first_rank"),
            pl.col(f"{other.name} rank").alias("second_rank"),
        )
        .filter(first != second)
        .with_columns(why=higher)
        .sort((first - second).abs(), "kind", "name", descending=[True, False, False])
    )  # fmt: skip
