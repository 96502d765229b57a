"""Nobody is sent to another server."""

import pytest

from redball.web.security.going_on import onward


@pytest.mark.parametrize(
    "text", ["/", "/picture", "/findings?level=critical&page=2", "/sites/DEU%3AD1", "/signed-in"]
)
def test_a_page_of_this_server(text: str) -> None:
    assert onward(text) == text


@pytest.mark.parametrize(
    "text",
    [
        None, "", "picture", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil",
        "https://evil.example", "javascript:alert(1)", "/%5cevil.example", "/%2fevil.example",
        "/\tevil", "/\n//evil.example", "/%0d%0aset-cookie:x", "/ //evil", "/é", "/" + "x" * 2_000,
        "data:text/html,x", "@evil.example", ".evil.example", "/\x00",
    ],
    ids=lambda text: repr(text)[:24],
)  # fmt: skip
def test_only_paths_of_this_server(text: str | None) -> None:
    assert onward(text) == "/"


@pytest.mark.parametrize(
    "text", ["/sign-in", "/sign-out", "/prove?then=/x", "/link/x", "/api/v1/x"]
)
def test_what_is_on_the_way_is_no_place_to_go_on_to(text: str) -> None:
    assert onward(text) == "/"
