"""Every route that takes the id of something that belongs to somebody, asked by somebody else.

For each declared route with an id the test makes a thing, lets a person of another nation with the
same role ask for it, and for an id that was made up: both must get the same answer. Then its owner
asks, who must get another one: so the route was reached, and the thing is still there. A new route
with an id fails until it is named here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import httpx2
import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web_packages import discard, package, send
from tests.web_people import session_cookie
from tests.web_world import ORIGIN, SUBJECTS, World, csrf_of, world_in

from redball import app
from redball.app.register import register_write
from redball.risk.register import Duration, Register, RiskEntry
from redball.signing import VerifierKey
from redball.web.application import declared
from redball.web.routing import Kind
from redball.web.settings import Limits, Settings

FOREIGN = {
    "planner": "NLD role=planner clearance=UNCLASSIFIED",
    "security": "NLD role=security clearance=UNCLASSIFIED",
    "administrator": "NLD role=administrator clearance=UNCLASSIFIED",
}
"""Others who may do the same, for another nation."""
OF_THE_NODE = {
    "/people/{key}": "accounts of a node are one register, kept by its administrators",
    "/people/{key}/close": "the same", "/people/{key}/link": "the same",
    "/people/{key}/identity": "the same", "/people/{key}/sessions/end": "the same",
    "/sharing/ledger/{entry}/proof": "the ledger of a node is one, read by its officers",
    "/link/{secret}": "the secret itself is what lets one in",
    "/api/v1/map/{layer}": "names of layers, the same for everybody",
    "/scenarios/ready/{name}": "scenarios that come with the product",
    "/scenarios/ready/{name}/toml": "the same",
}  # fmt: skip
"""Routes whose id belongs to nobody, and why."""
IN_QUERY = {
    "/export/site.xlsx": "site", "/export/finding.xlsx": "finding", "/export/stress.xlsx": "answer",
    "/export/exposure.xlsx": "answer", "/export/agreement.xlsx": "agreement",
    "/scenarios/beside": "answer", "/api/v1/scenarios/beside": "answer",
    "/scenarios/new": "hazard", "/risks/one": "risk", "/api/v1/risks/one": "risk",
}  # fmt: skip
"""Addresses that take an id as a parameter, and what it names."""
NUMBERS = count(1)
OWNER = "LTU"
"""A nation that shows some rows to the owner of things alone."""
SITE = "key,name,kind,country,latitude,longitude,label\nHIDDEN,Hidden depot,depot,LTU,55,24,{0}\n"
HAZARD = "key,name,kind,site,label\nHZ-HIDDEN,Storm that is told to one,natural,HIDDEN,{0}\n"
LABEL = "RESTRICTED // REL DEU"
FORM = {
    "words": "seen", "reason": "seen", "to": "planner", "assignee": "planner",
    "until": "2099-01-01", "seen": "another", "action": "hold|somewhere|something|+1",
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """What belongs to somebody.

    Attributes
    ----------
    whose : str
        Account name of its owner.
    ids : dict of str to str
        Values of the path's or query's parameters.
    invented : dict of str to str
        The same of a thing that was never there.
    """

    whose: str
    ids: dict[str, str]
    invented: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("foreign")
    settings = Settings(
        str(folder / "coalition.sqlite"), origin=ORIGIN, limits=Limits(per_minute=1_000_000)
    )
    with world_in(folder, tmp_path_factory, settings) as made:
        for name in ("DEU", "NOR", "ledger"):
            app.key_new(made.store, name)
        told = folder / "told-to-one.zip"
        told.write_bytes(package(OWNER, site=SITE.format(LABEL), hazard=HAZARD.format(LABEL)))
        app.import_(told, store=made.store)
        yield made


@pytest.fixture(scope="module")
def people(world: World) -> dict[tuple[str, bool], TestClient]:
    """Clients by account name and whether they are the foreign ones."""
    found: dict[tuple[str, bool], TestClient] = {}
    for name, subject in FOREIGN.items():
        found[name, False] = world.client(name)
        client = world.stranger()
        client.cookies.update(session_cookie(world.services, f"other.{name}", subject))
        found[name, True] = client
    return found


People = dict[tuple[str, bool], TestClient]


def token_of(client: TestClient) -> str:
    return csrf_of(client.get("/account").text)


def changed(key: str) -> str:
    """Another key of the same form."""
    return key[:-2] + ("00" if key[-2:] != "00" else "11")


def keyed(whose: str, key: str, name: str = "key") -> Thing:
    return Thing(whose, {name: key}, {name: changed(key)})


def finding(world: World, people: People) -> Thing:
    """One that the other nation does not see."""
    mine, others = (
        {one["key"] for one in people["planner", other].get(FINDINGS).json()["findings"]}
        for other in (False, True)
    )
    return keyed("planner", sorted(mine - others)[0])


FINDINGS = "/api/v1/findings?most=1000"


def site(world: World, people: People) -> Thing:
    return Thing("planner", {"owner": OWNER, "key": "HIDDEN"}, {"owner": OWNER, "key": "NIX"})


def scenario(world: World, people: People) -> Thing:
    client = people["planner", False]
    text = client.get("/scenarios/ready/port-closed/toml").text
    made = client.post(
        "/api/v1/scenarios/own", json={"text": text}, headers={"x-csrf-token": token_of(client)}
    )
    assert made.status_code == 200, made.text
    return keyed("planner", made.json()["key"])


def work(world: World, people: People) -> Thing:
    client = people["planner", False]
    small = {"days": 20, "replications": 1, "seed": 3}
    made = client.post(
        "/api/v1/work",
        json={"kind": "simulate", "parameters": small},
        headers={"x-csrf-token": token_of(client)},
    )
    assert made.status_code == 202, made.text
    return keyed("planner", made.json()["key"])


def answer(world: World, people: People) -> Thing:
    inputs = app.Inputs(app.View(world.store, SUBJECTS["planner"]))
    options = app.SimulateOptions(days=20, run=app.RunOptions(seed=3, replications=1))
    key = app.keep(app.simulate_twin(inputs, options), world.store)
    return keyed("planner", key)


def upload(world: World, people: People) -> Thing:
    client = people["administrator", False]
    for one in client.get("/api/v1/uploads").json()["uploads"]:
        discard(client, f"/data/uploads/{one['key']}")
    status, where, text = send(client, package())
    assert status == 303, text
    return keyed("administrator", where.rpartition("/")[2])


def draft(world: World, people: People) -> Thing:
    client = people["security", False]
    form = {
        "csrf": token_of(client), "template": "mutual-logistic-support", "parties": "DEU,NOR",
        "id": f"MLS-2040-{next(NUMBERS):03}", "days": "30",
    }  # fmt: skip
    made = client.post("/sharing/drafts", data=form)
    assert made.status_code == 303, made.text
    return keyed("security", made.headers["location"].rpartition("/")[2])


def key_act(world: World, people: People) -> Thing:
    client = people["security", False]
    folder = Path(world.folder) / f"elsewhere-{next(NUMBERS)}"
    folder.mkdir()
    public = app.key_new(str(folder / "store.sqlite"), "NOR")
    whole = VerifierKey.parse(public).fingerprint
    form = {"csrf": token_of(client), "public_key": public, "fingerprint": whole}
    assert client.post("/sharing/keys/trust", data=form).status_code == 303
    page = client.get("/sharing/keys").text
    return keyed("security", re.findall(r"/sharing/keys/([\w-]+)/discard", page)[-1])


def agreement(world: World, people: People) -> Thing:
    """One in force between two others."""
    name = f"MLS-2041-{next(NUMBERS):03}"
    folder = Path(world.folder) / name
    file = folder.with_suffix(".json")
    app.agreement_draft(
        "mutual-logistic-support", id=name, parties=["DEU", "NOR"], days=30, out=file
    )
    for nation in ("DEU", "NOR"):
        app.agreement_sign(file, app.View(world.store, nation))
    app.agreement_activate(file, app.View(world.store, "DEU"))
    return Thing("security", {"id": name, "version": "1"}, {"id": "MLS-2099-999", "version": "1"})


def approval(world: World, people: People) -> Thing:
    """Asked for by an officer's colleague, so that the officer may give it."""
    wanted = draft(world, people).ids["key"]
    client = world.client("second")
    asked = client.post(
        f"/api/v1/agreement-drafts/{wanted}/ask", headers={"x-csrf-token": token_of(client)}
    )
    assert asked.status_code == 200, asked.text
    return keyed("security", asked.json()["approval"])


