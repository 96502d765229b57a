"""The supply network on pages: figures against kernels and command line; what is refused."""

import json
from collections.abc import Iterator

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web_world import SUBJECTS, World, world_in
from typer.testing import CliRunner

from redball import app
from redball.app.keeping import Keeper, keeping
from redball.app.tiers import Asked, supply_network
from redball.app.tiers.asking import known_network
from redball.cli.network import group
from redball.model import combine
from redball.risk.tiers import behind, spread
from redball.web.pages.findings.shown import links

PLANNER = SUBJECTS["planner"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("network")
    with world_in(folder, tmp_path_factory) as made, keeping(Keeper()):
        yield made


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


def test_what_fails_and_when_is_what_the_definition_says(world: World) -> None:
    known = known_network(app.View(world.store, PLANNER))
    top = int(known.network.system_nodes[0])
    one = behind(known.twin, known.network, top)
    assert one.points
    stops = {known.network.first[kind] + place for kind, place in one.points}
    for node in one.net.node[known.network.elements()[one.net.node]].tolist():
        found = spread(one.net, node)
        assert dict(zip(found.node.tolist(), found.step.tolist(), strict=True)) == _rounds(
            known.network.graph, one.net.node.tolist(), node
        )
        assert (top in found.node) == (node in stops)


def _rounds(graph: object, inside: list[int], lost: int) -> dict[int, int]:
    """Failures round by round, by the definition alone."""
    failed, step = {lost: 0}, 0
    while True:
        step += 1
        new = [n for n in inside if n not in failed and _fails(graph, n, failed)]
        if not new:
            return failed
        failed |= dict.fromkeys(new, step)


def _fails(graph: object, node: int, failed: dict[int, int]) -> bool:
    starts, flat = graph.alternative_start, graph.alternative  # type: ignore[attr-defined]  # an AndOrGraph
    for k in range(graph.group_start[node], graph.group_start[node + 1]):  # type: ignore[attr-defined]  # the same
        each = flat[starts[k] : starts[k + 1]].tolist()
        if each and all(one in failed for one in each):
            return True
    return False


def test_hidden_suppliers_of_the_findings_are_points_here(world: World) -> None:
    view = app.View(world.store, PLANNER)
    seen = 0
    for finding in app.findings(view).findings:
        if finding.rule == "hidden-common-supplier" and finding.subject.table == "party":
            for ref in finding.evidence:
                if ref.table == "system":
                    answer = supply_network(view, Asked(system=f"{ref.owner}:{ref.key}"))
                    keys = answer.tables["points"]["key"].to_list()
                    assert f"{finding.subject.owner}:{finding.subject.key}" in keys
                    seen += 1
            if seen > 3:
                break
    assert seen


def test_one_item_s_concentration_is_that_of_the_findings(world: World) -> None:
    from redball.risk.concentration import source_concentration

    view = app.View(world.store, PLANNER)
    known = known_network(view)
    both = known.recognised
    frame = source_concentration(known.twin, both.items, both.parties)
    leaf = frame.filter(~frame["item_ix"].is_in(known.twin.index("structure", "parent").tolist()))
    for row, expected in leaf.select("item_ix", "hhi_country").head(5).iter_rows():
        ref = known.twin.ref("item", row)
        answer = supply_network(view, Asked(item=f"{ref.owner}:{ref.key}"))
        assert answer.figures["origin_hhi"] == pytest.approx(expected)


def test_page_api_and_command_line_say_the_same(world: World, planner: TestClient) -> None:
    found = planner.get("/api/v1/network?system=DEU:IFV&fail=country:NLD").json()
    words = ["show", "--viewer", PLANNER, "--store", world.store, "--system", "DEU:IFV", "--json"]
    run = CliRunner().invoke(group, [*words, "--fail", "country:NLD"])
    assert run.exit_code == 0, run.output
    said = json.loads(run.stdout)
    for name in ("figures", "points", "origins", "steps", "stopped", "graph"):
        assert said[name] == found[name], name
    page = planner.get("/network?system=DEU:IFV&fail=country:NLD")
    assert page.status_code == 200
    fails = f"{found['figures']['failed_items']} items and {found['figures']['failed_parties']} "
    assert fails in page.text


def test_large_columns_are_groups_until_they_are_opened(planner: TestClient) -> None:
    asked = "/api/v1/network?system=DEU:IFV&collapse=tier"
    graph = planner.get(asked).json()["graph"]
    one = next(n for n in graph["nodes"] if n["id"].endswith(":parties") and n["count"] > 1)
    opened = planner.get(f"{asked}&open={one['id']}").json()["graph"]
    ids = {n["id"] for n in opened["nodes"]}
    assert one["id"] not in ids
    assert len(ids) == len(graph["nodes"]) - 1 + one["count"]
    assert {link[end] for link in opened["links"] for end in ("from", "to")} <= ids


def test_search_finds_only_what_is_visible(world: World, planner: TestClient) -> None:
    start = planner.get("/api/v1/network/search?q=truck").json()["found"]
    assert {k: start[0][k] for k in ("table", "key")} == {"table": "system", "key": "DEU:TRK"}
    known = known_network(app.View(world.store, SUBJECTS["analyst"]))
    other, found = world.client("analyst"), 0
    for one in other.get("/api/v1/network/search?q=a&most=50").json()["found"]:
        found += known.twin.find(one["table"], one["key"]) >= 0
    assert found


def test_a_hidden_name_answers_as_one_that_does_not_exist(
    planner: TestClient, world: World
) -> None:
    everything = known_network(app.View(world.store, SUBJECTS["node"])).twin
    seen = set(known_network(app.View(world.store, PLANNER)).twin.named("item")["key"])
    hidden = next(
        (f"{o}:{k}" for o, k in everything["item"].select("owner", "key").iter_rows()
         if k not in seen), "USA:NOTHING",
    )  # fmt: skip
    answers = [planner.get(f"/api/v1/network?item={key}") for key in (hidden, "USA:NO-SUCH")]
    assert [a.status_code for a in answers] == [404, 404]


@pytest.mark.parametrize(
    "query", ["", "system=DEU:IFV&item=DEU:X", "system=DEU:IFV&fail=moon:X",
              "system=DEU:IFV&fail=country:XXX", "system=DEU:IFV&collapse=magic"],
    ids=["nothing", "both", "kind", "country", "way"],
)  # fmt: skip
def test_a_question_that_is_none_is_told_so(planner: TestClient, query: str) -> None:
    answer = planner.get(f"/api/v1/network?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["mend"]


def test_pages_are_served(planner: TestClient) -> None:
    for path in ("/network", "/network?q=truck", "/network?system=DEU:TRK&q=steel&mark=DEU:TRK"):
        assert planner.get(path).status_code == 200, path


def test_the_list_of_systems_counts_what_each_page_shows(world: World) -> None:
    view = app.View(world.store, PLANNER)
    frame, _ = app.network_systems(view)
    assert frame.height
    for row in frame.head(2).to_dicts():
        figures = supply_network(view, Asked(system=row["system"])).figures
        assert {name: row[name] for name in ("items", "parties", "points")} == {
            name: figures[name] for name in ("items", "parties", "points")
        }


def test_what_is_sought_is_highlighted_also_inside_a_group(planner: TestClient) -> None:
    asked = "/api/v1/network?system=DEU:IFV&collapse=tier&q=b.v."
    answer = planner.get(asked).json()
    members = [one["key"] for one in answer["members"] if one["found"]]
    assert members
    assert all("b.v." in one["name"].lower() for one in answer["members"] if one["found"])
    nodes = answer["graph"]["nodes"]
    assert sum(node["found"] for node in nodes) == len(members)
    assert any(node["found"] and node["count"] > 1 for node in nodes)


def test_a_finding_s_page_marks_what_it_is_about(world: World, planner: TestClient) -> None:
    view = app.View(world.store, PLANNER)
    finding = next(
        one for one in app.findings(view).findings
        if one.rule == "hidden-common-supplier" and one.subject.table == "party"
    )  # fmt: skip
    link = next(one for one in links(finding) if one.path == "/network")
    marked = [
        node for node in planner.get("/api/v1/network", params=link.query).json()["graph"]["nodes"]
        if node["marked"]
    ]  # fmt: skip
    assert [node["name"] for node in marked] == [see_name(view, finding.subject.key)]
    page = planner.get("/network", params=link.query).text
    assert 'aria-current="true"' in page
    assert "/scenarios/new?lose=party%3A" in page


def see_name(view: app.View, key: str) -> str:
    party = known_network(view).twin["party"].filter(pl.col("key") == key)
    return str(party["name"][0])


def test_label_covers_every_table_that_was_read(world: World) -> None:
    """What is shown to somebody rests on nothing that they do not see, and is marked for it."""
    for name in ("planner", "analyst"):
        view = app.View(world.store, SUBJECTS[name])
        known = known_network(view)
        row = known.network.system_rows[0]
        ref = known.twin.ref("system", int(row))
        answer = supply_network(view, Asked(system=f"{ref.owner}:{ref.key}"))
        shown = known.twin.label_of("party"), known.twin.label_of("nation")
        for label in shown:
            assert combine(answer.origin.label, label) == answer.origin.label
        visible = set(known.twin.named("party").select(pl.concat_str("owner", "key", separator=":"))
                      .to_series())  # fmt: skip
        members = answer.tables["members"].filter(pl.col("kind") == "party")
        assert set(members["key"]) <= visible
