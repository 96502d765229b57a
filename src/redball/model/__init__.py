"""The language of the domain: tables, codes, labels, the twin, and the values capabilities share.

Nothing here knows a database, a framework, a file format or the clock.
"""

from redball.model.errors import (
    BadData,
    BadUse,
    LabelError,
    MissingExtra,
    NotPermitted,
    NotVisible,
    RedballError,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreTooNew,
    UnknownCode,
    UnsafeFile,
)
from redball.model.labels import Label, ResultLabel, combine, dominant, parse_label
from redball.model.plans import DemandForecast, StockPlan
from redball.model.results import Consumption, Finding, Groups, Level, Origin, RowRef
from redball.model.schema import Attribute, AttributeType, Kind, Table, table, tables
from redball.model.twin import NOWHERE, Twin, build_twin

__all__ = [
    "NOWHERE",
    "Attribute",
    "AttributeType",
    "BadData",
    "BadUse",
    "Consumption",
    "DemandForecast",
    "Finding",
    "Groups",
    "Kind",
    "Label",
    "LabelError",
    "Level",
    "MissingExtra",
    "NotPermitted",
    "NotVisible",
    "Origin",
    "RedballError",
    "ResultLabel",
    "RowRef",
    "StockPlan",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreMissing",
    "StoreTooNew",
    "Table",
    "Twin",
    "UnknownCode",
    "UnsafeFile",
    "build_twin",
    "combine",
    "dominant",
    "parse_label",
    "table",
    "tables",
]
