"""Codes of the field: checked, put in canonical form, with their traps.

What: one check for every code list that the tables name, and the values behind them (stock
numbers, units and their conversion, classes of supply, positions, currencies and rates, places).
Why: a code that is read wrongly makes allied stock invisible or false by a factor of twelve.
Sources and what is unconfirmed: ``docs/concepts/codes.md``. An error refuses the value; a warning
keeps it. What the sources leave unconfirmed is a warning, never an error.
"""

from redball.model.codes.check import check_code, code_lists
from redball.model.codes.conversion import convert, factor
from redball.model.codes.currencies import Currency, currencies, currency
from redball.model.codes.ncage import NcageStructure, nations_of_ncage, ncage_structures
from redball.model.codes.ncb import Ncb, NcbTable, load_ncb, ncb_table
from redball.model.codes.nsn import (
    Niin,
    Nsn,
    OtherStockNumber,
    StockNumber,
    niin_of,
    parse_stock_number,
)
from redball.model.codes.positions import Position, parse_position
from redball.model.codes.rates import Rate, Rates
from redball.model.codes.supply_classes import (
    Crosswalk,
    SupplyClass,
    supply_classes,
    to_nato,
    to_us,
)
from redball.model.codes.types import CodeCheck, CodeList
from redball.model.codes.units import (
    Unit,
    UnitKind,
    is_fixed,
    needs_item_quantity,
    unit,
    units,
)
from redball.model.codes.unlocode import Place, Places, load_unlocode

__all__ = [
    "CodeCheck",
    "CodeList",
    "Crosswalk",
    "Currency",
    "NcageStructure",
    "Ncb",
    "NcbTable",
    "Niin",
    "Nsn",
    "OtherStockNumber",
    "Place",
    "Places",
    "Position",
    "Rate",
    "Rates",
    "StockNumber",
    "SupplyClass",
    "Unit",
    "UnitKind",
    "check_code",
    "code_lists",
    "convert",
    "currencies",
    "currency",
    "factor",
    "is_fixed",
    "load_ncb",
    "load_unlocode",
    "nations_of_ncage",
    "ncage_structures",
    "ncb_table",
    "needs_item_quantity",
    "niin_of",
    "parse_position",
    "parse_stock_number",
    "supply_classes",
    "to_nato",
    "to_us",
    "unit",
    "units",
]
