"""The operating picture: all that its page shows, for one viewer and one choice."""

from dataclasses import dataclass, field

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.doing import said_so_far, use_case
from redball.app.inputs import Inputs
from redball.app.operating.ahead import ASSUMPTIONS
from redball.app.operating.balance import Balance, balance_of
from redball.app.operating.danger import Danger, danger_of
from redball.app.operating.places import Chosen, chosen_places, site_rows
from redball.app.operating.site_sheet import sheet_of
from redball.app.operating.ways import hazard_rows, lane_rows, lanes_at
from redball.app.picture import PictureOptions, recognise
from redball.app.view import View, see
from redball.model import Level, NotVisible, Origin

_CHOSEN = Chosen()


@dataclass(frozen=True)
class Operating:
    """What the page shows.

    Attributes
    ----------
    origin : Origin
    danger : Danger
    balance : Balance
    places : polars.DataFrame
        Chosen sites, the worst first (columns of :func:`~redball.app.operating.places.placed`).
    all_places : int
    unplaced : int
        Chosen ones without a position: in the table only.
    counts : mapping of str to int
        Chosen sites by level.
    lanes, hazards : polars.DataFrame
        Lanes of the chosen sites, the greatest flow first, and all hazards.
    kinds, nations, classes : list
        What can be chosen.
    sheet : Answer or None
        Of the site that is looked at.
    position : (float, float) or None, in deg
        Its longitude and latitude.
    bounds : tuple of float, or None, in deg
        West, south, east, north of the chosen sites.
    missing : bool
        A site was asked for that is not visible at this moment.
    assumptions : tuple of str
    """

    origin: Origin
    danger: Danger
    balance: Balance
    places: pl.DataFrame = field(repr=False)
    all_places: int
    unplaced: int
    counts: dict[str, int]
    lanes: pl.DataFrame = field(repr=False)
    hazards: pl.DataFrame = field(repr=False)
    kinds: list[str]
    nations: list[str]
    classes: list[tuple[str, str]]
    sheet: Answer | None
    position: tuple[float, float] | None
    bounds: tuple[float, float, float, float] | None
    missing: bool
    assumptions: tuple[str, ...]


@use_case(Action.SEE)
def operating_picture(view: View, chosen: Chosen = _CHOSEN, site: str = "") -> Operating:
    """Everything the start page shows.

    Parameters
    ----------
    view : View
    chosen : Chosen
    site : str
        A site to look at; ``OWNER:KEY``.
    """
    known = recognise(see(view), PictureOptions())
    places = chosen_places(known, chosen)
    sites = site_rows(known)
    balance = balance_of(known, chosen.ahead)
    lanes = lanes_at(known, places["site_ix"]) if chosen.narrowed else lane_rows(known).sort(
        "flow_t_per_day", descending=True, nulls_last=True, maintain_order=True
    )  # fmt: skip
    sheet, missing = None, False
    if site:
        try:
            sheet = sheet_of(known, site, Inputs(view).words)
        except NotVisible:  # it may be another moment's, or another viewer's
            missing = True
    counted = dict(places["level"].value_counts().iter_rows())
    return Operating(
        origin=known.seen.origin(
            parameters={**PictureOptions().as_parameters(), "ahead_days": chosen.ahead}
        ),
        danger=danger_of(known),
        balance=balance,
        places=places,
        all_places=sites.height,
        unplaced=places.filter(pl.col("latitude").is_null() | pl.col("longitude").is_null()).height,
        counts={one.value: counted[one.value] for one in reversed(Level) if one.value in counted},
        lanes=lanes,
        hazards=hazard_rows(known),
        kinds=sites["kind"].unique().sort().to_list(),
        nations=[nation.code for nation in balance.nations],
        classes=balance.classes,
        sheet=sheet,
        position=_position(sites, sheet),
        bounds=_bounds(places),
        missing=missing,
        assumptions=(*known.consumption.assumptions, *(ASSUMPTIONS if chosen.ahead else ()),
                     *said_so_far()),
    )  # fmt: skip


def _position(sites: pl.DataFrame, sheet: Answer | None) -> tuple[float, float] | None:
    if sheet is None:
        return None
    found = sites.filter(pl.col("site") == sheet.figures["site"])
    longitude, latitude = found.select("longitude", "latitude").row(0)
    return None if longitude is None or latitude is None else (longitude, latitude)


def _bounds(sites: pl.DataFrame) -> tuple[float, float, float, float] | None:
    lon, lat = pl.col("longitude"), pl.col("latitude")
    placed = sites.filter(lon.is_not_null(), lat.is_not_null())
    if placed.is_empty():
        return None
    west, south, east, north = placed.select(
        lon.min().alias("w"), lat.min().alias("s"), lon.max().alias("e"), lat.max().alias("n")
    ).row(0)
    return west, south, east, north
