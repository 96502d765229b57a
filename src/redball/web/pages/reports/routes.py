"""Routes of the part reports."""

from redball.web.routing import Pages

pages = Pages("reports")
