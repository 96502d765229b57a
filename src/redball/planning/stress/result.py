"""What a stress test gives."""

from dataclasses import dataclass

import polars as pl

from redball.model import ResultLabel

LOSSES = {
    "rank": pl.Int32, "kind": pl.String, "name": pl.String, "title": pl.String,
    "hidden": pl.Boolean, "lost_readiness_days": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "significant": pl.Boolean, "survive_days": pl.Int32,
    "recover_days": pl.Int32, "robustness": pl.Float64, "rapidity_per_day": pl.Float64,
    "area_days": pl.Float64, "demand_lost_share": pl.Float64, "replications": pl.Int32,
    "precise": pl.Boolean, "also": pl.String, "label": pl.String,
}  # fmt: skip
NAMES = {
    "kind": pl.String, "name": pl.String, "title": pl.String, "rank": pl.Int32,
    "lost_readiness_days": pl.Float64, "label": pl.String,
}  # fmt: skip
PAIRS = {
    "rank": pl.Int32, "first_kind": pl.String, "first": pl.String, "second_kind": pl.String,
    "second": pl.String, "lost_readiness_days": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "alone": pl.Float64, "together": pl.Float64, "together_low": pl.Float64,
    "together_high": pl.Float64, "verdict": pl.String, "survive_days": pl.Int32,
    "recover_days": pl.Int32, "robustness": pl.Float64, "replications": pl.Int32,
    "precise": pl.Boolean, "label": pl.String,
}  # fmt: skip
CURVES = {
    "loss": pl.String, "day": pl.Int32, "undisturbed": pl.Float64, "readiness": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "label": pl.String,
}  # fmt: skip
UNITS = {
    "loss": pl.String, "unit": pl.String, "site": pl.String, "system": pl.String,
    "systems": pl.Int32, "lost_readiness_days": pl.Float64, "readiness_before": pl.Float64,
    "readiness_after": pl.Float64, "label": pl.String,
}  # fmt: skip
REASONS = {
    "loss": pl.String, "what": pl.String, "name": pl.String, "unit": pl.String,
    "before": pl.Float64, "after": pl.Float64, "change": pl.Float64, "label": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class StressResult:
    """Losses, worst first, and what they do.

    Attributes
    ----------
    from_day, days_lost, horizon_days, seed :
        What was asked.
    tried : int
        Losses looked at.
    skipped : int
        Of them without effect by structure: no demand and no fleet depends on them.
    runs : int
        Futures that were run, the undisturbed one and pairs included; losses that change the same
        share one.
    systems : int
    readiness : float
        Undisturbed, mean over the horizon.
    losses : polars.DataFrame
        :data:`LOSSES`; ``lost_readiness_days`` are systems times days not available beyond the
        undisturbed runs, with interval; ``robustness`` to ``area_days`` as in
        :class:`~redball.simulation.replicate.Shape`; ``demand_lost_share`` is the share of the
        value asked for by units that is no longer met at once. Losses that change exactly the same
        are one row; ``also`` names the others for readers.
    names : polars.DataFrame
        :data:`NAMES`, every loss tried by kind and name; ``rank`` is that of its row in ``losses``,
        null where nothing that matters changes.
    pairs : polars.DataFrame
        :data:`PAIRS`; ``alone`` is the sum of both alone and ``together`` what the pair costs
        beyond it.
    curves : polars.DataFrame
        :data:`CURVES`, of the worst: share of the systems by day, interval of the loss paired.
    units : polars.DataFrame
        :data:`UNITS`, of the worst: who suffers.
    reasons : polars.DataFrame
        :data:`REASONS`, of the worst: what is waited for, where.
    label : ResultLabel
        The runs weigh all rows of the case against each other, so every row carries this label.
    assumptions : tuple of str
    """

    from_day: int
    days_lost: float
    horizon_days: int
    seed: int
    tried: int
    skipped: int
    runs: int
    systems: int
    readiness: float
    losses: pl.DataFrame
    names: pl.DataFrame
    pairs: pl.DataFrame
    curves: pl.DataFrame
    units: pl.DataFrame
    reasons: pl.DataFrame
    label: ResultLabel
    assumptions: tuple[str, ...]
