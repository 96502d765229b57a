"""Thresholds of findings by name, for faces."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import polars as pl

from redball.app.picture import FindingOptions
from redball.model import BadUse, Level
from redball.risk import RULE_NAMES as STRUCTURE_RULES
from redball.stock import RULE_NAMES as STOCK_RULES

_PARTS = ("structure", "stock")
_FINDING_LEVELS = {level.value: level for level in (Level.CAUTION, Level.SERIOUS, Level.CRITICAL)}


def finding_options(
    settings: Sequence[str], options: FindingOptions | None = None
) -> FindingOptions:
    """Apply ``NAME=VALUE`` settings to the thresholds.

    Raises
    ------
    BadUse
        The name is unknown or the value is not of the threshold's type.
    """
    options = options or FindingOptions()
    changes: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
    for setting in settings:
        name, equals, text = setting.partition("=")
        parts = [p for p in _PARTS if name in _names(options, p)]
        if not parts or not equals:
            known = ", ".join(n for p in _PARTS for n in _names(options, p))
            raise BadUse(
                f"'{setting}' names no threshold.", mend=f"NAME=VALUE with one of: {known}."
            )
        for part in parts:
            changes[part][name] = _read(name, text, getattr(getattr(options, part), name))
    # all at once: limits that must be in order are checked together
    return replace(
        options,
        structure=replace(options.structure, **changes["structure"]),
        stock=replace(options.stock, **changes["stock"]),
    )


def threshold_table(options: FindingOptions) -> pl.DataFrame:
    """All thresholds: ``threshold``, ``value``, ``meaning`` (unit and sense, from its class)."""
    rows = []
    for part in _PARTS:
        group = getattr(options, part)
        meanings = _meanings(type(group))
        rows += [
            {"threshold": name, "value": _text(getattr(group, name)), "meaning": meanings[name]}
            for name in _names(options, part)
        ]
    return pl.DataFrame(rows).unique("threshold", keep="first", maintain_order=True)


def _meanings(group: type) -> dict[str, str]:
    """What the docstring of a class of thresholds says of each."""
    section = inspect.cleandoc(group.__doc__ or "").split("----------\n", 1)[1]
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        heading = re.match(r"^(\w[\w, ]*) : [\w ]+(?:, (.+))?$", line)
        if heading:
            names = [name.strip() for name in heading[1].split(",")]
            found |= dict.fromkeys(names, f"({heading[2]}) " if heading[2] else "")
        else:
            for name in names:
                found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def check_rules(names: Sequence[str]) -> None:
    """Refuse names that no rule of findings has.

    Raises
    ------
    BadUse
        There is no such rule.
    """
    known = sorted({*STRUCTURE_RULES, *STOCK_RULES})
    for name in names:
        if name not in known:
            raise BadUse(f"There is no rule '{name}'.", mend=f"Rules: {', '.join(known)}.")


def parse_level(text: str) -> Level:
    """Read a level of findings.

    Raises
    ------
    BadUse
        Not caution, serious or critical.
    """
    try:
        return _FINDING_LEVELS[text.lower()]
    except KeyError:
        known = ", ".join(_FINDING_LEVELS)
        raise BadUse(f"'{text}' is not a level of findings.", mend=f"Levels: {known}.") from None


def _names(options: FindingOptions, part: str) -> list[str]:
    return [f.name for f in fields(getattr(options, part))]


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)


def _read(name: str, text: str, current: object) -> object:
    try:
        if isinstance(current, bool):
            return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]
        if isinstance(current, Level):
            return Level(text.lower())
        if isinstance(current, tuple | frozenset):
            return type(current)(word.strip() for word in text.split(",") if word.strip())
        if isinstance(current, int):
            return int(text)
        return float(text)
    except (ValueError, KeyError):
        raise BadUse(
            f"'{text}' is not a value of threshold '{name}'.",
            mend=f"Its default is {_text(current)}.",
        ) from None
