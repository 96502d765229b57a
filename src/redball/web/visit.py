"""A visit: who asks, what they look at, and how the answer is made.

Handlers take ``visit: Visited`` and return what its methods make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from redball import app
from redball.access import Subject, parse_subject
from redball.access.actions import PERMITTED, Action
from redball.model import BadUse, Origin
from redball.model.labels import ResultLabel
from redball.web.navigation import navigation
from redball.web.rendering import rendered
from redball.web.security.signed_in import SignedIn
from redball.web.settings import Settings
from redball.web.taking import FORMS, taken_as

if TYPE_CHECKING:
    from redball.web.serving import Services

CARRIED = ("as_of",)
"""Parameters of the address that go along from page to page."""


@dataclass
class Visit:
    """One request of somebody.

    Attributes
    ----------
    request : Request
    signed_in : SignedIn or None
        Account and session, or token; None on pages that are open to all.
    as_of : datetime or None
        A past moment that is looked at; None for now.
    """

    request: Request
    signed_in: SignedIn | None
    as_of: datetime | None = None

    @property
    def services(self) -> "Services":
        """What the server keeps for all visits: desk, work, live pages, kept twins."""
        found: Services = self.request.app.state.services
        return found

    @property
    def settings(self) -> Settings:
        """What the server was told when it started."""
        return self.services.settings

    @property
    def who(self) -> SignedIn:
        """Who asks.

        Raises
        ------
        BadUse
            Nobody is signed in; never on a route that needs an action.
        """
        if self.signed_in is None:
            raise BadUse("Nobody is signed in.", mend="Sign in first.")
        return self.signed_in

    @property
    def subject(self) -> Subject:
        """The person as the gate knows them."""
        return parse_subject(self.who.subject)

    @property
    def view(self) -> app.View:
        """What the use cases look at: this store, for this person, at this moment."""
        return app.View(self.settings.store, self.who.subject, self.as_of)

    @property
    def inputs(self) -> app.Inputs:
        """The same for engines."""
        return app.Inputs(self.view)

    @property
    def language(self) -> str:
        """Language of the page: what the browser asks for, as far as it is offered."""
        asked = self.request.headers.get("accept-language", "")
        words = [part.partition(";")[0].strip().partition("-")[0] for part in asked.split(",")]
        offered = self.settings.languages
        return next((word for word in words if word in offered), offered[0])

    @property
    def theme(self) -> str:
        """``dark`` or ``light`` where the person chose one; else as their system is."""
        chosen = self.request.cookies.get("redball-theme", "")
        return chosen if chosen in ("dark", "light") else ""

    @property
    def versions(self) -> dict[str, int]:
        """State of all topics when the request began: see :mod:`redball.web.live`."""
        found: dict[str, int] = getattr(self.request.state, "versions", {})
        return found

    def may(self, action: Action) -> bool:
        """Whether the person's role may do something: for what a page offers, not for the gate."""
        return self.signed_in is not None and action in PERMITTED[self.subject.role]

    @property
    def wants_fragment(self) -> bool:
        """Whether a script asked for a part of a page (htmx)."""
        return self.request.headers.get("hx-request") == "true"

    def url(self, path: str, **query: object) -> str:
        """Address of a page here: under the root path, with the moment that is looked at.

        Parameters that are None or empty are left out; a sequence is given several times.
        """
        given = {name: self.request.query_params.get(name) for name in CARRIED}
        words = [
            (name, str(one))
            for name, value in {**given, **query}.items()
            for one in (value if isinstance(value, list | tuple) else [value])
            if one not in (None, "")
        ]
        return f"{self.settings.root_path}{path}" + (f"?{urlencode(words)}" if words else "")

    def here(self, **changed: object) -> str:
        """Address of this page with other parameters; None takes one away."""
        query: dict[str, object] = {}
        for name in self.request.query_params:
            found = self.request.query_params.getlist(name)
            query[name] = found if len(found) > 1 else found[0]
        return self.url(self.path, **{**query, **changed})

    @property
    def path(self) -> str:
        """Path of the page below the root path."""
        return self.request.url.path.removeprefix(self.settings.root_path) or "/"

    def takes(self) -> list[tuple[str, str]]:
        """Addresses of this page as a report, each with its form; none where it has none."""
        query = self.request.query_params
        found = taken_as(self.path, query)
        if found is None or self.request.method != "GET" or not self.may(Action.EXPORT):
            return []
        name, more = found
        given = {one: query.getlist(one) for one in query}
        return [(self.url(f"/export/{name}.{form}", **{**given, **more}), words)
                for form, words in FORMS]  # fmt: skip

    def page(
        self,
        template: str,
        *,
        title: str,
        label: ResultLabel | None = None,
        origin: Origin | None = None,
        status: int = 200,
        live: tuple[str, ...] = (),
        **context: object,
    ) -> Response:
        """A whole page.

        Parameters
        ----------
        template : str
            Such as ``findings/list.html``; it extends ``base.html``.
        title : str
        label : ResultLabel, optional
            Of everything on the page: the banner. That of ``origin`` where not given.
        origin : Origin, optional
            Where its figures come from: data age and hash in the foot.
        live : tuple of str
            Topics whose change brings the page up to date.
        """
        given = {
            "title": title,
            "label": label,
            "origin": origin,
            "live": live,
            "takes": self.takes() if status == 200 else [],
            **context,
        }
        return HTMLResponse(self._rendered(template, given), status)

    def fragment(self, template: str, *, status: int = 200, **context: object) -> Response:
        """A part of a page, for a script that asked for it."""
        return HTMLResponse(self._rendered(template, context), status)

    def _rendered(self, template: str, context: Mapping[str, object]) -> str:
        frame = {
            "visit": self,
            "url": self.url,
            "here": self.here,
            "navigation": navigation(self.path, self.may, self.url),
        }
        return rendered(self.language, self.settings.root_path, template, {**frame, **context})

    def redirect(self, path: str, **query: object) -> Response:
        """Go on to a page (303); a script is told to do the same."""
        address = self.url(path, **query)
        if self.wants_fragment:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)

    def problem(self, status: int, said: str, mend: str = "", where: str = "") -> Response:
        """A page that says what happened and what to do."""
        return self.page(
            "problem.html", title=said, status=status, said=said, mend=mend, where=where
        )


def visiting(request: Request, as_of: Annotated[str | None, Query(max_length=40)] = None) -> Visit:
    """Make the visit of a request."""
    moment = app.parse_moment(as_of) if as_of else None
    services: Services = request.app.state.services
    request.state.versions = services.live.versions()  # before anything is read
    return Visit(request, getattr(request.state, "signed_in", None), moment)


Visited = Annotated[Visit, Depends(visiting)]
"""Type of a handler's first parameter."""

Context = Mapping[str, object]
