"""The firm network of a twin and the ranking of its parties, on a coalition that fits on a page."""

from collections.abc import Callable
from datetime import date
from typing import TypedDict

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, Groups, Twin
from redball.model.errors import BadData, BadUse
from redball.risk.cascade import Need, PartyNetwork, party_network, party_systemic_risk

MakeTwin = Callable[..., Twin]
MakeGroups = Callable[..., Groups]


class Recognised(TypedDict):
    items: Groups
    parties: Groups


def alone(twin: Twin, make_groups: MakeGroups) -> Recognised:
    """Every record stands for itself."""
    return {"items": make_groups(twin, "item"), "parties": make_groups(twin, "party")}


@pytest.fixture(name="twin")
def _twin(make_twin: MakeTwin) -> Twin:
    """FORGE delivers rings to ALPHA and BETA, who share a bearing; ALPHA also makes a gear alone.

    The gear needs steel of MILL besides; GLASS supplies a lens alone and is owned by MILL.
    """
    return make_twin(
        site=[{"key": "D"}],
        party=[
            {"key": "ALPHA"},
            {"key": "BETA"},
            {"key": "FORGE"},
            {"key": "GLASS", "ultimate_parent": "MILL"},
            {"key": "MILL"},
        ],
        item=[
            {"key": "BEARING", "price": 10.0, "currency": "EUR"},
            {"key": "GEAR", "price": 100.0, "currency": "EUR"},
            {"key": "LENS", "supply_class": "NATO:V"},
        ],
        source=[
            {"party": "ALPHA", "item": "BEARING", "share": 0.75},
            {"party": "BETA", "item": "BEARING"},
            {"party": "ALPHA", "item": "GEAR"},
            {"party": "GLASS", "item": "LENS"},
        ],
        supply=[
            {"supplier": "FORGE", "customer": "ALPHA", "input": "Ring"},
            {"supplier": "FORGE", "customer": "BETA", "input": " ring"},
            {"supplier": "MILL", "customer": "ALPHA", "input": "steel", "item": "GEAR"},
        ],
        structure=[{"parent": "GEAR", "child": "BEARING"}],
        system=[{"key": "TANK", "item": "GEAR"}],
    )


def used(twin: Twin, **per_day: float) -> Consumption:
    frame = pl.DataFrame(
        {
            "site_ix": [0] * len(per_day),
            "item_ix": [twin.find("item", key) for key in per_day],
            "per_day": list(per_day.values()),
            "basis": ["demand history"] * len(per_day),
        },
        schema_overrides={"site_ix": pl.Int32, "item_ix": pl.Int32},
    )
    return Consumption(frame, date(2026, 1, 31), 365)


@pytest.fixture(name="build")
def _build(twin: Twin, make_groups: MakeGroups) -> Callable[..., PartyNetwork]:
    def build(twin: Twin = twin, **more: object) -> PartyNetwork:
        return party_network(
            twin,
            items=make_groups(twin, "item"),
            parties=make_groups(twin, "party"),
            **more,  # type: ignore[arg-type]  # passes the keywords on
        )

    return build


def links(found: PartyNetwork) -> dict[tuple[str, str], float]:
    net = found.network
    return {
        (net.names[i], net.names[j]): float(value)
        for i, j, value in zip(net.supplier, net.customer, net.value, strict=True)
    }


def outlets(found: PartyNetwork) -> dict[str, float]:
    return dict(zip(found.network.names, found.network.outlet.tolist(), strict=True))


def test_needs_count_alike_when_no_value_is_known(build: Callable[..., PartyNetwork]) -> None:
    found = build()
    assert (found.needs, found.valued) == (3, 0)
    assert outlets(found) == {
        "Alpha": 0.75,
        "Alpha: Gear": 1.0,
        "Beta": 0.25,
        "Forge": 0.0,
        "Glass": 1.0,
        "Mill": 0.0,
    }


def test_inputs_take_their_part_of_the_sales_of_the_lines_that_need_them(
    build: Callable[..., PartyNetwork],
) -> None:
    found = build(input_share=0.4)
    assert links(found) == pytest.approx(
        {
            ("Forge", "Alpha"): 0.4 * 0.75,
            ("Forge", "Alpha: Gear"): 0.4 * 1.0 / 2,
            ("Forge", "Beta"): 0.4 * 0.25,
            ("Mill", "Alpha: Gear"): 0.4 * 1.0 / 2,
        }
    )
    assert set(found.network.need.tolist()) == {Need.ESSENTIAL}
    assert found.sectors == ("NATO:II", "NATO:V", "ring", "steel")
    assert found.line_item.max() >= 0
    assert any("0.4 of its sales" in sentence for sentence in found.assumptions)


