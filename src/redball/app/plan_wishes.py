"""What a plan is asked for."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from redball.app.rehearsal import RunOptions, TwinOptions
from redball.model import BadData, BadUse, ResultLabel
from redball.model.results import Scalar
from redball.planning.goals import Goals
from redball.planning.plan import Edit, PlanOptions
from redball.planning.portfolio import Aim, usual
from redball.planning.portfolio import Rehearsal as PartRuns
from redball.risk.register import Register, write_register

_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}
_BUDGET = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(k|m|bn|b)?\s*([a-z]{3}|€)?\s*", re.IGNORECASE)
_MOST_OFFERS = 4_000_000
_OFFERS = ("key", "cost_eur", "yearly_eur", "lead_days", "basis")
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(y|d)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PlanWishes:
    """Parameters of a plan.

    Attributes
    ----------
    budget_eur : float
    days : float
        Length of the plan.
    tail_weight, tail : float
        See :class:`redball.planning.portfolio.Aim`.
    most : int
        Candidates of each kind.
    gap : float
    replications : int
        Of the whole twin, for the rehearsal.
    assumed_per_year, assumed_days : float
        Loss of each supplier that stands unseen behind several others, where no hazard names it;
        0 a year: such a supplier is never lost.
    pin, forbid : tuple of str
        Keys of treatments.
    register : Register, optional
        Risks; hazards of the data that strike nothing else than these do are left out.
    register_label : ResultLabel, optional
        Of the register, where it is kept under one.
    goals : Goals
        What must be reached and kept.
    edits : tuple of Edit
        What a person knows better of candidates, such as offers.
    whole_futures : int
        Drawn futures that are run whole; 0 for none.
    run : RunOptions
        Its seed and where work is done.
    twin : TwinOptions
    baselines : bool
        Rehearse the usual ways to spend the budget too.
    """

    budget_eur: float
    days: float = 3 * 365.0
    tail_weight: float = 0.5
    tail: float = 0.1
    most: int = 60
    gap: float = 0.01
    replications: int = 20
    assumed_per_year: float = 0.02
    assumed_days: float = 90.0
    pin: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    register: Register | None = None
    register_label: ResultLabel | None = None
    goals: Goals = field(default_factory=Goals)
    edits: tuple[Edit, ...] = ()
    whole_futures: int = 20
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)
    baselines: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.most <= 10_000:
            raise BadUse(f"{self.most} candidates of a kind.", mend="Give 1 to 10,000.")
        if not 2 <= self.replications <= 10_000:
            raise BadUse(f"{self.replications} replications.", mend="Give 2 to 10,000.")
        if not (0 <= self.assumed_per_year <= 365 and 0 < self.assumed_days <= 36_500):
            raise BadUse(
                f"An assumed loss {self.assumed_per_year} times a year, {self.assumed_days} days.",
                mend="Give 0 to 365 a year, and days above 0.",
            )
        if not 0 <= self.whole_futures <= 10_000:
            raise BadUse(f"{self.whole_futures} whole futures.", mend="Give 0 to 10,000.")
        if not 1e-6 <= self.gap < 1:
            raise BadUse(f"A gap of {self.gap}.", mend="Give a share such as 0.01.")

    @property
    def options(self) -> PlanOptions:
        """The same for the engine."""
        return PlanOptions(
            aim=Aim(self.days, self.tail_weight, self.tail),
            how=PartRuns(seed=self.run.root),
            replications=self.replications,
            most=self.most,
            gap=self.gap,
            pin=self.pin,
            forbid=self.forbid,
            goals=self.goals,
            edits=self.edits,
            whole_futures=self.whole_futures,
            baselines=usual() if self.baselines else (),
        )

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "budget_eur": self.budget_eur,
            "days": self.days,
            "tail_weight": self.tail_weight,
            "tail": self.tail,
            "most": self.most,
            "gap": self.gap,
            "replications": self.replications,
            "assumed_per_year": self.assumed_per_year,
            "assumed_days": self.assumed_days,
            "pin": "; ".join(self.pin) or None,
            "forbid": "; ".join(self.forbid) or None,
            "register": None if self.register is None else register_hash(self.register),
            "goals": goals_hash(self.goals) if self.goals else None,
            "edits": "; ".join(f"{each.key} {_words(each)}" for each in self.edits) or None,
            "whole_futures": self.whole_futures,
            "baselines": self.baselines,
            "seed": self.run.root,
            **self.twin.as_parameters(),
        }


def _words(edit: Edit) -> str:
    values = (edit.cost_eur, edit.yearly_eur, edit.lead_days)
    return "/".join("-" if value is None else f"{value:g}" for value in values)


def goals_hash(goals: Goals) -> str:
    """What tells one set of goals from another."""
    return sha256(repr(goals).encode()).hexdigest()[:16]


def register_hash(register: Register) -> str:
    """What tells one register from another: the start of the SHA-256 hash of its text."""
    return sha256(write_register(register).encode()).hexdigest()[:16]


def budget_of(text: str) -> float:
    """Euro from words such as ``50M``, ``300k`` or ``1.5bn EUR``.

    Raises
    ------
    BadUse
        It is no amount, or not in euro.
    """
    if not text.strip():
        raise BadUse("No budget is given.", mend="Add --budget, for example --budget 50M.")
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise BadUse(f"'{text}' is no budget.", mend="Write for example 50M, 300k or 1.5bn.")
    number, unit, currency = found.groups()
    if currency and currency.upper() not in ("EUR", "€"):
        raise BadUse(
            f"The budget is in {currency.upper()}, and a plan counts in euro.",
            mend="Give it in EUR at the rate that you plan with.",
        )
    return float(number.replace(",", ".")) * _UNITS[(unit or "").lower()]


def days_of(text: str) -> float:
    """Days from words such as ``3y`` or ``540d``.

    Raises
    ------
    BadUse
        It is no length of time.
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise BadUse(f"'{text}' is no length of a plan.", mend="Write for example 3y or 540d.")
    return float(found[1]) * (365.0 if found[2].lower() == "y" else 1.0)


