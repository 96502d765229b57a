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
            href = here(open=[*asked.opened, one])
        nodes.append({**node, "href": href, "fail": _fail(node, here)})
    return {"nodes": nodes, "links": answer.graph.links, "left": answer.graph.links_left_out}


def _fail(node: Mapping[str, object], here: Address) -> str:
    single = str(node["id"]).startswith("n")
    return here(fail=f"party:{node['key']}") if single and node["kind"] == "party" else ""


def members(answer: NetworkAnswer, asked: Asked, q: str, tier: int | None, first: int) -> Members:
    """The table twin: what fails and what is marked first, then by tier and name."""
    frame = answer.tables["members"]
    if q.strip():
        words = pl.concat_str("name", "key", "country", separator="\n").str.to_lowercase()
        frame = frame.filter(words.str.contains(q.strip().lower(), literal=True))
    if tier is not None:
        frame = frame.filter(pl.col("tier") == tier)
    order = [~pl.col("marked"), pl.col("step") < 0, pl.col("tier"), pl.col("name"), pl.col("key")]
    page = (
        frame.sort(order).slice(first, MOST)
        if asked.fail or asked.mark
        else frame.slice(first, MOST)
    )
    return Members(page.to_dicts(), first, frame.height)
