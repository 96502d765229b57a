"""What a case assumes, in sentences."""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Consumption, DemandForecast, Twin
from redball.stock.case.sites import Sites

Ints = npt.NDArray[np.int32]

_ALWAYS = (
    "Rates per operating hour times the hours of the fleets give the failures; the rate of the "
    "fleet's own nation holds, else that of the owner of the system.",
    "An item without a rate of its own is not replaced as a whole: its essential parts are.",
    "Failures of a part that is replaced in repairs come from the repairs of its parents, in the "
    "share traced to it; its recorded demand elsewhere is not counted again.",
    "Repair capacity is ample; what is not repaired at a site goes to the site that resupplies it, "
    "at the top it is condemned and bought.",
    "At the top an order takes the time of the item's own resupply row, else the mean lead time "
    "of the nation's sources by share, else the time of the row for every item, else the mean of "
    "other nations for the same article.",
    "A site belongs to the nation that owns its record; a site whose supplier is not visible buys "
    "from outside.",
    "An article's price, mass and volume are those of its first record that says them; no stock "
    "is fixed or bounded.",
    "Where several must work, places in different assemblies count together; parts that are not "
    "essential ground nothing.",
    "Rows left out or used in part are named in left_out, each with the reason; items left out can "
    "still ground a system, so availability is that of the others.",
)


def assumptions(
    twin: Twin,
    use: Consumption | DemandForecast | None,
    sites: Sites,
    items: Ints,
    *,
    due_in: bool,
) -> tuple[str, ...]:
    """Sentences on what was assumed; without counts, which would tell of rows not in the label.

    ``items`` are the records of the case's articles, rows of the table ``item``.
    """
    said = list(_ALWAYS)
    if use is None:
        said.append("Recorded demand is not used.")
    else:
        said.append(
            "Where no rate is stated, the recorded demand at sites that hold the system is taken "
            "as failures, split over the systems there by hours and units installed."
        )
    if not isinstance(use, DemandForecast):
        said.append("Failures are Poisson: variance to mean is 1.")
    said.append(
        "Stock is what is serviceable, in date and not reserved, in whole units"
        + (
            ", with what waits for repair or is in it, what is on order and what is under way."
            if due_in
            else "; what is in repair, on order or under way is not counted."
        )
    )
    hidden = _without_stock(twin, sites, items)
    if hidden:
        said.append(
            f"No stock is shown to {twin.viewer} at {', '.join(hidden)}; it counts as none."
        )
    return tuple(said)


def _without_stock(twin: Twin, sites: Sites, items: Ints) -> list[str]:
    """Sites of other members at which no serviceable stock of the case is visible.

    What else they hold is not in the label of the case, so it must not change what is said.
    """
    rows = twin["holding"].filter(
        pl.col("condition") == "serviceable", pl.col("item_ix").is_in(items.tolist())
    )
    shown = set(rows["site_ix"].to_list())
    return [
        str(twin.ref("site", row))
        for row, nation in zip(sites.rows.tolist(), sites.nation, strict=True)
        if nation != twin.viewer and row not in shown
    ]
