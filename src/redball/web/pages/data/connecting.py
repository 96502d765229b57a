"""Connect a national system: try a mapping file on a sample, nothing is kept."""

import tempfile
from pathlib import Path

from fastapi import UploadFile
from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.mapping_preview import SAMPLE_BYTES, MappingPreview, mapping_preview
from redball.model import BadData, BadUse
from redball.web.answers.tables import plain_table
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

_MAPPING_BYTES = 1 << 20


def add(pages: Pages) -> None:
    """Add the routes to the part's."""

    @pages.page("/data/mapping", action=Action.CONTRIBUTE)
    def mapping(visit: Visited) -> Response:
        """Choose a mapping file and a sample."""
        return _page(visit, None, "")

    @pages.act("/data/mapping", action=Action.CONTRIBUTE, costly=True)
    def preview(visit: Visited, mapping_file: UploadFile, sample: UploadFile) -> Response:
        """Read the sample through the mapping and show both."""
        return _page(visit, _tried(visit, mapping_file, sample), sample.filename or "")


def _tried(visit: Visit, mapping: UploadFile, sample: UploadFile) -> MappingPreview:
    rules = mapping.file.read(_MAPPING_BYTES + 1)
    data = sample.file.read(SAMPLE_BYTES + 1)
    if not rules or not data:
        raise BadUse("A file is missing or empty.", mend="Choose both: mapping file and sample.")
    if len(data) > SAMPLE_BYTES:
        raise BadData(
            f"The sample is larger than {SAMPLE_BYTES >> 20} MB.",
            mend="A few hundred rows will do.",
        )
    zipped = data[:4] == b"PK\x03\x04" and b"[Content_Types].xml" not in data[:4096]
    name = (sample.filename or "sample.csv")[-200:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("sample.zip" if zipped else "sample")
        path.write_bytes(data)
        return mapping_preview(rules, path, "sample.zip" if zipped else name, visit.view)


def _page(visit: Visit, found: MappingPreview | None, name: str) -> Response:
    tables = [] if found is None else [
        (
            one,
            plain_table(one.came, f"{one.sheet}: as it came", anchor=f"came-{one.table}"),
            plain_table(one.read, f"{one.table}: as it is read", anchor=f"read-{one.table}"),
        )
        for one in found.tables
    ]  # fmt: skip
    issues = None if found is None else plain_table(found.issues, "What was found", anchor="issues")
    return visit.page(
        "data/mapping.html",
        title="Connect a national system",
        found=found,
        name=name,
        tables=tables,
        issues=issues,
    )
