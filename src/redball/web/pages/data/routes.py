"""Routes of the part data."""

from redball.web.routing import Pages

pages = Pages("data")
