"""The example in the repository is what the script writes."""

import zipfile
from pathlib import Path

import polars as pl

from redball.app import write_example


def content(path: Path) -> object:
    """What a file says; how it was compressed may differ between machines."""
    if path.suffix in (".zip", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return frame.schema, frame.rows()
    return path.read_bytes()


def contents(folder: Path) -> dict[str, object]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): content(path) for path in files}


def test_the_script_writes_the_example(project_root: Path, tmp_path: Path) -> None:
    write_example(tmp_path)
    made, kept = contents(tmp_path), contents(project_root / "examples" / "coalition")
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []
