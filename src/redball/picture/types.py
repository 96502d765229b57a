"""The picture as a value."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from redball.model import Origin


@dataclass(frozen=True)
class Picture:
    """A recognised logistics picture; every frame is sorted and has a column ``label``.

    Attributes
    ----------
    origin : Origin
        Viewer, moment, twin hash, software, label and parameters.
    stock : polars.DataFrame
        By nation, unit, site and class of supply.
    by_nation, by_class, by_unit, by_site : polars.DataFrame
        The same figures, computed again from the rows, by one of these.
    readiness : polars.DataFrame
        Fleets against their availability target, one row per fleet.
    in_transit : polars.DataFrame
        Consignments planned or on their way.
    expiring : polars.DataFrame
        Serviceable lots past their last day or reaching it within the horizon.
    shared_items : polars.DataFrame
        Articles that several nations record: one row per article and nation.
    candidates : polars.DataFrame
        Pairs of records that a person should confirm or refuse.
    data_age : polars.DataFrame
        By nation and table: rows, newest date in them, last feed, age.
    assumptions : tuple of str
        What was assumed, in sentences.
    """

    origin: Origin
    stock: pl.DataFrame
    by_nation: pl.DataFrame
    by_class: pl.DataFrame
    by_unit: pl.DataFrame
    by_site: pl.DataFrame
    readiness: pl.DataFrame
    in_transit: pl.DataFrame
    expiring: pl.DataFrame
    shared_items: pl.DataFrame
    candidates: pl.DataFrame
    data_age: pl.DataFrame
    assumptions: tuple[str, ...]

    def as_tables(self) -> Mapping[str, pl.DataFrame]:
        """All tables by name for export; the first, ``about``, holds label, origin, assumptions."""
        names = (
            "stock", "by_nation", "by_class", "by_unit", "by_site", "readiness", "in_transit",
            "expiring", "shared_items", "candidates", "data_age",
        )  # fmt: skip
        return {"about": self._about(), **{name: getattr(self, name) for name in names}}

    def _about(self) -> pl.DataFrame:
        origin = self.origin.as_dict()
        rows = [("label", self.origin.label.text)]
        rows += [
            (name, str(origin[name]))
            for name in ("viewer", "as_of", "revision", "twin_hash", "software")
        ]
        rows += [(name, str(value)) for name, value in self.origin.parameters.items()]
        rows += [("assumption", text) for text in self.assumptions]
        return pl.DataFrame(rows, schema={"name": pl.String, "value": pl.String}, orient="row")
