from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from redball.app import (
    Answer,
    answer_of,
    init_store,
    keep,
    kept_answer,
    kept_answers,
    write_answer_report,
    write_answer_tables,
)
from redball.app.answers import shares
from redball.model import BadUse, Origin, ResultLabel

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answer(parameters: Mapping[str, int] | None = None, twin: str = "ab") -> Answer:
    return Answer(
        kind="stock curve",
        title="Readiness against budget",
        said=("One sentence.",),
        figures={"cost, EUR": 1234.5, "systems": 3, "name": None},
        tables={
            "curve": pl.DataFrame({"cost": [0.0, 1.0], "readiness": [0.5, float("nan")]}),
            "buys": pl.DataFrame({"item": ["=A"], "levels": [[0.8, 0.9]]}),
        },
        origin=Origin(
            viewer="DEU",
            as_of=MOMENT,
            revision=1,
            twin_hash=twin * 32,
            software="redball 0",
            label=ResultLabel("RESTRICTED", frozenset({"DEU"})),
            parameters=parameters or {"points": 40},
        ),
        assumptions=("Ample repair.",),
        command="redball stock curve",
    )


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = str(tmp_path / "s.sqlite")
    init_store(url)
    return url


def test_a_kept_answer_comes_back_as_it_was_given(store: str) -> None:
    given = answer()
    key = keep(given, store)
    back = answer_of(kept_answer(store, "DEU", key[:10]))
    assert back.content == given.content
    assert back.origin == given.origin
    assert back.said == given.said
    assert kept_answers(store, "DEU")["key"].to_list() == [key]


def test_a_value_that_is_no_number_is_kept_as_empty(store: str) -> None:
    tables = kept_answer(store, "DEU", keep(answer(), store)).content["tables"]
    assert isinstance(tables, dict)
    assert tables["curve"][1]["readiness"] is None


def test_the_same_answer_is_kept_once_and_another_parameter_is_another(store: str) -> None:
    assert keep(answer(), store) == keep(answer(), store)
    assert keep(answer({"points": 41}), store) != keep(answer(), store)


def test_tables_carry_the_marking_and_no_formula(tmp_path: Path) -> None:
    paths = write_answer_tables(answer(), tmp_path / "out")
    assert [path.name for path in paths] == ["curve.csv", "buys.csv"]
    text = paths[1].read_text()
    assert "RESTRICTED // FOR DEU ONLY" in text
    assert "0.8 0.9" in text
    assert "\n=A" not in text


def test_answers_of_one_twin_make_one_page_and_of_two_none(tmp_path: Path) -> None:
    page = write_answer_report([answer(), answer()], tmp_path / "a.html").read_text()
    assert "RESTRICTED // FOR DEU ONLY" in page
    assert "1,234" in page
    with pytest.raises(BadUse, match="different twins"):
        write_answer_report([answer(), answer(twin="cd")], tmp_path / "b.html")
    with pytest.raises(BadUse, match="no answer"):
        write_answer_report([], tmp_path / "c.html")
    assert not (tmp_path / "b.html").exists()


def test_a_report_is_never_more_open_than_any_of_its_answers(tmp_path: Path) -> None:
    closed = answer()
    open_ = replace(closed, origin=replace(closed.origin, label=ResultLabel("UNCLASSIFIED", None)))
    for order in ([open_, closed], [closed, open_]):
        page = write_answer_report(order, tmp_path / "a.html").read_text()
        assert "RESTRICTED // FOR DEU ONLY" in page
        assert "UNCLASSIFIED // REL ALL" not in page


def test_progress_is_told_in_thousandths() -> None:
    told: list[tuple[str, int, int]] = []
    advance = shares(lambda *what: told.append(what), "curve")
    assert advance is not None
    advance(0.25)
    assert told == [("curve", 250, 1000)]
    assert shares(None, "x") is None
