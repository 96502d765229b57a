"""The tour of the pages says what the pages say: each name that it prints in italics is there."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web_world import World, world_in
from typer.main import get_command

from redball.app.exercise_staff import STAFF
from redball.cli.program import program

TOUR = Path(__file__).parents[2] / "docs/tutorials/on-screen.md"
PORT = "/scenarios/new?lose=site:XAG:PORT-BREMERHAVEN&from_day=6&for_days=14"
PAGES = {
    "Which fleet is in danger?": ("/picture",),
    "Why?": ("/picture", "WHY"),
    "What if the port closed?": ("/scenarios", PORT),
    "What can be done?": ("/stock/rotation",),
}
"""Where each part of the tour is; ``WHY`` is where the picture's first sentence leads."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("tour"), tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


def text_of(client: TestClient, path: str) -> str:
    """What a page says, without its marks."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def parts() -> dict[str, str]:
    found = re.split(r"^## (.+)$", TOUR.read_text("utf-8"), flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("part", list(PAGES), ids=["danger", "why", "port", "done"])
def test_what_the_tour_quotes_is_on_the_page(planner: TestClient, part: str) -> None:
    why = re.search(r'class="why" href="([^"]+)"', planner.get("/picture").text)
    assert why
    said = " ".join(text_of(planner, why[1] if path == "WHY" else path) for path in PAGES[part])
    told = " ".join(parts()[part].split())
    quoted = re.findall(r"(?<!\*)\*{1,2}([^*]+)\*{1,2}(?!\*)", told)
    assert len(quoted) >= 2
    for words in quoted:
        assert words.rstrip(".") in said.replace(" .", "."), words


def test_the_tour_names_people_ports_and_commands_that_are_there(planner: TestClient) -> None:
    text = TOUR.read_text("utf-8")
    named = set(re.findall(r"`([a-z]+-[a-z]+)`", text))
    assert named >= {"german-planner", "german-security", "german-second", "german-administrator"}
    assert named <= set(STAFF)
    found = planner.get("/api/v1/scenarios/targets", params={"q": "Bremerhaven"}).text
    assert "PORT-BREMERHAVEN" in found
    assert "common-supplier-lost" in planner.get("/scenarios").text
    assert "redball demo --serve" in text
    demo = get_command(program).commands["demo"]  # type: ignore[attr-defined]
    assert "--serve" in {option for one in demo.params for option in one.opts}


@pytest.mark.parametrize("path", ["/data", "/people"], ids=["data", "people"])
def test_what_a_role_may_not_open_says_so(planner: TestClient, path: str) -> None:
    assert planner.get(path).status_code == 403
    assert f'href="{path}"' not in planner.get("/findings").text
