"""Routes of the part network: the tiers behind a system or an item, as a graph and as tables."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.tiers import (
    COLLAPSED,
    Asked,
    NetworkAnswer,
    network_search,
    network_systems,
    supply_network,
)
from redball.web.pages.network import shown
from redball.web.routing import Pages
from redball.web.visit import Visited

pages = Pages("network")

Name = Annotated[str, Query(max_length=300)]
Groups = Annotated[list[str] | None, Query(alias="open", max_length=100)]


def asked_for(
    system: Name = "",
    item: Name = "",
    fail: Name = "",
    mark: Name = "",
    collapse: Annotated[str, Query(max_length=20)] = "auto",
    opened: Groups = None,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Asked:
    """The question as the address says it."""
    return Asked(system, item, fail, mark, collapse, tuple(opened or ()), q)


AskedFor = Annotated[Asked, Depends(asked_for)]


@pages.page("/network", action=Action.SEE)
def network(
    visit: Visited,
    asked: AskedFor,
    tier: Annotated[int | None, Query(ge=0, le=1_000)] = None,
    first: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The page: where to start from, or what stands behind what was chosen."""
    q = asked.find
    if not asked.system and not asked.item:
        frame, origin = network_systems(visit.view)
        return visit.page(
            "network/start.html",
            title="Supply network",
            origin=origin,
            live=("picture",),
            q=q,
            systems=frame.to_dicts(),
            found=[shown.suggestion(one, visit.url) for one in network_search(visit.view, q)],
        )
    answer = supply_network(visit.view, asked)
    graph = shown.graph(answer, asked, visit.here)
    return visit.page(
        "network/behind.html",
        title=answer.name,
        origin=answer.origin,
        live=("picture",),
        asked=asked,
        answer=answer,
        lead=shown.lead(answer),
        ways=COLLAPSED,
        graph=graph,
        groups=shown.groups(graph),
        members=shown.members(answer, asked, q, tier, first),
        most=shown.MOST,
        q=q,
        tier=tier,
    )


@pages.api("/network/search", action=Action.SEE)
def network_names(
    visit: Visited,
    q: Annotated[str, Query(max_length=200)] = "",
    most: Annotated[int, Query(ge=1, le=50)] = 12,
) -> dict[str, object]:
    """Systems, items and parties that are called like that."""
    return {"found": list(network_search(visit.view, q, most=most))}


@pages.api("/network/systems", action=Action.SEE)
def network_starts(visit: Visited) -> dict[str, object]:
    """Systems to start from."""
    frame, origin = network_systems(visit.view)
    return {"systems": frame.to_dicts(), "origin": origin.as_dict()}


@pages.api("/network", action=Action.SEE)
def network_answer(visit: Visited, asked: AskedFor) -> dict[str, object]:
    """What stands behind a system or an item."""
    found: NetworkAnswer = supply_network(visit.view, asked)
    return found.document
