"""Rule ``hidden-common-supplier``: what stands unseen behind several sources of a system's part.

What the systems hang on is computed twice: with known supply relations only, and with all that
are claimed. An element counts as hidden when a group of alternatives from several
suppliers all hang on it though not all of them name it; what they all name is ``single-source``.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Finding, Level
from redball.model.compiled import Flags
from redball.model.results import Scalar
from redball.risk.context import Context
from redball.risk.making import Row
from redball.risk.network import Node
from redball.risk.rules.common_path import Path, paths
from redball.risk.rules.common_view import Element, View, least_coverage, view_with


@dataclass(frozen=True)
class _Common:
    """A hidden element that gets a finding of its own."""

    element: Element
    in_known: bool
    in_claimed: bool
    stopped: Flags  # by system position
    also: list[Element]  # elements that say the same again

    @property
    def level(self) -> Level:
        if self.element[0] == Node.COUNTRY:
            return Level.SERIOUS if self.in_known else Level.CAUTION
        return Level.CRITICAL if self.in_known else Level.SERIOUS

    @property
    def first(self) -> int:
        """Position of the first system it stops."""
        return int(np.argmax(self.stopped))


def hidden_findings(context: Context) -> Iterator[Finding]:
    """Yield one finding per hidden element, with the systems it stops; the worst first."""
    limits = context.thresholds
    claimed = view_with(context, limits.least_confidence)
    sure = context.twin["supply"]["confidence"].fill_null(1.0).min()
    all_known = sure is None or float(str(sure)) >= limits.known_confidence
    known = claimed if all_known else view_with(context, limits.known_confidence)
    listed = _listed(context, known, claimed)
    listed.sort(key=lambda each: (-each.level.rank, -int(each.stopped.sum()), each.element))
    kept = listed[: limits.most_per_rule]
    for view, is_known in ((known, True), (claimed, False)):
        part = [each for each in kept if each.in_known == is_known]
        ways = paths(context, view, {each.element: each.first for each in part})
        for each in part:
            yield _finding(context, each, view, ways[each.element])


def _listed(context: Context, known: View, claimed: View) -> list[_Common]:
    """Elements that get a finding."""
    elements = sorted({*claimed.hidden, *known.hidden})
    implied = _implied(context, elements, known, claimed)
    named: dict[Element, list[Element]] = defaultdict(list)
    for element, party in implied.items():
        named[party].append(element)
    return [
        _Common(
            element,
            element in known.hidden,
            element in claimed.hidden,
            (known if element in known.hidden else claimed).hidden[element],
            named[element],
        )
        for element in elements
        if element not in implied
    ]


def _implied(
    context: Context, elements: list[Element], known: View, claimed: View
) -> dict[Element, Element]:
    """Parents, sites and countries that stop no more than a hidden party of theirs.

    They say the same thing again, so they are named with the party.
    """
    org = context.organisations
    listed = set(elements)
    implied: dict[Element, Element] = {}
    for party in (element for element in elements if element[0] == Node.PARTY):
        place = party[1]
        for kind, table in (
            (Node.PARENT, org.parent),
            (Node.SITE, org.site),
            (Node.COUNTRY, org.country),
        ):
            other = (kind, int(table[place]))
            if other in listed and all(
                not np.any(view.stops(other) & ~view.stops(party)) for view in (known, claimed)
            ):
                implied.setdefault(other, party)
    return implied


def _finding(context: Context, common: _Common, view: View, path: Path) -> Finding:
    element, desk = common.element, context.desk
    stopped = np.flatnonzero(common.stopped)
    systems = [int(row) for row in view.network.system_rows[stopped]]
    kind, place = element
    country = context.organisations.countries[place] if kind == Node.COUNTRY else None
    detail: dict[str, Scalar] = {
        "element": kind.name.lower(),
        **({} if country is None else {"country": country}),
        "tier": path.tier,
        "systems": desk.names("system", systems, most=20),
        "suppliers_behind": path.suppliers,
        "also": "; ".join(_element_name(context, other) for other in common.also),
        "known_edges_only": common.in_known,
        "all_claimed_edges": common.in_claimed,
        **least_coverage([view.coverage[at] for at in stopped]),
    }
    subject = _subject(context, element)
    return desk.finding(
        "hidden-common-supplier",
        common.level,
        subject or ("system", systems[0]),
        f"{_element_name(context, element)} stands behind {_all(path.suppliers)} {path.what};"
        f" its loss stops {desk.names('system', systems)}.",
        measure="systems stopped",
        value=len(systems),
        threshold=1.0,
        detail=detail,
        evidence=[*path.evidence, *(("system", row) for row in systems)],
    )


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def _subject(context: Context, element: Element) -> Row | None:
    """Row of the element; a country has one where a nation of the coalition lies in it."""
    kind, place = element
    if kind == Node.SITE:
        return "site", place
    if kind != Node.COUNTRY:
        return "party", place
    code = context.organisations.countries[place]
    match = context.twin["nation"].select((pl.col("country") == code).arg_true()).to_series()
    return ("nation", int(match[0])) if len(match) else None


def _element_name(context: Context, element: Element) -> str:
    kind, place = element
    if kind == Node.COUNTRY:
        return f"The country {context.organisations.countries[place]}"
    if kind == Node.SITE:
        return f"The site {context.desk.name('site', place)}"
    name = context.desk.name("party", place)
    return f"{name}, as the owner," if kind == Node.PARENT else name
