"""What the page that is looked at is called among the exports: PDF, workbook and image of it.

Each name has a route of its own under ``/export`` that takes the parameters of its page, so that
what is taken away is what is shown, with the filters of the address.
"""

import re
from collections.abc import Mapping

FORMS = (("pdf", "PDF"), ("xlsx", "XLSX"), ("png", "PNG"))
NAMED: Mapping[str, str] = {
    "/picture": "map",
    "/picture/drawn": "map",
    "/network": "network",
    "/findings": "findings",
    "/readiness": "readiness",
    "/stock/explain": "explain",
    "/stock/support": "support",
    "/stock/reserves": "reserves",
    "/stock/rotation": "rotation",
    "/stock/orders": "orders",
    "/stress": "stress",
    "/exposure": "exposure",
    "/data": "data",
    "/sharing": "agreements",
    "/sharing/ledger": "ledger",
    "/reports": "briefing",
}
"""Pages with an address of their own."""
_NEEDS = {"explain": "budget"}
"""Parameters without which a page shows nothing yet."""
_ONE = (
    (re.compile(r"/findings/(?P<key>[^/]+)"), "finding"),
    (re.compile(r"/picture/sites/(?P<owner>[^/]+)/(?P<key>.+)"), "site"),
    (re.compile(r"/sharing/agreements/(?P<id>[^/]+)/(?P<version>\d+)"), "agreement"),
)


def taken_as(path: str, query: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
    """Name of the export of a page, and what its address adds to the parameters; None for none.

    Parameters
    ----------
    path : str
        Below the root path.
    query : mapping of str to str
        Parameters of the address.
    """
    name = NAMED.get(path)
    if name is not None:
        needed = _NEEDS.get(name)
        return (name, {}) if needed is None or query.get(needed) else None
    if path.startswith("/answers/"):
        return f"answer-{path.removeprefix('/answers/')}", {}
    for pattern, one in _ONE:
        if found := pattern.fullmatch(path):
            return one, found.groupdict()
    return None
