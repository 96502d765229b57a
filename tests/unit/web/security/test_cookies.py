"""Cookies: for this host, not for scripts, and read in one way only."""

from datetime import timedelta

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from redball.web.security import cookies


@pytest.mark.parametrize("name", [cookies.SESSION, cookies.STEP, cookies.PROVIDER])
def test_cookies_are_for_this_host_alone(name: str) -> None:
    response = Response()
    cookies.give(response, name, "value", lasts=timedelta(minutes=5))
    said = response.headers["set-cookie"].lower()
    assert name.startswith("__Host-")
    for part in ("secure", "httponly", "path=/", "samesite=strict", "max-age=300"):
        assert part in said.split("; ")
    assert "domain" not in said


def test_a_cookie_is_taken_back() -> None:
    response = Response()
    cookies.take_back(response, cookies.SESSION)
    assert "max-age=0" in response.headers["set-cookie"].lower()
    assert "secure" in response.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("__Host-redball=a", "a"),
        ("x=1; __Host-redball=a; y=2", "a"),
        ("__Host-redball=a; __Host-redball=b", ""),
        ("__host-redball=a", ""),
        ("redball=a", ""),
        ("__Host-redball", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_there_once_or_not_at_all(line: str, value: str) -> None:
    assert cookies.read(Headers({"cookie": line}), cookies.SESSION) == value
