"""Routes of the part sharing."""

from redball.web.routing import Pages

pages = Pages("sharing")
