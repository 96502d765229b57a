"""The library, the builder, and the pages of one scenario."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from redball import app
from redball.access.actions import Action
from redball.app.drafts import (
    scenario_draft,
    scenario_draft_keep,
    scenario_draft_remove,
    scenario_drafts,
)
from redball.app.futures import KIND
from redball.app.scenario_hazards import hazard_struck, hazards_known
from redball.app.scenario_telling import ToldScenario, scenario_told
from redball.desk.drafts import Draft
from redball.model import BadData, BadUse, RedballError
from redball.planning.scenarios import EVENTS, Scenario, library, read_scenario, write_scenario
from redball.planning.scenarios.files import MOST_BYTES
from redball.web.answers import ShownChart, chart_of
from redball.web.pages.scenarios.beside import choices
from redball.web.pages.scenarios.filled import (
    REACT,
    Filled,
    asked_row,
    filled_form,
    form_of,
    scenario_filled,
    struck_row,
    with_row,
    without_row,
)
from redball.web.pages.scenarios.part import Form, latest, named, pages, run, text_field
from redball.web.visit import Visit, Visited

Word = Annotated[str, Query(max_length=300)]


@pages.page("/scenarios", action=Action.SEE)
def start(visit: Visited) -> Response:
    """What can be rehearsed: ready scenarios and one's own, and what came of the last."""
    mine = scenario_drafts(visit.services.desk, visit.who.account, visit.view.viewer)
    return visit.page(
        "scenarios/start.html",
        title="Stress and scenarios",
        label=app.see(visit.view).origin().label,
        live=("picture", "drafts", "work"),
        ready=app.scenario_list().to_dicts(),
        mine=[named(one) for one in mine],
        hazards=[(one["key"], one["name"] or one["key"]) for one in hazards_known(visit.view)],
        kept=choices(visit),
        answers=latest(visit, "scenario compare", "risk exposure", KIND),
    )


@pages.page("/scenarios/new", action=Action.SEE)
def new(
    visit: Visited,
    lose: Word = "",
    ready: Word = "",
    hazard: Word = "",
    from_day: Word = "",
    for_days: Word = "",
) -> Response:
    """The builder: empty, with a loss or a hazard that is named, or from a ready scenario."""
    if ready:
        scenario = _ready(ready)
        filled = form_of(scenario)
        return _builder(visit, filled, write_scenario(scenario))
    if hazard:
        found = hazard_struck(visit.view, hazard)
        lasts = for_days or ("" if found.days is None else f"{found.days:g}")
        row = struck_row(found.name, found.targets, from_day, lasts)
        return _builder(visit, Filled(rows=(row,)), "")
    filled = Filled(rows=(asked_row(lose, from_day, for_days),)) if lose else with_row(Filled())
    return _builder(visit, filled, "")


@pages.page("/scenarios/ready/{name}", action=Action.SEE)
def ready_one(visit: Visited, name: str) -> Response:
    """One ready scenario: what it says."""
    text = write_scenario(_ready(name))
    told = scenario_told(visit.view, text)
    return visit.page(
        "scenarios/ready.html",
        title=told.scenario.name,
        origin=told.origin,
        name=name,
        told=told,
        chart=_chart(told),
        text=text,
    )


@pages.page("/scenarios/own/{key}", action=Action.SEE)
def own(visit: Visited, key: str) -> Response:
    """One of somebody's own scenarios, to change and to run."""
    draft = _draft(visit, key)
    return _builder(visit, form_of(read_scenario(draft.text)), draft.text, draft=draft)


@pages.act("/scenarios/preview", action=Action.SEE)
def preview(visit: Visited, form: Form) -> Response:
    """What the fields say so far, for a script."""
    try:
        text = write_scenario(scenario_filled(filled_form(form)))
        told = scenario_told(visit.view, text)
    except RedballError as error:
        return visit.fragment("scenarios/preview.html", told=None, chart=None, error=error)
    return visit.fragment("scenarios/preview.html", told=told, chart=_chart(told), error=None)


