"""Limits of the structural findings; every one is a parameter."""

from dataclasses import dataclass

from redball.model.errors import BadUse


@dataclass(frozen=True)
class Thresholds:
    """Limits of the structural findings.

    Attributes
    ----------
    hhi_moderate, hhi_high : float
        Concentration limits, 1,000 and 1,800 points (US Merger Guidelines 2023, Guideline 1).
    hhi_increase : float
        Points by which the count by owner may exceed the count by supplier before it is of
        concern: 100 (same source).
    hhi_single : float
        From this HHI on an item counts as single-sourced; 9,000 is one source with about 95 %.
    known_confidence : float
        Supply relations with at least this confidence are known; the others are claimed.
    least_confidence : float
        Claimed relations with less confidence are not used at all.
    hidden_suppliers : int
        Least number of different suppliers that a hidden common element stands behind.
    entry_kinds : tuple of str
        Kinds of site that can supply units, if they hold stock or ship as a source.
    gateway_kinds : tuple of str
        Kinds of site through which goods enter; flows are counted by them.
    cut_units_critical : int
        A site or lane that cuts off this many units is critical; fewer is serious.
    separated_sites : int
        Least number of sites a site or lane must separate from the network to be reported.
    separated_share_serious : float
        Share of the connected network that, when separated, is serious instead of caution.
    flow_share, flow_share_serious : float
        Share of a class's inbound mass through one site or lane: caution and serious.
    flow_rows : int
        Least number of deliveries of a class that its shares are computed from.
    most_evidence : int
        Most rows of evidence shown with a finding; the detail says how many there are.
    most_per_rule : int
        At most this many findings of each rule, the worst first.
    """

    hhi_moderate: float = 1_000.0
    hhi_high: float = 1_800.0
    hhi_increase: float = 100.0
    hhi_single: float = 9_000.0
    known_confidence: float = 1.0
    least_confidence: float = 0.0
    hidden_suppliers: int = 2
    entry_kinds: tuple[str, ...] = (
        "port",
        "airport",
        "depot",
        "fuel_terminal",
        "ammunition_depot",
        "factory",
        "hub",
    )
    gateway_kinds: tuple[str, ...] = ("port", "airport", "crossing")
    cut_units_critical: int = 2
    separated_sites: int = 2
    separated_share_serious: float = 0.1
    flow_share: float = 0.5
    flow_share_serious: float = 0.65
    flow_rows: int = 5
    most_evidence: int = 50
    most_per_rule: int = 10_000

    def __post_init__(self) -> None:
        for name in ("known_confidence", "least_confidence", "separated_share_serious"):
            _within(name, getattr(self, name), 0.0, 1.0)
        _within("flow_share", self.flow_share, 0.0, self.flow_share_serious)
        _within("flow_share_serious", self.flow_share_serious, 0.0, 1.0)
        _within("hhi_moderate", self.hhi_moderate, 0.0, self.hhi_high)
        _within("hhi_high", self.hhi_high, 0.0, self.hhi_single)
        _within("hhi_single", self.hhi_single, 0.0, 10_000.0)
        _within("least_confidence", self.least_confidence, 0.0, self.known_confidence)
        for name in ("hidden_suppliers", "cut_units_critical", "separated_sites", "flow_rows"):
            _within(name, getattr(self, name), 1, float("inf"))
        for name in ("most_evidence", "most_per_rule"):
            _within(name, getattr(self, name), 1, float("inf"))


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise BadUse(
            f"Threshold '{name}' is {value:g}.", mend=f"Give a value from {low:g} to {high:g}."
        )


RULE_NAMES = (
    "common-owner",
    "demand-without-source",
    "fewer-than-two-routes",
    "hidden-common-supplier",
    "lane-concentration",
    "network-articulation",
    "network-bridge",
    "single-source",
    "structure-without-supplier",
    "unit-cut-off",
)
"""Names of the rules of structural findings."""
