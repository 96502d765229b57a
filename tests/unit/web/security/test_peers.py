"""Where a request comes from, and which host it is for."""

import pytest
from starlette.datastructures import Headers

from redball.web.security.peers import one_framing, peer_of, right_host
from redball.web.security.refusals import Misdirected
from redball.web.settings import Settings

PROXY = "10.0.0.1"
OPEN = Settings("s.sqlite", origin="https://log.example")
BEHIND = Settings("s.sqlite", origin="https://log.example", proxies=(PROXY, "10.0.0.2"))


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode()) for name, value in pairs])


FORWARDED = headers(
    ("host", "inside:80"),
    ("x-forwarded-for", "1.1.1.1, 203.0.113.7"),
    ("x-forwarded-host", "evil.example, log.example"),
    ("x-forwarded-proto", "http, https"),
)


def test_forwarded_headers_of_strangers_are_nothing() -> None:
    found = peer_of("203.0.113.9", "http", FORWARDED, BEHIND)
    assert (found.address, found.host, found.secure) == ("203.0.113.9", "inside:80", False)
    assert peer_of(PROXY, "http", FORWARDED, OPEN).address == PROXY


def test_a_trusted_proxy_says_who_came_to_it() -> None:
    found = peer_of(PROXY, "http", FORWARDED, BEHIND)
    assert (found.address, found.host, found.secure) == ("203.0.113.7", "log.example", True)


@pytest.mark.parametrize(
    ("steps", "address"),
    [
        ("203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("9.9.9.9, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("9.9.9.9, nonsense", PROXY),
        ("10.0.0.2", "10.0.0.2"),
        ("", PROXY),
        ("[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_the_nearest_address_that_no_proxy_stands_at(steps: str, address: str) -> None:
    given = headers(("host", "log.example"), ("x-forwarded-for", steps))
    assert peer_of(PROXY, "http", given, BEHIND).address == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_one_place(address: str, network: str) -> None:
    found = peer_of(address, "http", headers(("host", "log.example")), OPEN)
    assert found.network == network


@pytest.mark.parametrize("host", ["log.example", "LOG.example", "log.example:443"])
def test_the_host_of_the_server(host: str) -> None:
    right_host(peer_of("1.1.1.1", "http", headers(("host", host)), OPEN), OPEN)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "log.example:80", "log.example.evil.example", "127.0.0.1", "", "a:b", "[::1"],
)
def test_another_host_is_not_served(host: str) -> None:
    with pytest.raises(Misdirected, match=r"https://log\.example"):
        right_host(peer_of("1.1.1.1", "http", headers(("host", host)), OPEN), OPEN)


@pytest.mark.parametrize("hosts", [(), ("log.example", "log.example")], ids=["none", "two"])
def test_one_host(hosts: tuple[str, ...]) -> None:
    with pytest.raises(Misdirected):
        peer_of("1.1.1.1", "http", headers(*(("host", one) for one in hosts)), OPEN)


def test_a_body_with_two_ends_is_refused() -> None:
    one_framing(headers(("content-length", "5")))
    one_framing(headers(("transfer-encoding", "chunked")))
    for pairs in (
        (("content-length", "5"), ("transfer-encoding", "chunked")),
        (("content-length", "5"), ("content-length", "6")),
    ):
        with pytest.raises(Misdirected):
            one_framing(headers(*pairs))
