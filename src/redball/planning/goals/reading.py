"""TOML to goals. Every value is checked; an error says which entry, which key, how to mend."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from redball.model import BadData, UnsafeFile
from redball.model.written.toml import Fields, located, parse, read_text
from redball.planning.goals.wanted import (
    CostBound,
    DaysGoal,
    Goals,
    ReadinessGoal,
    Room,
    SurviveGoal,
    YearBudget,
)

FORM = "docs/reference/goals-format.md"
MOST = 500
T = TypeVar("T")


def read_goals(source: str | Path) -> Goals:
    """Read goals and bounds of a plan.

    Parameters
    ----------
    source : str or pathlib.Path
        TOML text, or the path of a file of it.

    Raises
    ------
    BadUse
        There is no such file, or it can't be read.
    BadData
        It is not TOML in UTF-8, or a key or value is wrong; says in which entry.
    UnsafeFile
        It is too large or nested too deep.
    """
    where = source.name if isinstance(source, Path) else "goals"
    text = read_text(source, "file of goals") if isinstance(source, Path) else source
    table = Fields(parse(text, where, FORM), where)

    def every(name: str, make: Callable[[Fields], T]) -> tuple[T, ...]:
        listed = table.list_of(name)
        if len(listed) > MOST:
            raise UnsafeFile(f"{len(listed)} of [[{name}]].", where=where, mend=f"At most {MOST}.")
        found = []
        for count, value in enumerate(listed, 1):
            fields = Fields(value, f"{where}, {name} {count}")
            with located(fields.where):
                found.append(make(fields))
            fields.rest()
        return tuple(found)

    readiness = every("readiness", lambda f: ReadinessGoal(
        _number(f, "at_least"), *(f.text(n, "") for n in ("system", "unit", "nation", "hazard"))
    ))  # fmt: skip
    days = every("days_of_supply", lambda f: DaysGoal(
        f.text("class"), _number(f, "at_least"), f.text("nation", ""), f.text("site", "")
    ))  # fmt: skip
    survive = every("time_to_survive", lambda f: SurviveGoal(
        f.text("hazard"), _number(f, "days"), f.text("system", ""), f.text("unit", ""),
        f.text("nation", ""), f.text("class", ""), _or(f.maybe("slack"), 1.0),
    ))  # fmt: skip
    years = every("year", lambda f: YearBudget(_whole(f, "year"), _number(f, "most_eur")))
    rooms = every("room", lambda f: Room(f.text("site"), _number(f, "most_m3")))
    costs = every("cost", lambda f: CostBound(
        f.text("nation", ""), f.maybe("most_eur"), f.maybe("most_share")
    ))  # fmt: skip
    table.rest()
    with located(where):
        return Goals(readiness, days, survive, years, rooms, costs)


def _number(fields: Fields, name: str) -> float:
    value = fields.maybe(name)
    if value is None:
        raise BadData(f"'{name}' is missing.", where=fields.where, mend="Give a number.")
    return value


def _whole(fields: Fields, name: str) -> int:
    value = fields.whole(name)
    if value is None:
        raise BadData(f"'{name}' is missing.", where=fields.where, mend="Give a whole number.")
    return value


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