def test_values_come_from_use_and_price_and_the_median_fills_the_gaps(
    twin: Twin, build: Callable[..., PartyNetwork]
) -> None:
    found = build(consumption=used(twin, BEARING=2.0, GEAR=1.0, LENS=5.0))
    assert (found.needs, found.valued) == (3, 2)
    bearing, gear = 2 * 10 * 365, 100 * 365
    assert outlets(found)["Beta"] == pytest.approx(bearing / 4)
    assert outlets(found)["Alpha: Gear"] == pytest.approx(gear)
    assert outlets(found)["Glass"] == pytest.approx((bearing + gear) / 2)


def test_the_loss_of_an_input_stops_the_line_that_needs_it_only(
    twin: Twin, make_groups: MakeGroups
) -> None:
    found = party_systemic_risk(
        twin, items=make_groups(twin, "item"), parties=make_groups(twin, "party"), input_share=0.4
    )
    by_name = {row["name"]: row for row in found.frame.iter_rows(named=True)}
    # sales: 3 to nations, 0.6 of FORGE, 0.2 of MILL
    assert by_name["Mill"]["down"] == pytest.approx((0.2 + 1.0) / 3.8)
    assert by_name["Forge"]["down"] == pytest.approx((0.6 + 2.0) / 3.8)
    assert by_name["Forge"]["esri"] == pytest.approx((0.6 + 2.0) / 3.8)
    assert by_name["Forge"]["through_share"] == pytest.approx(0.6 / 3)
    assert by_name["Alpha"]["lines"] == 2
    assert by_name["Alpha"]["own_share"] == pytest.approx(1.75 / 3.8)
    assert by_name["Forge"]["systems_stopped"] == 1  # both makers of the bearing need it
    assert by_name["Beta"]["systems_stopped"] == 0
    assert found.frame["esri"].is_sorted(descending=True)
    assert found.frame["converged"].all()
    assert found.frame["influence"].sum() == pytest.approx(1.0)


def test_an_owner_falls_with_all_its_parties(twin: Twin, make_groups: MakeGroups) -> None:
    groups = alone(twin, make_groups)
    parties = party_systemic_risk(twin, **groups).frame
    owners = party_systemic_risk(twin, by="parent", **groups).frame
    assert sorted(owners["name"].to_list()) == ["Alpha", "Beta", "Forge", "Mill"]
    loss = dict(zip(parties["name"], parties["esri"], strict=True))
    mill = owners.row(by_predicate=pl.col("name") == "Mill", named=True)
    assert mill["esri"] == pytest.approx(loss["Mill"] + loss["Glass"])
    assert mill["lines"] == 2


def test_recognised_parties_are_one(make_twin: MakeTwin, make_groups: MakeGroups) -> None:
    twin = make_twin(
        party=[{"key": "A"}, {"key": "A", "owner": "NLD", "label": 2}],
        item=[{"key": "X"}, {"key": "X", "owner": "NLD", "label": 2}],
        source=[
            {"party": "A", "item": "X"},
            {"party": "A", "item": "X", "owner": "NLD", "label": 2},
        ],
    )
    found = party_network(
        twin,
        items=make_groups(twin, "item", ["DEU:X", "NLD:X"]),
        parties=make_groups(twin, "party", ["DEU:A", "NLD:A"]),
    )
    assert found.network.outlet.tolist() == [2.0]  # two nations, each with one need


def test_a_relation_that_two_owners_know_counts_once(
    make_twin: MakeTwin, make_groups: MakeGroups
) -> None:
    parties = [{"key": k} for k in "AFG"]
    theirs = [{"key": k, "owner": "NLD", "label": 2} for k in "AF"]
    twin = make_twin(
        party=[*parties, *theirs],
        item=[{"key": "X"}],
        source=[{"party": "A", "item": "X"}],
        supply=[
            {"supplier": "F", "customer": "A"},
            {"supplier": "G", "customer": "A"},
            {"supplier": "F", "customer": "A", "owner": "NLD", "label": 2},
        ],
    )
    found = party_network(
        twin,
        items=make_groups(twin, "item"),
        parties=make_groups(twin, "party", ["DEU:A", "NLD:A"], ["DEU:F", "NLD:F"]),
    )
    assert sorted(links(found).values()) == pytest.approx([0.25, 0.25])


