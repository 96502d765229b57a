"""What makes a finding the same finding, in the next twin and in a colleague's.

Findings are made anew from every twin. People write about them, so they need a name that stays: it
comes from the rule, what the finding is about and what else tells it from others of the rule, never
from figures, levels or sentences, which change while the trouble stays. Articles go by their NIIN
and parties by their NCAGE where they have one, since which of several nations' records stands for
them depends on who looks and on what was imported since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from redball.app.picture import FindingsResult, PictureOptions, recognise
from redball.model import Finding, Groups, Twin

TELLS_APART: Mapping[str, tuple[str, ...]] = {
    "common-owner": (),
    "demand-without-source": (),
    "fewer-than-two-routes": (),
    "hidden-common-supplier": ("element",),
    "lane-concentration": ("supply_class",),
    "negative-free-stock": ("site",),
    "network-articulation": (),
    "network-bridge": (),
    "single-source": ("by",),
    "stock-below-target": ("site",),
    "stock-expires-unused": (),
    "structure-without-supplier": (),
    "unit-cut-off": (),
}
"""Details of each rule that tell its findings about one subject apart."""
LETTERS = 16
_NUMBERS = {"item": "niin", "party": "ncage"}


@dataclass(frozen=True)
class Named:
    """A finding with its name."""

    key: str
    finding: Finding


def named(result: FindingsResult) -> tuple[Named, ...]:
    """Findings with their keys, in the order given; no two have the same."""
    known = recognise(result.seen, PictureOptions())
    twin = known.twin
    who = {"item": _numbered(twin, known.items), "party": _numbered(twin, known.parties)}
    used: dict[str, int] = {}
    found = []
    for finding in result.findings:
        text = "\x1f".join(_identity(finding, who))
        again = used[text] = used.get(text, 0) + 1
        words = text if again == 1 else f"{text}\x1f{again}"
        found.append(Named(sha256(words.encode()).hexdigest()[:LETTERS], finding))
    return tuple(found)


def _identity(finding: Finding, who: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    subject = finding.subject
    about = f"{subject.owner}:{subject.key}"
    about = who.get(subject.table, {}).get(about, about)
    apart = TELLS_APART.get(finding.rule, ())
    details = [f"{name}={finding.detail.get(name)}" for name in apart]
    if finding.detail.get("element") == "country":
        # a country is no row of the twin: its subject is the first system it stops, which changes
        return (finding.rule, "country", str(finding.detail["country"]))
    return (finding.rule, subject.table, about, *details)


def _numbered(twin: Twin, groups: Groups) -> dict[str, str]:
    """The number under which all nations know a record, of those that have one."""
    number = _NUMBERS[groups.table]
    frame = twin[groups.table].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("row"),
        pl.col(number).cast(pl.String).alias("number"),
        pl.Series("group", groups.group),
    )
    least = pl.col("number").min().over("group")
    known = frame.with_columns(number=least).filter(pl.col("number").is_not_null())
    return {row: f"{number}:{value}" for row, value in known.select("row", "number").iter_rows()}
