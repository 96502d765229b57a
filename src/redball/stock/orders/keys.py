"""Keys of proposals: the same from the same data, and free."""

import hashlib
from datetime import date

import polars as pl

from redball.model import NOWHERE, Twin


class Keys:
    """Gives keys for the orders of one viewer on one day.

    A key is made from the day, the place, the item and who supplies. Where the viewer has an order
    or a consignment of that key already (it was placed, and more is needed on the same day), the
    next number makes another one.
    """

    def __init__(self, twin: Twin, today: date) -> None:
        self._today = today
        self._named = {name: _refs(twin, name) for name in ("site", "item", "party")}
        self._taken: set[str] = set()
        for name in ("order", "consignment"):
            frame = twin[name].filter(pl.col("owner").cast(pl.String) == twin.viewer)
            self._taken.update(frame["key"].to_list())

    def key(self, action: str, site: int, item: int, supplier: int) -> str:
        """Key of the order for ``item`` to ``site`` from a party (or, for a transfer, a site)."""
        table = "party" if action == "purchase" else "site"
        named = [
            self._named["site"][site],
            self._named["item"][item],
            self._named[table][supplier] if supplier != NOWHERE else "",
        ]
        count = 0
        while True:
            count += 1
            text = "\n".join([self._today.isoformat(), action, *named, str(count)])
            head = "PO" if action == "purchase" else "TR"
            digest = hashlib.sha256(text.encode()).hexdigest()[:12].upper()
            key = f"{head}-{self._today:%Y%m%d}-{digest}"
            if key not in self._taken:
                self._taken.add(key)
                return key


def _refs(twin: Twin, name: str) -> list[str]:
    text = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    return twin[name].select(text).to_series().to_list()
