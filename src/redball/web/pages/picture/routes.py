"""The picture: the map and its table, time, filters, a site's sheet; the same as JSON."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from redball.access.actions import Action
from redball.app.operating import (
    FAR,
    Chosen,
    Layer,
    drawn_map,
    map_layer,
    map_layers,
    moments,
    operating_picture,
    packed_tables,
    site_sheet,
)
from redball.web.answers import shown_answer
from redball.web.pages.picture import shown
from redball.web.pages.picture.asked import chosen_by
from redball.web.pages.picture.sending import sent
from redball.web.routing import Pages
from redball.web.static_files import address
from redball.web.visit import Visited

pages = Pages("picture")

Wanted = Annotated[Chosen, Depends(chosen_by)]
GEOJSON = "application/geo+json"
GROUND = "vendor/ground.json"
_FIRST = {Layer.LANES: {"scale": FAR}}
"""What a page asks for first; the rest once somebody looks closer."""
_LAYER_NAMES = ("nation", "class", "kind", "level", "text", "ahead", "as_of")


@pages.page("/picture", action=Action.SEE)
def picture(
    visit: Visited,
    chosen: Wanted,
    site: Annotated[str, Query(max_length=300)] = "",
    moment: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show which fleet is in danger, the map of the theatre, and one site's sheet."""
    if moment:  # the list of moments, where no script moves the slider
        return visit.redirect("/picture", **shown.moved(moment, chosen, site))
    found = operating_picture(visit.view, chosen, site)
    sheet = shown.sheet(visit, found.sheet, found.position) if found.sheet else None
    query = {name: visit.request.query_params.get(name) for name in _LAYER_NAMES}
    return visit.page(
        "picture/picture.html",
        title="Picture",
        origin=found.origin,
        live=("picture", "worklist"),
        found=found,
        chosen=chosen,
        fleets=shown.fleets(visit, found),
        slider=shown.slider(visit, moments(visit.view), chosen),
        places=shown.places_table(visit, found, chosen, sheet.key if sheet else ""),
        lanes=shown.lanes_table(visit, found),
        hazards=shown.hazards_table(visit, found),
        sheet=sheet,
        asked_site=site,
        choices=shown.choices(found),
        sums=shown.sums(visit, found),
        signs=shown.signs(found),
        kept_apart=shown.asked_for(chosen, site),
        map={
            "layers": {
                one.value: visit.url(f"/api/v1/map/{one}", **query, **_FIRST.get(one, {}))
                for one in Layer
            },
            "whole": {one.value: visit.url(f"/api/v1/map/{one}", **query) for one in _FIRST},
            "far": FAR,
            "ground": _ground(visit.settings.root_path),
            "many": found.all_places,
            "bounds": found.bounds,
        },
    )


def _ground(root: str) -> str:
    """Address of land and borders; empty where they were not built."""
    try:
        return root + address(GROUND)
    except KeyError:
        return ""


@pages.page("/picture/sites/{owner}/{key:path}", action=Action.SEE)
def site_page(visit: Visited, owner: str, key: str) -> Response:
    """One site's sheet on a page of its own, with every row."""
    answer = site_sheet(visit.inputs, f"{owner}:{key}")
    return visit.page(
        "picture/site.html",
        title=answer.title,
        origin=answer.origin,
        live=("picture",),
        on_map=visit.url("/picture", site=f"{owner}:{key}"),
        shown=shown_answer(
            visit, answer, everything=visit.url(f"/api/v1/sites/{owner}/{key}"),
            captions=shown.CAPTIONS,
        ),
    )  # fmt: skip


@pages.page("/picture/drawn", action=Action.SEE)
def drawn(visit: Visited) -> Response:
    """Show the map as a drawing that needs no script and no graphics processor."""
    found = drawn_map(visit.view)
    return visit.page(
        "picture/drawn.html",
        title="Map as a drawing",
        origin=found.origin,
        live=("picture",),
        figure=Markup(found.figure),  # noqa: S704 - the report's builder escaped every text in it
        shapes=Markup(found.shapes),  # noqa: S704 - constants of the report
    )


@pages.api("/picture", action=Action.SEE)
def picture_api(
    visit: Visited, table: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """Answer the tables of the picture, all or one, as ``redball picture --json`` prints them."""
    return sent(visit.request, packed_tables(visit.view, table))


@pages.api("/map", action=Action.SEE)
def map_api(visit: Visited, chosen: Wanted) -> Response:
    """Answer all layers of the map as GeoJSON collections: sites, units, lanes, hazards."""
    return sent(visit.request, map_layers(visit.view, chosen))


@pages.api("/map/{layer}", action=Action.SEE)
def map_layer_api(
    visit: Visited,
    layer: Layer,
    chosen: Wanted,
    scale: Annotated[int | None, Query(ge=0, le=24)] = None,
) -> Response:
    """Answer one layer of the map as a GeoJSON collection; of lanes, those drawn at a scale."""
    return sent(visit.request, map_layer(visit.view, layer, chosen, scale=scale), GEOJSON)


@pages.api("/sites/{owner}/{key:path}", action=Action.SEE)
def site_api(visit: Visited, owner: str, key: str) -> JSONResponse:
    """Answer a site's sheet, as ``redball site OWNER:KEY --json`` does."""
    return JSONResponse(site_sheet(visit.inputs, f"{owner}:{key}").document)
