"""Sharing: agreements, keys and the ledger."""

from redball.web.pages.sharing import agreements, drafts, keys, labels, ledger, watching
from redball.web.routing import Pages

pages = Pages("sharing")
for part in (agreements, drafts, keys, labels, ledger, watching):
    part.add(pages)
