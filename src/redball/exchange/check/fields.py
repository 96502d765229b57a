"""Rules over several columns of one row: how they are declared and run.

Each rule is a small function that returns a Polars expression, true where the rule is broken.
An expression that is null (a value is missing) is not a breach.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from redball.exchange.check.rule import Rule
from redball.exchange.check.work import Work

Breach = Callable[[date], pl.Expr]
"""From the day the data describe to the expression that is true where the rule is broken."""


@dataclass(frozen=True)
class FieldRule:
    """A rule over the columns of a row.

    Attributes
    ----------
    rule : Rule
    table : str
        Table it looks at.
    column : str
        Column that is marked.
    breach : callable
        Gives the expression that is true where the rule is broken.
    """

    rule: Rule
    table: str
    column: str
    breach: Breach


class FieldRules:
    """The rules of a module, in the order they are declared."""

    def __init__(self) -> None:
        self.declared: list[FieldRule] = []

    def __call__(
        self, table: str, column: str, severity: str, name: str, *, title: str, why: str, mend: str
    ) -> Callable[[Breach], Breach]:
        """Declare the function below as a rule."""

        def declare(breach: Breach) -> Breach:
            rule = Rule(name, severity, title, why, mend)
            self.declared.append(FieldRule(rule, table, column, breach))
            return breach

        return declare


def run_field_rules(work: Work, rules: tuple[FieldRule, ...], day: date) -> None:
    """Run the rules of the table of ``work``; counts comparisons for the score."""
    mine = [rule for rule in rules if rule.table == work.spec.name]
    if not mine or work.frame.is_empty():
        return
    broken = work.frame.select(
        rule.breach(day).fill_null(False).alias(str(place)) for place, rule in enumerate(mine)
    )
    work.compared += work.frame.height * len(mine)
    for place, rule in enumerate(mine):
        # a cell that can't be read has been reported; what it would have meant is not known
        spoiled = work.log.spoiled("", *rule.breach(day).meta.root_names())
        rows = work.where(broken[str(place)].to_numpy() & ~spoiled)
        work.failed += len(rows)
        work.log.hit(rule.rule, rows, rule.column)
