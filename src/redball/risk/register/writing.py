"""A register as TOML text and as plain values; both are read back to the same."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from redball.risk.register.appetite import Appetite
from redball.risk.register.durations import Duration
from redball.risk.register.entries import Cause, Register, RiskEntry


def as_values(entry: RiskEntry | Cause | Appetite) -> dict[str, Any]:
    """Plain values of an entry, as its TOML table has them; what is empty is left out."""
    if isinstance(entry, RiskEntry):
        return _risk(entry)
    return {name: value for name, value in vars(entry).items() if value not in (None, "")}


def write_register(register: Register) -> str:
    """TOML text of a register."""
    lines: list[str] = []
    if register.appetite.stated:
        lines += ["[appetite]", *_lines(as_values(register.appetite)), ""]
    for cause in register.causes:
        lines += ["[[cause]]", *_lines(as_values(cause)), ""]
    for risk in register.risks:
        values = _risk(risk)
        nested = {name: values.pop(name) for name in ("indicator", "contingency") if name in values}
        lines += ["[[risk]]", *_lines(values)]
        for name, tables in nested.items():
            for table in tables:
                lines += [f"[[risk.{name}]]", *_lines(table)]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def _risk(risk: RiskEntry) -> dict[str, Any]:
    strikes: dict[str, list[str]] = {}
    for kind, name in risk.strikes:
        strikes.setdefault(kind, []).append(name)
    values: dict[str, Any] = {
        "key": risk.key,
        "title": risk.title,
        "category": risk.category,
        "strikes": strikes,
        "per_year": risk.per_year,
        "days": _days(risk.duration),
        "source": risk.source,
        "confidence": risk.confidence,
        "duration_source": risk.duration_source,
        "cause": risk.cause,
        "owner": risk.owner,
        "review": risk.review,
        "state": risk.state,
        "treatments": list(risk.treatments),
        "found_by": risk.found_by,
        "words": risk.words,
        "indicator": [_filled(vars(each)) for each in risk.indicators],
        "contingency": [
            _filled({**vars(each), "steps": list(each.steps)}) for each in risk.contingency
        ],
    }
    return _filled(values)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in values.items() if v is not None and v != "" and v != []}


def _days(duration: Duration) -> float | dict[str, Any]:
    if duration.law == "fixed":
        return duration.mean
    found: dict[str, Any] = {"law": duration.law, "mean": duration.mean}
    return found | ({"sd": duration.sd} if duration.sd else {})


def _lines(values: Mapping[str, Any]) -> Iterable[str]:
    return [f"{name} = {_value(value)}" for name, value in values.items()]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        if len(value) > 1:
            return "[\n" + "".join(f"    {_value(each)},\n" for each in value) + "]"
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{n} = {_inline(v)}" for n, v in value.items()) + " }"
    return _quoted(value)


def _inline(value: Any) -> str:
    """A value on one line, as inline tables need it; long lists break after their brackets."""
    return _value(value)


def _quoted(text: str) -> str:
    """A basic string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
