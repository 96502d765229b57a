"""What the events of a scenario cost, apart from what people's reactions bring."""

from collections.abc import Mapping

import polars as pl

from redball.model import ResultLabel
from redball.model.running import Progress, Runner
from redball.planning.case import SimulatedCase
from redball.planning.compare import GivenFuture, compare
from redball.planning.scenarios import (
    CompiledScenario,
    compile_scenario,
    unanswered,
    undisturbed,
)

SCHEMA = {
    "future": pl.String, "what": pl.String, "readiness": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "significant": pl.Boolean,
}  # fmt: skip
EVENTS, REACTIONS = "the events", "the reactions"
_ITSELF, _CALM, _ALONE = "itself", "nothing happens", "nobody reacts"


def events_and_reactions(
    case: SimulatedCase,
    compiled: Mapping[str, CompiledScenario],
    *,
    seed: int,
    replications: int,
    label: ResultLabel,
    runner: Runner,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Readiness that events cost people who react so, and that reactions bring in these events.

    Reactions such as expediting help whatever happens: against a network without them a loss can
    look like a gain. So each scenario with both is run against itself without the one and without
    the other, on the same replications.

    Returns
    -------
    polars.DataFrame
        :data:`SCHEMA`; ``readiness`` is the change of the share of systems up, paired.
    """
    both = {
        name: one
        for name, one in compiled.items()
        if one.scenario.events and one.scenario.reactions
    }
    rows = []
    for done, (name, one) in enumerate(both.items()):
        calm = compile_scenario(undisturbed(one.scenario), case)
        alone = compile_scenario(unanswered(one.scenario), case)
        futures = {_ITSELF: one, _CALM: calm, _ALONE: alone}
        found = compare(
            {
                key: GivenFuture(f.network, one.horizon_days, f, f.rules)
                for key, f in futures.items()
            },
            seed=seed,
            replications=replications,
            label=label,
            runner=runner,
        ).differences.filter(pl.col("figure") == "readiness")
        for other, what in ((_CALM, EVENTS), (_ALONE, REACTIONS)):
            row = found.filter(pl.col("future") == other).row(0, named=True)
            if row["difference"] is not None:  # seen from the other side
                ends = (-row["high"], -row["low"])
                rows.append((name, what, -row["difference"], *ends, row["significant"]))
        if progress is not None:
            progress((done + 1) / len(both))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def apart_said(frame: pl.DataFrame, future: str) -> list[str]:
    """Return the two effects of one future in a sentence."""
    rows = {row["what"]: row for row in frame.filter(pl.col("future") == future).to_dicts()}
    if len(rows) < 2:
        return []
    words = [
        f"{what} {100 * row['readiness']:+.1f} points"
        + ("" if row["significant"] else " (not significant)")
        for what, row in rows.items()
    ]
    return [f"{future}, taken apart: {words[0]} among people who react so, {words[1]} in them."]
