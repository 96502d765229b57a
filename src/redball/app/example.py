"""Example data: the exercise coalition as national packages, and large synthetic ones."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.exchange import Manifest, write_package
from redball.model import BadUse
from redball.synthetic import NationalPackage, exercise_coalition, generate_coalition

SUFFIX = {"zip": ".zip", "workbook": ".xlsx"}

GENERATED_AS_OF = datetime(2026, 1, 31, 6, tzinfo=UTC)


def write_example(folder: Path, *, seed: int = 1944) -> list[Path]:
    """Write the exercise coalition's packages, each in its nation's raw form.

    Returns
    -------
    list of Path
        The packages in the order in which they can be imported: shared places first.

    Raises
    ------
    BadUse
        ``folder`` is not empty of other things.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder, package) for package in exercise_coalition(seed)]


def _write(folder: Path, package: NationalPackage) -> Path:
    path = folder / f"{package.owner.lower()}{SUFFIX.get(package.form, '')}"
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    manifest = Manifest(
        owner=package.owner,
        as_of=package.as_of,
        label=package.label,
        title=package.title,
        exercise=package.exercise,
        cadence_days=package.cadence_days,
        mapping="mapping.toml" if package.mapping else None,
        content="full",
        content_by_table={},
    )
    return write_package(path, package.tables, manifest, mapping=package.mapping, form=package.form)


@dataclass(frozen=True)
class Generated:
    """A synthetic coalition on disk."""

    packages: tuple[Path, ...]
    rows: dict[str, int]


def generate(
    size: str,
    folder: Path,
    *,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Generated:
    """Write a synthetic coalition as Parquet packages, one per owner, in bounded memory.

    Chunks go to part files as they come; each table's parts are then streamed into one file.

    Raises
    ------
    BadUse
        The size is unknown, or the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadUse("The folder is not empty.", where=str(folder), mend="Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    parts: dict[tuple[str, str], list[Path]] = {}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for owner, table, chunk in generate_coalition(size, seed):
            names = parts.setdefault((owner, table), [])
            part = Path(scratch) / f"{owner}-{table}-{len(names):05d}.parquet"
            chunk.write_parquet(part)
            names.append(part)
            rows[table] = rows.get(table, 0) + chunk.height
            if progress is not None:
                progress(f"rows of {table}", rows[table], 0)
        owners = sorted({owner for owner, _ in parts})
        packages = {owner: _manifest_only(folder / owner.lower(), owner, size) for owner in owners}
        for (owner, table), names in parts.items():
            pl.scan_parquet(names).sink_parquet(packages[owner] / f"{table}.parquet")
            for name in names:
                name.unlink()
    return Generated(tuple(packages.values()), rows)


def _manifest_only(folder: Path, owner: str, size: str) -> Path:
    manifest = Manifest(
        owner=owner,
        as_of=GENERATED_AS_OF,
        label="UNCLASSIFIED // REL ALL",
        title=f"EXERCISE synthetic coalition {size}, {owner}",
        exercise=True,
        cadence_days=30,
        mapping=None,
        content="full",
        content_by_table={},
    )
    return write_package(folder, {}, manifest, form="parquet")
