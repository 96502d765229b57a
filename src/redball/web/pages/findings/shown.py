"""What the templates of the working list need: choices, links, the trend as bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redball.app.worklist import LEVELS, Sheet, State, Trend, Wanted
from redball.model import Finding, RowRef

PAGE = 50
"""Findings on one page."""
COLUMNS = (
    ("level", "Level"), ("title", "Finding"), ("rule", "Rule"), ("owner", "Owner"),
    ("assignee", "Assigned to"), ("first", "Since import"), ("state", "State"),
)  # fmt: skip
VERBS = {
    "assign": "assigned it", "comment": "commented", "accept": "accepted it",
    "reopen": "opened it again", "acknowledge": "took note that it is gone",
}  # fmt: skip
_SUPPLY = frozenset(
    {"common-owner", "demand-without-source", "hidden-common-supplier", "single-source",
     "structure-without-supplier"}
)  # fmt: skip
_STOCK = frozenset({"negative-free-stock", "stock-below-target", "stock-expires-unused"})
_LOST = ("party", "site", "lane")
_WIDTH, _HEIGHT, _BAR = 320, 120, 26


@dataclass(frozen=True)
class Link:
    """A page that shows what a finding says.

    Attributes
    ----------
    words, path : str
    query : mapping of str to str
    """

    words: str
    path: str
    query: Mapping[str, str]


def links(finding: Finding) -> list[Link]:
    """Pages that show a finding, the closest first."""
    found = []
    if finding.rule in _SUPPLY:
        found.append(_network(finding))
    site = _site(finding)
    if site:
        found.append(Link("See the site on the map", "/picture", {"site": site}))
    if finding.rule == "stock-expires-unused":
        found.append(Link("See what to rotate", "/stock/reserves", {}))
    elif finding.rule in _STOCK:
        found.append(Link("See the orders to place", "/stock/orders", {}))
    elif finding.subject.table in _LOST:
        lost = f"{finding.subject.table}:{_name(finding.subject)}"
        found.append(Link("What would this loss cost?", "/scenarios/new", {"lose": lost}))
    return found


def _network(finding: Finding) -> Link:
    tops = [ref for ref in (finding.subject, *finding.evidence) if ref.table in ("system", "item")]
    query = {tops[0].table: _name(tops[0])} if tops else {}
    if not tops or tops[0] != finding.subject:
        query["mark"] = _name(finding.subject)
    return Link("See it in the supply network", "/network", query)


def _site(finding: Finding) -> str:
    given = finding.detail.get("site")
    if isinstance(given, str):
        return given
    sites = [ref for ref in (finding.subject, *finding.evidence) if ref.table == "site"]
    return _name(sites[0]) if sites and finding.rule not in _SUPPLY else ""


def _name(ref: RowRef) -> str:
    return f"{ref.owner}:{ref.key}"


def tables_behind(sheet: Sheet) -> list[tuple[str, list[str], list[tuple[RowRef, list[str], str]]]]:
    """Evidence by table: its name, the columns that are filled, and rows with where they stand."""
    tables: dict[str, list[RowRef]] = {}
    for ref in sheet.finding.evidence:
        if ref in sheet.rows:
            tables.setdefault(ref.table, []).append(ref)
    found = []
    for name, refs in tables.items():
        columns = list(dict.fromkeys(c for ref in refs for c in sheet.rows[ref].values))
        rows = []
        for ref in refs:
            row = sheet.rows[ref]
            written = f"{row.sheet}, line {row.line}" if row.line else row.sheet
            rows.append((ref, [row.values.get(column, "") for column in columns], written))
        found.append((name, columns, rows))
    return found


@dataclass(frozen=True)
class Bar:
    """One import in the drawing of the trend: parts from the ground up."""

    x: float
    words: str
    parts: Sequence[tuple[str, float, float]]


def trend_bars(trend: Trend) -> tuple[Sequence[Bar], int]:
    """The trend as stacked bars, in the units of a drawing, and the greatest number."""
    totals = [
        p.counted.critical + p.counted.serious + p.counted.caution if p.counted else 0
        for p in trend.points
    ]
    greatest = max([1, *totals])
    step = min(_BAR, _WIDTH / max(1, len(trend.points)))
    bars = []
    for place, point in enumerate(trend.points):
        ground, parts = float(_HEIGHT), []
        numbers = point.counted
        for level in LEVELS:
            count = getattr(numbers, level.value) if numbers else 0
            height = _HEIGHT * count / greatest
            ground -= height
            parts.append((level.value, round(ground, 2), round(height, 2)))
        said = (
            f"{numbers.critical} critical, {numbers.serious} serious, {numbers.caution} caution"
            if numbers
            else "not worked out yet"
        )
        bars.append(Bar(round(place * step, 2), f"Import {point.revision}: {said}", parts))
    return bars, greatest


def lead(counts: Mapping[str, int], worst: Mapping[str, int]) -> dict[str, int]:
    """Numbers of the first sentence: what is open, how bad, and what is gone."""
    return {
        "open": counts["open"] + counts["assigned"],
        "critical": worst.get("critical", 0),
        "serious": worst.get("serious", 0),
        "unassigned": counts["open"],
        "accepted": counts["accepted"],
        "gone": counts["gone"],
    }


def tabs(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """States as tabs: value in the address, words, number."""
    words = {
        State.OPEN: "Not assigned", State.ASSIGNED: "Assigned", State.ACCEPTED: "Accepted",
        State.GONE: "Gone",
    }  # fmt: skip
    everything = ("", "All", sum(counts.values()))
    return [everything, *((state.value, words[state], counts[state.value]) for state in State)]


def facts(finding: Finding) -> list[tuple[str, str]]:
    """What was measured and the further figures of a finding, as names and words."""
    found = [(name.replace("_", " "), plain_words(v)) for name, v in finding.detail.items()]
    if finding.measure:
        limit = "" if finding.threshold is None else f" (limit {plain_words(finding.threshold)})"
        found.insert(0, (finding.measure, plain_words(finding.value) + limit))
    return [(name, words) for name, words in found if words]


def plain_words(value: object) -> str:
    """A value of a finding's detail as text."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        digits = 0 if value == round(value) else 1 if abs(value) >= 10 else 3
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def narrowed(wanted: Wanted) -> bool:
    """Whether anything but the state narrows the list."""
    return bool(wanted.levels or wanted.rules or wanted.owners or wanted.assignee or wanted.text)
