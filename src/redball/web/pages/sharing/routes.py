"""Sharing: agreements, keys and the ledger."""

from redball.web.pages.sharing import (
    agreements,
    drafts,
    drafts_api,
    keys,
    labels,
    ledger,
    watching,
)
from redball.web.routing import Pages

pages = Pages("sharing")
for part in (agreements, drafts, drafts_api, keys, labels, ledger, watching):
    part.add(pages)
