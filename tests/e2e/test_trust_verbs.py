"""Agreements, the ledger, keys and labels with the real command, as two officers would use them.

One small store is made once: two nations, four lots of stock each, nothing released. Tests that
change something work on a copy of it.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

BAD_USE, BAD_DATA, STORE = 2, 3, 4
NARROWEST = 80


def package(folder: Path, owner: str) -> Path:
    """A nation's package: a depot with four lots of shells that nobody else may see."""
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(
        f'owner = "{owner}"\nas_of = 2026-01-31T06:00:00Z\nlabel = "RESTRICTED"\n', "utf-8"
    )
    (folder / "site.csv").write_text(f"key,name,kind,country\nD1,Depot,depot,{owner}\n", "utf-8")
    (folder / "item.csv").write_text(
        "key,name,supply_class,unit_of_issue\nA,Shell,NATO:V,EA\n", "utf-8"
    )
    lots = "".join(f"D1,A,{100 + n},L{n}\n" for n in range(4))
    (folder / "holding.csv").write_text(f"site,item,quantity,lot\n{lots}", "utf-8")
    return folder


@dataclass(frozen=True)
class Desk:
    """A folder with a store, from which commands are run."""

    folder: Path
    command: Callable[..., Any]

    def run(self, *words: object, code: int = 0) -> str:
        """Run a command in the folder, look at its exit code, and return what it printed."""
        answer = self.command(*words, cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        return str(answer.stdout)

    def ask(self, *words: object, code: int = 0) -> Any:
        """Run a command with ``--json`` and return the document."""
        answer = self.command(*words, "--json", cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        return json.loads(answer.stdout)

    def refused(self, *words: object, code: int, says: str) -> None:
        """The command fails with this code, says so, and says how to go on."""
        answer = self.command(*words, cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        assert says in answer.stderr, answer.stderr
        assert answer.stderr.startswith("Error"), answer.stderr
        assert "Traceback" not in answer.stderr

    def draft(self, name: str = "MLS-1", *more: object) -> str:
        file = f"{name}.json"
        self.run(
            "agreement", "draft", "mutual-logistic-support", "--id", name, "--parties", "DEU,NLD",
            "--kind", "holding", "--detail", "exact", "--out", file, *more,
        )  # fmt: skip
        return file

    def agree(self, name: str = "MLS-1", *more: object) -> None:
        file = self.draft(name, *more)
        for who in ("DEU", "NLD"):
            self.run("agreement", "sign", file, "--viewer", who)
        self.run("agreement", "activate", file, "--viewer", "DEU")

    def seen(self, viewer: str) -> set[str]:
        """Owners of the stock that a viewer's picture counts."""
        found = self.ask("picture", "--viewer", viewer, "--table", "stock")
        return {row["nation"] for row in found["tables"]["stock"]}


@pytest.fixture(scope="module")
def made(here: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the store as it is before anything was released."""
    folder = tmp_path_factory.mktemp("trust")
    desk = Desk(folder, here)
    for owner in ("DEU", "NLD"):
        desk.run("exchange", "import", package(folder / owner.lower(), owner))
        desk.run("key", "new", owner, "--out", f"{owner}.pub")
    desk.run("key", "new", "ledger", "--out", "ledger.pub")
    return folder


@pytest.fixture
def desk(made: Path, here: Any, tmp_path: Path) -> Desk:
    """A copy to work on."""
    folder = tmp_path / "desk"
    shutil.copytree(made, folder)
    return Desk(folder, here)


def test_two_officers_share_see_it_and_end_it(desk: Desk) -> None:
    assert desk.seen("NLD") == {"NLD"}
    file = desk.draft()
    before = desk.ask("agreement", "diff", file, "--viewer", "DEU")
    assert {row["owner"] for row in before["rows"]} == {"DEU"}
    assert {row["newly_visible"] for row in before["rows"]} == {4}
    told = desk.run("agreement", "diff", file, "--viewer", "DEU")
    assert "NLD may newly see, aggregate and request 4 rows of DEU." in told
    assert "Nothing changed so far." in told
    first = desk.run("agreement", "sign", file, "--viewer", "DEU")
    assert "Signed by    DEU\n" in first
    assert "Not signed   NLD" in first
    second = desk.run("agreement", "sign", file, "--viewer", "NLD")
    assert "Nothing keeps it from being put into force" in second
    assert desk.seen("NLD") == {"NLD"}
    done = desk.ask("agreement", "activate", file, "--viewer", "NLD")
    assert done == {"agreement": "MLS-1", "version": 1, "state": "in force"}
    page = desk.run("picture", "--viewer", "NLD")
    assert "UNDER MLS-1" in page
    assert desk.seen("NLD") == {"DEU", "NLD"}
    ended = desk.run("agreement", "revoke", "MLS-1", "--viewer", "DEU", "--reason", "Over now")
    assert ended.startswith("MLS-1 is revoked: Over now\n")
    assert desk.seen("NLD") == {"NLD"}
    (kept,) = desk.ask("agreement", "list")["agreements"]
    assert kept["state"] == "revoked"
    assert "Over now" in kept["why"]
    done_again = ("agreement", "activate", file, "--viewer", "DEU")
    desk.refused(*done_again, code=BAD_DATA, says="Version 1 was activated or ended before")


def test_roles_clearances_and_purposes_of_a_viewer(desk: Desk) -> None:
    desk.agree()
    assert desk.seen("NLD role=analyst clearance=RESTRICTED") == {"DEU", "NLD"}
    assert desk.seen("NLD role=analyst clearance=UNCLASSIFIED") == set()
    assert desk.seen("NLD purpose=exercise") == {"NLD"}
    look = ("picture", "--viewer")
    desk.refused(*look, "NLD role=administrator", code=BAD_DATA, says="administrator")
    desk.refused(*look, "NLD role=king", code=BAD_USE, says="king")
    desk.refused(*look, "NLD clearance=COSMIC", code=BAD_USE, says="COSMIC")
    desk.refused(*look, "NLD shoe=43", code=BAD_USE, says="shoe")


def test_what_an_agreement_lacks_keeps_it_out_of_force(desk: Desk) -> None:
    file = desk.draft()
    go = ("agreement", "activate", file, "--viewer", "DEU")
    desk.refused(*go, code=BAD_DATA, says="DEU: It has not signed. NLD: It has not signed.")
    desk.run("agreement", "sign", file, "--viewer", "DEU")
    shown = desk.run("agreement", "show", file, "--store", "redball.sqlite")
    assert "■ NLD: It has not signed." in shown
    desk.refused(*go, code=BAD_DATA, says="NLD: It has not signed.")
    desk.run("agreement", "sign", file, "--viewer", "NLD")
    path = desk.folder / file
    good = path.read_text("utf-8")
    path.write_text(good.replace('"exact"', '"rounded"'), "utf-8")
    desk.refused(*go, code=BAD_DATA, says="DEU: ")
    path.write_text(good, "utf-8")
    keys = desk.folder / "redball.sqlite.keys"
    known = (keys / "trusted").read_text("utf-8")
    kept = [line for line in known.splitlines(keepends=True) if not line.startswith("NLD+")]
    (keys / "trusted").write_text("".join(kept), "utf-8")
    desk.refused(*go, code=BAD_DATA, says="NLD: ")
    (keys / "trusted").write_text(known, "utf-8")
    (keys / "NLD.key").unlink()
    desk.refused("agreement", "sign", file, "--viewer", "NLD", code=BAD_DATA, says="NLD")
    desk.refused("agreement", "sign", file, "--viewer", "POL", code=BAD_DATA, says="not a party")
    assert desk.seen("NLD") == {"NLD"}
    assert desk.ask("agreement", "list") == {"agreements": []}


def test_an_agreement_that_has_run_out_or_has_not_begun_releases_nothing(desk: Desk) -> None:
    past = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT00:00Z")
    file = desk.draft("OLD", "--from", past, "--days", 2)
    for who in ("DEU", "NLD"):
        desk.run("agreement", "sign", file, "--viewer", who)
    go = ("agreement", "activate", file, "--viewer", "DEU")
    desk.refused(*go, code=BAD_DATA, says="valid_until")
    soon = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT00:00Z")
    desk.agree("SOON", "--from", soon)
    assert desk.seen("NLD") == {"NLD"}
    (kept,) = desk.ask("agreement", "list")["agreements"]
    assert (kept["agreement"], kept["state"]) == ("SOON", "not yet")


def test_a_proof_convinces_somebody_who_has_only_the_public_key(
    desk: Desk, here: Any, tmp_path: Path
) -> None:
    desk.agree()
    entries = desk.ask("ledger", "log", "--kind", "agreement")["entries"]
    (number,) = [row["entry"] for row in entries if row["verb"] == "activate"]
    desk.run("ledger", "prove", "--entry", number, "--out", "proof.json")
    away = tmp_path / "away"
    away.mkdir()
    for name in ("proof.json", "ledger.pub", "DEU.pub"):
        shutil.copyfile(desk.folder / name, away / name)
    third = Desk(away, here)
    found = third.ask("ledger", "check", "proof.json", "--trust", "ledger.pub")
    assert (found["entry"], found["verb"], found["agreements"]) == (number, "activate", ["MLS-1"])
    key = (away / "ledger.pub").read_text("utf-8").strip()
    assert third.ask("ledger", "check", "proof.json", "--trust", key) == found
    check = ("ledger", "check", "proof.json", "--trust")
    third.refused(*check, "DEU.pub", code=BAD_DATA, says="No trusted key")
    third.refused(*check, "nonsense", code=BAD_USE, says="neither a public key nor a file")
    third.refused(*check, "ledger.pub", "--cosigners", 1, code=BAD_DATA, says="cosign")
    changed = (away / "proof.json").read_text("utf-8").replace("activate", "negotiate")
    (away / "proof.json").write_text(changed, "utf-8")
    third.refused(*check, "ledger.pub", code=BAD_DATA, says="proves nothing")
    assert not (away / "redball.sqlite").exists()


def test_a_witness_cosigns_what_goes_on_and_nothing_else(desk: Desk) -> None:
    desk.run("key", "new", "WITNESS", "--out", "witness.pub")
    desk.run("ledger", "offer", "--out", "first.req")
    answer = ("--state", "seen", "--trust", "ledger.pub", "--key", "WITNESS")
    told = desk.run("ledger", "witness", "first.req", *answer, "--out", "cosigned.txt")
    assert told.startswith("Cosigned (200).\n")
    desk.run("ledger", "prove", "--entry", 1, "--checkpoint", "cosigned.txt", "--out", "p.json")
    check = ("ledger", "check", "p.json", "--trust", "ledger.pub", "--trust", "witness.pub")
    found = desk.ask(*check, "--cosigners", 1)
    assert found["cosigned_by"] == ["WITNESS"]
    size = desk.ask("ledger", "offer", "--out", "again.req")["size"]
    desk.agree()
    desk.run("ledger", "offer", "--old", size, "--out", "next.req")
    desk.run("ledger", "witness", "next.req", *answer)
    stale = desk.ask("ledger", "witness", "again.req", *answer, code=1)
    assert stale["status"] == 409
    refused = ("ledger", "witness", "next.req", "--state", "seen", "--trust", "witness.pub")
    unknown = desk.ask(*refused, "--key", "WITNESS", code=1)
    assert unknown["status"] in (403, 404)


def test_the_ledger_shows_what_was_done_and_holds_against_a_kept_checkpoint(desk: Desk) -> None:
    desk.run("ledger", "checkpoint", "--out", "kept.txt")
    shutil.copyfile(desk.folder / "redball.sqlite", desk.folder / "backup.sqlite")
    desk.agree()
    desk.seen("NLD")
    assert "The ledger holds" in desk.run("ledger", "verify", "--against", "kept.txt")
    verbs = [row["verb"] for row in desk.ask("ledger", "log")["entries"]]
    assert verbs == [
        "make store", "import package", "import package", "sign", "sign", "activate", "show rows",
    ]  # fmt: skip
    lines = desk.run("ledger", "log", "--ocsf", "--kind", "agreement").splitlines()
    assert [json.loads(line)["class_uid"] > 0 for line in lines] == [True] * 3
    cef = desk.run("ledger", "log", "--cef", "--kind", "agreement").splitlines()
    assert all(line.startswith("CEF:") for line in cef)
    assert len(cef) == 3
    desk.refused("ledger", "log", "--kind", "gossip", code=BAD_USE, says="not a kind")
    desk.run("ledger", "checkpoint", "--out", "later.txt")
    shutil.copyfile(desk.folder / "backup.sqlite", desk.folder / "redball.sqlite")
    restored = desk.run("ledger", "verify", "--against", "later.txt", code=1)
    assert "an old backup was restored" in restored
    assert desk.ask("ledger", "verify", code=1)["ok"] is False


def test_refusals_are_in_the_ledger_and_the_watch_speaks_of_them(desk: Desk) -> None:
    assert desk.ask("ledger", "watch") == {"detections": []}
    desk.run("ledger", "watch", "--fail")
    for _ in range(30):
        desk.refused(
            "picture", "--viewer", "NLD role=administrator",
            code=BAD_DATA, says="administrator",
        )  # fmt: skip
    refusals = desk.ask("ledger", "log", "--kind", "refusal")["entries"]
    assert len(refusals) == 30
    (actor,) = {row["actor"] for row in refusals}
    assert actor.startswith("NLD role=administrator")
    assert refusals[0]["facts"]["reason"] == "not permitted"
    found = desk.ask("ledger", "watch")["detections"]
    assert {row["actor"] for row in found} == {actor}
    desk.run("ledger", "watch", "--fail", code=1)


def policy_with_members(path: Path, *members: str) -> Path:
    """The sample policy with these members in it, as a coalition would write its own."""
    text = (files("redball.access.labels") / "policies" / "redball.spif.xml").read_text("utf-8")
    head, everybody, rest = text.partition('<spif:tagCategory name="ALL" lacv="1"')
    assert everybody
    lines = "".join(
        f'<spif:tagCategory name="{name}" lacv="{number}"/>'
        for number, name in enumerate(members, 1000)
    )
    path.write_text(f"{head}{lines}{everybody}{rest}", "utf-8")
    return path


def test_labels_are_combined_converted_and_checked(desk: Desk) -> None:
    both = ("label", "combine", "DEU: RESTRICTED // REL NLD", "NLD: UNCLASSIFIED // REL ALL")
    assert desk.run(*both) == "RESTRICTED // FOR DEU NLD ONLY\n"
    assert desk.ask(*both) == {"label": "RESTRICTED // FOR DEU NLD ONLY"}
    row = "DEU: UNCLASSIFIED // REL ALL"
    desk.run("label", "convert", row, "--out", "label.xml")
    assert desk.run("label", "convert", "label.xml", "--to", "text") == f"{row}\n"
    desk.run("label", "convert", "label.xml", "--to", "json", "--out", "label.json")
    policy = ("--policy", policy_with_members(desk.folder / "policy.xml", "DEU", "NLD"))
    for file in ("label.xml", "label.json"):
        found = desk.ask("label", "check", file, *policy)
        assert found["valid"] is True, found
        assert "UNCLASSIFIED" in found["marking"]
    assert "valid under its policy" in desk.run("label", "check", "label.xml", *policy)
    text = (desk.folder / "label.xml").read_text("utf-8")
    (desk.folder / "bad.xml").write_text(text.replace("UNCLASSIFIED", "MAUVE"), "utf-8")
    wrong = desk.ask("label", "check", "bad.xml", *policy, code=1)
    assert wrong["valid"] is False
    assert wrong["marking"] == ""
    assert wrong["problems"]
    desk.refused("label", "convert", row, "--to", "pdf", code=BAD_USE, says="not a form")
    desk.refused("label", "combine", row, code=BAD_USE, says="One label alone")
    desk.refused("label", "combine", row, "RESTRICTED", code=BAD_USE, says="whose row")


def test_keys_are_made_once_trusted_and_listed(desk: Desk) -> None:
    desk.refused("key", "new", "DEU", code=BAD_USE, says="DEU")
    desk.refused("key", "new", "POL", "--out", "DEU.pub", code=BAD_USE, says="there already")
    assert "POL" not in [row["name"] for row in desk.ask("key", "list")["keys"]]
    desk.refused("key", "new", "POL", "--algorithm", "rsa", code=BAD_USE, says="not an algorithm")
    desk.run("key", "new", "POL", "--store", "other.sqlite", "--algorithm", "ml-dsa-44",
             "--out", "POL.pub")  # fmt: skip
    desk.run("key", "trust", "POL.pub")
    known = {row["name"]: row for row in desk.ask("key", "list")["keys"]}
    assert (known["POL"]["algorithm"], known["POL"]["signs_here"]) == ("ml-dsa-44", False)
    key = (desk.folder / "POL.pub").read_text("utf-8").strip()
    assert key in [line.strip() for line in desk.run("key", "list").splitlines()]
    desk.run("key", "new", "POL", "--store", "third.sqlite", "--out", "POL2.pub")
    desk.refused("key", "trust", "POL2.pub", code=BAD_DATA, says="Another key is trusted")
    desk.run("key", "trust", "POL2.pub", "--replace")
    (desk.folder / "rubbish.pub").write_bytes(os.urandom(300))
    desk.refused("key", "trust", "rubbish.pub", code=BAD_DATA, says="no public key")
    (desk.folder / "huge.pub").write_bytes(b"x" * 70_000)
    desk.refused("key", "trust", "huge.pub", code=BAD_DATA, says="too large")


SPOILED: dict[str, bytes] = {
    "binary": bytes(range(256)) * 8,
    "bomb": b"[" * 100_000,
    "empty": b"",
    "entity": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "huge": b" " * 9_000_000,
    "number": b'{"agreement": 1e999, "signatures": []}',
}
READERS: dict[str, tuple[str, ...]] = {
    "show": ("agreement", "show", "FILE"),
    "diff": ("agreement", "diff", "FILE", "--viewer", "DEU"),
    "sign": ("agreement", "sign", "FILE", "--viewer", "DEU"),
    "activate": ("agreement", "activate", "FILE", "--viewer", "DEU"),
    "check": ("ledger", "check", "FILE", "--trust", "ledger.pub"),
    "against": ("ledger", "verify", "--against", "FILE"),
    "checkpoint": ("ledger", "prove", "--entry", "0", "--out", "o", "--checkpoint", "FILE"),
    "label": ("label", "check", "FILE"),
    "policy": ("label", "check", "good.xml", "--policy", "FILE"),
    "key": ("key", "trust", "FILE"),
}


@pytest.mark.parametrize("verb", READERS)
def test_files_that_are_not_what_they_should_be_are_refused(desk: Desk, verb: str) -> None:
    words = READERS[verb]
    desk.run("label", "convert", "DEU: UNCLASSIFIED // REL ALL", "--out", "good.xml")
    before = sorted(p.name for p in desk.folder.iterdir())
    entries = desk.ask("ledger", "log")
    for name, data in SPOILED.items():
        (desk.folder / name).write_bytes(data)
        asked = [str(desk.folder / name) if word == "FILE" else word for word in words]
        desk.refused(*asked, code=BAD_DATA, says="Error")
        (desk.folder / name).unlink()
    for missing in ("none.json", "."):
        asked = [missing if word == "FILE" else word for word in words]
        desk.refused(*asked, code=BAD_USE, says="Error")
    assert sorted(p.name for p in desk.folder.iterdir()) == before
    assert desk.ask("ledger", "log") == entries


NEED_A_STORE: dict[str, tuple[object, ...]] = {
    "list": ("agreement", "list"),
    "revoke": ("agreement", "revoke", "MLS-1", "--viewer", "DEU", "--reason", "x"),
    "verify": ("ledger", "verify"),
    "checkpoint": ("ledger", "checkpoint"),
    "prove": ("ledger", "prove", "--entry", 0, "--out", "p"),
    "log": ("ledger", "log"),
    "watch": ("ledger", "watch"),
    "offer": ("ledger", "offer", "--out", "o"),
}


@pytest.mark.parametrize("verb", NEED_A_STORE)
def test_without_a_store_or_with_something_else_in_its_place(
    here: Any, tmp_path: Path, verb: str
) -> None:
    desk = Desk(tmp_path, here)
    (tmp_path / "not.sqlite").write_bytes(b"not a store" * 500)
    for store in ("none.sqlite", "not.sqlite"):
        desk.refused(*NEED_A_STORE[verb], "--store", store, code=STORE, says="sqlite")
    assert [p.name for p in tmp_path.iterdir()] == ["not.sqlite"]


NARROW: dict[str, tuple[str, ...]] = {
    "templates": ("agreement", "templates"),
    "list": ("agreement", "list"),
    "show": ("agreement", "show", "MLS-1.json"),
    "diff": ("agreement", "diff", "MLS-1.json", "--viewer", "DEU"),
    "log": ("ledger", "log"),
    "watch": ("ledger", "watch"),
    "verify": ("ledger", "verify"),
}


def test_screens_fit_a_narrow_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.draft()
    desk.run("agreement", "sign", "MLS-1.json", "--viewer", "DEU")
    monkeypatch.setattr("tests.one_demo.WIDTH", NARROWEST)
    for verb, words in NARROW.items():
        told = desk.run(*words)
        wide = [line for line in told.splitlines() if len(line.rstrip()) > NARROWEST]
        assert not wide, (verb, wide)
