"""Parties and owners of a twin by what their loss takes with it, by three measures side by side."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Consumption, Groups, ResultLabel, Twin
from redball.model.compiled import Ints
from redball.model.errors import BadUse
from redball.model.labels import combine
from redball.risk.cascade.esri import Market, economic_systemic_risk
from redball.risk.cascade.parties import PartyNetwork, party_network
from redball.risk.cascade.shares import dependency_shares, influence_vector
from redball.risk.cascade.shocks import firm_shocks
from redball.risk.kernels import critical_sets
from redball.risk.network import Node, SupplyNetwork, build_network


@dataclass(frozen=True)
class PartyRisk:
    """What the loss of each party, or of each owner with all its parties, takes with it.

    Attributes
    ----------
    frame : polars.DataFrame
        Sorted by ``esri``, largest first: ``party_ix`` (int32, first record), ``name``, ``lines``
        (firms of the network that close), ``esri``, ``down``, ``up``, ``own_share`` (shares of all
        sales), ``sweeps``, ``converged``; ``through_share`` (share of all that nations buy that
        passes these firms on some tier; what passes two of them counts twice, so that it may
        exceed 1), ``influence`` (weight in the influence vector), ``systems_stopped`` (systems that
        can't do without it, by the critical sets), ``label``.
    network : PartyNetwork
        What it was computed on.
    label : ResultLabel
        Of every row: each figure is a share of the whole.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    network: PartyNetwork
    label: ResultLabel
    assumptions: tuple[str, ...]


def party_systemic_risk(
    twin: Twin,
    *,
    items: Groups,
    parties: Groups,
    consumption: Consumption | None = None,
    by: str = "party",
    tolerance: float = 1e-2,
    market: Market | str = Market.NONE,
    input_share: float = 0.5,
    least_confidence: float = 0.0,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> PartyRisk:
    """Close every party (or every owner with all its parties) in turn.

    Parameters
    ----------
    twin, items, parties, consumption, input_share, least_confidence
        As for :func:`party_network`.
    by : str
        ``party``, or ``parent`` for ultimate parents.
    tolerance, market, workers, progress
        As for :func:`economic_systemic_risk`.

    Raises
    ------
    BadUse
        ``by`` is neither, or a parameter is out of range.
    BadData
        The twin has neither sources nor supply relations.
    """
    if by not in ("party", "parent"):
        raise BadUse(f"'{by}' can't be closed.", mend="Use 'party' or 'parent'.")
    found = party_network(
        twin,
        items=items,
        parties=parties,
        consumption=consumption,
        input_share=input_share,
        least_confidence=least_confidence,
    )
    shown = found.line_party >= 0
    whose = np.where(shown, found.line_party, -1)
    if by == "parent":
        whose[shown] = found.organisations.parent[found.line_party[shown]]
    subjects = np.unique(whose[shown]).astype(np.int32)
    lines = [np.flatnonzero(whose == subject) for subject in subjects]
    risk = economic_systemic_risk(
        found.network,
        firm_shocks(found.network, [dict.fromkeys(part.tolist(), 0.0) for part in lines]),
        tolerance=tolerance,
        market=market,
        workers=workers,
        progress=progress,
    )
    shares = dependency_shares(found.network)
    influence = influence_vector(found.network, input_share=input_share)
    structure = build_network(twin, items, parties, least_confidence=least_confidence)
    label = found.label
    for table in ("structure", "system", "site"):
        label = combine(label, twin.label_of(table))
    frame = pl.DataFrame(
        {
            "party_ix": subjects,
            "name": [twin.name_of("party", int(row)) for row in subjects],
            "lines": [len(part) for part in lines],
            "esri": risk.esri,
            "down": risk.down,
            "up": risk.up,
            "own_share": risk.own_share,
            "sweeps": risk.sweeps,
            "converged": risk.converged,
            "through_share": [float(shares.total[0, part].sum()) for part in lines],
            "influence": [float(influence[part].sum()) for part in lines],
            "systems_stopped": _systems_stopped(structure, subjects, by),
        },
        schema_overrides={"party_ix": pl.Int32, "lines": pl.Int64, "systems_stopped": pl.Int64},
    ).with_columns(label=pl.lit(label.text))
    return PartyRisk(
        frame.sort(["esri", "party_ix"], descending=[True, False]),
        found,
        label,
        (*found.assumptions, *risk.assumptions, *shares.assumptions[:1]),
    )


def _systems_stopped(structure: SupplyNetwork, subjects: Ints, by: str) -> list[int]:
    """Systems that have each party, or owner, in their critical set."""
    if not len(structure.system_nodes):
        return [0] * len(subjects)
    sets = critical_sets(structure.graph, structure.system_nodes, candidates=structure.elements())
    count = np.bincount(sets.member, minlength=structure.graph.nodes)
    stopped = count[structure.first[Node.PARTY] + subjects]
    if by == "parent":
        # a parent without other parties has no node of its own in the structure
        stopped = np.maximum(stopped, count[structure.first[Node.PARENT] + subjects])
    return [int(n) for n in stopped]
