"""A mapping file tried on a sample: the first rows as they would be read, beside how they came."""

import io
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.app.view import View
from redball.exchange import Limits, check_package, read_package
from redball.exchange.package.container import Container
from redball.model import BadData

ROWS = 12
SAMPLE_BYTES = 20 << 20
_LIMITS = Limits(total_bytes=200 << 20, sheet_bytes=100 << 20, members=200, rows=200_000)


@dataclass(frozen=True)
class TablePreview:
    """One table of a sample.

    Attributes
    ----------
    table, sheet : str
    rows : int
    came, read : polars.DataFrame
        The first rows in the nation's own words, and as the language has them.
    """

    table: str
    sheet: str
    rows: int
    came: pl.DataFrame
    read: pl.DataFrame


@dataclass(frozen=True)
class MappingPreview:
    """What a mapping makes of a sample; nothing of it is kept.

    Attributes
    ----------
    tables : tuple of TablePreview
    issues : polars.DataFrame
        As of a check; references to rows that are not in the sample are not looked at.
    """

    tables: tuple[TablePreview, ...]
    issues: pl.DataFrame


@use_case(Action.CONTRIBUTE)
def mapping_preview(mapping: bytes, sample: Path, name: str, view: View) -> MappingPreview:
    """Read a sample through a mapping file, as an import would.

    Parameters
    ----------
    mapping : bytes
        The mapping file (``docs/reference/package-format.md``).
    sample : Path
        One raw file, or a zip of several.
    name : str
        What the raw file is called: mappings name files. It is never used as a path.
    view : View

    Raises
    ------
    BadData, UnsafeFile
        Mapping or sample can't be read at all.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.CONTRIBUTE)
    if len(mapping) > _LIMITS.config_bytes:
        raise BadData("The mapping file is larger than 1 MiB.", where="mapping.toml")
    now = datetime.now(UTC)
    manifest = (
        f'owner = "{subject.nation}"\nas_of = "{now:%Y-%m-%dT%H:%M:%SZ}"\n'
        'mapping = "mapping.toml"\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("manifest.toml", manifest)
            made.writestr("mapping.toml", mapping)
            for one, data in _files(sample, name):
                made.writestr(one, data)
        package = read_package(path, limits=_LIMITS)
    checked = check_package(package, now=now)
    issues = checked.issues
    if "rule" in issues.columns:
        issues = issues.filter(~pl.col("rule").cast(pl.String).str.contains("reference"))
    tables = tuple(
        TablePreview(
            one.table, one.sheet, one.frame.height, one.raw.head(ROWS), one.frame.head(ROWS)
        )
        for one in package.tables
    )
    return MappingPreview(tables, issues)


def _files(sample: Path, name: str) -> list[tuple[str, bytes]]:
    """Raw files of a sample by name; those that a package has of its own are left out."""
    plain = name.replace("\\", "/").rpartition("/")[2] or "sample.csv"
    if not plain.lower().endswith(".zip"):
        return [(plain, sample.read_bytes())]
    with Container(sample, _LIMITS) as files:
        own = ("manifest.toml", "mapping.toml")
        return [
            (one, io.BytesIO(files.read(one)).getvalue()) for one in files.names if one not in own
        ]
