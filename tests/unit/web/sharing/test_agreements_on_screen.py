"""An agreement from draft to its end, on screen, with two persons and two nations."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web_world import ORIGIN, World, csrf_of, world_in

from redball import app
from redball.web.settings import Limits, Settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("sharing")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=100_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        for name in ("DEU", "NOR", "ledger"):
            app.key_new(made.store, name)
        yield made


@pytest.fixture(scope="module")
def officer(world: World) -> TestClient:
    return world.client("security")


@pytest.fixture(scope="module")
def second(world: World) -> TestClient:
    return world.client("second")


def post(client: TestClient, path: str, **fields: str) -> tuple[int, str, str]:
    form = {"csrf": csrf_of(client.get("/sharing").text), **fields}
    answer = client.post(path, data=form)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def drafted(client: TestClient, name: str, parties: str = "DEU,NOR") -> str:
    status, where, text = post(
        client, "/sharing/drafts",
        template="mutual-logistic-support", id=name, parties=parties, days="30",
    )  # fmt: skip
    assert status == 303, text
    return where


def test_from_draft_to_force_to_end(
    world: World, officer: TestClient, second: TestClient, tmp_path: Path
) -> None:
    where = drafted(officer, "MLS-2036-001")
    page = officer.get(where)
    assert page.status_code == 200, page.text
    assert "What it would change" in page.text
    assert "NOR may" in page.text
    assert post(officer, f"{where}/sign")[0] == 403, "nobody approved it"
    assert post(officer, f"{where}/ask")[0] == 303
    asked = officer.get("/api/v1/approvals").json()
    key = next(one["key"] for one in _list(asked) if "MLS-2036-001" in one["said"])
    status, _, text = post(officer, f"/people/approvals/{key}/give")
    assert status in (400, 403), text  # nobody gives their own
    assert "Approve or refuse" in second.get(where).text
    assert post(officer, f"{where}/sign")[0] == 403, "asked is not given"
    assert post(second, f"/people/approvals/{key}/give")[0] == 303
    assert post(second, f"{where}/sign")[0] == 403, "it was given to another"
    assert post(officer, f"{where}/sign")[0] == 303
    assert "signature of NOR is missing" in officer.get(where).text
    assert post(officer, f"{where}/activate")[0] == 403

    file = tmp_path / "agreement.json"
    file.write_bytes(officer.get(f"{where}/document").content)
    app.agreement_sign(file, app.View(world.store, "NOR"))
    token = csrf_of(officer.get("/sharing").text)
    taken = officer.post(
        "/sharing/documents", data={"csrf": token}, files={"file": ("x.json", file.read_bytes())}
    )
    assert taken.headers["location"] == where, "signatures come together"
    status, now, text = post(officer, f"{where}/activate")
    assert status == 303, text
    assert officer.get(where).status_code == 404
    shown = officer.get(now)
    assert shown.status_code == 200, shown.text
    assert "In force" in shown.text
    assert "NOR may see" in shown.text
    assert post(officer, f"{now}/revoke", reason=" ")[0] == 400
    assert post(officer, f"{now}/revoke", reason="The exercise is over.")[0] == 303
    assert "The exercise is over." in officer.get(now).text


def test_programs_draft_and_persons_sign(
    world: World, officer: TestClient, second: TestClient
) -> None:
    api = "/api/v1/agreement-drafts"
    header = {"x-csrf-token": csrf_of(officer.get("/sharing").text)}
    form = {"template": "mutual-logistic-support", "id": "MLS-2036-003", "parties": ["DEU", "NOR"]}
    assert officer.post(api, json=form).status_code == 403, "a session brings its token"
    made = officer.post(api, json=form, headers=header)
    assert made.status_code == 200, made.text
    key = made.json()["key"]
    assert any("NOR may" in one for one in made.json()["said"])
    assert key in {one["key"] for one in officer.get(api).json()["drafts"]}
    assert officer.post(f"{api}/{key}/sign", headers=header).status_code == 403, "nobody approved"
    approval = officer.post(f"{api}/{key}/ask", headers=header).json()["approval"]
    assert post(second, f"/people/approvals/{approval}/give")[0] == 303
    signed = officer.post(f"{api}/{key}/sign", headers=header).json()
    assert (signed["signed_by"], signed["missing"]) == (["DEU"], ["NOR"])
    assert officer.post(f"{api}/{key}/activate", headers=header).status_code == 403
    again = officer.post(
        "/api/v1/agreement-documents", json={"document": signed["document"]}, headers=header
    )
    assert again.json()["key"] == key
    assert world.client("planner").get(f"{api}/{key}").status_code == 403

    token = {
        "csrf": header["x-csrf-token"],
        "name": "desk",
        "days": "1",
        "scopes": ["read", "write"],
    }
    shown = officer.post("/tokens", data=token)
    secret = shown.text.split('id="shown-once">')[1].split("<")[0]
    bearer = {"authorization": f"Bearer {secret}"}
    program = world.stranger()
    assert program.get(f"{api}/{key}", headers=bearer).status_code == 200
    for verb in ("ask", "sign", "activate"):
        refused = program.post(f"{api}/{key}/{verb}", headers=bearer)
        assert refused.json()["error"]["kind"] == "ProveAgain", f"a token can't {verb}"
    assert program.delete(f"{api}/{key}", headers=bearer).status_code == 200
    assert officer.get(f"{api}/{key}").status_code == 404


def test_only_parties_see_an_agreement(world: World, officer: TestClient) -> None:
    where = drafted(officer, "MLS-2036-002")
    planner, other = world.client("planner"), world.client("analyst")
    assert planner.get(where).status_code == 403
    assert "MLS-2036-002" not in planner.get("/sharing").text
    name = "MLS-2036-001"
    assert name in planner.get("/sharing").text
    assert name not in other.get("/sharing").text
    hidden = other.get(f"/sharing/agreements/{name}/1")
    absent = other.get("/sharing/agreements/MLS-9/1")
    assert hidden.status_code == absent.status_code == 404
    listed = {one["agreement"] for one in _rows(planner, "agreements")}
    assert listed == {name}
    assert _rows(other, "agreements") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"\xff\xfe\x00", 422), (b"{}", 422), (b"[" * 5_000, 422), (b"x" * 1_100_000, 0)],
    ids=["empty", "no text", "no agreement", "deep", "huge"],
)
def test_what_is_no_agreement_is_told(officer: TestClient, body: bytes, status: int) -> None:
    page = officer.get("/sharing").text
    before = page.count("/sharing/drafts/")
    answer = officer.post(
        "/sharing/documents", data={"csrf": csrf_of(page)}, files={"file": ("x", body)}
    )
    assert answer.status_code == status or (status == 0 and answer.status_code in (413, 422))
    assert "<h1" in answer.text
    assert officer.get("/sharing").text.count("/sharing/drafts/") == before


def test_a_nation_that_is_no_party_keeps_no_document(officer: TestClient) -> None:
    form = {"template": "exercise-only", "id": "X-1", "parties": "NLD,NOR", "days": "3"}
    assert post(officer, "/sharing/drafts", **form)[0] == 404


def test_the_ledger_is_filtered_verified_and_proved(
    world: World, officer: TestClient, tmp_path: Path
) -> None:
    page = officer.get("/sharing/ledger", params={"kind": "agreement"})
    assert page.status_code == 200, page.text
    assert "MLS-2036-001 version 1" in page.text
    entries = officer.get("/api/v1/ledger", params={"kind": "agreement"}).json()["entries"]
    assert {one["kind"] for one in entries} == {"agreement"}
    assert officer.get("/sharing/ledger", params={"kind": "nonsense"}).status_code == 400
    assert post(officer, "/sharing/ledger/verify")[0] == 303
    assert "The ledger holds" in officer.get("/sharing/ledger").text

    number = entries[0]["entry"]
    proof = tmp_path / "proof.txt"
    proof.write_bytes(officer.get(f"/sharing/ledger/{number}/proof").content)
    keys = officer.get("/sharing/ledger/keys").text.split()
    assert app.ledger_check(proof, keys)["entry"] == number
    assert officer.get("/sharing/ledger/999999/proof").status_code == 400
    assert officer.get("/sharing/ledger/checkpoint").text.startswith("redball.store/")
    offered, answer = tmp_path / "offer.txt", tmp_path / "cosigned.txt"
    offered.write_bytes(officer.get("/sharing/ledger/offer").content)
    elsewhere = str(tmp_path / "elsewhere.sqlite")
    app.key_new(elsewhere, "witness")
    status, _ = app.ledger_witness(
        offered, state=tmp_path / "seen", trust=keys, key="witness", store=elsewhere, out=answer
    )
    assert status == 200, "a witness elsewhere cosigns what the page offers"
    assert officer.get("/sharing/ledger/offer", params={"old": 999_999}).status_code == 400
    assert world.client("planner").get("/sharing/ledger").status_code == 403


def _list(document: object) -> list[dict[str, str]]:
    assert isinstance(document, dict)
    found = next(value for value in document.values() if isinstance(value, list))
    return [{k: str(v) for k, v in one.items()} for one in found]


def _rows(client: TestClient, name: str) -> list[dict[str, object]]:
    found = client.get(f"/api/v1/{name}").json()[name]
    assert isinstance(found, list)
    return found
