"""The sparing problem of a twin: from the tables of allies to items, sites and systems.

Why: the engines of sparing work on plain arrays, and nations keep tables. What becomes an item,
a site or a failure is decided here, once, and said: the resupply tree gives the echelons, the
structure gives line- and shop-replaceable units (Sherbrooke 2004, ch. 3 and 5), records of one
article share one item, and what can't be used is named with the reason.
"""

from redball.stock.case.build import SparingCase, sparing_case
from redball.stock.case.promises import agreements

__all__ = ["SparingCase", "agreements", "sparing_case"]