def token(world: World, people: People) -> Thing:
    client = people["planner", False]
    form = {"csrf": token_of(client), "name": f"t{next(NUMBERS)}", "days": "1", "scopes": ["read"]}
    assert client.post("/tokens", data=form).status_code == 200
    return keyed("planner", client.get("/api/v1/tokens").json()["tokens"][-1]["key"])


def hazard(world: World, people: People) -> Thing:
    shown = people["planner", False].get("/api/v1/scenarios/hazards").json()["hazards"]
    key = next(one["key"] for one in shown if one["name"] == "Storm that is told to one")
    return Thing("planner", {"key": key}, {"key": key.replace("HZ-HIDDEN", "HZ-NIX")})


def plan(world: World, people: People) -> Thing:
    """A plan that was kept; what is in it does not matter here, so that none is worked out."""
    inputs = app.Inputs(app.View(world.store, SUBJECTS["planner"]))
    options = app.SimulateOptions(days=20, run=app.RunOptions(seed=3, replications=1))
    run = app.simulate_twin(inputs, options)
    action = {
        "title": "an order", "act": "order", "nation": "DEU", "begin_on": "2026-01-31",
        "works_by": "2026-03-01", "at_once_eur": 1.0, "yearly_eur": 0.0, "item": None,
        "place": None, "on_hand": None, "more": None, "key": FORM["action"], "owner": "",
    }  # fmt: skip
    figures = {**run.figures, "budget (EUR)": 1.0}
    parameters = {"days": 1095.0, "most": 60, "tail_weight": 0.5}
    made = replace(
        run, kind="plan", tables={"actions": pl.DataFrame([action])}, figures=figures,
        origin=replace(run.origin, parameters=parameters),
    )  # fmt: skip
    return keyed("planner", app.keep(made, world.store))


