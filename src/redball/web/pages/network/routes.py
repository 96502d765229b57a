"""Routes of the part network."""

from redball.web.routing import Pages

pages = Pages("network")
