"""``redball exchange preview-mapping``: a sample as a mapping reads it."""

import json
from pathlib import Path

from tests.one_demo import in_place

from redball.app.example import write_example


def test_a_raw_file_is_shown_as_it_is_read(tmp_path: Path) -> None:
    folder = next(p for p in write_example(tmp_path / "packages") if p.name == "deu")
    words = [folder / "mapping.toml", folder / "Orte.csv", "--viewer", "DEU", "--json"]
    told = in_place("exchange", "preview-mapping", *words)
    assert told.returncode == 0, told.stderr
    sites = json.loads(told.stdout)["tables"]["site"]
    assert sites["rows"] > len(sites["read"]) > 0 or sites["rows"] == len(sites["read"])
    assert {"key", "name", "kind", "country"} <= set(sites["read"][0])
    assert sites["read"][0]["country"] in ("DEU", "NOR", "LTU", "POL", "NLD", "EST")


def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text("[broken")
    (tmp_path / "x.csv").write_text("a;b\n1;2\n")
    words = [tmp_path / "mapping.toml", tmp_path / "x.csv", "--viewer", "DEU"]
    assert in_place("exchange", "preview-mapping", *words).returncode == 3
    missing = in_place("exchange", "preview-mapping", tmp_path / "no", tmp_path / "x.csv",
                       "--viewer", "DEU")  # fmt: skip
    assert missing.returncode == 2
