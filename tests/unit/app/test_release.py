import pytest

from redball import app

WORDS = "days:60"


def release(inputs: app.Inputs, **more: float) -> app.Answer:
    return app.stock_reserve(
        inputs,
        app.ReserveOptions(app.parse_duration(WORDS), WORDS, **more),  # type: ignore[arg-type]  # by name
    )


def test_what_is_required_leaves_the_depot_for_the_unit(alone: app.Inputs) -> None:
    answer = release(alone)
    (row,) = answer.tables["release"].iter_rows(named=True)
    assert (row["from_site"], row["to_site"], row["item"]) == ("DEU:DEPOT", "DEU:BASE", "DEU:LAMP")
    assert (row["units"], row["leaves_by_hours"], row["arrives_by_hours"]) == (15.0, 24.0, 48.0)
    assert row["mass_t"] == pytest.approx(0.03)
    assert answer.tables["not_released"].is_empty()


def test_days_of_use_are_brought_to_sites_that_have_less(alone: app.Inputs) -> None:
    answer = release(alone, release_days=180.0)
    sent = answer.tables["release"].filter(item="DEU:LAMP")
    # 21 lamps in 360 days
    assert sent["units"].sum() == pytest.approx(180 * 21 / 360, abs=1.0)
    assert sent["units"].sum() <= 20.0


def test_more_than_is_held_is_not_sent_and_said(alone: app.Inputs) -> None:
    answer = release(alone, release_days=3000.0)
    assert answer.tables["release"].filter(item="DEU:LAMP")["units"].sum() == 20.0
    short = answer.tables["not_released"].filter(item="DEU:LAMP").row(0, named=True)
    assert short["asked"] == pytest.approx(175.0)
    assert short["unmet"] == pytest.approx(155.0)
