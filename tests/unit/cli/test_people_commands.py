"""``redball people``: what is printed is what the use cases say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from redball.cli.people import group
from redball.model import NotPermitted, RedballError
from redball.store import open_store

NODE = ("--viewer", "DEU")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Run a command on a fresh store."""
    address = str(tmp_path / "store.sqlite")
    open_store(address, create=True).close()

    def call(*words: str) -> str:
        result = CliRunner().invoke(group, [*words, "--store", address])
        if isinstance(result.exception, RedballError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return call


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_an_account_from_its_start_to_its_end(run: Callable[..., str]) -> None:
    assert "Nobody has an account" in run("list", *NODE)
    added = _json(run("add", "ann", "--subject", "DEU role=analyst", *NODE, "--json"))
    assert added["outcome"] == {
        "done": True,
        "account": added["outcome"]["account"],
        "approval": "",
    }
    assert _json(run("link", "ann", *NODE, "--json"))["path"].startswith("/link/")
    assert "/link/" in run("link", "ann", *NODE)
    assert _json(run("sessions", "ann", *NODE, "--json")) == {"sessions": []}
    assert _json(run("revoke", "ann", *NODE, "--json")) == {"ended": 0}
    assert "Changed" in run("change", "ann", "--display", "Ann B", *NODE)
    assert "Closed" in run("close", "ann", *NODE)
    (row,) = _json(run("list", *NODE, "--json"))["accounts"]
    assert (row["display"], row["state"]) == ("Ann B", "closed")


def test_power_waits_for_a_second_person(run: Callable[..., str]) -> None:
    asked = _json(run("add", "sec", "--subject", "DEU role=security", *NODE, "--json"))
    key = asked["outcome"]["approval"]
    assert "people approve" in run("add", "two", "--subject", "DEU role=security", *NODE)
    with pytest.raises(NotPermitted, match="can't be answered by you"):
        run("approve", key, *NODE)
    assert "Given" in run("approve", key, "--viewer", "DEU role=administrator")
    assert "sec" in run("list", *NODE)
    (waiting,) = _json(run("approvals", *NODE, "--json"))["approvals"]
    assert "Refused" in run(
        "approve",
        waiting["key"],
        "--refuse",
        "--viewer",
        "DEU role=administrator",
    )
    assert "Nothing waits" in run("approvals", *NODE)


def test_tokens_of_a_service(run: Callable[..., str]) -> None:
    run("add", "nightly", "--service", "--subject", "DEU role=analyst", *NODE)
    made = _json(
        run(
            "token",
            "new",
            "nightly",
            "export",
            "--scope",
            "read",
            "--scope",
            "export",
            *NODE,
            "--json",
        )
    )
    assert made["token"].startswith("rb_export_")
    assert "rb_other_" in run("token", "new", "nightly", "other", "--scope", "read", *NODE)
    text = run("token", "list", *NODE, "--json")
    assert made["token"] not in text
    first = _json(text)["tokens"][0]
    assert "Revoked" in run("token", "revoke", first["key"], *NODE)
    held = [one["holds"] for one in _json(run("token", "list", *NODE, "--json"))["tokens"]]
    assert sorted(held) == [False, True]


def test_a_planner_is_refused(run: Callable[..., str]) -> None:
    with pytest.raises(NotPermitted, match="may not administer"):
        run("list", "--viewer", "DEU role=planner")
