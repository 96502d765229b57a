from pathlib import Path

import pytest

from redball import app
from redball.app.forecasts import read_surges
from redball.model import BadData, BadUse


def test_figures_agree_with_the_rows_and_quantiles_do_not_fall(alone: app.Inputs) -> None:
    answer = app.forecast_demand(alone, app.ForecastOptions(levels=(0.5, 0.9, 0.99)))
    rows = answer.tables["demand"]
    assert (
        answer.figures["items at sites"] == rows.height == answer.tables["methods"]["series"].sum()
    )
    assert (rows["q0.5"] <= rows["q0.9"]).all()
    assert (rows["q0.9"] <= rows["q0.99"]).all()
    lamp = rows.filter(item="DEU:LAMP").row(0, named=True)
    # 21 lamps in twelve periods of 30 days, over 4 days of transport and 30 of review
    assert lamp["horizon_days"] == 34.0
    assert lamp["mean"] == pytest.approx(21 / 360 * 34, rel=0.35)
    assert answer.assumptions


def test_a_surge_multiplies_the_mean(alone: app.Inputs, tmp_path: Path) -> None:
    path = tmp_path / "surge.csv"
    path.write_text("first,last,multiplier,item\n2026-01-01,2026-12-31,3,RADIO\n")
    usual = app.forecast_demand(alone).tables["demand"]
    raised = app.forecast_demand(alone, app.ForecastOptions(surge=path)).tables["demand"]
    both = usual.join(raised, on="item", suffix="_raised")
    ratio = dict(zip(both["item"], both["mean_raised"] / both["mean"], strict=True))
    assert ratio["DEU:RADIO"] == pytest.approx(3.0)
    assert ratio["DEU:LAMP"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first,last\n", "no column 'multiplier'"),
        ("first,last,multiplier,nonsense\n", "unknown column 'nonsense'"),
        ("first,last,multiplier\n2026-01-01,soon,2\n", "line 2"),
        ("first,last,multiplier\n2026-01-01,2026-02-01,much\n", "line 2"),
    ],
)
def test_a_bad_surge_file_names_column_or_line(
    alone: app.Inputs, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "surge.csv"
    path.write_text(text)
    with pytest.raises(BadData) as caught:
        read_surges(path, app.look(alone).twin)
    assert said in f"{caught.value.where} {caught.value.what}"
    with pytest.raises(BadUse, match="no such file"):
        read_surges(tmp_path / "none.csv", app.look(alone).twin)


def test_levels_are_read_and_sorted() -> None:
    assert app.parse_levels("0.95,0.8,0.8") == (0.8, 0.95)
    for text in ("", "1", "0", "a,b", "nan"):
        with pytest.raises(BadUse, match="service levels"):
            app.parse_levels(text)
