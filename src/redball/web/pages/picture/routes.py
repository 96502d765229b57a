"""Routes of the part picture."""

from redball.web.routing import Pages

pages = Pages("picture")
