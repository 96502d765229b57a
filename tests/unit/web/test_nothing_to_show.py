"""Pages and API for whom there is nothing to show: said, and never an error of the server."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.web_people import session_cookie
from tests.web_world import ORIGIN, World, world_in

from redball import app
from redball.web.application import build, declared
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

LIMITS = Limits(per_minute=100_000)
LOOKED_AT = sorted(
    route.path
    for route in declared()
    if route.method == "GET" and "{" not in route.path and route.path != "/live"
)


@pytest.fixture(scope="module")
def without_packages(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    """A nation that sent nothing and to which nobody releases anything."""
    folder = tmp_path_factory.mktemp("nothing-sent")
    settings = Settings(str(folder / "coalition.sqlite"), origin=ORIGIN, limits=LIMITS)
    with world_in(folder, tmp_path_factory, settings) as world:
        yield signed_in(world)


@pytest.fixture(scope="module")
def without_anything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A store that was just made."""
    folder = tmp_path_factory.mktemp("nothing-there")
    store = str(folder / "coalition.sqlite")
    app.init_store(store)
    services = Services.open(Settings(store, origin=ORIGIN, limits=LIMITS))
    world = World(folder, services, secured(build(services), services))
    yield signed_in(world)
    world.close()


def signed_in(world: World) -> TestClient:
    client = world.stranger()
    client.cookies.update(session_cookie(world.services, "nobody", "ITA"))
    return client


@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_nation_without_packages_is_told_so(path: str, without_packages: TestClient) -> None:
    assert without_packages.get(path).status_code < 500


@pytest.mark.parametrize("path", LOOKED_AT)
def test_an_empty_store_is_no_error(path: str, without_anything: TestClient) -> None:
    assert without_anything.get(path).status_code < 500


def test_the_sentences_say_that_nothing_was_sent(without_packages: TestClient) -> None:
    assert "ITA has sent no package so far" in without_packages.get("/data").text
