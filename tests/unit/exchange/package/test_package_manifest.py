from datetime import UTC, datetime, timedelta, timezone

import pytest

from redball.exchange.package import Manifest
from redball.exchange.package.manifest import (
    manifest_from_cells,
    manifest_text,
    parse_manifest,
    with_mapping,
)
from redball.model import BadData

LEAST = 'owner = "DEU"\nas_of = 2026-01-31T06:00:00Z\n'


def test_owner_and_moment_are_enough() -> None:
    manifest = parse_manifest(LEAST)
    assert manifest == Manifest("DEU", datetime(2026, 1, 31, 6, tzinfo=UTC))
    assert manifest.cadence_days == 30
    assert manifest.content_of("holding") == "full"


def test_every_name_is_read_and_written_back() -> None:
    text = LEAST + (
        'label = "RESTRICTED // REL NLD POL"\ntitle = "Stand \\"Januar\\""\nexercise = true\n'
        'cadence_days = 7\nmapping = "m.toml"\ncontent = "changes"\n'
        '[content_by_table]\nholding = "full"\n'
    )
    manifest = parse_manifest(text)
    assert manifest.title == 'Stand "Januar"'
    assert manifest.content_of("holding") == "full"
    assert manifest.content_of("site") == "changes"
    assert parse_manifest(manifest_text(manifest)) == manifest


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    manifest = parse_manifest('owner = "DEU"\nas_of = "2026-01-31T08:00:00+02:00"')
    assert manifest.as_of == datetime(2026, 1, 31, 8, tzinfo=timezone(timedelta(hours=2)))
    assert manifest.as_of.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "owner is missing"),
        ('owner = "deu"\nas_of = 2026-01-31T06:00:00Z', "not an owner code"),
        ('owner = "ALL"\nas_of = 2026-01-31T06:00:00Z', "not an owner code"),
        ("owner = 7\nas_of = 2026-01-31T06:00:00Z", "must be a text"),
        ('owner = "DEU"', "as_of is missing"),
        ('owner = "DEU"\nas_of = 2026-01-31T06:00:00', "has no zone"),
        ('owner = "DEU"\nas_of = "2026-01-31"', "has no zone"),
        ('owner = "DEU"\nas_of = 2026-01-31', "no time of day"),
        ('owner = "DEU"\nas_of = "31.01.2026"', "not a date and time"),
        ('owner = "DEU"\nas_of = "0001-01-01T00:00:00+14:00"', "out of range"),
        ('owner = "DEU"\nas_of = 9999-12-31T00:00:00Z', "out of range"),
        ('owner = "DEU"\nas_of = 1899-12-31T00:00:00Z', "out of range"),
        (LEAST + 'title = "a\\nb"', "no plain line"),
        (LEAST + 'title = "a\\u001b[2J"', "no plain line"),
        (LEAST + 'title = "a\\u202eb"', "no plain line"),
        (LEAST + f'title = "{"x" * 201}"', "at most 200"),
        (LEAST + 'ower = "x"', "Did you mean 'owner'"),
        (LEAST + 'label = "TOP SECRET"', "not a classification"),
        (LEAST + 'exercise = "yes"', "must be true or false"),
        (LEAST + "cadence_days = 0", "whole number from 1"),
        (LEAST + "cadence_days = true", "whole number from 1"),
        (LEAST + 'content = "all"', "not a kind of content"),
        (LEAST + '[content_by_table]\nholdings = "full"', "Did you mean 'holding'"),
        (LEAST + '[content_by_table]\nholding = "part"', "not a kind of content"),
        ("owner = ", "not valid TOML"),
        ("a = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_a_bad_manifest_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadData, match=says.replace("(", r"\(")):
        parse_manifest(text)


def test_cells_of_a_workbook_carry_the_same_names() -> None:
    manifest = manifest_from_cells(
        {
            "owner": "NLD",
            "as_of": "2026-01-31T06:00:00Z",
            "exercise": "Yes",
            "cadence_days": 7.0,
            "content_by_table.holding": "changes",
        },
        "book.xlsx!package",
    )
    assert manifest.exercise
    assert manifest.cadence_days == 7
    assert manifest.content_of("holding") == "changes"


def test_a_workbook_alone_can_not_name_a_mapping() -> None:
    with pytest.raises(BadData, match="can't name a mapping"):
        manifest_from_cells({"owner": "NLD", "mapping": "m.toml"}, "book.xlsx!package")


def test_a_date_cell_without_zone_is_refused() -> None:
    with pytest.raises(BadData, match="has no zone"):
        manifest_from_cells({"owner": "NLD", "as_of": datetime(2026, 1, 31)}, "b.xlsx")


def test_a_named_mapping_is_kept() -> None:
    manifest = parse_manifest(LEAST)
    assert with_mapping(manifest, "a.toml").mapping == "a.toml"
    assert with_mapping(with_mapping(manifest, "a.toml"), "b.toml").mapping == "a.toml"


def test_a_title_may_have_letters_of_any_language_and_hard_blanks() -> None:
    title = "Décembre\u00a0: 東京 " + "x" * 180
    assert parse_manifest(f'{LEAST}title = "{title}"').title == title
