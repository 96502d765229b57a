"""The registry of rules, gathered from the modules that hold them, and its reference page."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from redball.exchange.check import (
    cells,
    cycles,
    dates,
    field_rules_network,
    field_rules_readiness,
    field_rules_stock,
    fill,
    groups,
    keys,
    labels,
    lists,
    numbers,
    package_rules,
    readiness_rules,
    references,
    report,
    sheet,
    text,
    words,
)
from redball.exchange.check.rule import Rule
from redball.model.errors import BadUse

_CHAPTERS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("The package", (labels.OWNER_CODE, *package_rules.RULES, *report.RULES)),
    ("Columns and rows", (*sheet.RULES, cells.WRONG_TYPE, *fill.RULES, labels.LABEL_UNREADABLE)),
    ("Numbers, yes and no", numbers.RULES),
    ("Dates", dates.RULES),
    ("Text and keys", text.RULES),
    ("Words and codes", words.RULES + lists.RULES),
    ("Items, stock, orders and movements", tuple(r.rule for r in field_rules_stock.rule.declared)),
    ("Sites, lanes, units and hazards", tuple(r.rule for r in field_rules_network.rule.declared)),
    (
        "Resupply, repair, policies and mutual support",
        tuple(r.rule for r in field_rules_readiness.rule.declared) + readiness_rules.RULES,
    ),
    ("Several rows", keys.RULES + groups.RULES),
    ("References and structure", references.RULES + cycles.RULES),
)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules of the check by id.

    Raises
    ------
    BadUse
        Two different rules have the same id: a fault of the program.
    """
    found: dict[str, Rule] = {}
    for _, chapter in _CHAPTERS:
        for rule in chapter:
            if found.setdefault(rule.id, rule) != rule:
                raise BadUse(f"Two rules have the id '{rule.id}'.")
    return MappingProxyType(found)


def render_rules() -> str:
    """Reference page of the rules, in Markdown."""
    lines = [
        "# Rules of the check",
        "",
        "Made by `redball.exchange.check.render_rules()` from the rules themselves; do not edit.",
        "",
        "An **error** means that the row is not taken in. A **warning** means that it is, and that",
        "somebody should look at it. The reader of packages adds rules of its own about files,",
        "encodings and mappings; they are in the [package format](package-format.md).",
    ]
    for title, chapter in _CHAPTERS:
        lines += ["", f"## {title}"]
        for rule in dict.fromkeys(chapter):
            lines += [
                "",
                f"### `{rule.id}` ({rule.severity})",
                "",
                rule.title,
                "",
                f"- Why: {rule.why}",
                f"- Mend: {rule.mend}",
            ]
    return "\n".join(lines) + "\n"
