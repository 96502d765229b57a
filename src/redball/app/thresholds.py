"""Thresholds of findings by name, for faces."""

from collections.abc import Sequence
from dataclasses import fields, replace

import polars as pl

from redball.app.picture import FindingOptions
from redball.model import BadUse, Level

_PARTS = ("structure", "stock")


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
    for setting in settings:
        name, equals, text = setting.partition("=")
        part = next((p for p in _PARTS if name in _names(options, p)), None)
        if part is None or not equals:
            known = ", ".join(n for p in _PARTS for n in _names(options, p))
            raise BadUse(
                f"'{setting}' names no threshold.", mend=f"NAME=VALUE with one of: {known}."
            )
        group = getattr(options, part)
        value = _read(name, text, getattr(group, name))
        options = replace(options, **{part: replace(group, **{name: value})})
    return options


def threshold_table(options: FindingOptions) -> pl.DataFrame:
    """All thresholds with their values."""
    rows = [
        {"group": part, "threshold": name, "value": _text(getattr(getattr(options, part), name))}
        for part in _PARTS
        for name in _names(options, part)
    ]
    return pl.DataFrame(rows)


def parse_level(text: str) -> Level:
    """Read a level.

    Raises
    ------
    BadUse
        Not one of the six words.
    """
    try:
        return Level(text.lower())
    except ValueError:
        raise BadUse(f"'{text}' is not a level.", mend=f"Levels: {', '.join(Level)}.") from None


def _names(options: FindingOptions, part: str) -> list[str]:
    return [f.name for f in fields(getattr(options, part))]


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)


def _read(name: str, text: str, current: object) -> object:
    try:
        if isinstance(current, bool):
            return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]
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