def offers_of(path: Path) -> tuple[Edit, ...]:
    """Costs and lead times of treatments from a CSV: what offers say, in place of what is assumed.

    Columns ``key``, ``cost_eur``, ``yearly_eur``, ``lead_days``, ``basis``; an empty field keeps
    what was found.

    Raises
    ------
    BadUse
        The file can't be read.
    BadData
        It lacks a column, or a field is no number; says in which line.
    """
    try:
        if path.stat().st_size > _MOST_OFFERS:
            raise BadUse(f"The file is larger than {_MOST_OFFERS:,} bytes.", where=path.name)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return offers_in(file, path.name)
    except OSError as error:
        raise BadUse(f"The file can't be read: {error.strerror}.", where=str(path)) from None
    except (UnicodeDecodeError, csv.Error):
        raise BadData(
            "This is no CSV in UTF-8.", where=path.name, mend=f"Columns: {', '.join(_OFFERS)}."
        ) from None


def offers_in(lines: Iterable[str], where: str) -> tuple[Edit, ...]:
    """The same from lines of CSV."""
    rows = csv.DictReader(lines)
    return tuple(_offer(row, f"{where}, line {line}") for line, row in enumerate(rows, 2))


def _offer(row: dict[str, str | None], where: str) -> Edit:
    unknown = [name for name in row if name not in _OFFERS]
    if unknown or not row.get("key"):
        raise BadData(
            f"The column '{unknown[0]}' is not known." if unknown else "'key' is missing.",
            where=where, mend=f"Columns: {', '.join(_OFFERS)}.",
        )  # fmt: skip
    values: dict[str, float | None] = {}
    for name in _OFFERS[1:4]:
        text = (row.get(name) or "").strip()
        try:
            values[name] = float(text) if text else None
        except ValueError:
            raise BadData(
                f"'{name}' is '{text[:40]}'.", where=where, mend="Give a number, or leave it empty."
            ) from None
    return Edit(str(row["key"]), **values, basis=(row.get("basis") or "").strip())
