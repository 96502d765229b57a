"""Formats in and out: packages, checks, templates, error workbooks. Nothing here decides.

A national data package is read (:func:`read_package`), checked against the language
(:func:`check_package`), and handed on as typed rows; a template to fill in and a workbook that
marks every bad cell go back to the sender. Format: ``docs/reference/package-format.md``.
"""

from redball.exchange.check import Check, Checked, Known, Score, check_package
from redball.exchange.package import (
    Limits,
    Manifest,
    Package,
    RawTable,
    read_package,
    write_package,
)
from redball.exchange.willems import read_willems, write_willems_packages
from redball.exchange.workbooks import csv_safe, write_error_workbook, write_template

__all__ = [
    "Check",
    "Checked",
    "Known",
    "Limits",
    "Manifest",
    "Package",
    "RawTable",
    "Score",
    "check_package",
    "csv_safe",
    "read_package",
    "read_willems",
    "write_error_workbook",
    "write_package",
    "write_template",
    "write_willems_packages",
]
