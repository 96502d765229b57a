"""``/scenarios``, ``/stress`` and ``/exposure``: build, preview, run and compare futures."""

from redball.web.pages.scenarios import api, beside, building, comparing, ranked
from redball.web.pages.scenarios.part import pages

__all__ = ["pages"]

assert api
assert beside
assert building
assert comparing
assert ranked
