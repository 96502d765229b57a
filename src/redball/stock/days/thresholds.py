"""Limits of the stock findings; every one is a parameter."""

from dataclasses import dataclass

from redball.model import BadUse, Level


@dataclass(frozen=True)
class StockThresholds:
    """When stock becomes a finding, and how bad it is.

    Attributes
    ----------
    caution_ratio, serious_ratio, critical_ratio : float
        Days of supply over target below which the level is reached.
    expiry_horizon_days : int, in d
        Lots whose last day lies further away are not looked at.
    serious_expiry_days : int, in d
        Waste that falls within these days is serious.
    least_wasted_share : float, 0 to 1
        Share of a lot that must be wasted before it is a finding.
    serious_wasted_share : float, 0 to 1
        A lot of which more than this share is wasted is serious, however late that is.
    high_value_eur : float, in EUR
        Waste of this value or more is serious; critical if the lot is past its last day or more
        than ``serious_wasted_share`` of it is wasted. Without a price or a rate the value does not
        count.
    overpromised : Level
        Level of stock that is promised beyond what is on hand.
    most_per_rule : int
        At most this many findings of each rule, the worst first.
    """

    caution_ratio: float = 1.0
    serious_ratio: float = 0.5
    critical_ratio: float = 0.25
    expiry_horizon_days: int = 365
    serious_expiry_days: int = 90
    least_wasted_share: float = 0.05
    serious_wasted_share: float = 0.5
    high_value_eur: float = 1_000_000.0
    overpromised: Level = Level.SERIOUS
    most_per_rule: int = 10_000

    def __post_init__(self) -> None:
        if not 0 <= self.critical_ratio <= self.serious_ratio <= self.caution_ratio:
            raise BadUse(
                "The ratios of days to target are out of order.",
                mend="Give 0 <= critical_ratio <= serious_ratio <= caution_ratio.",
            )
        for name in ("least_wasted_share", "serious_wasted_share"):
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise BadUse(f"{name} is {share}.", mend="Give a share of 0 to 1.")
        if not self.high_value_eur > 0:
            raise BadUse(
                f"high_value_eur is {self.high_value_eur}.", mend="Give a value above 0 EUR."
            )
        if min(self.expiry_horizon_days, self.serious_expiry_days) < 0 or self.most_per_rule < 1:
            raise BadUse(
                "A limit in days is negative, or most_per_rule is less than 1.",
                mend="Give days of 0 or more and most_per_rule of 1 or more.",
            )


RULE_NAMES = ("negative-free-stock", "stock-below-target", "stock-expires-unused")
"""Names of the rules of stock findings."""
