from pathlib import Path
from statistics import NormalDist

import pytest

from redball import app
from redball.app.placement import ChainFiles
from redball.forecasting import consumption
from redball.model import BadData, BadUse
from redball.stock.placement import chain_from_frames, chain_of_twin, price_schedule

STAGES = "stage,stage_time_days,added_cost,demand_mean,demand_sd,max_service_time_days\n"


@pytest.fixture
def files(tmp_path: Path) -> ChainFiles:
    (tmp_path / "s.csv").write_text(STAGES + "part,10,5,,,\nwhole,4,20,2,1,0\n")
    (tmp_path / "a.csv").write_text("supplier,customer,quantity\npart,whole,1\n")
    return ChainFiles(tmp_path / "s.csv", tmp_path / "a.csv", "RESTRICTED // REL ALL")


def test_the_cost_of_a_twins_chain_is_that_of_its_schedule(alone: app.Inputs) -> None:
    answer = app.stock_placement(alone)
    twin = app.look(alone).twin
    frames = chain_of_twin(twin, consumption(twin))
    chain = chain_from_frames(
        frames.stages.drop("item_ix", "site_ix"),
        frames.arcs,
        aggregation="path",
        holding_rate=0.2,
        z=NormalDist().inv_cdf(0.95),
    )
    outbound = dict(answer.tables["stages"].select("stage", "outbound_days").iter_rows())
    priced = price_schedule(chain, outbound)
    assert priced.cost == pytest.approx(answer.figures["cost a year"])
    assert answer.tables["stages"]["cost"].sum() == pytest.approx(answer.figures["cost a year"])


def test_a_chain_in_files_carries_its_label(files: ChainFiles) -> None:
    inputs = app.inputs_of("x", "DEU", None, None)
    answer = app.stock_placement(inputs, files=files)
    assert answer.origin.label.text == "RESTRICTED // REL ALL"
    assert answer.figures["stages"] == 2
    bare = app.stock_placement(inputs, files=ChainFiles(files.stages, files.arcs))
    assert bare.origin.label.readers == frozenset()
    assert bare.origin.twin_hash == answer.origin.twin_hash


def test_half_a_chain_or_a_bad_file_is_said(files: ChainFiles, tmp_path: Path) -> None:
    inputs = app.inputs_of("x", "DEU", None, None)
    with pytest.raises(BadUse, match="both"):
        app.chain_files(files.stages, None)
    assert app.chain_files(None, None) is None
    missing = ChainFiles(tmp_path / "none.csv", files.arcs)
    with pytest.raises(BadUse, match="no such file"):
        app.stock_placement(inputs, files=missing)
    files.arcs.write_text("supplier,customer,quantity\nnobody,whole,1\n")
    with pytest.raises(BadData, match="nobody"):
        app.stock_placement(inputs, files=files)
