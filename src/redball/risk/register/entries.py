"""Entries of a register: risks, their common causes, what is watched, and plans for the day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from redball.model import BadUse
from redball.model.written.values import free_text, name_text, number, one_of
from redball.risk.register.appetite import Appetite
from redball.risk.register.durations import Duration
from redball.risk.register.taxonomy import category

SCOPES = ("party", "parent", "site", "lane", "country", "mode", "item", "input")
"""What a risk can strike, by the kinds of names that a scenario uses; ``input`` is a material."""
CONFIDENCES = ("low", "medium", "high")
STATES = ("identified", "analysed", "evaluated", "treating", "accepted", "closed")
"""Steps of the process; a risk that is ``closed`` counts no more."""
MOST_RATE = 365.0
_MOST_STEPS = 50


@dataclass(frozen=True)
class Indicator:
    """Something that is watched because it tells early.

    Attributes
    ----------
    name : str
    threshold : float
        From which value on it is a trigger.
    above : bool
        Whether values above the threshold are bad; else those below.
    value : float or None
        Last value, None before the first.
    on : date or None
        When it was taken.
    source : str
        Where values come from.
    """

    name: str
    threshold: float
    above: bool = True
    value: float | None = None
    on: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        name_text(self.name, "name")
        number(self.threshold, "threshold", least=-1e18, most=1e18)
        if self.value is not None:
            number(self.value, "value", least=-1e18, most=1e18)
        free_text(self.source, "source")

    @property
    def triggered(self) -> bool:
        """Whether its value is at the threshold or beyond."""
        if self.value is None:
            return False
        return self.value >= self.threshold if self.above else self.value <= self.threshold


@dataclass(frozen=True)
class Contingency:
    """What is done on the day, for what it protects.

    Attributes
    ----------
    protects : str
        System, unit or class, in words.
    trigger : str
        On what it is begun: the name of an indicator, or a sentence.
    steps : tuple of str
        What is done, in order.
    scenario : str
        Ready scenario or file that rehearses it; empty for none yet.
    """

    protects: str
    trigger: str
    steps: tuple[str, ...]
    scenario: str = ""

    def __post_init__(self) -> None:
        name_text(self.protects, "protects")
        name_text(self.trigger, "trigger")
        free_text(self.scenario, "scenario")
        if not 1 <= len(self.steps) <= _MOST_STEPS:
            raise BadUse(
                f"A contingency plan has {len(self.steps)} steps.", mend=f"Give 1 to {_MOST_STEPS}."
            )
        for step in self.steps:
            free_text(step, "steps")


@dataclass(frozen=True)
class Cause:
    """Something that makes several risks happen at once, by the beta-factor model.

    Attributes
    ----------
    name : str
    beta : float
        Share of the occurrences of its rarest risk that strike all of them together, 0 to 1.
    source : str
    """

    name: str
    beta: float
    source: str = ""

    def __post_init__(self) -> None:
        name_text(self.name, "name")
        number(self.beta, "beta", most=1.0)
        free_text(self.source, "source")


@dataclass(frozen=True)
class RiskEntry:
    """A risk.

    Attributes
    ----------
    key, title : str
    category : str
        Of the taxonomy.
    strikes : tuple of (kind, name)
        What is lost together; kinds are :data:`SCOPES`.
    per_year : float
        Expected occurrences a year.
    duration : Duration
    source : str
        Of the likelihood; without one the confidence is low, whatever it was said to be.
    confidence : str
        ``low``, ``medium`` or ``high``.
    duration_source : str
    cause : str
        Name of a common cause; empty for none.
    owner : str
        Who looks after it.
    review : date or None
        When it is looked at next.
    state : str
        One of :data:`STATES`.
    treatments : tuple of str
        Keys of treatments of a plan, or what is done in words.
    indicators : tuple of Indicator
    contingency : tuple of Contingency
    found_by : str
        How it was identified: a finding, a row of data, a person.
    words : str
        What else there is to say.

    Raises
    ------
    BadUse
        A value is out of range.
    """

    key: str
    title: str
    category: str
    strikes: tuple[tuple[str, str], ...]
    per_year: float
    duration: Duration
    source: str = ""
    confidence: str = "low"
    duration_source: str = ""
    cause: str = ""
    owner: str = ""
    review: date | None = None
    state: str = "identified"
    treatments: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    contingency: tuple[Contingency, ...] = ()
    found_by: str = ""
    words: str = ""

    def __post_init__(self) -> None:
        for name in ("key", "title"):
            name_text(getattr(self, name), name)
        category(self.category)
        number(self.per_year, "per_year", most=MOST_RATE)
        one_of(self.confidence, "confidence", CONFIDENCES)
        one_of(self.state, "state", STATES)
        for name in ("source", "duration_source", "cause", "owner", "found_by", "words"):
            free_text(getattr(self, name), name)
        if not self.strikes:
            raise BadUse("A risk strikes nothing.", mend="Name a party, a site, a lane, ...")
        for kind, name in self.strikes:
            one_of(kind, "strikes", SCOPES)
            name_text(name, kind)
        names = [each.name for each in self.indicators]
        if len(set(names)) != len(names):
            raise BadUse("Two indicators have one name.", mend="Give each a name of its own.")

    @property
    def believed(self) -> str:
        """Confidence that counts: low where no source is given."""
        return self.confidence if self.source.strip() else "low"

    @property
    def live(self) -> bool:
        """Whether it counts."""
        return self.state != "closed"


@dataclass(frozen=True)
class Register:
    """A register.

    Attributes
    ----------
    risks : tuple of RiskEntry
    causes : tuple of Cause
    appetite : Appetite

    Raises
    ------
    BadUse
        Two entries have one key, or a risk names a cause that is not there.
    """

    risks: tuple[RiskEntry, ...] = ()
    causes: tuple[Cause, ...] = ()
    appetite: Appetite = field(default_factory=Appetite)

    def __post_init__(self) -> None:
        for what, names in (
            ("risks", [each.key for each in self.risks]),
            ("causes", [each.name for each in self.causes]),
        ):
            twice = [name for name, times in Counter(names).items() if times > 1]
            if twice:
                raise BadUse(f"Two {what} are called '{min(twice)}'.", mend="Keys are unique.")
        known = {each.name for each in self.causes}
        for risk in self.risks:
            if risk.cause and risk.cause not in known:
                raise BadUse(
                    f"The common cause '{risk.cause}' is not there.",
                    where=f"risk {risk.key}",
                    mend="Write it under [[cause]] with its beta.",
                )

    def risk(self, key: str) -> RiskEntry | None:
        """Risk of a key."""
        return next((each for each in self.risks if each.key == key), None)
