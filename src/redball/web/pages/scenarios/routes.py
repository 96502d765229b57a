"""Routes of the part scenarios."""

from redball.web.routing import Pages

pages = Pages("scenarios")
