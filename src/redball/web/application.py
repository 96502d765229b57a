"""The application: every part of the face, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import FastAPI
from starlette.types import ASGIApp

import redball
from redball.web.errors import add_error_pages
from redball.web.routing import Declared, Pages
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Settings
from redball.web.static_files import StaticFiles, statics

PARTS = (
    "redball.web.pages.live.routes",
    "redball.web.pages.start.routes",
    "redball.web.pages.picture.routes",
    "redball.web.pages.network.routes",
    "redball.web.pages.findings.routes",
    "redball.web.pages.stock.routes",
    "redball.web.pages.scenarios.routes",
    "redball.web.pages.planning.routes",
    "redball.web.pages.work.routes",
    "redball.web.pages.data.routes",
    "redball.web.pages.sharing.routes",
    "redball.web.pages.reports.routes",
    "redball.web.pages.people.routes",
    "redball.web.pages.reference.routes",
)
"""Modules whose ``pages`` make up the face."""


def parts() -> list[Pages]:
    """Routes of every part, in order."""
    found = []
    for name in PARTS:
        pages = import_module(name).pages
        assert isinstance(pages, Pages), name
        found.append(pages)
    return found


def declared() -> list[Declared]:
    """Every route with what it needs."""
    return [route for pages in parts() for route in pages.declared]


def build(services: Services) -> FastAPI:
    """The application without its guards, which :func:`create_application` puts around it."""
    statics()  # fails at the start, not at the first page

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        del application
        yield
        services.stop()

    application = FastAPI(
        title="Redball",
        version=redball.__version__,
        summary="One recognised logistics picture and one decision engine for an alliance.",
        root_path=services.settings.root_path,
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # served with the other pages, to those who are signed in
        redirect_slashes=False,
        lifespan=lifespan,
    )
    application.state.services = services
    for pages in parts():
        application.include_router(pages.router)
    application.mount("/static", StaticFiles(), name="static")
    add_error_pages(application)
    return application


def create_application(settings: Settings) -> ASGIApp:
    """The whole application, ready to be served.

    Raises
    ------
    StoreMissing, StoreError
        The store or its desk can't be reached.
    MissingExtra
        The scripts that come from npm were not built.
    """
    services = Services.open(settings)
    return secured(build(services), services)
