"""How a plan is made, and what a person changes of its candidates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from redball.model import BadUse
from redball.model.written.values import did_you_mean
from redball.planning.goals import Goals
from redball.planning.plan.risks import Risk
from redball.planning.portfolio.baselines import Baseline
from redball.planning.portfolio.choosing import Aim
from redball.planning.portfolio.effects import Chosen, Rehearsal
from redball.planning.treatments import Treatment
from redball.planning.treatments.prices import Prices

AFTER_DAYS = 90.0
"""Days of a run after the longest loss at least."""
MOST_RUN_DAYS = 1825
"""Length of a run at most."""


@dataclass(frozen=True)
class Edit:
    """What a person knows better of a treatment; None stays as it was found.

    Attributes
    ----------
    key : str
    cost_eur, yearly_eur, lead_days : float or None
    basis : str
        Where it comes from, such as an offer and its day.
    """

    key: str
    cost_eur: float | None = None
    yearly_eur: float | None = None
    lead_days: float | None = None
    basis: str = ""

    def __post_init__(self) -> None:
        for name in ("cost_eur", "yearly_eur", "lead_days"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise BadUse(
                    f"'{name}' is {value}.", where=self.key, mend="Give a number of 0 or more."
                )

    def on(self, treatment: Treatment) -> Treatment:
        """The treatment with it."""
        known = {
            name: value
            for name in ("cost_eur", "yearly_eur", "lead_days")
            if (value := getattr(self, name)) is not None
        }
        return replace(treatment, **known, basis=self.basis or "as given by hand")


@dataclass(frozen=True)
class PlanOptions:
    """How a plan is made.

    Attributes
    ----------
    aim : Aim
    goals : Goals
        What must be reached and kept.
    how : Rehearsal
        Of runs of parts.
    replications : int
        Of the whole twin.
    rehearsed : int
        Hazards that are run on the whole twin at most: those that cost most in a year.
    futures : int
        Years drawn for the tail.
    whole_futures : int
        Drawn futures that are run whole, with hazards that overlap; 0 for none.
    prices : Prices
    most : int
        Candidates of each kind.
    gap : float
        Proven for each programme.
    seconds : float
        Of each programme at most.
    pin, forbid : tuple of str
        Keys of treatments.
    edits : tuple of Edit
    corrections : int
        How often the choice is made again where parts and the whole twin disagree.
    baselines : tuple of Baseline
        Usual ways to spend the budget that are rehearsed beside the plan.
    sensitivity : bool
        Whether the choice is made again under other likelihoods.
    """

    aim: Aim = field(default_factory=Aim)
    goals: Goals = field(default_factory=Goals)
    how: Rehearsal = field(default_factory=Rehearsal)
    replications: int = 20
    rehearsed: int = 40
    futures: int = 200
    whole_futures: int = 20
    prices: Prices = field(default_factory=Prices)
    most: int = 60
    gap: float = 0.01
    seconds: float = 20.0
    pin: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    corrections: int = 2
    baselines: tuple[Baseline, ...] = ()
    sensitivity: bool = True

    def __post_init__(self) -> None:
        keys = [each.key for each in self.edits]
        if len(set(keys)) != len(keys):
            raise BadUse("A treatment is edited twice.", mend="Give each key once.")

    def covering(self, risks: Sequence[Risk]) -> "PlanOptions":
        """The same, with runs that last until the longest loss is over, and a season beyond.

        What a loss costs shows late: stock lasts for a while, and queues outlive it. Runs are no
        longer than the plan, or :data:`MOST_RUN_DAYS`; what lies behind that is not counted.
        """
        longest = max((risk.days for risk in risks if risk.per_year > 0), default=0.0)
        wanted = math.ceil(self.how.strike_day + longest + AFTER_DAYS)
        most = max(int(min(self.aim.days, MOST_RUN_DAYS)), self.how.days)
        days = min(max(self.how.days, wanted), most)
        return replace(self, how=replace(self.how, days=days))


def edited(treatments: Sequence[Treatment], edits: Sequence[Edit]) -> tuple[Treatment, ...]:
    """Treatments with what a person knows better.

    Raises
    ------
    BadUse
        An edit names a treatment that is not there.
    """
    rows_of(treatments, [each.key for each in edits])
    known = {each.key: each for each in edits}
    return tuple(known[t.key].on(t) if t.key in known else t for t in treatments)


def rows_of(treatments: Sequence[Treatment], keys: Sequence[str]) -> Chosen:
    """Rows of treatments by their keys.

    Raises
    ------
    BadUse
        One is not there.
    """
    place = {each.key: row for row, each in enumerate(treatments)}
    for key in keys:
        if key not in place:
            raise BadUse(
                f"There is no treatment '{key}'.",
                mend=f"{did_you_mean(key, place)} Keys are in the table of candidates.",
            )
    return frozenset(place[key] for key in keys)
