"""Why two futures differ: which stock-outs, which lanes, which production lines and workshops."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.planning.compare.futures import Stage
from redball.planning.compare.gathered import Gathered
from redball.planning.compare.tallies import KNOWN, Tallies, names_of
from redball.simulation.network import Network
from redball.simulation.replicate.moments import Moments

Floats = npt.NDArray[np.float64]

WORDS = {
    "cells.waiting_days": "stock-out",
    "cells.lost": "demand lost",
    "lanes.held_days": "held before a lane",
    "lanes.lost_units": "lost on a lane",
    "lanes.rerouted": "sent another way",
    "lanes.kg": "carried on a lane",
    "recipes.starved_days": "production lacks an input",
    "recipes.waiting_days": "production can't keep up",
    "pools.queue_days": "repair waits for a place",
}
"""What is looked at, in the words of a reader."""

IN_SYSTEMS = "missing in systems"
"""Stock-outs of what is fitted in fleets: their unit-days are days of systems with a hole."""

SCHEMA = {
    "future": pl.String, "against": pl.String, "what": pl.String, "name": pl.String,
    "unit": pl.String, "before": pl.Float64, "after": pl.Float64, "change": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


def reason_frame(
    gathered: Mapping[str, Gathered],
    stages: Mapping[str, Stage],
    confidence: float,
    most: int,
) -> pl.DataFrame:
    """Sums that differ significantly from those of the first future; the largest of each kind.

    Rows of two networks are the same where they have the same name; a row that one network does
    not have counts 0 there.
    """
    (first, base), *others = gathered.items()
    one = stages[first].network, base.tallies
    frames = [pl.DataFrame(schema=SCHEMA)]
    for name, each in others:
        other = stages[name].network, each.tallies
        asked = _asked(one, other)
        fitted = _fitted(one[0]) | _fitted(other[0])
        for what in WORDS:
            before, after, names = _aligned(what, one, other)
            rows = _rows(name, first, what, names, before, after, confidence)
            if what == "cells.waiting_days":
                systems = pl.col("name").is_in(sorted(fitted))
                frames.append(rows.filter(systems).with_columns(what=pl.lit(IN_SYSTEMS)).head(most))
                rows = rows.filter(~systems)
            frames.append(_largest_first(rows, what, asked).head(most))
    return pl.concat(frames)


def _fitted(network: Network) -> set[str]:
    """Names of the stock that systems are fitted with."""
    return {network.name_of(int(cell)) for cell in np.unique(network.applications["cell"])}


def _asked(
    first: tuple[Network, list[Floats]], second: tuple[Network, list[Floats]]
) -> pl.DataFrame:
    """Units asked for by stock, mean of the first future."""
    before, _, names = _aligned("cells.demanded", first, second)
    return pl.DataFrame({"name": pl.Series(names, dtype=pl.String), "asked": before.mean(axis=0)})


def _largest_first(rows: pl.DataFrame, what: str, asked: pl.DataFrame) -> pl.DataFrame:
    """Order rows by their change; unit-days of stock for each unit asked for."""
    if not what.startswith(("cells.", "recipes.")):
        return rows
    size = (pl.col("change") / pl.max_horizontal(pl.col("asked").fill_null(0.0), 1.0)).abs()
    wide = rows.join(asked, on="name", how="left", maintain_order="left")
    return wide.sort(size, "name", descending=[True, False]).select(*SCHEMA)


def _aligned(
    what: str, first: tuple[Network, list[Floats]], second: tuple[Network, list[Floats]]
) -> tuple[Floats, Floats, list[str]]:
    """One kind of sum by replication, for the rows of both networks by name."""
    table = what.split(".")[0]
    parts, orders = [], []
    for network, tallies in (first, second):
        where = Tallies(network, tuple(KNOWN)).part(what)
        parts.append(np.concatenate(tallies)[:, where])
        orders.append(names_of(network, table))
    place = {name: k for k, name in enumerate(dict.fromkeys([*orders[0], *orders[1]]))}
    found = []
    for values, names in zip(parts, orders, strict=True):
        wide = np.zeros((len(values), len(place)))
        wide[:, [place[name] for name in names]] = values
        found.append(wide)
    return found[0], found[1], list(place)


def _rows(
    name: str, first: str, what: str, names: list[str], before: Floats, after: Floats,
    confidence: float,
) -> pl.DataFrame:  # fmt: skip
    moments = Moments(before.shape[1:])
    for row in after - before:
        moments.add(row)
    half = moments.half_width(confidence)
    frame = pl.DataFrame({
        "future": pl.repeat(name, len(names), eager=True),
        "against": pl.repeat(first, len(names), eager=True),
        "what": pl.repeat(WORDS[what], len(names), eager=True),
        "name": pl.Series(names, dtype=pl.String),
        "unit": pl.repeat(KNOWN[what], len(names), eager=True),
        "before": before.mean(axis=0), "after": after.mean(axis=0), "change": moments.mean,
        "low": moments.mean - half, "high": moments.mean + half,
    })  # fmt: skip
    return (
        frame.filter((pl.col("low") > 0) | (pl.col("high") < 0))
        .sort(pl.col("change").abs(), "name", descending=[True, False])
        .select(*SCHEMA)
    )
