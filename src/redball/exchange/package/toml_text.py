"""Writing TOML: the few forms that manifests and mapping files need (TOML 1.0)."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from redball.model import BadUse

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def toml_text(values: Mapping[str, object]) -> str:
    """Write a TOML document: plain values first, then tables and arrays of tables.

    Raises
    ------
    BadUse
        A value has no form in TOML.
    """
    return "\n".join(_lines(values, "")).strip() + "\n"


def _lines(values: Mapping[str, object], prefix: str) -> list[str]:
    lines: list[str] = []
    later: list[str] = []
    for name, value in values.items():
        path = prefix + _key(name)
        if isinstance(value, Mapping) and prefix.count(".") < 2:
            later += ["", f"[{path}]", *_lines(value, f"{path}.")]
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            for block in value:
                later += ["", f"[[{path}]]", *_lines(block, f"{path}.")]
        else:
            lines.append(f"{_key(name)} = {_value(value)}")
    return lines + later


def _key(name: str) -> str:
    return name if _BARE.match(name) else _string(name)


def _string(text: str) -> str:
    # JSON strings are TOML basic strings, but for DEL, which TOML wants escaped as well
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Decimal):
        return _string(str(value))
    if isinstance(value, datetime):
        zoned = value.isoformat()
        return zoned.replace("+00:00", "Z") if value.tzinfo is UTC else zoned
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(part)}" for name, part in value.items())
        return "{ " + inner + " }" if inner else "{}"
    raise BadUse(f"{value!r} can't be written as TOML.", mend="Use texts, numbers and tables.")
