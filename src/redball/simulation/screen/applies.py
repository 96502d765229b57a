"""What of a network the day step does not hold, in sentences."""

import numpy as np

from redball.simulation.network import TURNING, Network, Rows, RuleKind, What
from redball.simulation.runs import NO_CHANGES, NO_RULES
from redball.simulation.screen.pipes import gated_lanes

_RULES = {
    RuleKind.EXPEDITE: "orders are never hurried",
    RuleKind.RELEASE_RESERVE: "reserves are never released",
    RuleKind.SUPPORT: "standby support is never given",
    RuleKind.REROUTE: "goods before a cut lane look for no other way",
}


def applies(
    network: Network, rules: Rows = NO_RULES, changes: Rows = NO_CHANGES
) -> tuple[str, ...]:
    """Say what the day step does not hold of a network; empty where it holds all.

    Rounding of times to days is no such thing: it is stated with the assumptions of a run.
    """
    found = []
    if np.isfinite(network.items["shelf_life_days"]).any() or len(network.lots):
        found.append("Shelf life is not held: nothing expires.")
    if len(network.substitutes):
        found.append("Substitutes are not used.")
    if len(network.supports):
        found.append("Support between nations is not given.")
    for kind, what in _RULES.items():
        if (rules["kind"] == kind).any():
            found.append(f"Rules of kind {kind.name} are not followed: {what}.")
    if ((rules["kind"] == RuleKind.SECOND_SOURCE) & (rules["cost_eur"] > 0)).any():
        found.append("What it costs to bring in a second source is not counted.")
    if (changes["what"] == What.CELL_REPORT).any():
        found.append("Stale reports of single cells are not held.")
    cut = changes["index"][(changes["what"] == What.LANE) & (changes["value"] <= 0)]
    if np.isin(network.lanes["cut_rule"][cut], TURNING).any():
        found.append("Goods on a cut lane with the rule REROUTE or DIVERT stand still instead.")
    return tuple(found)


def assumptions(network: Network, changes: Rows, left_out: tuple[str, ...]) -> tuple[str, ...]:
    """State what holds for a run of the day step."""
    said = [
        "Time goes by whole days; a day runs: changes, arrivals, failures, demand and issue, "
        "orders (customers before suppliers, so that an order reaches its supplier on the same "
        "day), lines, goods that took no time, repairs, lanes, count.",
        "A change takes effect at the beginning of the day that it falls in.",
        "Availability and stock of a day are those at its end.",
        "Requests of a day are served in the order: demand, systems, repairs, production, other "
        "cells; units are issued as they come, without waiting for the whole order.",
    ]
    said += _of_times(network, changes)
    if len(network.fleets):
        said.append(
            "Failures of a day are Poisson with the mean of the installed units (of the systems "
            "that were up the day before, where only those fail); without cannibalisation the "
            "holes are spread by chance over the systems."
        )
    if np.isfinite(network.recipes["per_day"]).any():
        said.append("A line of finite capacity delivers what it begins on a day one day later.")
    if len(network.pools):
        said.append("A repair that needs a place in a pool takes at least one day.")
    return (*said, *left_out)


def _of_times(network: Network, changes: Rows) -> list[str]:
    laws = network.laws
    said = []
    if (laws["kind"] != 0).any():
        said.append("Every time is the mean of its law: times do not vary.")
    off = np.abs(laws["mean"] - np.floor(laws["mean"] + 0.5))
    if (off > 0).any():
        said.append(
            "Times along a way are added up and rounded to whole days; single times are off by up "
            f"to {off.max():.2f} days."
        )
    if gated_lanes(network, changes):
        said.append(
            "A lane with a capacity, a timetable or a disruption takes at least one day, is "
            "loaded at the end of the day, and is shared in proportion to what waits."
        )
    return said