def risk(world: World, people: People) -> Thing:
    """One of the planner's own register."""
    name = f"R-{next(NUMBERS)}"
    entry = RiskEntry(name, "a risk", "manufacturing", (("country", "TWN"),), 0.1, Duration(9.0))
    view = app.View(world.store, SUBJECTS["planner"])
    register_write(view, world.services.desk, Register((entry,)), "Ann")
    return Thing("planner", {"key": name}, {"key": f"{name}-nix"})


MAKERS: dict[str, Callable[[World, People], Thing]] = {
    "/findings/": finding, "/sites/": site, "/scenarios/own/": scenario, "/work/": work,
    "/answers/": answer, "/uploads/": upload, "/drafts/": draft, "/agreement-drafts/": draft,
    "/sharing/keys/": key_act, "/agreements/": agreement, "/approvals/": approval,
    "/tokens/": token, "/hazards/": hazard, "/plans/": plan,
}  # fmt: skip
"""What makes the thing that a route's id names, by a part of its path."""
WITH_IDS = sorted(
    (one.method, one.path, one.kind)
    for one in declared()
    if set(re.findall(r"{(\w+)", one.path)) - {"ending"} and one.path not in OF_THE_NODE
)


def maker_of(path: str) -> Callable[[World, People], Thing]:
    if path == "/export/{name}":
        return answer
    return next(make for part, make in MAKERS.items() if part in path)


