"""Sharing: agreements and the ledger."""

from redball.web.pages.sharing import agreements, drafts, ledger
from redball.web.routing import Pages

pages = Pages("sharing")
agreements.add(pages)
drafts.add(pages)
ledger.add(pages)
