"""A scenario as TOML, so that reading it gives the same scenario again."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, cast

from redball.model.written.toml import check_limits
from redball.planning.scenarios.events import After, Event
from redball.planning.scenarios.naming import Target
from redball.planning.scenarios.reactions import Reaction
from redball.planning.scenarios.recovery import AT_ONCE, Recovery
from redball.planning.scenarios.scenario import Scenario
from redball.planning.scenarios.times import LAWS, NO_TIME, Time

Pairs = list[tuple[str, str]]

_WIDTH = 90


def write_scenario(scenario: Scenario) -> str:
    """Write a scenario as TOML text; ``read_scenario`` of it gives an equal one.

    Raises
    ------
    UnsafeFile
        The text would be too large to be read again.
    """
    head: Pairs = [("name", _quoted(scenario.name))]
    if scenario.description:
        head.append(("description", _long(scenario.description)))
    head += [("horizon_days", str(scenario.horizon_days)), ("seed", str(scenario.seed))]
    if scenario.precision is None:
        head.append(("replications", str(scenario.replications)))
    else:
        head.append(("precision", _number(scenario.precision)))
    blocks = [_lines(head)]
    blocks += ["[[event]]\n" + _lines(_event(event)) for event in scenario.events]
    blocks += ["[[reaction]]\n" + _lines(_reaction(each)) for each in scenario.reactions]
    text = "\n".join(blocks)
    check_limits(text, scenario.name)
    return text


def _event(event: Event) -> Pairs:
    pairs = [("name", _quoted(event.name)), ("what", _quoted(event.what)),
             ("target", _targets(event.targets))]  # fmt: skip
    if event.where:
        pairs.append(("where", _targets(event.where)))
    if event.after is not None:
        pairs.append(("after", _after(event.after)))
    elif event.from_day != NO_TIME:
        pairs.append(("from_day", _time(event.from_day)))
    if event.for_days is not None:
        pairs.append(("for_days", _time(event.for_days)))
    if event.factor is not None:
        pairs.append(("factor", _number(event.factor)))
    if event.lost not in (None, 1.0):
        pairs.append(("lost", _number(event.lost)))
    if event.recovery != AT_ONCE:
        pairs.append(("recovery", _recovery(event.recovery)))
    if event.chance != 1.0:
        pairs.append(("chance", _number(event.chance)))
    if event.draw != "together":
        pairs.append(("draw", _quoted(event.draw)))
    if event.frozen:
        pairs.append(("frozen", _list(map(_quoted, event.frozen))))
    return pairs


def _reaction(reaction: Reaction) -> Pairs:
    pairs = [("how", _quoted(reaction.how))]
    # every reaction is a dataclass; the protocol can't say so
    for each in fields(cast("Any", reaction)):
        value = getattr(reaction, each.name)
        if value is None or value == ():
            continue
        if isinstance(value, Time):
            pairs.append((f"{each.name}_days", _time(value)))
        elif isinstance(value, tuple):
            pairs.append((each.name, _targets(value)))
        else:
            pairs.append((each.name, _number(value)))
    return pairs


def _targets(targets: Iterable[Target]) -> str:
    kinds: dict[str, list[str]] = {}
    for target in targets:
        kinds.setdefault(target.kind, []).append(_quoted(target.name))
    return _table(
        [(kind, names[0] if len(names) == 1 else _list(names)) for kind, names in kinds.items()]
    )


def _time(time: Time) -> str:
    if time.law == "fixed":
        return _number(time.mean)
    pairs = [("law", _quoted(time.law))]
    pairs += [(name, _number(getattr(time, name))) for name in LAWS[time.law]]
    return _table(pairs)


def _after(after: After) -> str:
    return _table([("event", _quoted(after.event)), ("since", _quoted(after.since)),
                   ("lag_days", _time(after.lag))])  # fmt: skip


def _recovery(recovery: Recovery) -> str:
    pairs = [("shape", _quoted(recovery.shape))]
    if recovery.shape == "linear":
        pairs.append(("days", _time(recovery.days)))
    if recovery.steps:
        steps = (_list((_number(day), _number(left))) for day, left in recovery.steps)
        pairs.append(("steps", _list(steps)))
    return _table(pairs)


def _number(value: float) -> str:
    """Shortest digits that read back as the same number; whole ones without a point."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return repr(value)


def _quoted(text: str) -> str:
    """Write a TOML basic string."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'


def _long(text: str) -> str:
    """Write a TOML multi-line string, in lines that stay short.

    A backslash at the end of a line joins it to the next and swallows the blanks there; a blank
    that begins the next line is therefore written as its code.
    """
    made: list[str] = []
    for line in text.split("\n"):
        parts = [line[i : i + _WIDTH] for i in range(0, len(line), _WIDTH)] or [""]
        rest = [_blank(part) + _quoted(part.lstrip(" \t"))[1:-1] for part in parts[1:]]
        made.append("\\\n".join([_quoted(parts[0])[1:-1], *rest]))
    return '"""\n' + "\n".join(made) + '"""'


def _blank(part: str) -> str:
    """Blanks that begin a part, by their codes."""
    blanks = part[: len(part) - len(part.lstrip(" \t"))]
    return blanks.replace(" ", "\\u0020").replace("\t", "\\t")


def _list(parts: Iterable[str]) -> str:
    """Write a list over several lines where it is long: lines are limited when read."""
    found = list(parts)
    short = ", ".join(found)
    return f"[{short}]" if len(short) < 90 else "[\n  " + ",\n  ".join(found) + ",\n]"


def _table(pairs: Pairs) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"


def _lines(pairs: Pairs) -> str:
    return "".join(f"{key} = {value}\n" for key, value in pairs)
