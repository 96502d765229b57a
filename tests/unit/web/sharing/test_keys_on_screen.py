"""Keys on screen take two persons and the right fingerprint; labels, watch and ledger pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web_world import ORIGIN, World, csrf_of, now, world_in

from redball import app
from redball.app import ledger_proofs
from redball.app.ledger_pages import ledger_page
from redball.app.ledger_proofs import BLOCK, ledger_proof
from redball.ledger import Event, EventKind, HashTree
from redball.signing import VerifierKey
from redball.store import Entry, Store, open_store
from redball.web.settings import Limits, Settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("keys")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=100_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        yield made


def test_a_partners_key_takes_its_fingerprint_and_two_persons(world: World, tmp_path: Path) -> None:
    officer, second = world.client("security"), world.client("second")
    public = app.key_new(str(tmp_path / "elsewhere.sqlite"), "NOR")
    token = csrf_of(officer.get("/sharing/keys").text)
    form = {"csrf": token, "public_key": public, "fingerprint": "ab" * 32}
    assert officer.post("/sharing/keys/trust", data=form).status_code == 400
    form["fingerprint"] = VerifierKey.parse(public).fingerprint[:8]
    assert officer.post("/sharing/keys/trust", data=form).status_code == 400, "too short"
    form["fingerprint"] = VerifierKey.parse(public).fingerprint
    assert officer.post("/sharing/keys/trust", data=form).status_code == 303
    page = officer.get("/sharing/keys").text
    assert "has to approve" in page
    key = next(part[:24] for part in page.split("/sharing/keys/") if part[24:32] == "/discard")
    assert officer.post(f"/sharing/keys/{key}/do", data={"csrf": token}).status_code == 403
    asked = second.get("/api/v1/approvals").json()["approvals"][0]["key"]
    theirs = {"csrf": csrf_of(second.get("/sharing/keys").text)}
    assert second.post(f"/people/approvals/{asked}/give", data=theirs).status_code == 303
    assert "NOR" not in set(app.key_list(world.store)["name"])
    assert officer.post(f"/sharing/keys/{key}/do", data={"csrf": token}).status_code == 303
    assert public in set(app.key_list(world.store)["public_key"])
    other = {"csrf": token, "name": "NLD", "algorithm": "ed25519"}
    assert officer.post("/sharing/keys", data=other).status_code == 403


def test_pages_of_the_ledger_are_bounded_and_complete(world: World) -> None:
    whole = app.ledger_log(world.store).reverse()
    numbers: list[int] = []
    before: int | None = None
    while True:
        found = ledger_page(world.store, before=before, rows=3)
        numbers += found.entries["entry"].to_list()
        before = found.older
        if before is None:
            break
    assert numbers[-len(whole) :] == whole["entry"].to_list()
    moment = app.parse_moment(whole["at"][1])
    spanned = ledger_page(world.store, since=moment, until=moment, rows=100).entries
    assert set(spanned["at"]) == {whole["at"][1]}
    imports = ledger_page(world.store, kind="import", rows=100).entries
    assert imports.height == whole.filter(whole["kind"] == "import").height


def test_a_proof_reads_some_hundred_leaves_of_any_ledger(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.key_new(world.store, "ledger")
    with open_store(world.store) as store:
        some = Event(EventKind.EXPORT, "export", "DEU", "x", now(), facts={"n": 1})
        store.record([some] * (3 * BLOCK))
        last = store.state()["ledger"] - 1
    keys = app.key_list(world.store)["public_key"].to_list()
    proof, read = tmp_path / "proof.txt", []

    def check(entry: int) -> object:
        proof.write_text(ledger_proof(world.store, entry))
        return app.ledger_check(proof, keys)["entry"]

    assert check(last) == last, "signs the ledger, and learns its blocks"
    whole = Store.entries

    def counted(self: Store, start: int = 0, stop: int | None = None) -> tuple[Entry, ...]:
        found = whole(self, start, stop)
        read.append(len(found))
        return found

    monkeypatch.setattr(Store, "entries", counted)
    monkeypatch.setattr(Store, "leaf_hashes", None)
    monkeypatch.setattr(Store, "checkpoint", None)
    for entry in (0, BLOCK - 1, BLOCK, 2 * BLOCK + 7, last):
        read.clear()
        assert check(entry) == entry
        assert sum(read) <= 2 * BLOCK + 1
    monkeypatch.undo()
    for kept in vars(ledger_proofs)["_BLOCKS"].values():
        vars(kept)["_roots"] = HashTree([bytes(32)] * 4)
    assert check(1) == 1, "what is kept and does not fit is made anew"


@pytest.mark.parametrize("path", ["watch", "keys", "labels", "ledger"])
def test_pages_are_shown(world: World, path: str) -> None:
    assert world.client("security").get(f"/sharing/{path}").status_code == 200


def test_labels_watch_and_events(world: World) -> None:
    officer = world.client("security")
    form = {"csrf": csrf_of(officer.get("/sharing/labels").text)}
    assert officer.post("/sharing/watch", data=form).status_code == 303
    assert "looked through 20" in officer.get("/sharing/watch").text
    rows = "DEU: UNCLASSIFIED // REL ALL\nNLD: RESTRICTED // REL DEU"
    combined = officer.post("/sharing/labels/combine", data={**form, "rows": rows})
    assert combined.status_code == 200
    assert "RESTRICTED" in combined.text
    for name in ("ocsf", "cef"):
        whole = officer.get("/sharing/ledger/events", params={"form": name}).text.splitlines()
        assert whole == app.ledger_lines(world.store, form=name)
        later = {"form": name, "since": "2199-01-01T00:00Z"}
        assert officer.get("/sharing/ledger/events", params=later).text == ""
        early = {"form": name, "until": app.ledger_log(world.store)["at"][0]}
        assert officer.get("/sharing/ledger/events", params=early).text.splitlines() == whole[:1]
    assert officer.get("/sharing/ledger/events", params={"form": "x"}).status_code == 400
