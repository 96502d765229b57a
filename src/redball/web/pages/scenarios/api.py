"""Scenarios by the API: what may be named, what one says, and one's own."""

from typing import Annotated

from fastapi import Body, Query

from redball import app
from redball.access.actions import Action
from redball.app.drafts import (
    scenario_draft,
    scenario_draft_keep,
    scenario_draft_remove,
    scenario_drafts,
)
from redball.app.scenario_hazards import hazard_struck, hazards_known
from redball.app.scenario_targets import target_search
from redball.app.scenario_telling import scenario_told
from redball.planning.scenarios import EVENTS
from redball.web.pages.scenarios.part import named, pages
from redball.web.visit import Visited

Text = Annotated[str, Body(embed=True, max_length=200_000)]


@pages.api("/scenarios", action=Action.SEE)
def scenarios_json(visit: Visited) -> dict[str, object]:
    """Ready scenarios and one's own."""
    mine = scenario_drafts(visit.services.desk, visit.who.account, visit.view.viewer)
    return {"ready": app.scenario_list().to_dicts(), "own": [named(one) for one in mine]}


@pages.api("/scenarios/targets", action=Action.SEE)
def targets_json(
    visit: Visited,
    q: Annotated[str, Query(max_length=200)] = "",
    what: Annotated[str, Query(max_length=40)] = "",
    most: Annotated[int, Query(ge=1, le=50)] = 12,
) -> dict[str, object]:
    """What is called like that and can be hit by a kind of event."""
    kinds = EVENTS[what].targets if what in EVENTS else ()
    return {"found": list(target_search(visit.view, q, kinds=kinds, most=most))}


@pages.api("/scenarios/hazards", action=Action.SEE)
def hazards_json(visit: Visited) -> dict[str, object]:
    """Hazards that can be made to strike."""
    return {"hazards": list(hazards_known(visit.view))}


@pages.api("/scenarios/hazards/{key}", action=Action.SEE)
def hazard_json(visit: Visited, key: str) -> dict[str, object]:
    """What a hazard strikes, as a scenario names it."""
    found = hazard_struck(visit.view, key)
    return {"key": found.key, "name": found.name, "days": found.days, "struck": list(found.targets)}


@pages.api("/scenarios/preview", action=Action.SEE, method="POST")
def preview_json(visit: Visited, text: Text) -> dict[str, object]:
    """What a scenario says, in words; nothing is kept."""
    return scenario_told(visit.view, text).document


@pages.api("/scenarios/own", action=Action.SEE, method="POST")
def keep_json(visit: Visited, text: Text) -> dict[str, object]:
    """Keep a scenario."""
    desk, account = visit.services.desk, visit.who.account
    return named(scenario_draft_keep(desk, account, visit.view.viewer, text))


@pages.api("/scenarios/own/{key}", action=Action.SEE)
def own_json(visit: Visited, key: str) -> dict[str, object]:
    """One of one's own, with its text."""
    found = scenario_draft(visit.services.desk, visit.who.account, visit.view.viewer, key)
    return {**named(found), "text": found.text}


@pages.api("/scenarios/own/{key}", action=Action.SEE, method="DELETE")
def remove_json(visit: Visited, key: str) -> dict[str, object]:
    """Throw one of one's own away."""
    desk, account = visit.services.desk, visit.who.account
    scenario_draft_remove(desk, account, visit.view.viewer, key)
    return {"removed": key}
