"""Goals and bounds of a plan as values."""

from dataclasses import dataclass, field, fields

from redball.model import BadUse
from redball.model.written.values import MOST_DAYS, name_text, number, whole
from redball.risk.register import Appetite

_MOST_EUR = 1e15


def _names(value: object, *names: str) -> None:
    for name in names:
        if getattr(value, name):
            name_text(getattr(value, name), name)


@dataclass(frozen=True)
class ReadinessGoal:
    """Mean share of systems that are up over a run.

    Attributes
    ----------
    at_least : float
        0 to 1.
    system, unit, nation : str
        Whose; all that are given must hold, none is all systems.
    hazard : str
        Key of the risk during whose year it must hold; empty: a year without any.
    """

    at_least: float
    system: str = ""
    unit: str = ""
    nation: str = ""
    hazard: str = ""

    def __post_init__(self) -> None:
        number(self.at_least, "at_least", most=1.0)
        _names(self, "system", "unit", "nation", "hazard")

    @property
    def words(self) -> str:
        """The goal in words."""
        whose = " ".join(word for word in (self.system, self.unit, self.nation) if word) or "all"
        when = f" in the year of {self.hazard}" if self.hazard else ""
        return f"{self.at_least:.0%} of the systems of {whose} up{when}"


@dataclass(frozen=True)
class DaysGoal:
    """Days of supply on hand: value of the stock over value of the daily need.

    Attributes
    ----------
    supply_class : str
    at_least : float
        Days.
    nation, site : str
        Whose stock and need, and where; none is all.
    """

    supply_class: str
    at_least: float
    nation: str = ""
    site: str = ""

    def __post_init__(self) -> None:
        name_text(self.supply_class, "class")
        number(self.at_least, "at_least", most=MOST_DAYS)
        _names(self, "nation", "site")

    @property
    def words(self) -> str:
        """The goal in words."""
        where = " ".join(word for word in (self.nation, self.site) if word)
        return f"{self.at_least:g} days of {self.supply_class}" + (f" of {where}" if where else "")


@dataclass(frozen=True)
class SurviveGoal:
    """Time to survive: a loss of so many days costs no readiness (Simchi-Levi et al. 2015).

    Attributes
    ----------
    hazard : str
        Key of the risk; its own duration does not count here.
    days : float
        How long the loss must be borne.
    system, unit, nation, supply_class : str
        Whose readiness; none is all.
    slack : float
        Readiness-days that count as none.
    """

    hazard: str
    days: float
    system: str = ""
    unit: str = ""
    nation: str = ""
    supply_class: str = ""
    slack: float = 1.0

    def __post_init__(self) -> None:
        name_text(self.hazard, "hazard")
        number(self.days, "days", most=MOST_DAYS, above=True)
        number(self.slack, "slack", most=1e12)
        _names(self, "system", "unit", "nation", "supply_class")

    @property
    def words(self) -> str:
        """The goal in words."""
        parts = (self.system, self.unit, self.nation, self.supply_class)
        whose = " ".join(word for word in parts if word)
        return f"{self.days:g} days of {self.hazard} borne" + (f" by {whose}" if whose else "")


@dataclass(frozen=True)
class YearBudget:
    """Most that may be spent in a year of the plan; the first is 1."""

    year: int
    most_eur: float

    def __post_init__(self) -> None:
        whole(self.year, "year", least=1, most=100)
        number(self.most_eur, "most_eur", most=_MOST_EUR)


@dataclass(frozen=True)
class Room:
    """Room that is free for more stock at a site, cubic metres."""

    site: str
    most_m3: float

    def __post_init__(self) -> None:
        name_text(self.site, "site")
        number(self.most_m3, "most_m3", most=1e12)


@dataclass(frozen=True)
class CostBound:
    """What a nation may have to pay.

    Attributes
    ----------
    nation : str
        Empty: every nation.
    most_eur : float or None
    most_share : float or None
        Of the cost of the whole plan, 0 to 1.
    """

    nation: str = ""
    most_eur: float | None = None
    most_share: float | None = None

    def __post_init__(self) -> None:
        _names(self, "nation")
        if self.most_eur is not None:
            number(self.most_eur, "most_eur", most=_MOST_EUR)
        if self.most_share is not None:
            number(self.most_share, "most_share", most=1.0)
        if self.most_eur is None and self.most_share is None:
            raise BadUse("A bound on cost says nothing.", mend="Give most_eur or most_share.")


@dataclass(frozen=True)
class Goals:
    """Everything that a plan must reach and keep.

    Attributes
    ----------
    readiness : tuple of ReadinessGoal
    days_of_supply : tuple of DaysGoal
    survive : tuple of SurviveGoal
    years : tuple of YearBudget
    rooms : tuple of Room
    costs : tuple of CostBound
    appetite : Appetite
        What each risk and all together may still cost; ``worst`` is judged, not chosen for.
    """

    readiness: tuple[ReadinessGoal, ...] = ()
    days_of_supply: tuple[DaysGoal, ...] = ()
    survive: tuple[SurviveGoal, ...] = ()
    years: tuple[YearBudget, ...] = ()
    rooms: tuple[Room, ...] = ()
    costs: tuple[CostBound, ...] = ()
    appetite: Appetite = field(default_factory=Appetite)

    def __post_init__(self) -> None:
        for part in fields(self):
            found = getattr(self, part.name)
            if isinstance(found, Appetite):
                continue
            if len(set(found)) != len(found):
                raise BadUse(f"An entry of '{part.name}' is there twice.", mend="Remove one.")
        years = [each.year for each in self.years]
        if len(set(years)) != len(years):
            raise BadUse("A year has two budgets.", mend="Give one for each year.")

    def __bool__(self) -> bool:
        lists = [getattr(self, part.name) for part in fields(self) if part.name != "appetite"]
        return any(lists) or self.appetite.stated
