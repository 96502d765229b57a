"""TOML to a register. Every value is checked; an error says which risk, which key, how to mend."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from redball.model import BadData, UnsafeFile
from redball.model.written.toml import Fields, located, parse, read_text
from redball.model.written.values import shown
from redball.risk.register.appetite import Appetite
from redball.risk.register.durations import Duration
from redball.risk.register.entries import (
    SCOPES,
    Cause,
    Contingency,
    Indicator,
    Register,
    RiskEntry,
)

FORM = "docs/reference/register-format.md"
MOST_RISKS = 2_000
_MOST_STRUCK = 200


def read_register(source: str | Path) -> Register:
    """Read a register.

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
    where = source.name if isinstance(source, Path) else "register"
    text = read_text(source, "register") if isinstance(source, Path) else source
    table = Fields(parse(text, where, FORM), where)
    risks, causes = table.list_of("risk"), table.list_of("cause")
    appetite = table.take("appetite")
    table.rest()
    if len(risks) > MOST_RISKS or len(causes) > MOST_RISKS:
        raise UnsafeFile(
            f"{len(risks):,} risks and {len(causes):,} causes.", where=where,
            mend=f"At most {MOST_RISKS:,} of each; keep several registers.",
        )  # fmt: skip
    made = [read_risk(each, f"{where}, risk {n}") for n, each in enumerate(risks, 1)]
    known = [read_cause(each, f"{where}, cause {n}") for n, each in enumerate(causes, 1)]
    with located(where):
        wanted = read_appetite(appetite, f"{where}, appetite") if appetite is not None else None
        return Register(tuple(made), tuple(known), wanted or Appetite())


def read_appetite(value: object, where: str) -> Appetite:
    """One ``[appetite]``."""
    table = Fields(value, where)
    found = {name: table.maybe(name) for name in ("each", "at_once", "together", "worst")}
    table.rest()
    with located(where):
        return Appetite(**found)


def read_cause(value: object, where: str) -> Cause:
    """One ``[[cause]]``."""
    table = Fields(value, where)
    name, beta, source = table.text("name"), table.maybe("beta"), table.text("source", "")
    table.rest()
    if beta is None:
        raise BadData("'beta' is missing.", where=where, mend="Give a share of 0 to 1.")
    with located(where):
        return Cause(name, beta, source)


def read_risk(value: object, where: str) -> RiskEntry:
    """One ``[[risk]]``."""
    table = Fields(value, where)
    key = table.text("key")
    where = table.where = f"{where} '{shown(key)}'"
    title, kind = table.text("title", key), table.text("category")
    strikes = _strikes(table.needed("strikes"), f"{where}, strikes")
    rate = table.maybe("per_year")
    if rate is None:
        raise BadData(
            "'per_year' is missing.", where=where,
            mend="Give the expected occurrences a year: 0.05 is once in twenty years.",
        )  # fmt: skip
    duration = _duration(table.needed("days"), f"{where}, days")
    words = {
        name: table.text(name, "")
        for name in ("source", "duration_source", "cause", "owner", "found_by", "words")
    }
    confidence, state = table.text("confidence", "low"), table.text("state", "identified")
    review = _day(table.take("review"), "review", where)
    treatments = _texts(table.list_of("treatments"), f"{where}, treatments")
    watched = table.list_of("indicator")
    plans = table.list_of("contingency")
    table.rest()
    indicators = tuple(
        _indicator(each, f"{where}, indicator {n}") for n, each in enumerate(watched, 1)
    )
    contingency = tuple(
        _contingency(each, f"{where}, contingency {n}") for n, each in enumerate(plans, 1)
    )
    with located(where):
        return RiskEntry(
            key, title, kind, strikes, rate, duration, confidence=confidence, state=state,
            review=review, treatments=treatments, indicators=indicators, contingency=contingency,
            **words,
        )  # fmt: skip


def _strikes(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise BadData(
            f"A table is needed here, not '{shown(value)}'.", where=where,
            mend=f"Write for example {{ party = [\"DEU:FORGE\"] }}; kinds: {', '.join(SCOPES)}.",
        )  # fmt: skip
    found: list[tuple[str, str]] = []
    for kind, names in value.items():
        listed = names if isinstance(names, list) else [names]
        found += [(str(kind), name) for name in _texts(listed, f"{where}, {shown(kind)}")]
    if len(found) > _MOST_STRUCK:
        raise BadData(
            f"It strikes {len(found)} things.", where=where, mend=f"At most {_MOST_STRUCK}."
        )
    return tuple(found)


def _duration(value: object, where: str) -> Duration:
    if isinstance(value, Mapping):
        table = Fields(value, where)
        mean, sd, law = table.maybe("mean"), table.maybe("sd"), table.text("law", "fixed")
        table.rest()
        if mean is None:
            raise BadData("'mean' is missing.", where=where, mend="Give days.")
        with located(where):
            return Duration(mean, law, sd or 0.0)
    table = Fields({"days": value}, where)
    mean = table.maybe("days")
    with located(where):
        return Duration(0.0 if mean is None else mean)


def _indicator(value: object, where: str) -> Indicator:
    table = Fields(value, where)
    name, threshold = table.text("name"), table.maybe("threshold")
    above = table.take("above", default=True)
    found, on = table.maybe("value"), _day(table.take("on"), "on", where)
    source = table.text("source", "")
    table.rest()
    if threshold is None or not isinstance(above, bool):
        raise BadData(
            "An indicator needs a number 'threshold', and 'above' is true or false.", where=where
        )
    with located(where):
        return Indicator(name, threshold, above, found, on, source)


def _contingency(value: object, where: str) -> Contingency:
    table = Fields(value, where)
    protects, trigger = table.text("protects"), table.text("trigger")
    steps = _texts(table.list_of("steps"), f"{where}, steps")
    scenario = table.text("scenario", "")
    table.rest()
    with located(where):
        return Contingency(protects, trigger, steps, scenario)


def _texts(values: list[object], where: str) -> tuple[str, ...]:
    found = []
    for value in values:
        if not isinstance(value, str):
            raise BadData(
                f"A text is needed here, not '{shown(value)}'.", where=where, mend="Use quotes."
            )
        found.append(value)
    return tuple(found)


def _day(value: object, name: str, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise BadData(
        f"'{name}' is '{shown(value)}'.", where=where, mend="Write a day such as 2027-01-31."
    )
