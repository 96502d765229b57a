"""The whole API as its description says it, with odd and hostile values: never an error of ours.

``REDBALL_FUZZ`` gives the number of cases for each address; a few by default.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient
from tests.web_entered import entered
from tests.web_world import ORIGIN, World, world_in

from redball.web.application import build
from redball.web.security.cookies import SESSION
from redball.web.security.middleware import secured
from redball.web.settings import Limits, Settings

CASES = int(os.environ.get("REDBALL_FUZZ", "1"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("fuzz")
    limits = Limits(per_minute=10_000_000, sign_ins_per_minute=10_000_000)
    chosen = Settings(str(folder / "coalition.sqlite"), origin=ORIGIN, limits=limits)
    with world_in(folder, tmp_path_factory, chosen) as found:
        yield found


def described(application: FastAPI) -> schemathesis.BaseSchema:
    application.openapi_url = "/openapi.json"
    return schemathesis.openapi.from_dict(application.openapi())


def test_no_answer_of_the_api_is_an_error_of_the_server(world: World) -> None:
    application = build(world.services)
    schema = described(application)
    client = TestClient(
        secured(application, world.services), base_url=ORIGIN, raise_server_exceptions=False,
        follow_redirects=False,
    )  # fmt: skip
    person = entered(world.services, "fuzz", "XAG")
    headers = {
        "cookie": f"{SESSION}={person.secret}",
        "x-csrf-token": person.present.csrf,
        "origin": ORIGIN,
        "sec-fetch-site": "same-origin",
    }
    wrong: set[tuple[str, str, int]] = set()
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # our own description is valid

        @settings(
            max_examples=CASES, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def tried(case: Any) -> None:
            nonlocal count
            count += 1
            sent = case.as_transport_kwargs(base_url=ORIGIN)
            own = dict(sent.pop("headers", None) or {})
            sent.pop("cookies", None)
            try:
                response = client.request(**sent, headers={**own, **headers})
            except (UnicodeError, ValueError):  # what no client can send
                return
            if response.status_code >= 500 and response.status_code != 503:
                wrong.add((case.method, case.path, response.status_code))

        tried()
    client.close()
    assert count >= 20
    assert wrong == set()
