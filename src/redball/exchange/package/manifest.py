"""The manifest: who sends, as of when, under which label."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from redball.exchange.package.options import Options, did_you_mean, parse_toml
from redball.exchange.package.toml_text import toml_text
from redball.exchange.package.types import Manifest
from redball.model import BadData, Label, LabelError, parse_label, tables

MANIFEST_NAME = "manifest.toml"
MANIFEST_SHEET = "package"
CONTENTS = ("full", "changes")
_LONGEST_TITLE = 200
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_YEARS = range(1900, 2201)
"""Years that a package may describe: one outside is a slip, and would stop the exercise clock."""

_KNOWN = (
    "owner",
    "as_of",
    "label",
    "title",
    "exercise",
    "cadence_days",
    "mapping",
    "content",
    "content_by_table",
)


def parse_manifest(text: str, where: str = MANIFEST_NAME) -> Manifest:
    """Read a manifest from TOML.

    Raises
    ------
    BadData
        Not TOML, a name is missing, unknown or of the wrong type, or ``as_of`` has no zone.
    """
    return manifest_from(parse_toml(text, where), where)


def manifest_from(values: Mapping[str, object], where: str) -> Manifest:
    """Check the values of a manifest and build it."""
    options = Options(values, where)
    options.only(_KNOWN)
    owner = _owner(options)
    label = options.text("label") or None
    if label is not None:
        try:
            parse_label(label, owner)
        except LabelError as error:
            raise BadData(error.what, where=f"{where}, label", mend=error.mend) from error
    content = options.text("content") or "full"
    by_table = options.pairs("content_by_table") or {}
    known = tables()
    for name in by_table:
        if name not in known:
            raise BadData(
                f"There is no table '{name}'.",
                where=f"{where}, content_by_table",
                mend=did_you_mean(name, known),
            )
    for word in (content, *by_table.values()):
        if word not in CONTENTS:
            raise BadData(
                f"'{word}' is not a kind of content.",
                where=where,
                mend="Write full (replaces the rows sent before) or changes (adds to them).",
            )
    return Manifest(
        owner=owner,
        as_of=_as_of(options),
        label=label,
        title=_title(options),
        exercise=options.flag("exercise", False),
        cadence_days=options.integer("cadence_days", 30, 1, 36_600),
        mapping=options.text("mapping") or None,
        content=content,
        content_by_table=MappingProxyType(by_table),
    )


def _owner(options: Options) -> str:
    owner = options.text("owner")
    if not owner:
        raise BadData(
            "The owner is missing.",
            where=options.where,
            mend='Add the code of the sender: owner = "DEU"',
        )
    try:
        return Label(owner).owner
    except LabelError as error:
        raise BadData(error.what, where=f"{options.where}, owner", mend=error.mend) from error


def _title(options: Options) -> str:
    title = options.text("title") or ""
    unseen = any(unicodedata.category(letter) in _UNSEEN for letter in title)
    if len(title) > _LONGEST_TITLE or unseen:
        raise BadData(
            f"The title is no plain line of at most {_LONGEST_TITLE} characters.",
            where=f"{options.where}, title",
            mend="Shorten it; leave out line breaks and characters that can't be seen.",
        )
    return title


def _as_of(options: Options) -> datetime:
    value = options.values.get("as_of")
    mend = "Write date and time with zone: as_of = 2026-01-31T06:00:00Z"
    if value is None or value == "":
        raise BadData(
            "as_of is missing: the moment the data describe.", where=options.where, mend=mend
        )
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise BadData(
                f"'{value}' is not a date and time.", where=f"{options.where}, as_of", mend=mend
            ) from error
    if not isinstance(value, datetime):
        raise BadData("as_of has no time of day.", where=options.where, mend=mend)
    if value.utcoffset() is None:
        raise BadData("as_of has no zone.", where=options.where, mend=mend)
    if value.year not in _YEARS:
        raise BadData(
            f"as_of is out of range: its year is not from {_YEARS[0]} to {_YEARS[-1]}.",
            where=options.where,
            mend=mend,
        )
    return value.astimezone(UTC)


def manifest_values(manifest: Manifest) -> dict[str, object]:
    """Names and values of a manifest that differ from the defaults, in order of the reference."""
    plain = Manifest(owner=manifest.owner, as_of=manifest.as_of)
    values: dict[str, object] = {}
    for name in _KNOWN[:-1]:
        value = getattr(manifest, name)
        if name in ("owner", "as_of") or value != getattr(plain, name):
            values[name] = value
    if manifest.content_by_table:
        values["content_by_table"] = dict(sorted(manifest.content_by_table.items()))
    return values


def manifest_text(manifest: Manifest) -> str:
    """Manifest as TOML; :func:`parse_manifest` reads it back.

    Raises
    ------
    BadData
        The manifest would not be accepted by the reader.
    """
    values = manifest_values(manifest)
    manifest_from(values, MANIFEST_NAME)
    return toml_text({**values, "as_of": manifest.as_of.astimezone(UTC)})


def manifest_from_cells(cells: Mapping[str, object], where: str) -> Manifest:
    """Read the manifest of a single workbook from its cells (name to value).

    ``content_by_table`` is written as ``content_by_table.holding``.
    """
    values: dict[str, object] = {}
    by_table: dict[str, object] = {}
    for name, value in cells.items():
        head, dot, table = name.partition(".")
        if dot and head == "content_by_table":
            by_table[table] = value
        else:
            values[name] = _cell(name, value)
    if by_table:
        values["content_by_table"] = by_table
    if values.get("mapping"):
        raise BadData(
            "A single workbook can't name a mapping: there is no file beside it.",
            where=where,
            mend="Put workbook, manifest.toml and mapping file into a folder or zip.",
        )
    return manifest_from(values, where)


def _cell(name: str, value: object) -> object:
    """Values of a cell for a name whose type TOML would have given."""
    if name == "cadence_days" and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and name == "exercise":
        words = {"yes": True, "true": True, "no": False, "false": False}
        return words.get(value.casefold(), value)
    if isinstance(value, str) and name == "cadence_days" and value.isascii() and value.isdigit():
        return int(value[:9])
    return value


def with_mapping(manifest: Manifest, name: str) -> Manifest:
    """The manifest naming a mapping file, unless it names one already."""
    return manifest if manifest.mapping else replace(manifest, mapping=name)
