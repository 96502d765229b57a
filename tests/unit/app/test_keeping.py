"""Twins kept between questions: built once, never shown under another scope."""

import shutil
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from redball import app
from redball.app.example import write_example
from redball.app.keeping import KeptTwin
from redball.model import NotPermitted, build_twin


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    first, *_ = write_example(folder / "packages")
    app.import_(first, store=str(folder / "store.sqlite"), skip_bad_rows=True)
    return folder / "store.sqlite"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> str:
    shutil.copyfile(made, tmp_path / "store.sqlite")
    return str(tmp_path / "store.sqlite")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Viewers for whom a twin was built."""
    found: list[str] = []
    real = build_twin

    def build(*arguments: object, **words: object) -> object:
        found.append(str(words["viewer"]))
        return real(*arguments, **words)  # type: ignore[arg-type]  # handed on as they were given

    monkeypatch.setattr("redball.app.view.build_twin", build)
    return found


def test_a_twin_is_built_once_per_subject(store: str, built: list[str]) -> None:
    with app.keeping(app.Keeper()):
        first = app.see(app.View(store, "DEU"))
        assert app.see(app.View(store, "DEU")) is first
        other = app.see(app.View(store, "DEU role=analyst clearance=UNCLASSIFIED"))
        assert other is not first
    assert built == ["DEU", "DEU"]


def test_without_a_keeper_every_question_builds_one(store: str, built: list[str]) -> None:
    assert app.see(app.View(store, "DEU")) is not app.see(app.View(store, "DEU"))
    assert len(built) == 2


def test_another_action_is_another_question(store: str) -> None:
    with app.keeping(app.Keeper()):
        app.see(app.View(store, "DEU role=analyst"))
        with pytest.raises(NotPermitted):
            app.stock_support(app.Inputs(app.View(store, "DEU role=analyst")))


def test_an_import_is_seen_at_once_after_stale_and_within_the_time_said(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["redball.app.keeping"], "FRESH", 0.05)
    keeper = app.Keeper()
    packages = write_example(tmp_path / "more")
    with app.keeping(keeper):
        before = app.see(app.View(store, "XAG")).twin.revision
        app.import_(packages[1], store=store, skip_bad_rows=True)
        keeper.stale()
        after = app.see(app.View(store, "XAG")).twin.revision
        assert after > before
        app.import_(packages[2], store=store, skip_bad_rows=True)
        time.sleep(0.06)  # longer than a decided scope counts, and nobody said stale
        assert app.see(app.View(store, "XAG")).twin.revision > after


def test_what_is_derived_is_made_once_however_many_ask(store: str) -> None:
    made: list[int] = []
    keeper = app.Keeper()

    def ask() -> None:
        with app.keeping(keeper):
            seen = app.see(app.View(store, "DEU"))
            app.kept(seen, "sum", lambda: made.append(1))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_what_failed_is_tried_again(store: str) -> None:
    with app.keeping(app.Keeper()):
        seen = app.see(app.View(store, "DEU"))
        with pytest.raises(ZeroDivisionError):
            app.kept(seen, "x", lambda: 1 // 0)
        assert app.kept(seen, "x", lambda: 7) == 7


def test_a_twin_that_could_not_be_built_leaves_no_lock() -> None:
    keeper = app.Keeper()

    def fail() -> KeptTwin:
        raise ValueError("no such moment")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such moment"):
            keeper.twin("who", "state", keeper.look(), fail)
    assert keeper._making == {}


def test_a_keeper_holds_no_more_than_it_may(store: str, built: list[str]) -> None:
    with app.keeping(app.Keeper(capacity=2)):
        for level in ("UNCLASSIFIED", "RESTRICTED", "SECRET", "UNCLASSIFIED"):
            app.see(app.View(store, f"DEU role=analyst clearance={level}"))
    assert len(built) == 4  # the first had to make room


def test_memory_bounds_what_is_kept_but_never_refuses(store: str, built: list[str]) -> None:
    with app.keeping(app.Keeper(memory_bytes=1)):
        for viewer in ("DEU", "XAG", "XAG", "DEU"):
            assert app.see(app.View(store, viewer)).twin.viewer == viewer
    assert built == ["DEU", "XAG", "DEU"]


def test_a_given_moment_is_not_mixed_up_with_now(store: str) -> None:
    with app.keeping(app.Keeper()):
        now = app.see(app.View(store, "DEU"))
        then = app.see(app.View(store, "DEU", datetime(2001, 1, 1, tzinfo=UTC)))
        assert then.twin.revision == 0
        assert now.twin.revision > 0


@pytest.mark.parametrize("told", [True, False], ids=["told", "not_told"])
def test_what_changes_while_a_twin_is_built_does_not_wait_for_it(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    fresh = 60.0 if told else 0.05
    monkeypatch.setattr(sys.modules["redball.app.keeping"], "FRESH", fresh)
    keeper, real = app.Keeper(), build_twin
    second = write_example(tmp_path / "more")[1]

    def slow(*arguments: object, **words: object) -> object:
        monkeypatch.setattr("redball.app.view.build_twin", real)
        app.import_(second, store=store, skip_bad_rows=True)
        if told:
            keeper.stale()
        else:
            time.sleep(0.06)  # the state was read longer ago than it counts
        return real(*arguments, **words)  # type: ignore[arg-type]  # handed on as they were given

    monkeypatch.setattr("redball.app.view.build_twin", slow)
    with app.keeping(keeper):
        before = app.see(app.View(store, "XAG")).twin.revision
        assert app.see(app.View(store, "XAG")).twin.revision > before
