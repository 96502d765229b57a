import pytest

from redball import app
from redball.app.sparing import nations_of, spares
from redball.model import BadData, BadUse

OPTIONS = app.SparingOptions()


def test_both_nations_and_their_agreements_are_found(allies: app.Inputs) -> None:
    found = spares(allies, OPTIONS)
    assert list(nations_of(found.case)) == ["DEU", "NLD"]
    given = {(a.giver, a.receiver, a.move_days) for a in found.agreements}
    assert given == {("DEU", "NLD", 1.0), ("NLD", "DEU", 1.0)}
    # 8 and 6 tanks, and radios that are one article by their number
    assert found.case.problem.systems.sum() == 14
    assert len(found.case.problem.item_names) == 3


def test_one_nation_alone_has_no_agreement(allies: app.Inputs) -> None:
    found = spares(allies, app.SparingOptions(nations=("DEU",)))
    assert list(nations_of(found.case)) == ["DEU"]
    assert found.agreements == ()


def test_the_forecast_brings_variance_and_the_mean_does_not(alone: app.Inputs) -> None:
    plain = spares(alone, OPTIONS).case.problem
    told: list[tuple[str, int, int]] = []
    forecast = spares(
        alone, app.SparingOptions(forecast=True), lambda *words: told.append(words)
    ).case.problem
    assert (plain.variance_to_mean == 1).all()
    assert forecast.demand.shape == plain.demand.shape
    assert told[-1][0] == "forecast"


def test_a_system_or_nation_that_is_not_seen_is_said(alone: app.Inputs) -> None:
    with pytest.raises(BadUse, match="SHIP"):
        spares(alone, app.SparingOptions(systems=("SHIP",)))
    with pytest.raises(BadData, match="FRA"):
        spares(alone, app.SparingOptions(nations=("FRA",)))
