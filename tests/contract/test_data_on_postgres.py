"""Data on screen over a store on PostgreSQL: mapping tried, package in, ledger and proof."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web_packages import package, send
from tests.web_world import ORIGIN, World, csrf_of

from redball import app
from redball.web.application import build
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

SITES = b"Ort;Art\nL1;D\nL2;X\n"
MAPPING = (
    b'[[table]]\ntable = "site"\nfile = "Orte.csv"\ndelimiter = ";"\n[table.columns]\n'
    b'key = "Ort"\nname = "Ort"\nkind = { column = "Art", codes = { D = "depot" } }\n'
    b'country = { constant = "DEU" }\n'
)


def test_data_comes_in_and_is_proved_on_postgres(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store = new_database()
    app.init_store(store)
    services = Services.open(Settings(store, origin=ORIGIN, limits=Limits(per_minute=100_000)))
    world = World(tmp_path, services, secured(build(services), services))
    try:
        client = world.client("administrator")
        token = csrf_of(client.get("/data/mapping").text)
        files = {"mapping_file": ("m.toml", MAPPING), "sample": ("Orte.csv", SITES)}
        tried = client.post("/data/mapping", data={"csrf": token}, files=files)
        assert tried.status_code == 200, tried.text
        assert "1 table was read from Orte.csv." in tried.text
        assert "depot" in tried.text
        assert "What was found" in tried.text, "X is no kind"

        site = "key,name,kind,country\nL1,Depot,depot,DEU\n"
        status, where, text = send(client, package(site=site))
        assert status == 303, text
        page = client.get(where).text
        seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        assert seen, page
        form = {"csrf": token, "seen": seen[1]}
        assert client.post(f"{where}/import", data=form).status_code == 303
        assert "Imported as revision 1" in client.get(where).text
        assert "The newest package of DEU" in client.get("/data").text

        officer = world.client("security")
        lost = officer.get("/sharing/keys")
        assert lost.status_code == 400, "a server has no folder beside it"
        assert "REDBALL_KEYS" in lost.text
        monkeypatch.setenv("REDBALL_KEYS", str(tmp_path / "keys"))
        app.key_new(store, "ledger")
        entries = officer.get("/api/v1/ledger", params={"kind": "import"}).json()["entries"]
        proof = tmp_path / "proof.txt"
        proof.write_bytes(officer.get(f"/sharing/ledger/{entries[0]['entry']}/proof").content)
        keys = officer.get("/sharing/ledger/keys").text.split()
        assert app.ledger_check(proof, keys)["kind"] == "import"
    finally:
        world.close()
