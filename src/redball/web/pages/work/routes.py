"""Routes of the part work."""

from redball.web.routing import Pages

pages = Pages("work")
