"""Two stores that differ only in what somebody may not see look the same to them.

Both stores are copies of one in which two nations share ammunition stock under an agreement; then
DEU sends to each a package with the same rows that NLD may see, and other rows, or none, that NLD
may not: not released, of another class, in another area, above the ceiling, with a caveat, bait,
or released under an agreement that has expired. Whatever NLD asks must come out the same.

For coarse detail the stores differ in the exact values of the very rows that NLD is shown rounded,
in bands or as totals.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.labelled_worlds import few

from redball import app
from redball.app.packages import known_to
from redball.app.picture import findings_of, picture_of, recognise
from redball.ledger import Event, EventKind
from redball.model import NotVisible, table
from redball.model.frames import value_schema
from redball.signing import KeyFolder
from redball.store import AgreementRecord, PackageRecord, TableRows, open_store

Tables = dict[str, list[dict[str, Any]]]

SENT = datetime(2026, 1, 5, tzinfo=UTC)
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
"""The moment that is looked at; the same for both stores."""
OPEN = "UNCLASSIFIED // REL ALL"
SHUT = "RESTRICTED"
NODE = "NLD"
PLANNER = "NLD role=planner clearance=RESTRICTED caveats=PLANS"
_numbers = count()
DETAILS = ("exact", "rounded", "banded", "totals")

_HOLDING = {"site": "NORTH", "item": "SHELL", "condition": "serviceable", "reserved": 0.0}
_DEMAND = {"site": "NORTH", "item": "SHELL", "period_start": SENT.date(), "period_days": 30}
_ORDER = {"supplier": "S", "item": "SHELL", "site": "NORTH", "ordered_on": SENT.date(),
          "status": "open"}  # fmt: skip
HIDDEN: dict[str, tuple[str, dict[str, Any], str]] = {
    "not released": ("order", _ORDER, SHUT),
    "other class": ("holding", {**_HOLDING, "item": "BOOT"}, SHUT),
    "no known class": ("holding", {**_HOLDING, "item": "NOTHING"}, SHUT),
    "other area": ("holding", {**_HOLDING, "site": "FAR"}, SHUT),
    "over the ceiling": ("holding", _HOLDING, "CONFIDENTIAL"),
    "caveat not granted": ("holding", _HOLDING, "RESTRICTED COMMERCIAL"),
    "bait": ("holding", _HOLDING, "RESTRICTED CANARY // REL ALL"),
    "expired": ("demand", _DEMAND, SHUT),
    "site": ("site", {"name": "Ghost", "kind": "depot", "country": "DEU"}, "SECRET"),
}
"""Rows that nobody of NLD may see: table, values, label."""
UNCLEARED: dict[str, tuple[str, dict[str, Any], str]] = {
    "not cleared": ("holding", _HOLDING, "CONFIDENTIAL // REL ALL"),
    "caveat not held": ("demand", _DEMAND, "UNCLASSIFIED MEDICAL // REL ALL"),
}
"""Rows that the node of NLD may see, and its planner may not."""


def _sent(owner: str, tables: Tables, number: int, told: str = "test") -> PackageRecord:
    """A package; its title, hash and counts are for its owner only."""
    return PackageRecord(
        owner=owner,
        package_hash=sha256(f"{told} {number}".encode()).hexdigest(),
        title=told,
        as_of=SENT + timedelta(hours=number),
        imported_at=SENT + timedelta(hours=number),
        software="test",
        exercise=False,
        scores={"completeness": len(told) / 100},
        counts={"rows": sum(map(len, tables.values()))},
        content=dict.fromkeys(tables, "changes"),
    )


def _import(store: str, record: PackageRecord, tables: Tables) -> None:
    made = {}
    for name, records in tables.items():
        schema = {**value_schema(table(name)), "label": pl.String(), "sheet": pl.String()}
        rows = [{column: one.get(column) for column in schema} for one in records]
        frame = pl.DataFrame(rows, schema=dict(schema))
        frame = frame.with_columns(sheet=pl.lit(name), line=pl.int_range(pl.len(), dtype=pl.Int32))
        made[name] = TableRows(frame, "changes")
    with open_store(store) as target:
        target.import_package(record, made)


def _agree(store: str, path: Path, begin: datetime, changes: dict[str, object]) -> None:
    """Sign and keep an agreement of 30 days; one that has expired as if it had been activated."""
    app.agreement_draft(
        "mutual-logistic-support",
        id=path.stem,
        parties=["DEU", "NLD"],
        out=path,
        valid_from=begin,
        days=30,
        changes={"givers": ["DEU"], "actions": ["see"], **changes},
    )
    for party in ("DEU", "NLD"):
        app.agreement_sign(path, app.View(store, party))
    if begin > datetime.now(UTC) - timedelta(days=30):
        app.agreement_activate(path, app.View(store, "DEU"))
        return
    event = Event(EventKind.AGREEMENT, "activate", "DEU", path.stem, datetime.now(UTC))
    with open_store(store) as target:
        record = AgreementRecord(path.stem, 1, path.read_text("utf-8"), begin)
        target.put_agreement(record, event)


def _base(folder: Path, detail: str) -> Path:
    """A store with places, articles and the two agreements."""
    path = folder / f"{detail}.sqlite"
    store = str(path)
    with open_store(store, create=True):
        pass
    item = {"unit_of_issue": "EA", "currency": "EUR", "reparable": False, "label": OPEN}
    places = (("NORTH", "DEU"), ("SOUTH", "DEU"), ("EAST", "DEU"), ("WEST", "DEU"), ("FAR", "POL"))
    for number, owner in enumerate(("DEU", "NLD")):
        tables: Tables = {
            "item": [
                {**item, "key": "SHELL", "name": "Shell", "supply_class": "NATO:V"},
                {**item, "key": "BOOT", "name": "Boot", "supply_class": "NATO:II"},
            ],
            "site": [
                {"key": key, "name": key, "kind": "depot", "country": country, "label": OPEN}
                for key, country in places
            ],
            "party": [{"key": "S", "kind": "supplier", "name": "Maker", "label": OPEN}],
        }
        _import(store, _sent(owner, tables, number), tables)
    for owner in ("DEU", "NLD"):
        if not KeyFolder(folder / "keys").trusted().get(owner):
            KeyFolder(folder / "keys").make(owner)
    limits = {"kinds": ["holding"], "classes": ["NATO:V"], "areas": ["DEU"], "ceiling": SHUT}
    begin = datetime.now(UTC) - timedelta(days=1)
    _agree(store, folder / f"NOW-{detail.upper()}.json", begin, {**limits, "detail": detail})
    gone = begin - timedelta(days=60)
    _agree(store, folder / f"OLD-{detail.upper()}.json", gone, {"kinds": ["demand"]})
    return path


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bases")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDBALL_KEYS", str(folder / "keys"))
        for detail in DETAILS:
            _base(folder, detail)
        app.agreement_draft(
            "mutual-logistic-support", id="NEW", parties=["DEU", "NLD"],
            out=folder / "draft.json", days=30,
        )  # fmt: skip
        yield folder


def _store(bases: Path, detail: str, name: str, rows: Tables) -> str:
    """A copy of a base with one more package of DEU, and one of NLD that names rows of DEU."""
    path = bases / f"{next(_numbers)}.sqlite"  # a name used again would find the old journal
    shutil.copy(bases / f"{detail}.sqlite", path)
    _import(str(path), _sent("DEU", rows, 5, f"{name} package"), rows)
    naming = {"key": "OURS", **_HOLDING, "site": "DEU:site1", "quantity": 3.0, "label": SHUT}
    ours: Tables = {"holding": [naming]}
    _import(str(path), _sent("NLD", ours, 6), ours)
    return str(path)


def _looked(store: str, who: str) -> dict[str, object]:
    """What somebody finds out with everything that may be asked."""
    view = app.View(store, who, AS_OF)
    seen = app.see(view)
    known = recognise(seen, app.PictureOptions())
    picture = picture_of(known, app.PictureOptions())
    findings = findings_of(known, app.FindingOptions())
    with open_store(store) as source:
        released = [e for e in source.events() if e.kind is EventKind.RELEASE]
    return {
        "hash": seen.twin.content_hash,
        "revision": seen.twin.revision,
        "label": seen.twin.label,
        "tables": {name: frame.rows() for name, frame in seen.twin.tables.items()},
        "feeds": seen.feeds.rows(),
        "picture": {name: frame.rows() for name, frame in picture.picture.as_tables().items()},
        "assumptions": picture.picture.assumptions,
        "findings": [(str(f), f.label.text) for f in findings.findings],
        "findings label": findings.origin.label,
        "written down": [(e.verb, e.object, e.label, dict(e.facts)) for e in released],
    }


def _told_of(store: str, who: str, keys: list[tuple[str, str]]) -> list[str]:
    """Error texts on looking for rows by their keys."""
    twin = app.see(app.View(store, who, AS_OF)).twin
    found = []
    for name, key in keys:
        with pytest.raises(NotVisible) as caught:
            twin.find(name, key, "DEU")
        found.append(str(caught.value).replace(store, "STORE"))
    return found


def _node_told(store: str, draft: Path) -> dict[str, object]:
    """What the node of NLD is told of an agreement not signed, and of references in a package."""
    difference = app.agreement_diff(draft, app.View(store, NODE))
    with open_store(store) as source:
        known = known_to(source, NODE)
    return {
        "said": difference.said,
        "rows": difference.rows.rows(),
        "decisions": difference.decisions.rows(),
        "keys": {name: sorted(frame.rows()) for name, frame in known.keys.items()},
    }


_AMOUNTS = st.floats(1.0, 9_000.0).map(lambda amount: round(amount, 1))


def _shown_rows() -> st.SearchStrategy[Tables]:
    """Rows that NLD sees: under the agreement, and one by its label, at a hidden site."""
    amounts = st.lists(_AMOUNTS, min_size=4, max_size=4)
    return amounts.map(
        lambda found: {
            "holding": [
                *(
                    {**_HOLDING, "key": f"shown {site}", "site": site, "quantity": amount,
                     "label": SHUT}
                    for site, amount in zip(("NORTH", "SOUTH", "EAST"), found, strict=False)
                ),
                {**_HOLDING, "key": "open", "site": "site1", "quantity": found[3], "label": OPEN},
            ],
        }
    )  # fmt: skip


def _hidden_rows(kinds: dict[str, tuple[str, dict[str, Any], str]]) -> st.SearchStrategy[Tables]:
    places = st.dictionaries(
        st.tuples(st.sampled_from(sorted(kinds)), st.integers(1, 2)), _AMOUNTS, max_size=7
    )

    def rows(drawn: dict[tuple[str, int], float]) -> Tables:
        made: Tables = {}
        for (kind, number), amount in drawn.items():
            name, values, label = kinds[kind]
            row = {**values, "key": f"{kind}{number}", "quantity": amount, "label": label}
            made.setdefault(name, []).append(row)
        return made

    return places.map(rows)


def _joined(*parts: Tables) -> Tables:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


@pytest.mark.parametrize("who", [NODE, PLANNER])
def test_rows_that_may_not_be_seen_change_nothing(who: str, bases: Path) -> None:
    kinds = HIDDEN if who == NODE else HIDDEN | UNCLEARED

    @few(3)
    @given(st.sampled_from(DETAILS), _shown_rows(), _hidden_rows(kinds), _hidden_rows(kinds))
    def check(detail: str, shown: Tables, one: Tables, other: Tables) -> None:
        stores = [
            _store(bases, detail, "one", _joined(shown, one)),
            _store(bases, detail, "the other", _joined(shown, other)),
        ]
        keys = [(name, r["key"]) for part in (one, other) for name, rs in part.items() for r in rs]
        first, second = (_looked(store, who) for store in stores)
        for what, told in first.items():
            assert told == second[what], f"{what} tells {who} of {one} against {other}"
        # a total that one site dominates is not told
        assert first["written down"] or detail == "totals", "nothing was released at all"
        if keys:
            first_told, second_told = (_told_of(store, who, keys) for store in stores)
            assert first_told == second_told
        if who == NODE:
            first_node, second_node = (_node_told(s, bases / "draft.json") for s in stores)
            assert first_node == second_node, f"the node is told of {one} against {other}"

    check()


def _twice(detail: str) -> st.SearchStrategy[tuple[Tables, Tables]]:
    """Rows of DEU twice: exact values differ, what is shown of them is the same."""
    return st.lists(_PAIRS[detail], min_size=4, max_size=4).flatmap(
        lambda pairs: st.tuples(_exact([a for a, _ in pairs]), _exact([b for _, b in pairs]))
    )


def _exact(amounts: list[float]) -> st.SearchStrategy[Tables]:
    """Stock with lots and days that coarse rows do not have, or only to the month."""
    sites = ("NORTH", "SOUTH", "EAST", "WEST")
    return st.lists(st.integers(1, 28), min_size=4, max_size=4).map(
        lambda days: {
            "holding": [
                {**_HOLDING, "key": f"{site} {day}", "site": site, "quantity": amount,
                 "reserved": 0.0, "lot": f"L{day}", "expiry": date(2027, 3, day), "label": SHUT}
                for site, amount, day in zip(sites, amounts, days, strict=True)
            ]
        }
    )  # fmt: skip


def _within(low: int, high: int) -> st.SearchStrategy[tuple[float, float]]:
    inside = st.integers(low, high - 1).map(float)
    return st.tuples(inside, inside)


_PAIRS: dict[str, st.SearchStrategy[tuple[float, float]]] = {
    # two digits stay: 4,700 to 4,749 are 4,700
    "rounded": st.integers(10, 99).flatmap(lambda d: _within(d * 100, d * 100 + 50)),
    # 1-2-5: one of 100, 200, 500, 1,000 and what lies below the next
    "banded": st.sampled_from([(100, 200), (200, 500), (500, 1_000), (1_000, 2_000)]).flatmap(
        lambda band: _within(*band)
    ),
}


@pytest.mark.parametrize("detail", sorted(_PAIRS))
def test_exact_values_behind_coarse_ones_change_nothing(detail: str, bases: Path) -> None:
    @few(2)
    @given(_twice(detail))
    def check(pair: tuple[Tables, Tables]) -> None:
        _same_for_both(bases, detail, pair, shown=4)

    check()


@few(2)
@given(st.lists(st.integers(50, 90), min_size=4, max_size=4), st.permutations(range(4)))
def test_how_a_total_is_made_up_changes_nothing(
    bases: Path, amounts: list[int], order: list[int]
) -> None:
    sites = ("NORTH", "SOUTH", "EAST", "WEST")
    moved = [amounts[0] + 20, amounts[1] - 20, *amounts[2:]]
    one, other = (
        {
            "holding": [
                {**_HOLDING, "key": f"{name} {site}", "site": site, "quantity": float(amount),
                 "label": SHUT}
                for site, amount in zip(sites, made, strict=True)
            ]
        }
        for name, made in (("one", amounts), ("other", [moved[n] for n in order]))
    )  # fmt: skip
    _same_for_both(bases, "totals", (one, other), shown=1)


def _same_for_both(bases: Path, detail: str, pair: tuple[Tables, Tables], shown: int) -> None:
    stores = [
        _store(bases, detail, name, rows) for name, rows in zip(("one", "other"), pair, strict=True)
    ]
    first, second = (_looked(store, NODE) for store in stores)
    tables = first["tables"]
    assert isinstance(tables, dict)
    assert sum(row[0] == "DEU" for row in tables["holding"]) == shown
    for what, told in first.items():
        assert told == second[what], f"{what} tells of exact values: {pair}"


def test_the_worlds_would_show_a_difference(bases: Path) -> None:
    """The rows that are hidden are there: their owner's twin has every one but the bait."""
    rows: Tables = {}
    for kind, (name, values, label) in {**HIDDEN, **UNCLEARED}.items():
        rows.setdefault(name, []).append({**values, "key": kind, "quantity": 5.0, "label": label})
    twin = app.see(app.View(_store(bases, "exact", "one", rows), "DEU", AS_OF)).twin
    found = {key for name in rows for key in twin[name]["key"]}
    assert {*HIDDEN, *UNCLEARED} - found == {"bait"}
