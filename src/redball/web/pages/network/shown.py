"""What the templates of the supply network need: addresses of nodes, pages of members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from redball.app.tiers import Asked, NetworkAnswer

MOST = 100
"""Members on one page."""
Address = Callable[..., str]


@dataclass(frozen=True)
class Members:
    """A page of the members: rows, the first one's position, and how many there are in all."""

    rows: list[dict[str, object]]
    first: int
    total: int


def suggestion(one: Mapping[str, str], url: Address) -> dict[str, str]:
    """A name that was found, with the page that it leads to; a party has none of its own."""
    table = one["table"]
    href = url("/network", **{table: one["key"]}) if table in ("system", "item") else ""
    return {**one, "href": href}


def lead(answer: NetworkAnswer) -> dict[str, object]:
    """Figures of the first sentence: how many points, and the one that takes most."""
    points = answer.tables["points"].filter(pl.col("kind") != "country")
    return {"points": points.height, "worst": points.row(0, named=True) if points.height else None}


def graph(answer: NetworkAnswer, asked: Asked, here: Address) -> dict[str, object]:
    """The graph with an address for everything that can be clicked."""
    nodes = []
    for node in answer.graph.nodes:
        one, href = str(node["id"]), ""
        if one.startswith("g"):
            more = one in asked.opened  # the rest of an open group is in the table
            rest = here(tier=node["tier"], q=_word(node, asked), first=None) + "#network-members"
            href = rest if more else here(open=[*asked.opened, one])
        nodes.append({**node, "href": href, "fail": _fail(node, here)})
    return {"nodes": nodes, "links": answer.graph.links, "left": answer.graph.links_left_out}


def groups(drawn: Mapping[str, object]) -> list[dict[str, object]]:
    """Closed groups of the graph, for those who do not click in it; the largest first."""
    nodes: list[dict[str, object]] = list(drawn["nodes"])  # type: ignore[call-overload]  # as graph() makes it
    closed = [node for node in nodes if str(node["id"]).startswith("g")]
    return sorted(closed, key=lambda node: (-int(str(node["count"])), str(node["id"])))[:60]


def _word(node: Mapping[str, object], asked: Asked) -> str | None:
    """What the table is filtered by to list a group; only countries can be sought."""
    by_country = asked.collapse in ("auto", "country") and node["kind"] == "party"
    return (str(node["country"]) or None) if by_country else asked.find or None


def _fail(node: Mapping[str, object], here: Address) -> str:
    single = str(node["id"]).startswith("n")
    return here(fail=f"party:{node['key']}") if single and node["kind"] == "party" else ""


def members(answer: NetworkAnswer, asked: Asked, q: str, tier: int | None, first: int) -> Members:
    """The table twin: what fails and what is marked first, then by tier and name."""
    frame = answer.tables["members"]
    if q.strip():
        frame = frame.filter("found")
    if tier is not None:
        frame = frame.filter(pl.col("tier") == tier)
    order = [~pl.col("marked"), pl.col("step") < 0, pl.col("tier"), pl.col("name"), pl.col("key")]
    page = (
        frame.sort(order).slice(first, MOST)
        if asked.fail or asked.mark
        else frame.slice(first, MOST)
    )
    return Members(page.to_dicts(), first, frame.height)
