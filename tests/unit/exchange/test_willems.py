from datetime import date
from pathlib import Path

import pytest

from redball.exchange.package import read_package
from redball.exchange.willems import owner_of, read_willems, write_willems_packages
from redball.model import BadData, BadUse

STAGES = """chain,Stage Name,stageCost,relDepth,stageClassification,avgDemand,stdDevDemand,\
maxServiceTime,serviceLevel,stageTime,stdDev stageTime
1,Part_1,10,3,Part,,,,,28,11.5
1,Part_2,5,3,Part,,,,,7,
1,Manuf_1,20,2,Manuf,,,,,10,
1,Trans_1,2,1,Trans,,,,,3,0.5
1,Retail_1,1,0,Retail,4,2,1,0.95,6,
1,Retail_2,0,0,Retail,1,1,0,0.95,0,
2,Part_1,3,1,Part,,,,,2,
2,Dist_1,1,0,Dist,7,1,0,0.95,2,
"""
ARCS = """chain,source,destination
1,Part_1,Manuf_1
1,Part_2,Manuf_1
1,Manuf_1,Trans_1
1,Trans_1,Retail_1
1,Manuf_1,Retail_2
1,Part_2,Retail_2
2,Part_1,Dist_1
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    stages, arcs = tmp_path / "stages.csv", tmp_path / "arcs.csv"
    stages.write_text(STAGES, encoding="utf-8")
    arcs.write_text(ARCS, encoding="utf-8")
    return stages, arcs


def test_each_stage_is_a_site_and_a_party_and_each_arc_a_relation(files: tuple[Path, Path]) -> None:
    chains = read_willems(*files)
    assert sorted(chains) == [1, 2]
    one = chains[1]
    assert one["site"].height == one["party"].height == 6
    kinds = dict(one["party"].select("key", "kind").iter_rows())
    assert kinds["Part_1"] == "supplier"
    assert kinds["Trans_1"] == "carrier"
    relations = one["supply"].select("supplier", "customer", "input", "item").rows()
    assert len(relations) == 6
    assert ("Trans_1", "Retail_1", "Manuf_1", "Manuf_1") in relations
    assert ("Part_2", "Retail_2", "Part_2", "Retail_2") in relations


def test_only_makers_make_an_article_and_a_stage_with_two_inputs_makes_a_kit(
    files: tuple[Path, Path],
) -> None:
    one = read_willems(*files)[1]
    assert one["item"]["key"].to_list() == ["Part_1", "Part_2", "Manuf_1", "Retail_2"]
    assert one["structure"].select("parent", "child", "quantity").rows() == [
        ("Manuf_1", "Part_1", 1.0),
        ("Manuf_1", "Part_2", 1.0),
        ("Retail_2", "Manuf_1", 1.0),
        ("Retail_2", "Part_2", 1.0),
    ]


def test_prices_are_the_costs_summed_along_the_paths(files: tuple[Path, Path]) -> None:
    one = read_willems(*files)[1]
    prices = dict(one["source"].select("item", "unit_price").iter_rows())
    assert prices == {"Part_1": 10, "Part_2": 5, "Manuf_1": 35, "Retail_2": 40}
    assert dict(one["item"].select("key", "price").iter_rows()) == prices


def test_times_stand_once_on_the_source_of_a_maker_or_the_lane_of_a_mover(
    files: tuple[Path, Path],
) -> None:
    one = read_willems(*files)[1]
    leads = one["source"].select("item", "lead_time_days", "lead_time_sd_days").rows()
    assert ("Part_1", 28.0, 11.5) in leads
    assert ("Retail_2", 0.0, None) in leads
    lanes = one["lane"].select("from_site", "to_site", "transit_days", "carrier").rows()
    assert lanes == [
        ("Manuf_1", "Trans_1", 3.0, "Trans_1"),
        ("Trans_1", "Retail_1", 6.0, None),
        ("Manuf_1", "Retail_2", None, None),
        ("Part_2", "Retail_2", None, None),
    ]


def test_demand_is_a_year_of_the_mean_rate_and_targets_bridge_the_own_time(
    files: tuple[Path, Path],
) -> None:
    one = read_willems(*files)[1]
    demand = one["demand"].filter(site="Retail_1")
    assert demand.height == 12
    assert demand["quantity"].to_list() == [120.0] * 12
    assert demand["item"].unique().to_list() == ["Manuf_1"]
    assert demand["period_start"][0] == date(2025, 1, 6)
    assert one["target"].rows() == [("Retail_1", "Manuf_1", 5.0)]


def test_packages_are_written_for_owners_of_their_own_and_can_be_read(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    paths = write_willems_packages(*files, tmp_path / "out")
    packages = [read_package(path) for path in paths]
    assert [package.manifest.owner for package in packages] == ["XW01", "XW02"]
    assert owner_of(38) == "XW38"
    for package in packages:
        assert not package.notes
        assert all(not raw.notes and raw.problems.is_empty() for raw in package.tables)
    with pytest.raises(BadUse, match="something already"):
        write_willems_packages(*files, tmp_path / "out")


@pytest.mark.parametrize(
    ("stages", "arcs", "says"),
    [
        (STAGES.replace("stageCost", "cost"), ARCS, "no column 'stageCost'"),
        (STAGES.replace(",28,", ",x,"), ARCS, "'x' is not a number"),
        (STAGES + "2,Part_1,3,1,Part,,,,,2,\n", ARCS, "comes twice"),
        (STAGES + "2,Part_9\n", ARCS, "too short"),
        (STAGES, ARCS + "2,Part_9,Dist_1\n", "no stage 'Part_9'"),
        (STAGES, ARCS + "1,Manuf_1,Part_1\n", "run in a circle"),
    ],
)
def test_data_of_another_shape_are_refused(
    files: tuple[Path, Path], stages: str, arcs: str, says: str
) -> None:
    files[0].write_text(stages, encoding="utf-8")
    files[1].write_text(arcs, encoding="utf-8")
    with pytest.raises(BadData, match=says):
        read_willems(*files)


def test_a_file_that_is_not_there_is_bad_data(files: tuple[Path, Path]) -> None:
    with pytest.raises(BadData, match="can't be read"):
        read_willems(files[0].with_name("gone.csv"), files[1])
