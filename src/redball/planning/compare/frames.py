"""Tidy tables of a comparison."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.planning.compare.figures import FIGURES, POSITION
from redball.planning.compare.futures import Stage
from redball.planning.compare.gathered import Gathered
from redball.planning.compare.paired import Paired, paired, paired_ratio
from redball.simulation.replicate.moments import Moments

Floats = npt.NDArray[np.float64]

FILL = "fill"
_RATIO = ("demand met at once", "demand")


def moments_of(values: Floats) -> Moments:
    """Moments of rows, one for each replication."""
    made = Moments(values.shape[1:])
    for row in values:
        made.add(row)
    return made


def figure_frame(gathered: Mapping[str, Gathered], confidence: float) -> pl.DataFrame:
    """Every figure of every future with its own interval."""
    rows = []
    for name, each in gathered.items():
        values = np.concatenate(each.figures)
        moments = moments_of(values)
        half = moments.half_width(confidence)
        rows += [
            (name, figure, unit, moments.mean[k], moments.mean[k] - half[k],
             moments.mean[k] + half[k])
            for k, (figure, unit) in enumerate(FIGURES.items())
        ]  # fmt: skip
        fill = paired_ratio((0 * values[:, 0], 1 + 0 * values[:, 0]), _ratio(values),
                            confidence=confidence)  # fmt: skip
        if fill is not None:
            rows.append((name, FILL, "share of the value", fill.difference, fill.low, fill.high))
    return pl.DataFrame(
        rows, schema={"future": pl.String, "figure": pl.String, "unit": pl.String,
                      "mean": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )  # fmt: skip


def difference_frame(gathered: Mapping[str, Gathered], confidence: float) -> pl.DataFrame:
    """Every figure of every further future against the first."""
    (first, base), *others = gathered.items()
    a = np.concatenate(base.figures)
    rows = []
    for name, each in others:
        b = np.concatenate(each.figures)
        for k, (figure, unit) in enumerate(FIGURES.items()):
            found = paired(a[:, k], b[:, k], confidence=confidence)
            rows.append(_difference(name, first, figure, unit, found))
        fill = paired_ratio(_ratio(a), _ratio(b), confidence=confidence)
        if fill is not None:
            rows.append(_difference(name, first, FILL, "share of the value", fill))
    return pl.DataFrame(
        rows, schema={"future": pl.String, "against": pl.String, "figure": pl.String,
                      "unit": pl.String, "difference": pl.Float64, "low": pl.Float64,
                      "high": pl.Float64, "significant": pl.Boolean, "verdict": pl.String,
                      "correlation": pl.Float64},
        orient="row",
    )  # fmt: skip


def _ratio(values: Floats) -> tuple[Floats, Floats]:
    part, whole = _RATIO
    return values[:, POSITION[part]], values[:, POSITION[whole]]


def _difference(
    name: str, first: str, figure: str, unit: str, found: Paired
) -> tuple[str, str, str, str, float, float, float, bool, str, float | None]:
    return (name, first, figure, unit, found.difference, found.low, found.high, found.significant,
            found.verdict, found.correlation)  # fmt: skip


def day_frame(
    gathered: Mapping[str, Gathered], stages: Mapping[str, Stage], confidence: float
) -> pl.DataFrame:
    """Readiness by day, and its difference from the first future."""
    frames = []
    base: Floats | None = None
    for name, each in gathered.items():
        systems = float(stages[name].network.fleets["count"].sum())
        up = np.concatenate(each.up)
        share = up / systems if systems > 0 else np.ones_like(up)
        base = share if base is None else base
        own, off = moments_of(share), moments_of(share - base)
        half, off_half = own.half_width(confidence), off.half_width(confidence)
        frames.append(pl.DataFrame({
            "future": pl.repeat(name, share.shape[1], eager=True),
            "day": np.arange(share.shape[1], dtype=np.int32),
            "readiness": own.mean, "low": own.mean - half, "high": own.mean + half,
            "difference": off.mean, "difference_low": off.mean - off_half,
            "difference_high": off.mean + off_half,
        }))  # fmt: skip
    return pl.concat(frames)


def system_frame(gathered: Mapping[str, Gathered], stages: Mapping[str, Stage]) -> pl.DataFrame:
    """Mean readiness of each fleet, and its change from the first future where it is there too."""
    rows = []
    before: dict[tuple[str, str, str], float] = {}
    for name, each in gathered.items():
        network = stages[name].network
        if each.fleets is None or not len(network.fleets):
            continue
        runs = sum(len(block) for block in each.up)
        share = each.fleets.mean(axis=1) / runs
        for fleet, row in enumerate(network.fleets):
            unit = network.unit_names[row["unit"]] if row["unit"] >= 0 else ""
            key = (unit, network.node_names[row["node"]], network.system_names[row["system"]])
            count = int(row["count"])
            ready = float(share[fleet]) / count if count else None
            if ready is None:
                continue
            was = before.setdefault(key, ready)
            rows.append((name, *key, count, ready, ready - was))
    return pl.DataFrame(
        rows, schema={"future": pl.String, "unit": pl.String, "site": pl.String,
                      "system": pl.String, "systems": pl.Int64, "readiness": pl.Float64,
                      "change": pl.Float64},
        orient="row",
    )  # fmt: skip
