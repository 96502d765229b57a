"""How much may be sent, and how slowly."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message

from redball.web.security.bodies import announced, bounded
from redball.web.security.refusals import TooLarge


@pytest.mark.parametrize("length", ["11", "-1", "1e3", "", " 5", "\u00b2", "9" * 40])
def test_an_announced_body_that_does_not_fit(length: str) -> None:
    with pytest.raises(TooLarge):
        announced(Headers({"content-length": length}), 10)


def test_an_announced_body_that_fits() -> None:
    announced(Headers({"content-length": "10"}), 10)
    announced(Headers({}), 10)


def read(parts: list[bytes], most: int, *, patience: float = 5.0, stalls: bool = False) -> bytes:
    left: list[Message] = [
        {"type": "http.request", "body": part, "more_body": stalls or number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(5 if stalls else 0)
            return {"type": "http.disconnect"}
        return left.pop(0)

    async def run() -> bytes:
        take = bounded(receive, most, patience)
        found = b""
        while True:
            message = await take()
            if message["type"] == "http.disconnect":
                return found
            found += message["body"]

    return asyncio.run(run())


def test_a_body_that_fits_is_read() -> None:
    assert read([b"12345", b"67890"], 10) == b"1234567890"


def test_a_body_that_says_nothing_and_grows_is_ended() -> None:
    with pytest.raises(HTTPException) as caught:
        read([b"12345", b"67890", b"1"], 10)
    assert caught.value.status_code == 413


def test_a_body_that_stands_still_is_ended() -> None:
    with pytest.raises(HTTPException) as caught:
        read([b"12345"], 10, patience=0.01, stalls=True)
    assert caught.value.status_code == 408


def test_after_the_body_the_end_of_the_connection_is_waited_for() -> None:
    assert read([b""], 10, patience=0.0001) == b""
