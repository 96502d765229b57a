"""Whether a page of this server sent a request."""

import pytest
from starlette.datastructures import Headers

from redball.web.security.forgery import same_origin
from redball.web.security.refusals import Forged
from redball.web.settings import Settings

HERE = Settings("s.sqlite", origin="https://log.example")

FROM_HERE = [
    ("POST", {"sec-fetch-site": "same-origin"}),
    ("POST", {"sec-fetch-site": "same-origin", "origin": "https://log.example"}),
    ("POST", {"origin": "https://log.example"}),
    ("GET", {}),
    ("GET", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}),
    ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}),
    ("GET", {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}),
]
FROM_ELSEWHERE = [
    ("POST", {}),
    ("POST", {"sec-fetch-site": "cross-site"}),
    ("POST", {"sec-fetch-site": "same-site", "origin": "https://log.example"}),
    ("POST", {"sec-fetch-site": "none"}),
    ("POST", {"origin": "null"}),
    ("POST", {"origin": "https://evil.example"}),
    ("POST", {"origin": "http://log.example"}),
    ("POST", {"origin": "https://log.example:8443"}),
    ("POST", {"origin": "https://log.example.evil.example"}),
    ("POST", {"sec-fetch-site": "same-origin", "origin": "https://evil.example"}),
    ("DELETE", {"sec-fetch-site": "cross-site"}),
    ("PATCH", {}),
    ("TRACE", {}),
    ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}),
    ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}),
]


@pytest.mark.parametrize(("method", "given"), FROM_HERE)
def test_from_here(method: str, given: dict[str, str]) -> None:
    same_origin(method, Headers(given), HERE)


@pytest.mark.parametrize(("method", "given"), FROM_ELSEWHERE)
def test_from_elsewhere(method: str, given: dict[str, str]) -> None:
    with pytest.raises(Forged):
        same_origin(method, Headers(given), HERE)
