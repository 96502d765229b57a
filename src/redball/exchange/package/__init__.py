"""National data packages: what a nation sends, read into raw tables of the language, and written.

A package is a folder, a zip or one workbook with a manifest, in the model's own columns or, with
a mapping file, in the nation's own; ``docs/reference/package-format.md`` is its description.
Reading distrusts everything: archives are checked before a byte is inflated, workbooks are scanned
before they are opened, patterns run in linear time. Faults in the data are collected with sheet,
line and column; only a package that can't be trusted or has no manifest is refused as a whole.
Writing is the inverse, so that a package in any national form can be made from typed frames.
"""

from redball.exchange.package.mapping import (
    ColumnMapping,
    MappingFile,
    TableMapping,
)
from redball.exchange.package.mapping_file import parse_mapping
from redball.exchange.package.read import read_package
from redball.exchange.package.types import (
    PROBLEM_SCHEMA,
    Limits,
    Manifest,
    Note,
    Package,
    RawTable,
)
from redball.exchange.package.write import FORMS, write_package

__all__ = [
    "FORMS",
    "PROBLEM_SCHEMA",
    "ColumnMapping",
    "Limits",
    "Manifest",
    "MappingFile",
    "Note",
    "Package",
    "RawTable",
    "TableMapping",
    "parse_mapping",
    "read_package",
    "write_package",
]
