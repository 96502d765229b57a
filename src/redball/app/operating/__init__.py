"""The operating picture: the map with its layers, how places stand now and ahead, site by site."""

from redball.app.operating.ahead import MOST_DAYS, STOPS
from redball.app.operating.balance import Balance, Cell, Nation
from redball.app.operating.danger import Danger, Fleet, Reason
from redball.app.operating.drawn import DrawnMap, drawn_map
from redball.app.operating.geojson import Packed
from redball.app.operating.layers import FAR, Layer, map_layer, map_layers
from redball.app.operating.looking import Operating, operating_picture
from redball.app.operating.moments import Stop, moments
from redball.app.operating.places import LEVELS, Chosen
from redball.app.operating.site_sheet import site_sheet
from redball.app.operating.symbols import code as symbol_code
from redball.app.operating.tables_out import packed_tables

__all__ = [
    "FAR",
    "LEVELS",
    "MOST_DAYS",
    "STOPS",
    "Balance",
    "Cell",
    "Chosen",
    "Danger",
    "DrawnMap",
    "Fleet",
    "Layer",
    "Nation",
    "Operating",
    "Packed",
    "Reason",
    "Stop",
    "drawn_map",
    "map_layer",
    "map_layers",
    "moments",
    "operating_picture",
    "packed_tables",
    "site_sheet",
    "symbol_code",
]
