"""Items and parties that several nations hold under different names or units, seen as one.

Allied stock is worthless if nobody sees that it is the same part. Items are recognised by NIIN (the
part of a NATO Stock Number that names the article; ACodP-1), then by part number with the NCAGE of
the manufacturer, then by a person's verdict. Names only propose: a scored candidate is never merged
by itself. A person's verdict of *different* is never overridden.
"""

from redball.identity.conflicts import item_conflicts
from redball.identity.items import recognise_items
from redball.identity.parties import recognise_parties
from redball.identity.unit_factors import unit_factors

__all__ = ["item_conflicts", "recognise_items", "recognise_parties", "unit_factors"]