def test_an_undisclosed_supplier_is_a_firm_of_its_own_and_is_never_closed(
    make_twin: MakeTwin, make_groups: MakeGroups
) -> None:
    twin = make_twin(
        party=[{"key": "A"}, {"key": "F"}],
        item=[{"key": "X"}],
        source=[{"party": "A", "item": "X"}, {"party": None, "item": "X"}],
        supply=[
            {"supplier": "F", "customer": "A"},
            {"supplier": None, "customer": "A"},
        ],
    )
    groups = alone(twin, make_groups)
    found = party_network(twin, **groups)
    assert found.line_party.tolist() == [0, 1, -1, -1]
    assert found.network.names[2:] == ("undisclosed", "undisclosed")
    ranked = party_systemic_risk(twin, **groups).frame
    assert ranked["name"].to_list() == ["A", "F"]
    assert ranked.row(by_predicate=pl.col("name") == "F", named=True)["down"] < 0.5


def test_claimed_relations_can_be_left_out(make_twin: MakeTwin, make_groups: MakeGroups) -> None:
    twin = make_twin(
        party=[{"key": "A"}, {"key": "F"}],
        item=[{"key": "X"}],
        source=[{"party": "A", "item": "X"}],
        supply=[{"supplier": "F", "customer": "A", "confidence": 0.4}],
    )
    groups = alone(twin, make_groups)
    assert len(party_network(twin, **groups).network.value) == 1
    assert len(party_network(twin, least_confidence=0.5, **groups).network.value) == 0


def test_the_last_known_customer_gets_a_usual_outlet(
    make_twin: MakeTwin, make_groups: MakeGroups
) -> None:
    twin = make_twin(
        party=[{"key": "A"}, {"key": "F"}],
        supply=[{"supplier": "F", "customer": "A", "essential": False}],
    )
    found = party_network(twin, items=make_groups(twin, "item"), parties=make_groups(twin, "party"))
    assert outlets(found) == {"A": 1.0, "F": 0.0}
    assert found.network.need.tolist() == [Need.LINEAR]
    assert found.sectors == ("last known customer", "steel")


def test_the_label_is_that_of_every_row_that_went_in(
    make_twin: MakeTwin, make_groups: MakeGroups
) -> None:
    rows = {
        "party": [{"key": "A"}, {"key": "F", "owner": "NLD", "label": 3}],
        "item": [{"key": "X"}],
        "source": [{"party": "A", "item": "X"}],
    }
    twin = make_twin(**rows)
    groups = alone(twin, make_groups)
    found = party_systemic_risk(twin, **groups)
    assert found.label.classification == "RESTRICTED"
    assert found.label.readers == frozenset({"DEU", "NLD", "POL"})
    assert set(found.frame["label"].to_list()) == {found.label.text}


def test_bad_use_is_refused(twin: Twin, make_twin: MakeTwin, make_groups: MakeGroups) -> None:
    groups = alone(twin, make_groups)
    with pytest.raises(BadUse, match="'site' can't be closed"):
        party_systemic_risk(twin, by="site", **groups)
    for share in (0.0, 0.99, float("nan")):
        with pytest.raises(BadUse, match="input share"):
            party_network(twin, input_share=share, **groups)
    with pytest.raises(BadUse, match="do not belong"):
        party_network(twin, items=groups["parties"], parties=groups["parties"])
    empty = make_twin(party=[{"key": "A"}])
    with pytest.raises(BadData, match="neither sources nor supply"):
        party_network(empty, items=make_groups(empty, "item"), parties=make_groups(empty, "party"))


def test_the_same_twin_gives_the_same_bytes(twin: Twin, make_groups: MakeGroups) -> None:
    groups = alone(twin, make_groups)
    one, two = (party_systemic_risk(twin, workers=w, **groups).frame for w in (1, 2))
    assert one.equals(two)
    assert np.array_equal(one["esri"].to_numpy(), two["esri"].to_numpy())
