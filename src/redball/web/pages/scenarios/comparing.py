"""Futures side by side, up to four: chosen from the library and one's own."""

from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.drafts import scenario_draft
from redball.model import BadUse
from redball.web.pages.scenarios.part import Form, pages, run, text_field
from redball.web.visit import Visited


@pages.act("/scenarios/compare", action=Action.SEE, costly=True)
def compare(visit: Visited, form: Form) -> Response:
    """Run the chosen futures on the picture of now, with the undisturbed one."""
    names: list[str] = []
    texts: dict[str, str] = {}
    for value in form.getlist("pick"):
        where, _, key = str(value).partition(":")
        if where == "ready":
            names.append(key)
            continue
        desk, account = visit.services.desk, visit.who.account
        draft = scenario_draft(desk, account, visit.view.viewer, key)
        if draft.name in texts:
            raise BadUse(f"Two futures are called '{draft.name}'.", mend="Rename one of them.")
        texts[draft.name] = draft.text
    parameters: dict[str, object] = {
        "scenarios": names,
        "texts": texts,
        "replications": text_field(form, "replications"),
    }
    return visit.redirect(run(visit, "compare", {k: v for k, v in parameters.items() if v}))