@pages.act("/scenarios/build", action=Action.SEE)
def build(visit: Visited, form: Form) -> Response:
    """Save, run, or change the rows of the form."""
    do, filled = text_field(form, "do"), filled_form(form)
    draft = _draft(visit, key) if (key := text_field(form, "key")) else None
    if do == "add" or do.startswith("remove-"):
        place = do.removeprefix("remove-")
        filled = without_row(filled, int(place)) if place.isdecimal() else with_row(filled)
        return _builder(visit, filled, "", draft=draft)
    try:
        text = write_scenario(scenario_filled(filled))
        return _done(visit, form, text)
    except (BadUse, BadData) as error:
        if getattr(error, "status", 400) == 404:
            raise
        return _builder(visit, filled, "", draft=draft, error=error)


@pages.act("/scenarios/text", action=Action.SEE)
def from_text(visit: Visited, form: Form) -> Response:
    """Save or run a scenario that was written as TOML, or uploaded."""
    text = _uploaded(form) or text_field(form, "text").replace("\r\n", "\n")
    draft = _draft(visit, key) if (key := text_field(form, "key")) else None
    try:
        return _done(visit, form, text)
    except (BadUse, BadData) as error:
        if getattr(error, "status", 400) == 404:
            raise
        return _builder(visit, None, text, draft=draft, error=error)


@pages.act("/scenarios/own/{key}/remove", action=Action.SEE)
def remove(visit: Visited, key: str) -> Response:
    """Throw a draft away."""
    scenario_draft_remove(visit.services.desk, visit.who.account, visit.view.viewer, key)
    return visit.redirect("/scenarios")


@pages.file("/scenarios/own/{key}/toml", action=Action.SEE, costly=False)
def own_text(visit: Visited, key: str) -> Response:
    """Download a draft, as the command line reads it."""
    return _toml(_draft(visit, key).text, "scenario")


@pages.file("/scenarios/ready/{name}/toml", action=Action.SEE, costly=False)
def ready_text(visit: Visited, name: str) -> Response:
    """Download a ready scenario."""
    del visit
    return _toml(write_scenario(_ready(name)), name)


def _toml(text: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.toml"'}
    return Response(text, media_type="application/toml", headers=headers)


def _ready(name: str) -> Scenario:
    found = library().get(name)
    if found is None:
        raise NoSuchScenario
    return found


def _done(visit: Visit, form: FormData, text: str) -> Response:
    """Keep the text; run it where that is asked for."""
    key, version = text_field(form, "key"), text_field(form, "version")
    draft = scenario_draft_keep(
        visit.services.desk,
        visit.who.account,
        visit.view.viewer,
        text,
        key=key,
        version=int(version) if version.isdecimal() else 0,
    )
    do = text_field(form, "do")
    if do == "run":
        return visit.redirect(run(visit, "simulate", {"scenario_text": text}))
    if do == "against":
        return visit.redirect(run(visit, "compare", {"texts": {draft.name: text}}))
    return visit.redirect(f"/scenarios/own/{draft.key}")


def _uploaded(form: FormData) -> str:
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return ""
    content = sent.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadUse(f"The file is larger than {MOST_BYTES:,} bytes.", where=sent.filename[:100])
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadData("The file is not UTF-8 text.", mend="Save it as UTF-8.") from None


def _draft(visit: Visit, key: str) -> Draft:
    return scenario_draft(visit.services.desk, visit.who.account, visit.view.viewer, key)


def _chart(told: ToldScenario) -> ShownChart | None:
    return None if told.chart is None else chart_of(told.chart, "timeline")


def _builder(
    visit: Visit,
    filled: Filled | None,
    text: str,
    *,
    draft: Draft | None = None,
    error: RedballError | None = None,
) -> Response:
    told = None
    if error is None:
        try:
            told = scenario_told(
                visit.view, write_scenario(scenario_filled(filled)) if filled else text
            )
        except RedballError as wrong:
            error = wrong if text or (filled and any(row.about for row in filled.rows)) else None
    if told is not None and not text:
        text = write_scenario(told.scenario)
    return visit.page(
        "scenarios/builder.html",
        title=draft.name if draft else "A scenario of your own",
        origin=app.see(visit.view).origin(),
        status=200 if error is None else 422,
        filled=filled,
        text=text,
        draft=draft,
        told=told,
        chart=_chart(told) if told else None,
        error=error,
        events=EVENTS,
        react=REACT,
        hazards=hazards_known(visit.view) if draft is None else (),
    )


class NoSuchScenario(BadUse):
    """No ready scenario has that name."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such scenario.", mend="See those that there are.")