def address(path: str, ids: dict[str, str]) -> str:
    if path == "/export/{name}":
        return f"/export/answer-{ids['key']}.xlsx"
    return re.sub(r"{(\w+)(:path)?}", lambda found: ids[found[1]], path)


def ask(client: TestClient, method: str, kind: Kind, where: str) -> httpx2.Response:
    """A request as the page or a program makes it."""
    token = token_of(client)
    if kind is Kind.ACT or where.endswith("/import"):
        form = {"csrf": token, **FORM}
        return client.post(where, data=form, headers={"x-csrf-token": token})
    if method in ("POST", "PUT"):
        return client.request(method, where, json=FORM, headers={"x-csrf-token": token})
    return client.request(method, where, headers={"x-csrf-token": token})


def said(answer: httpx2.Response, ids: dict[str, str]) -> tuple[object, ...]:
    """What an answer tells, but for the id that was asked for and what differs each time."""
    text = answer.text
    for one in sorted(ids.values(), key=len, reverse=True):
        if len(one) > 1:
            text = text.replace(one, "ID")
    text = re.sub(r'(nonce|data-csrf|csrf" value|data-versions)="[^"]*"', "", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)?|[0-9a-f]{32,}", "", text)
    return answer.status_code, answer.headers.get("location", ""), text


Things = Callable[[Callable[[World, People], Thing], str], Thing]


@pytest.fixture(scope="module")
def things(world: World, people: People) -> Things:
    """Makes a thing; where it is only read, gives the one that was made before."""
    kept: dict[object, Thing] = {}

    def made(make: Callable[[World, People], Thing], method: str) -> Thing:
        if method != "GET" and make is not finding:
            return make(world, people)
        if make not in kept:
            kept[make] = make(world, people)
        return kept[make]

    return made


def check(people: People, thing: Thing, asks: Callable[[TestClient, str], httpx2.Response],
          at: Callable[[dict[str, str]], str]) -> None:  # fmt: skip
    mine, other = people[thing.whose, False], people[thing.whose, True]
    foreign, absent = asks(other, at(thing.ids)), asks(other, at(thing.invented))
    assert 400 <= foreign.status_code < 500, foreign.text[:500]
    assert said(foreign, thing.ids) == said(absent, thing.invented)
    own, none = asks(mine, at(thing.ids)), asks(mine, at(thing.invented))
    assert said(own, thing.ids) != said(none, thing.invented), "the route tells nothing apart"
    assert own.status_code < 500, own.text[:500]


@pytest.mark.parametrize(
    ("method", "path", "kind"), WITH_IDS, ids=[f"{method} {path}" for method, path, _ in WITH_IDS]
)
def test_what_is_anothers_answers_as_what_is_not_there(
    people: People, things: Things, method: str, path: str, kind: Kind
) -> None:
    thing = things(maker_of(path), method)
    check(people, thing, lambda who, at: ask(who, method, kind, at), partial(address, path))


@pytest.mark.parametrize("path", IN_QUERY)
def test_an_id_in_the_query_is_no_way_around(people: People, things: Things, path: str) -> None:
    made = {
        "site": site, "finding": finding, "answer": answer, "agreement": agreement,
        "hazard": hazard, "risk": risk,
    }  # fmt: skip
    thing = replace(things(made[IN_QUERY[path]], "GET"), whose="planner")
    names = {"answer": "answer", "hazard": "hazard", "risk": "key"}

    def at(ids: dict[str, str]) -> str:
        given = {names.get(IN_QUERY[path], name): value for name, value in ids.items()}
        return f"{path}?{httpx2.QueryParams(given)}"

    check(people, thing, lambda who, where: who.get(where), at)


def test_every_reason_is_of_a_route_that_is_there() -> None:
    assert set(OF_THE_NODE) <= {one.path for one in declared()}
