"""Tidy tables of a stress test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.planning.compare.reasons import IN_SYSTEMS, WORDS
from redball.planning.compare.tallies import KNOWN, REASONS, Tallies, names_of
from redball.planning.stress import result
from redball.planning.stress.effect import Effect
from redball.planning.stress.losses import Loss, Touched
from redball.simulation.network import Network
from redball.simulation.replicate.estimates import mean_estimate
from redball.simulation.replicate.shape import Shape

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_REASONS = 8
"""Rows of each kind of reason."""


@dataclass(frozen=True)
class Found:
    """Losses that change exactly the same, with their effect."""

    losses: tuple[Loss, ...]
    touched: Touched
    effect: Effect
    shape: Shape
    precise: bool

    @property
    def loss(self) -> Loss:
        """The one that stands for all: the first that was named."""
        return self.losses[0]

    @property
    def also(self) -> str:
        """The others, for readers; records of one thing are named once."""
        own = f"{self.loss.kind} {self.loss.title}"
        others = dict.fromkeys(f"{loss.kind} {loss.title}" for loss in self.losses[1:])
        return "; ".join(other for other in others if other != own)

    @property
    def badness(self) -> tuple[float, float]:
        """Smaller is worse: lost readiness-days, then demand no longer met."""
        return -float(np.mean(self.effect.lost)), -self.effect.demand_lost_share


@dataclass(frozen=True)
class Pair:
    """Two losses at once."""

    first: Found
    second: Found
    effect: Effect
    shape: Shape
    precise: bool


@dataclass(frozen=True)
class View:
    """What all tables need."""

    network: Network
    confidence: float
    label: str
    from_day: int


def loss_frame(found: Sequence[Found], view: View) -> pl.DataFrame:
    """Losses, the worst first."""
    rows = []
    for rank, each in enumerate(found, start=1):
        lost, shape = each.effect.estimate(view.confidence), each.shape
        rows.append((
            rank, each.loss.kind, each.loss.name, each.loss.title,
            any(loss.hidden for loss in each.losses), lost.value, lost.low, lost.high,
            lost.low > 0 or lost.high < 0, shape.survive_days, shape.recover_days,
            shape.robustness, shape.rapidity_per_day, shape.area_days,
            each.effect.demand_lost_share, each.effect.replications, each.precise, each.also,
            view.label,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=result.LOSSES, orient="row")


def name_frame(losses: Sequence[Loss], found: Sequence[Found], view: View) -> pl.DataFrame:
    """Every loss that was tried, in the order named, with the row that speaks for it."""
    place = {
        loss.key: (rank, float(np.mean(each.effect.lost)))
        for rank, each in enumerate(found, start=1)
        for loss in each.losses
    }
    rows = [
        (loss.kind, loss.name, loss.title, *place.get(loss.key, (None, 0.0)), view.label)
        for loss in losses
    ]
    return pl.DataFrame(rows, schema=result.NAMES, orient="row")


def pair_frame(pairs: Sequence[Pair], view: View) -> pl.DataFrame:
    """Pairs, the worst first, and what they cost beyond both alone."""
    rows = []
    for rank, pair in enumerate(pairs, start=1):
        one, other = pair.first.effect, pair.second.effect
        lost = pair.effect.estimate(view.confidence)
        n = min(one.replications, other.replications, pair.effect.replications)
        alone = np.asarray(one.lost[:n]) + np.asarray(other.lost[:n])
        beyond = mean_estimate(np.asarray(pair.effect.lost[:n]) - alone, view.confidence)
        rows.append((
            rank, pair.first.loss.kind, pair.first.loss.title, pair.second.loss.kind,
            pair.second.loss.title, lost.value, lost.low, lost.high, float(alone.mean()),
            beyond.value, beyond.low, beyond.high, _verdict(beyond.low, beyond.high),
            pair.shape.survive_days, pair.shape.recover_days, pair.shape.robustness,
            pair.effect.replications, pair.precise, view.label,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=result.PAIRS, orient="row")


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "worse together than the sum"
    return "less than the sum" if high < 0 else "no significant difference from the sum"


def curve_frame(found: Sequence[Found], view: View, show: int) -> pl.DataFrame:
    """Resilience curves of the worst: share of the systems by day."""
    systems = float(view.network.fleets["count"].sum())
    frames = [pl.DataFrame(schema=result.CURVES)]
    for each in found[:show]:
        effect = each.effect
        if systems <= 0:
            continue
        base = effect.base / effect.replications
        left = base - effect.curve.mean
        half = effect.curve.half_width(view.confidence)
        frames.append(pl.DataFrame({
            "loss": pl.repeat(each.loss.title, effect.days, eager=True),
            "day": np.arange(effect.days, dtype=np.int32),
            "undisturbed": base / systems, "readiness": left / systems,
            "low": (left - half) / systems, "high": (left + half) / systems,
            "label": pl.repeat(view.label, effect.days, eager=True),
        }).select(*result.CURVES))  # fmt: skip
    return pl.concat(frames)


def unit_frame(found: Sequence[Found], view: View, show: int) -> pl.DataFrame:
    """Who suffers from the worst losses."""
    network, rows = view.network, []
    for each in found[:show]:
        effect = each.effect
        runs = effect.replications
        before = np.asarray(effect.fleets_base) / runs
        after = np.asarray(effect.fleets) / runs
        for fleet in np.argsort(-(before - after).sum(axis=1), kind="stable").tolist():
            row = network.fleets[fleet]
            lost, count = float((before[fleet] - after[fleet]).sum()), int(row["count"])
            if lost == 0 or count == 0:
                continue
            unit = network.unit_names[row["unit"]] if row["unit"] >= 0 else ""
            rows.append((
                each.loss.title, unit, network.node_names[row["node"]],
                network.system_names[row["system"]], count, lost,
                float(before[fleet].mean()) / count, float(after[fleet].mean()) / count,
                view.label,
            ))  # fmt: skip
    return pl.DataFrame(rows, schema=result.UNITS, orient="row")


def reason_frame(found: Sequence[Found], view: View, show: int) -> pl.DataFrame:
    """What is waited for more than undisturbed, under the worst losses."""
    network = view.network
    tallies = Tallies(network, REASONS)
    names = {table: names_of(network, table) for table in ("cells", "lanes", "recipes", "pools")}
    fitted = np.zeros(len(network.cells), np.bool_)
    fitted[network.applications["cell"]] = True
    rows = []
    for each in found[:show]:
        effect = each.effect
        before = np.asarray(effect.tallies_base) / effect.replications
        after = np.asarray(effect.tallies) / effect.replications
        asked = before[tallies.part("cells.demanded")]
        for what, word, some in _kinds(fitted):
            part = tallies.part(what)
            change = after[part] - before[part]
            if some is not None:
                change = np.where(some, change, 0.0)
            rows += [
                (each.loss.title, word, names[what.split(".")[0]][place], KNOWN[what],
                 float(before[part][place]), float(after[part][place]), float(change[place]),
                 view.label)
                for place in _worst(network, what, word, change, asked)
            ]  # fmt: skip
    return pl.DataFrame(rows, schema=result.REASONS, orient="row")


def _kinds(fitted: Flags) -> list[tuple[str, str, Flags | None]]:
    """Kinds of sums, the words for them, and which rows count; None for all."""
    waiting = "cells.waiting_days"
    kinds: list[tuple[str, str, Flags | None]] = [
        (waiting, IN_SYSTEMS, fitted), (waiting, WORDS[waiting], ~fitted)
    ]  # fmt: skip
    return kinds + [(what, WORDS[what], None) for what in REASONS if not what.startswith("cells.")]


def _worst(network: Network, what: str, word: str, change: Floats, asked: Floats) -> list[int]:
    """Rows that grew most.

    Units of fuel and of engines can't be compared: what is not fitted in systems is compared by the
    days of waiting that come on each unit asked for.
    """
    size = change
    if what == "cells.waiting_days" and word != IN_SYSTEMS:
        size = change / np.maximum(asked, 1.0)
    elif what.startswith("recipes."):
        size = change / np.maximum(asked[network.recipes["cell"]], 1.0)
    order = np.argsort(-size, kind="stable")[:MOST_REASONS]
    return [int(place) for place in order if change[place] > 0]
