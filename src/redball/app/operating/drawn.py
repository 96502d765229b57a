"""The map as a drawing, as reports have it: for a browser that can't draw the other one."""

from dataclasses import dataclass, field

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.picture import FindingOptions, PictureOptions, Recognised, findings_of, recognise
from redball.app.report import hazard_layer, lane_layer, site_layer
from redball.app.view import View, see
from redball.model import Origin
from redball.reports.element import join
from redball.reports.map import draw_map
from redball.reports.status import symbols as level_symbols
from redball.reports.symbols import symbols as kind_symbols


@dataclass(frozen=True)
class DrawnMap:
    """A drawing of the map.

    Attributes
    ----------
    origin : Origin
    figure : str
        HTML with the drawing, its legend and its caption; empty where nothing has a position.
    shapes : str
        SVG symbols that it uses.
    """

    origin: Origin
    figure: str = field(repr=False)
    shapes: str = field(repr=False)


@use_case(Action.SEE)
def drawn_map(view: View) -> DrawnMap:
    """Sites, lanes and hazards as one drawing; the report of the same moment has the same."""
    known = recognise(see(view), PictureOptions())
    return kept(known.seen, "operating drawn", lambda: _drawn(known))


def _drawn(known: Recognised) -> DrawnMap:
    findings = findings_of(known, FindingOptions()).findings
    figure = draw_map(site_layer(known, findings), lane_layer(known.twin), hazard_layer(known.twin))
    return DrawnMap(
        known.seen.origin(parameters=PictureOptions().as_parameters()),
        "" if figure is None else str(figure),
        str(join([level_symbols(), kind_symbols()])),
    )
