"""The same packages give the same twin, picture and findings on every store."""

from collections.abc import Callable
from pathlib import Path

from redball import app


def filled(url: str, packages: list[Path]) -> app.View:
    for package in packages:
        outcome = app.import_(package, store=url, skip_bad_rows=True)
        assert outcome.result is not None
    return app.View(url, "DEU")


def test_sqlite_and_postgresql_give_the_same_answers(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    packages = app.write_example(tmp_path / "packages")
    light = filled(str(tmp_path / "s.sqlite"), packages)
    server = filled(new_database(), packages)
    assert app.see(server).twin.content_hash == app.see(light).twin.content_hash
    assert app.findings(server).findings == app.findings(light).findings
    before = app.View(server.store, "DEU", app.see(light).feeds["imported_at"].sort()[2])
    assert app.see(before).twin.revision == 3
