"""Routes of the part stock."""

from redball.web.pages.stock import curve, orders, verbs
from redball.web.pages.stock.part import pages

__all__ = ["curve", "orders", "pages", "verbs"]
