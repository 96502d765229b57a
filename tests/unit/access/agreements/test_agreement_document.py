"""What an agreement must keep, its one written form, and the templates."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from redball.access.actions import Action
from redball.access.agreements import (
    Agreement,
    Changes,
    Detail,
    Grant,
    agreement_text,
    checked,
    content_hash,
    draft,
    parse_agreement,
    rendered,
    templates,
)
from redball.access.agreements.strict import DEEPEST, MOST_VALUES
from redball.access.agreements.text import LARGEST_BYTES
from redball.access.subject import Purpose
from redball.model import BadData, BadUse, UnsafeFile, tables

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def with_grant(agreement: Agreement, **changes: Any) -> Agreement:
    first, *others = agreement.grants
    return replace(agreement, grants=(replace(first, **changes), *others))


HEAD_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "id in small letters": ({"id": "mls-1"}, "id"),
    "id with a line break": ({"id": "MLS-1\n"}, "id"),
    "id too long": ({"id": "M" * 41}, "id"),
    "id of two characters": ({"id": "M1"}, "id"),
    "id that names a rule": ({"id": "MLS#0"}, "id"),
    "version zero": ({"version": 0}, "version"),
    "version beyond the highest": ({"version": 1_000_001}, "version"),
    "no totals": ({"totals_per_day": 0}, "totals_per_day"),
    "endless totals": ({"totals_per_day": 1_001}, "totals_per_day"),
    "empty title": ({"title": ""}, "title"),
    "title on two lines": ({"title": "Support\nand more"}, "title"),
    "title that turns the writing": ({"title": "Support \u202etxet"}, "title"),
    "title with half a character": ({"title": "Support \ud800"}, "title"),
    "strange template": ({"template": "../x"}, "template"),
    "one party": ({"parties": ("DEU",)}, "parties"),
    "party ALL": ({"parties": ("ALL", "DEU", "NLD")}, "parties"),
    "party in small letters": ({"parties": ("DEU", "NLD", "pol")}, "parties"),
    "parties not sorted": ({"parties": ("NLD", "DEU")}, "parties"),
    "a party twice": ({"parties": ("DEU", "DEU", "NLD")}, "parties"),
    "too many parties": ({"parties": tuple(f"N{n:03}" for n in range(33))}, "parties"),
    "strange purpose": ({"purpose": "war"}, "purpose"),
    "no grants": ({"grants": ()}, "grants"),
    "too many obligations": ({"obligations": ("Be kind.",) * 33}, "obligations"),
    "long obligation": ({"obligations": ("Fine.", "x" * 501)}, "obligations[1]"),
    "no zone": ({"valid_from": datetime(2026, 1, 1)}, "valid_from"),
    "fraction of a second": ({"valid_until": START + DAY / 7_000_000}, "valid_until"),
    "before 2000": ({"valid_from": datetime(1999, 12, 31, tzinfo=UTC)}, "valid_from"),
    "after 2199": ({"valid_until": datetime(2200, 1, 1, tzinfo=UTC)}, "valid_until"),
    "begins after 2199": (
        {
            "valid_from": datetime(2200, 1, 1, tzinfo=UTC),
            "valid_until": datetime(2200, 1, 2, tzinfo=UTC),
        },
        "valid_from",
    ),
    "ends as it begins": ({"valid_until": START}, "valid_until"),
    "more than ten years": ({"valid_until": START + 3_654 * DAY}, "valid_until"),
}


@pytest.mark.parametrize("case", HEAD_FAULTS)
def test_head_that_is_not_sound_is_refused_with_its_field(case: str, agreement: Agreement) -> None:
    changes, where = HEAD_FAULTS[case]
    with pytest.raises(BadData) as caught:
        checked(replace(agreement, **changes))
    assert caught.value.where == where
    assert caught.value.mend


GRANT_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "giver is no party": ({"giver": "POL"}, ".giver"),
    "nobody receives": ({"to": ()}, ".to"),
    "the giver receives": ({"to": ("DEU",)}, ".to"),
    "a stranger receives": ({"to": ("NLD", "POL")}, ".to"),
    "everybody receives": ({"to": ("ALL",)}, ".to"),
    "no tables": ({"kinds": ()}, ".kinds"),
    "any table": ({"kinds": ("*",)}, ".kinds"),
    "table of nobody": ({"kinds": ("holding", "secrets")}, ".kinds"),
    "tables not sorted": ({"kinds": ("item", "holding")}, ".kinds"),
    "class without scheme": ({"classes": ("III",)}, ".classes"),
    "class in small letters": ({"classes": ("nato:III",)}, ".classes"),
    "country of two letters": ({"areas": ("DE",)}, ".areas"),
    "country of nobody": ({"areas": ("XAG",)}, ".areas"),
    "site of another": ({"sites": ("NLD:DEPOT",)}, ".sites"),
    "site without owner": ({"sites": ("DEPOT",)}, ".sites"),
    "site with blanks": ({"sites": ("DEU:DEPOT NORD",)}, ".sites"),
    "any site": ({"sites": ("*",)}, ".sites"),
    "areas and sites": ({"areas": ("DEU",), "sites": ("DEU:DEPOT",)}, ""),
    "ceiling of nobody": ({"ceiling": "COSMIC"}, ".ceiling"),
    "bait": ({"caveats": ("CANARY",)}, ".caveats"),
    "caveat of nobody": ({"caveats": ("EYES",)}, ".caveats"),
    "no actions": ({"actions": ()}, ".actions"),
    "action that is not granted": ({"actions": (Action.SEE, Action.ADMINISTER)}, ".actions"),
    "actions out of order": ({"actions": (Action.AGGREGATE, Action.SEE)}, ".actions"),
    "an action twice": ({"actions": (Action.SEE, Action.SEE)}, ".actions"),
    "detail of nobody": ({"detail": "blurred"}, ".detail"),
}


@pytest.mark.parametrize("case", GRANT_FAULTS)
def test_grant_that_is_not_sound_is_refused_with_its_field(case: str, agreement: Agreement) -> None:
    changes, where = GRANT_FAULTS[case]
    with pytest.raises(BadData) as caught:
        checked(with_grant(agreement, **changes))
    assert caught.value.where == f"grants[0]{where}"
    assert caught.value.mend


def test_same_grant_twice_and_too_many_grants_are_refused(agreement: Agreement) -> None:
    for grants in (agreement.grants * 2, agreement.grants[:1] * 65):
        with pytest.raises(BadData) as caught:
            checked(replace(agreement, grants=grants))
        assert caught.value.where == "grants"


def test_written_form_reads_back_and_does_not_depend_on_the_zone(agreement: Agreement) -> None:
    text = agreement_text(agreement)
    assert parse_agreement(text) == agreement
    assert parse_agreement(text.encode()) == agreement
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    moved = replace(agreement, valid_from=agreement.valid_from.astimezone(elsewhere))
    assert agreement_text(moved) == text
    assert content_hash(moved) == content_hash(agreement)


def test_written_form_is_fixed() -> None:
    # The hash is what nations sign: a change of the form makes every signature worthless.
    small = Agreement(
        id="TEST-1",
        version=1,
        title="Prüfung",
        parties=("DEU", "NLD"),
        purpose=Purpose.OPERATIONS,
        grants=(Grant("DEU", ("NLD",), ("item",)),),
        valid_from=START,
        valid_until=START + DAY,
    )
    expected = """{
  "form": "redball agreement 1",
  "id": "TEST-1",
  "version": 1,
  "title": "Prüfung",
  "parties": [
    "DEU",
    "NLD"
  ],
  "purpose": "operations",
  "grants": [
    {
      "giver": "DEU",
      "to": [
        "NLD"
      ],
      "kinds": [
        "item"
      ],
      "classes": [],
      "areas": [],
      "sites": [],
      "ceiling": "UNCLASSIFIED",
      "caveats": [],
      "actions": [
        "see"
      ],
      "detail": "exact"
    }
  ],
  "valid_from": "2026-01-01T00:00:00Z",
  "valid_until": "2026-01-02T00:00:00Z",
  "template": "",
  "exercise_only": false,
  "obligations": [],
  "totals_per_day": 24
}
"""
    assert agreement_text(small) == expected


def test_every_field_is_in_the_hash(agreement: Agreement) -> None:
    other: dict[str, Any] = {
        "id": "MLS-2026-002",
        "version": 2,
        "title": "Another",
        "parties": ("DEU", "NLD", "POL"),
        "purpose": Purpose.EXERCISE,
        "grants": agreement.grants[:1],
        "valid_from": START + DAY,
        "valid_until": START + DAY,
        "template": "",
        "exercise_only": True,
        "obligations": ("Be kind.",),
        "totals_per_day": 25,
    }
    other["valid_until"] = START + 2 * DAY
    assert set(other) == {field.name for field in fields(Agreement)}
    hashes = {content_hash(replace(agreement, **{name: value})) for name, value in other.items()}
    grant: dict[str, Any] = {
        "giver": "NLD",
        "to": ("POL",),
        "kinds": ("item",),
        "classes": (),
        "areas": ("DEU",),
        "sites": ("DEU:DEPOT",),
        "ceiling": "SECRET",
        "caveats": ("PLANS",),
        "actions": (Action.EXPORT,),
        "detail": Detail.TOTALS,
    }
    assert set(grant) == {field.name for field in fields(Grant)}
    three = replace(agreement, parties=("DEU", "NLD", "POL"))
    three = with_grant(three, to=("NLD",))
    for name, value in grant.items():
        more = {"to": ("DEU", "POL")} if name == "giver" else {}
        hashes.add(content_hash(with_grant(three, **{name: value, **more})))
    hashes.add(content_hash(agreement))
    assert len(hashes) == len(other) + len(grant) + 1


SHAPES: dict[str, tuple[str, object, str]] = {
    "missing": ("grant.ceiling", None, "grants[0].ceiling"),
    "unknown": ("grant.ceilings", "SECRET", "grants[0].ceilings"),
    "unknown at the top": ("revoked", False, "revoked"),
    "null": ("grant.areas", [None], "grants[0].areas"),
    "text for list": ("grant.areas", "DEU", "grants[0].areas"),
    "number in list": ("grant.areas", [276], "grants[0].areas"),
    "number for text": ("title", 1, "title"),
    "object for list": ("grants", {"0": {}}, "grants"),
    "list for object": ("grants", [[]], "grants[0]"),
    "true for number": ("version", True, "version"),
    "text for number": ("version", "1", "version"),
    "number for flag": ("exercise_only", 0, "exercise_only"),
    "unknown detail": ("grant.detail", "blurred", "grants[0].detail"),
    "unknown purpose": ("purpose", "war", "purpose"),
    "other form": ("form", "redball agreement 2", "form"),
    "local time": ("valid_from", "2026-01-01T00:00:00+01:00", "valid_from"),
    "30 February": ("valid_from", "2026-02-30T00:00:00Z", "valid_from"),
    "strange digits": ("valid_from", "\uff12026-01-01T00:00:00Z", "valid_from"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_text_of_another_shape_is_refused_with_the_path(shape: str, agreement: Agreement) -> None:
    name, value, where = SHAPES[shape]
    values = json.loads(agreement_text(agreement))
    part = values["grants"][0] if name.startswith("grant.") else values
    part[name.removeprefix("grant.")] = value
    if value is None:
        del part[name.removeprefix("grant.")]
    with pytest.raises(BadData) as caught:
        parse_agreement(json.dumps(values))
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version": 1', '"version": 1, "version": 2'),
        ('"detail": "exact"', '"detail": "exact", "detail": "totals"'),
        ('"version": 1', '"version": 1.0'),
        ('"version": 1', '"version": 1e0'),
        ('"version": 1', '"version": NaN'),
        ('"version": 1', '"version": Infinity'),
        ('"version": 1', f'"version": {"9" * 5000}'),
        ('"title": "', '"title": "\\ud800'),
        ('"title": "', '"title": "\x00'),
        ("{", "\ufeff{"),
    ],
    ids=[
        "version twice",
        "detail twice",
        "float",
        "exponent",
        "nan",
        "infinity",
        "giant",
        "surrogate",
        "nul",
        "bom",
    ],
)
def test_json_with_a_second_meaning_is_refused(old: str, new: str, agreement: Agreement) -> None:
    text = agreement_text(agreement)
    assert parse_agreement(text) == agreement
    with pytest.raises(BadData):
        parse_agreement(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        '{"form": [' + "1," * MOST_VALUES + "1]}",
        " " * (LARGEST_BYTES + 1),
        "ä" * (LARGEST_BYTES // 2 + 1),
    ],
    ids=["deep", "just too deep", "many values", "large", "large in bytes"],
)
def test_bombs_are_refused_before_they_are_parsed(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("redball.access.agreements.strict.json.loads", parsed)
    with pytest.raises(UnsafeFile):
        parse_agreement(text)


def test_brackets_within_texts_are_no_depth(agreement: Agreement) -> None:
    odd = replace(agreement, title='Say "[[[[[[[[[[[[" \\ and {{{{{{{{{{')
    assert parse_agreement(agreement_text(odd)) == odd


def test_rendered_says_everything(agreement: Agreement) -> None:
    full = with_grant(agreement, areas=("DEU", "POL"), caveats=("MEDICAL",), detail=Detail.BANDED)
    text = rendered(full)
    words = [
        full.id,
        full.title,
        "version 1",
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
        "operations",
        content_hash(full),
        "DEU gives to NLD",
        "NLD gives to DEU",
        "holding, item",
        "NATO:III",
        "DEU, POL",
        "MEDICAL",
        "RESTRICTED",
        "in bands",
        "ask for it",
        "at most 24 states of totals",
        *(sentence.split(".")[0] for sentence in full.obligations),
    ]
    flat = " ".join(text.split())
    for word in words:
        assert word in flat
    assert max(map(len, text.splitlines())) <= 92
    anything = rendered(with_grant(agreement, sites=("DEU:DEPOT-NORD",)))
    assert "DEU:DEPOT-NORD" in anything
    assert "everywhere" in anything


@pytest.mark.parametrize("name", [one.name for one in templates()])
def test_every_template_drafts_a_sound_agreement(name: str) -> None:
    found = draft(name, id="X-1", parties=("NLD", "DEU", "ACME"), valid_from=START, days=30)
    assert parse_agreement(agreement_text(found)) == found
    assert found.template == name
    assert found.valid_until == START + 30 * DAY
    assert {grant.giver for grant in found.grants} == {"ACME", "DEU", "NLD"}
    assert found.obligations
    assert "CANARY" not in {caveat for grant in found.grants for caveat in grant.caveats}
    assert rendered(found).startswith("Agreement X-1, version 1")


def test_templates_are_what_they_say() -> None:
    uses = {one.name: one for one in templates()}
    assert list(uses) == [
        "mutual-logistic-support",
        "supply-chain-data-exchange",
        "joint-procurement",
        "stockpile-sharing",
        "industry-partner",
        "exercise-only",
    ]
    assert all(one.use.endswith(".") and "\n" not in one.use for one in uses.values())
    exercise = draft("exercise-only", id="X-1", parties=("DEU", "NLD"), valid_from=START, days=9)
    assert exercise.exercise_only
    assert exercise.purpose is Purpose.EXERCISE
    assert exercise.grants[0].kinds == tuple(sorted(tables()))
    company = draft(
        "industry-partner", id="X-1", parties=("NLD", "DEU", "ACME"), valid_from=START, days=9
    )
    for grant in company.grants:
        assert grant.to == (("DEU", "NLD") if grant.giver == "ACME" else ("ACME",))
        if grant.giver != "ACME" and grant.kinds != ("item",):
            assert grant.detail is Detail.TOTALS
            assert grant.actions == (Action.AGGREGATE,)


def test_changes_apply_to_every_grant_and_sites_only_to_their_owners() -> None:
    changes: Changes = {
        "version": 3,
        "title": "Fuel in the north",
        "classes": ("US:III", "NATO:III"),
        "sites": ("DEU:B", "DEU:A"),
        "ceiling": "CONFIDENTIAL",
        "detail": Detail.ROUNDED,
        "totals_per_day": 4,
    }
    found = draft(
        "mutual-logistic-support",
        id="X-1",
        parties=("NLD", "DEU"),
        valid_from=START,
        days=9,
        **changes,
    )
    assert (found.version, found.title, found.totals_per_day) == (3, "Fuel in the north", 4)
    assert [grant.giver for grant in found.grants] == ["DEU"]
    grant = found.grants[0]
    assert grant.sites == ("DEU:A", "DEU:B")
    assert grant.classes == ("NATO:III", "US:III")
    assert (grant.ceiling, grant.detail) == ("CONFIDENTIAL", Detail.ROUNDED)


@pytest.mark.parametrize(
    ("template", "more"),
    [
        ("nothing", {}),
        ("exercise-only", {"givers": ("POL",)}),
        ("exercise-only", {"givers": ()}),
        ("exercise-only", {"sites": ("POL:DEPOT",)}),
    ],
    ids=["unknown template", "strange giver", "no giver", "sites of nobody"],
)
def test_draft_that_can_not_be_made_is_refused(template: str, more: Changes) -> None:
    with pytest.raises(BadUse) as caught:
        draft(template, id="X-1", parties=("DEU", "NLD"), valid_from=START, days=9, **more)
    assert caught.value.mend


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_draft_of_no_length_is_refused(days: int) -> None:
    with pytest.raises(BadUse):
        draft("exercise-only", id="X-1", parties=("DEU", "NLD"), valid_from=START, days=days)


def test_draft_at_the_end_of_the_calendar_is_refused() -> None:
    late = datetime(9999, 12, 31, tzinfo=UTC)
    with pytest.raises(BadUse):
        draft("exercise-only", id="X-1", parties=("DEU", "NLD"), valid_from=late, days=9)
