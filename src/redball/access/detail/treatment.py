"""What becomes of every attribute when rows are shown rounded or in bands: the one place for it.

Amounts, times, prices, rates and shares are *measures* and made coarse. Dates go to the month
(rounded) or the quarter (bands), coordinates to a tenth of a degree or a whole one. Words that
tell where a figure comes from, who decided and why, lots, price breaks and shares of origin are
withheld.
What a row is (keys, references, codes, names, states) stays: without it there is nothing to see.

Some numbers and dates stay because they are no amounts that anybody hides, and because a coarse
one would be wrong rather than vague: conversions and the physics of an article, how many parts an
assembly has, periods of demand, priorities, public rates, and the days on which a promise holds.

An attribute that is stated nowhere is withheld: deny on doubt. A test fails when there is one.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from redball.model import Attribute, Kind, table


class Treatment(StrEnum):
    """What becomes of an attribute in a coarse row."""

    KEPT = "kept"
    MEASURE = "measure"
    DATE = "date"
    COORDINATE = "coordinate"
    WITHHELD = "withheld"


_MEASURES = {
    "site": "capacity_t capacity_m3 throughput_t_per_day",
    "party": "personnel",
    "item": "price",
    "structure": "isolation",
    "system": "availability_target",
    "fleet": "count available hours_per_day availability_target",
    "source": "lead_time_days lead_time_sd_days unit_price capacity_per_month minimum_order share",
    "supply": "share confidence",
    "lane": "distance_km transit_days transit_sd_days capacity_t_per_day cost_per_t co2e_kg_per_t",
    "holding": "quantity reserved",
    "demand": "quantity",
    "requirement": "quantity",
    "order": "quantity unit_price",
    "consignment": "quantity",
    "hazard": "radius_km likelihood_per_year duration_days",
    "target": "days_of_supply",
    "factor": "quantity",
    "resupply": "ship_days ship_sd_days",
    "repair": "repair_days repair_sd_days repaired_share servers",
    "policy": "reorder_point order_up_to quantity",
    "support": "move_days keep",
}

_DATES = {
    "holding": "expiry counted_on",
    "requirement": "needed_by",
    "order": "ordered_on due_on",
    "consignment": "departed_on expected_on arrived_on",
    "same_item": "decided_on",
}

_COORDINATES = {"site": "latitude longitude", "hazard": "latitude longitude"}

_WITHHELD = {
    "site": "position unlocode",
    "source": "price_breaks origin_shares",
    "supply": "evidence",
    "holding": "lot",
    "factor": "source",
    "rate": "source",
    "support": "agreement",
    "same_item": "decided_by reason",
}

_KEPT = {
    "nation": "name",
    "site": "name",
    "party": "name",
    "item": "part_number name local_name quantity_per_unit mass_kg volume_m3 shelf_life_days"
    " control_list",
    "structure": "quantity alternative needed",
    "system": "name",
    "supply": "input",
    "demand": "period_start period_days",
    "requirement": "priority",
    "hazard": "name",
    "rate": "day per_eur",
    "support": "valid_from valid_until",
}

_STATED: Mapping[Treatment, Mapping[str, str]] = MappingProxyType(
    {
        Treatment.KEPT: _KEPT,
        Treatment.MEASURE: _MEASURES,
        Treatment.DATE: _DATES,
        Treatment.COORDINATE: _COORDINATES,
        Treatment.WITHHELD: _WITHHELD,
    }
)

_NAMING = frozenset({Kind.KEY, Kind.REF, Kind.CODE, Kind.ENUM, Kind.BOOLEAN, Kind.LIST})
"""Kinds that say what a row is; kept where nothing else is stated."""


@cache
def treatments(name: str) -> Mapping[str, Treatment]:
    """Treatment of every attribute of a table.

    Raises
    ------
    BadUse
        There is no such table.
    """
    spec = table(name)
    stated = {
        attribute: treatment
        for treatment, by_table in _STATED.items()
        for attribute in by_table.get(name, "").split()
    }
    return MappingProxyType({a.name: stated.get(a.name, _usual(a)) for a in spec.attributes})


def is_stated(name: str, attribute: str) -> bool:
    """Whether this page states the attribute itself, so that it does not rest on its kind."""
    return any(attribute in by_table.get(name, "").split() for by_table in _STATED.values())


def _usual(attribute: Attribute) -> Treatment:
    return Treatment.KEPT if attribute.type.kind in _NAMING else Treatment.WITHHELD
