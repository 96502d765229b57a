"""Generated coalitions are consistent, of the promised size and shape, and the same every time."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from redball.exchange.check import check_package
from redball.exchange.package import Manifest, read_package, write_package
from redball.model import BadUse, table
from redball.model.frames import value_schema
from redball.synthetic import generate_coalition, size_of
from redball.synthetic.generator.activity import line_ends
from redball.synthetic.generator.columns import power_rank, scatter
from redball.synthetic.generator.plan import CHUNK_ROWS

Tables = Mapping[str, Mapping[str, pl.DataFrame]]


def gathered(size: str, seed: int = 1) -> dict[str, dict[str, pl.DataFrame]]:
    parts: dict[tuple[str, str], list[pl.DataFrame]] = defaultdict(list)
    for owner, name, chunk in generate_coalition(size, seed):
        parts[owner, name].append(chunk)
    out: dict[str, dict[str, pl.DataFrame]] = defaultdict(dict)
    for (owner, name), chunks in parts.items():
        out[owner][name] = pl.concat(chunks)
    return dict(out)


@pytest.fixture(scope="module")
def tiny() -> Tables:
    return gathered("XS")


@pytest.fixture(scope="module")
def small() -> Tables:
    return gathered("S")


@pytest.fixture(scope="module")
def medium() -> Tables:
    return gathered("M")


@pytest.mark.parametrize("size", ["tiny", "small", "medium"])
def test_every_row_is_valid_and_every_reference_names_a_row(
    size: str, request: pytest.FixtureRequest, inconsistencies: Callable[[Tables], list[str]]
) -> None:
    assert inconsistencies(request.getfixturevalue(size)) == []


def test_an_owner_refers_only_to_itself_and_to_owners_before_it(
    small: Tables, inconsistencies: Callable[[Tables], list[str]]
) -> None:
    owners = list(small)
    assert owners == sorted(owners)
    assert len(owners) == 8
    for count in range(1, 9):
        assert inconsistencies({o: small[o] for o in owners[:count]}) == []


@pytest.mark.parametrize("size", ["S", "M"])
def test_sizes_are_met_within_two_per_cent(size: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue({"S": "small", "M": "medium"}[size])
    wanted = size_of(size)
    names = {"item": wanted.items, "site": wanted.sites, "party": wanted.parties,
             "supply": wanted.supply, "lane": wanted.lanes, "holding": wanted.holdings,
             "demand": wanted.demand_lines * 12}  # fmt: skip
    for name, count in names.items():
        rows = sum(part[name].height for part in tables.values())
        assert rows == pytest.approx(count, rel=0.02), name


def test_large_sizes_are_as_the_issue_asks() -> None:
    large, largest = size_of("L"), size_of("XL")
    assert (large.items, large.sites, large.holdings) == (100_000, 10_000, 1_000_000)
    assert (large.lanes, large.parties, large.supply) == (20_000, 20_000, 100_000)
    assert large.systems >= 50
    assert (largest.items, largest.sites, largest.holdings) == (1_000_000, 10_000, 10_000_000)


def test_the_check_of_the_exchange_finds_no_error_in_any_owner(
    small: Tables, tmp_path: Path
) -> None:
    when = datetime(2026, 1, 31, 6, tzinfo=UTC)
    for owner, part in small.items():
        manifest = Manifest(
            owner=owner,
            as_of=when,
            label=None,
            title="EXERCISE",
            exercise=True,
            cadence_days=30,
            mapping=None,
            content="full",
            content_by_table={},
        )
        path = write_package(tmp_path / owner, part, manifest, form="parquet")
        check = check_package(read_package(path), now=when)
        assert check.counts["errors"] == 0, check.issues.filter(severity="error").head(5)


def test_an_unknown_size_is_refused_at_the_call() -> None:
    with pytest.raises(BadUse, match="There is no size 'XXL'"):
        generate_coalition("XXL")


def test_the_same_seed_gives_the_same_chunks_and_another_seed_other_ones(small: Tables) -> None:
    again, other = gathered("S"), gathered("S", seed=2)
    for owner, part in small.items():
        for name, frame in part.items():
            assert_frame_equal(frame, again[owner][name])
    assert not other["DEU"]["holding"].equals(small["DEU"]["holding"])


def test_chunks_are_bounded_and_typed_as_the_language_says() -> None:
    for _, name, chunk in generate_coalition("M"):
        assert chunk.height <= CHUNK_ROWS <= 500_000
        schema = {**value_schema(table(name)), "label": pl.String()}
        assert all(schema[c] == dtype for c, dtype in chunk.schema.items())


def test_about_a_tenth_of_references_cross_owners(medium: Tables) -> None:
    for name, column in (("holding", "item"), ("supply", "supplier"), ("source", "party")):
        texts = pl.concat([part[name][column] for part in medium.values()])
        assert 0.06 < float(texts.str.contains(":", literal=True).sum()) / len(texts) < 0.13


def test_structures_have_three_to_six_levels_and_no_cycle(medium: Tables) -> None:
    for part in medium.values():
        graph: nx.DiGraph[str] = nx.DiGraph(
            list(part["structure"].select("parent", "child").iter_rows())
        )
        assert nx.is_directed_acyclic_graph(graph)
        deepest = [
            max(nx.single_source_shortest_path_length(graph, root).values())
            for root in part["system"]["item"]
        ]
        assert all(3 <= depth <= 6 for depth in deepest)
    assert {3, 6} <= set(deepest)


def test_the_supplier_network_has_hubs_and_is_mostly_acyclic(medium: Tables) -> None:
    rows = [
        (s if ":" in s else f"{owner}:{s}", f"{owner}:{c}")
        for owner, part in medium.items()
        for s, c in part["supply"].select("supplier", "customer").iter_rows()
    ]
    graph: nx.DiGraph[str] = nx.DiGraph(rows)
    degrees = np.array(sorted((d for _, d in graph.out_degree() if d), reverse=True))
    assert degrees[0] > 15 * np.median(degrees)
    first_tier = _firsts(medium)
    again = nx.DiGraph([(s, c) for s, c in rows if s not in first_tier])
    assert nx.is_directed_acyclic_graph(again)


def _firsts(tables: Tables) -> set[str]:
    """Parties of the first tier: relations that go back up start there."""
    return {
        f"{owner}:{key}"
        for owner, part in tables.items()
        for key in part["party"].filter(pl.col("kind") == "supplier")["key"]
    }


def test_every_site_can_be_reached_over_lanes(small: Tables) -> None:
    graph: nx.Graph[str] = nx.Graph()
    for owner, part in small.items():
        graph.add_nodes_from(f"{owner}:{key}" for key in part["site"]["key"])
        for ends in part["lane"].select("from_site", "to_site").iter_rows():
            graph.add_edge(*(end if ":" in end else f"{owner}:{end}" for end in ends))
    assert nx.is_connected(graph)


def test_few_items_carry_most_of_the_demand(medium: Tables) -> None:
    by_item = medium["USA"]["demand"].group_by("item").agg(pl.col("quantity").sum())
    sums = by_item["quantity"].sort(descending=True)
    assert float(sums.head(len(sums) // 10).sum()) > 0.5 * float(sums.sum())


def test_stock_lines_differ_in_site_item_or_lot(medium: Tables) -> None:
    own = medium["DEU"]["holding"]
    assert own.select("site", "item", "lot").n_unique() == own.height


def test_allies_share_articles_under_one_niin(medium: Tables) -> None:
    niin = pl.concat([part["item"].select("niin") for part in medium.values()])["niin"]
    assert 0.03 < 1 - niin.n_unique() / len(niin) < 0.12


@pytest.mark.parametrize(
    ("items", "lines", "most"), [(30, 100, 5), (1000, 20_000, 40), (7, 70, 10)]
)
def test_stock_lines_add_up_and_none_is_over_the_limit(items: int, lines: int, most: int) -> None:
    counts = np.diff(line_ends(items, lines, most), prepend=0)
    assert counts.sum() == lines
    assert counts.min() >= 0
    assert counts.max() <= most


@pytest.mark.parametrize("size", [1, 2, 5, 30, 1000, 99_991])
def test_scatter_is_a_permutation(size: int) -> None:
    assert sorted(scatter(np.arange(size), size).tolist()) == list(range(size))


def test_ranks_follow_the_power_law() -> None:
    ranks = power_rank(np.random.default_rng(5), np.full(200_000, 1000), exponent=0.7)
    assert ranks.min() == 0
    assert ranks.max() < 1000
    # P(rank < k) = (k / n) ** 0.3
    for k in (1, 10, 100):
        assert (ranks < k).mean() == pytest.approx((k / 1000) ** 0.3, abs=0.01)


def test_every_unit_site_is_resupplied_by_a_chain_that_ends_outside(medium: Tables) -> None:
    for part in medium.values():
        above = dict(part["resupply"].select("site", "from_site").iter_rows())
        units = part["party"].filter(pl.col("kind") == "unit")["site"]
        for site in units:
            steps = 0
            while above[site] is not None:
                site, steps = above[site], steps + 1
            assert steps <= 2
    assert max(part["resupply"].height for part in medium.values()) > 9


def test_what_is_replaced_fails_at_a_rate_and_is_repaired_where_it_can_be(medium: Tables) -> None:
    for part in medium.values():
        factor = part["factor"]
        assert set(factor["basis"]) == {"system_hour"}
        hourly = factor.group_by("system").agg(pl.col("quantity").sum())["quantity"]
        assert hourly.is_between(0.002, 0.2).all()
        reparable = set(part["item"].filter(pl.col("reparable"))["key"])
        assert set(part["repair"]["item"]) <= reparable
        assert part["repair"]["repair_days"].is_between(1, 61).all()
        traced = part["structure"].drop_nulls("isolation")
        assert set(traced["parent"]) <= reparable
        assert (traced.group_by("parent").agg(pl.col("isolation").sum())["isolation"] < 1).all()
        failing, parents = set(factor["item"]), set(traced["parent"])
        assert failing & parents, "some units that are replaced have parts of their own"
        redundant = part["structure"].drop_nulls("needed")
        assert (redundant["needed"] < redundant["quantity"]).all()


def test_owners_support_the_one_before_them(small: Tables) -> None:
    promised = {o: part["support"] for o, part in small.items() if "support" in part}
    assert list(promised) == list(small)[1:]
    assert all((frame["giver"] == owner).all() for owner, frame in promised.items())


def test_rules_for_ordering_have_the_numbers_of_their_kind(small: Tables) -> None:
    rules = pl.concat([part["policy"] for part in small.values()])
    fixed = rules.filter(kind="fixed_quantity")
    level = rules.filter(kind="reorder_up_to")
    assert fixed["quantity"].null_count() == level["order_up_to"].null_count() == 0
    assert (level["order_up_to"] > level["reorder_point"]).all()
    assert fixed.height + level.height == rules.height
