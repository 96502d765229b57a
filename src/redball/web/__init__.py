"""The web face: pages, and an API that answers the same.

Server-rendered pages with small scripts; everything they load comes from this server. A route names
the action that it needs or can't be made (:mod:`redball.web.routing`); what a person sees is
decided by the same gate as on the command line, since pages ask the same use cases.
"""

from redball.web.settings import Identity, Limits, Settings

__all__ = ["Identity", "Limits", "Settings"]
