"""What leaves a store is what its labels allow: every way out against an oracle in plain Python.

The oracle knows the packages that were sent and the rules as sentences; it does not look into the
store. A viewer's ids are those of the labels that it may read.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import psycopg
import pytest

from redball.model import BadUse, parse_label, table
from redball.model.frames import value_schema
from redball.store import PackageRecord, Store, TableRows, open_store
from redball.store.opening import _backend
from redball.store.paging import Page, Prefix, Where, count, page

NATIONS = ("DEU", "NLD", "POL", "USA")
VIEWERS = (*NATIONS, "NOR", "CAN", "FRA", "EST")
LEVELS = ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL")
RELEASES = ("", " // REL ALL", " // REL NLD", " // REL DEU POL", " // REL NOR USA")
CAVEATS = ("", "", "", " CANARY", " MEDICAL")
LABELS = [f"{level}{c}{rel}" for level in LEVELS for c in CAVEATS for rel in RELEASES]
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
DAYS = 4
KEYS = 1_000


@dataclass(frozen=True)
class Version:
    """A row version as the oracle knows it."""

    owner: str
    key: str
    label: str
    since: int
    values: dict[str, object] = field(hash=False)

    @property
    def everything(self) -> dict[str, object]:
        """Its values with owner and key."""
        return {"owner": self.owner, "key": self.key, **self.values}


@dataclass
class History:
    """Everything that was sent: per day and table, the versions of each row in order."""

    states: list[dict[str, dict[tuple[str, str], Version]]] = field(default_factory=list)

    def readable(self, name: str, viewer: str, state: int) -> list[Version]:
        """Rows of a state that a viewer may read, by the rules."""
        return [
            row
            for place, row in self.states[state][name].items()
            if may_read(viewer, row.owner, row.label)
            and not any(
                place in later[name] and not may_read(viewer, row.owner, later[name][place].label)
                for later in self.states[state + 1 :]
            )
        ]


def may_read(viewer: str, owner: str, label: str) -> bool:
    """The rule of labels, written anew."""
    head, _, release = label.partition(" // REL ")
    if "CANARY" in head.split():
        return False
    return viewer == owner or viewer in release.split() or release == "ALL"


def sites(owner: str, rng: random.Random, seed: int) -> dict[str, dict[str, object]]:
    """Sites of a nation."""
    return {
        f"S{n}": {"name": f"{rng.choice('abcÄz%')}{n}", "kind": "depot", "country": owner,
                  "capacity_t": rng.choice([None, float(seed + n % 7)])}
        for n in range(20)
    }  # fmt: skip


def holdings_of(rng: random.Random) -> dict[str, dict[str, object]]:
    """Holdings of a nation on a day: some are missing each day and come back."""
    return {
        f"h%{n}'\\": {
            "site": f"S{rng.randrange(20)}", "item": f"I-{rng.randrange(9)}",
            "quantity": float(rng.choice([0, 1, 1, 2, 250])), "condition": "serviceable",
            "reserved": 0.0, "lot": rng.choice([None, "", "L1", "l1", "Ł"]),
            "expiry": rng.choice([None, (START + timedelta(days=rng.randrange(3))).date()]),
        }
        for n in range(KEYS)
        if rng.random() < 0.85
    }  # fmt: skip


def fill(store: Store, seed: int = 1) -> History:
    """Import the packages of all nations over some days; a row often changes only its label."""
    history = History()
    rng = random.Random(seed)
    current: dict[str, dict[tuple[str, str], Version]] = {"site": {}, "holding": {}}
    for day in range(DAYS):
        for owner in NATIONS:
            # one nation's site table keeps its size, so that few markings change each day
            sent = {"holding": holdings_of(rng)}
            if day == 0:
                sent["site"] = sites(owner, rng, seed)
            revision = len(history.states) + 1
            frames = {}
            for name, rows in sent.items():
                texts = {key: rng.choice(LABELS) for key in rows}
                frames[name] = frame_of(name, rows, texts)
                kept = {p: v for p, v in current[name].items() if p[0] != owner}
                fresh = {
                    (owner, key): Version(owner, key, parse_label(texts[key], owner).text,
                                          revision, values)
                    for key, values in rows.items()
                }  # fmt: skip
                current[name] = kept | fresh
            result = store.import_package(record_of(owner, day), frames)
            assert result.revision == revision
            history.states.append(dict(current))
    return history


def frame_of(name: str, rows: dict[str, dict[str, object]], labels: dict[str, str]) -> TableRows:
    """Rows as a package carries them."""
    schema = {**value_schema(table(name)), "label": pl.String(), "sheet": pl.String(),
              "line": pl.Int32()}  # fmt: skip
    data = [
        {**values, "key": key, "label": labels[key], "sheet": f"{name}.csv", "line": line}
        for line, (key, values) in enumerate(rows.items(), 2)
    ]
    return TableRows(pl.DataFrame(data, schema=schema))


def record_of(owner: str, day: int) -> PackageRecord:
    """A package of a nation; imported one minute after the one before."""
    minute = day * len(NATIONS) + NATIONS.index(owner)
    return PackageRecord(
        owner=owner, package_hash=f"{owner} {day}", title=f"day {day}",
        as_of=START + timedelta(days=day), imported_at=START + timedelta(days=9, minutes=minute),
        software="test", exercise=False, scores={}, counts={}, content={},
    )  # fmt: skip


def moment_of(state: int) -> datetime:
    """When a state was the newest."""
    return START + timedelta(days=9, minutes=state, seconds=1)


@dataclass(frozen=True)
class Filled:
    """A store with rows of many labels, and what the oracle knows of it."""

    store: Store
    history: History

    def ids(self, viewer: str) -> list[int]:
        """Ids of the labels that a viewer may read, by the oracle's rule."""
        labels = self.store.labels().items()
        return [n for n, label in labels if may_read(viewer, label.owner, label.text)]


def _made(engine: str, name: str, request: pytest.FixtureRequest) -> Store:
    if engine == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("filter")
        return open_store(folder / f"{name}.db", create=True)
    server: str = request.getfixturevalue("postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return open_store(server.replace("/postgres?", f"/{name}?"), create=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    """One store per engine."""
    with _made(request.param, "filter_rows", request) as store:
        yield Filled(store, fill(store))


def every_page(ask: Callable[[str | None], Page]) -> list[dict[str, object]]:
    """Rows of page after page, and that only the last page may be short."""
    rows: list[dict[str, object]] = []
    after: str | None = None
    while True:
        found = ask(after)
        rows += found.frame.to_dicts()
        if found.next is None:
            return rows
        assert not found.frame.is_empty()
        after = found.next


def place(row: dict[str, object]) -> tuple[str, str]:
    return str(row["owner"]), str(row["key"])


def test_reading_gives_what_the_oracle_allows_now_and_in_the_past(filled: Filled) -> None:
    """At least 100,000 (viewer, row) pairs on each store."""
    texts = {number: label.text for number, label in filled.store.labels().items()}
    pairs = 0
    shown = 0
    for viewer in VIEWERS:
        ids = filled.ids(viewer)
        for state in (3, 7, 11, 15):
            snapshot = filled.store.read(
                as_of=moment_of(state), labels=ids, names=["site", "holding"]
            )
            for name in ("site", "holding"):
                wanted = filled.history.readable(name, viewer, state)
                found = snapshot.frames[name]
                assert {texts[n] for n in found["label"].unique()} == {r.label for r in wanted}
                columns = ["owner", *value_schema(table(name))]
                assert sorted(map(repr, found.select(columns).rows())) == sorted(
                    repr(tuple(row.everything.get(column) for column in columns)) for row in wanted
                )
                shown += len(wanted)
                pairs += len(filled.history.states[state][name])
    assert pairs >= 100_000
    assert 0.1 < shown / pairs < 0.9  # neither everything nor nothing


def test_pages_orders_searches_and_counts_give_what_the_oracle_allows(filled: Filled) -> None:
    backend = _backend(filled.store.url.replace("***", ""), 5.0)
    last = len(filled.history.states) - 1
    for viewer, state in (("DEU", last), ("NOR", 6)):
        ids, as_of = filled.ids(viewer), moment_of(state)
        wanted = {(r.owner, r.key): r for r in filled.history.readable("holding", viewer, state)}
        assert count(backend, "holding", labels=ids, as_of=as_of) == len(wanted)
        for order, down in [(None, False), (None, True), *((c, d) for c in ("quantity", "lot",
                            "expiry", "site", "owner", "key") for d in (False, True))]:  # fmt: skip
            rows = every_page(
                lambda after, order=order, down=down, ids=ids, as_of=as_of: page(  # type: ignore[misc]  # defaults bind the loop's values
                    backend,
                    "holding",
                    labels=ids,
                    as_of=as_of,
                    after=after,
                    limit=499,
                    order=order,
                    descending=down,
                )
            )
            assert [place(row) for row in rows] == _ordered(wanted, order, down)
        for where, holds in _SEARCHES:
            found = [p for p, row in wanted.items() if holds(row)]
            assert count(backend, "holding", labels=ids, as_of=as_of, where=where) == len(found)
            rows = page(
                backend, "holding", labels=ids, as_of=as_of, where=where, limit=5_000
            ).frame.to_dicts()  # fmt: skip
            assert [place(row) for row in rows] == sorted(found)


_SEARCHES: list[tuple[Where, Callable[[Version], bool]]] = [
    ({"owner": "POL"}, lambda row: row.owner == "POL"),
    ({"quantity": 250.0}, lambda row: row.values["quantity"] == 250.0),
    ({"lot": None}, lambda row: row.values["lot"] is None),
    ({"lot": ""}, lambda row: row.values["lot"] == ""),
    ({"lot": Prefix("l")}, lambda row: str(row.values["lot"] or "").startswith("l")),
    ({"key": Prefix("h%1")}, lambda row: row.key.startswith("h%1")),
    ({"key": "h%7'\\"}, lambda row: row.key == "h%7'\\"),
    (
        {"site": "S3", "expiry": START.date()},
        lambda row: row.values["site"] == "S3" and row.values["expiry"] == START.date(),
    ),
]


def _ordered(
    rows: dict[tuple[str, str], Version], order: str | None, down: bool
) -> list[tuple[str, str]]:
    def rank(place: tuple[str, str]) -> tuple[object, ...]:
        row = rows[place]
        value = row.everything[order] if order else 0
        text = value.encode() if isinstance(value, str) else value
        return (value is None, 0 if value is None else text, *(p.encode() for p in place))

    return sorted(rows, key=rank, reverse=down)


def test_joins_find_nothing_through_hidden_rows(filled: Filled) -> None:
    last = len(filled.history.states) - 1
    for viewer in ("DEU", "NOR", "FRA"):
        found_rows = filled.store.read(
            as_of=None, labels=filled.ids(viewer), names=["site", "holding"]
        )
        frames = found_rows.frames
        stock, place_frame = (
            frames[n].with_columns(pl.col("owner").cast(pl.String)) for n in ("holding", "site")
        )
        found = stock.join(
            place_frame.select("owner", pl.col("key").alias("site"), "name"), on=["owner", "site"]
        )
        sites_seen = {
            (r.owner, r.key): r.values["name"]
            for r in filled.history.readable("site", viewer, last)
        }
        wanted = {
            (r.owner, r.key, sites_seen[r.owner, str(r.values["site"])])
            for r in filled.history.readable("holding", viewer, last)
            if (r.owner, str(r.values["site"])) in sites_seen
        }
        assert set(found.select("owner", "key", "name").rows()) == wanted


def test_without_labels_there_is_nothing(filled: Filled) -> None:
    backend = _backend(filled.store.url.replace("***", ""), 5.0)
    assert all(f.is_empty() for f in filled.store.read(as_of=None, labels=[]).frames.values())
    for labels in ([], [999_999]):
        assert page(backend, "holding", labels=labels).frame.is_empty()
        assert page(backend, "holding", labels=labels, order="lot").next is None
        assert count(backend, "holding", labels=labels) == 0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_is_hidden_changes_nothing_that_is_seen(
    engine: str, request: pytest.FixtureRequest
) -> None:
    """Two stores that differ only in rows that NOR may not read tell NOR the same, to the byte."""
    answers = []
    for name, hidden in (("one", range(40)), ("other", range(20, 190, 2))):
        with _made(engine, f"hidden_{name}", request) as store:
            seen = {f"k{n}": {"site": "S", "item": "I", "quantity": float(n % 5),
                    "condition": "serviceable", "reserved": 0.0, "lot": f"L{n % 3}"}
                    for n in range(30)}  # fmt: skip
            unseen = {f"k{n}x": {**seen["k1"], "quantity": float(n), "lot": name} for n in hidden}
            rows = frame_of(
                "holding", seen | unseen,
                dict.fromkeys(seen, "RESTRICTED // REL NOR") | dict.fromkeys(unseen, "SECRET"),
            )  # fmt: skip
            store.import_package(record_of("DEU", 0), {"holding": rows})
            answers.append(_everything_about("NOR", store))
    assert answers[0] == answers[1]


def _everything_about(viewer: str, store: Store) -> list[object]:
    backend = _backend(store.url.replace("***", ""), 5.0)
    labels = store.labels().items()
    ids = [n for n, label in labels if may_read(viewer, label.owner, label.text)]
    told: list[object] = []
    hidden_columns = ["label"]  # its number, which the caller writes as text
    for order in (None, "quantity", "lot"):
        after = None
        while True:
            found = page(backend, "holding", labels=ids, after=after, order=order, limit=7)
            told += [found.frame.drop(hidden_columns).rows(), found.next]
            after = found.next
            if after is None:
                break
    for where in ({}, {"lot": "one"}, {"lot": "other"}, {"key": Prefix("k1")}, {"key": "k20x"}):
        told.append(count(backend, "holding", labels=ids, where=where))
        told.append(
            page(backend, "holding", labels=ids, where=where).frame.drop(hidden_columns).rows()
        )
    for asked in ({"order": "label"}, {"where": {"quantity": "k20x"}}, {"after": "k20x"}):
        try:
            page(backend, "holding", labels=ids, **asked)
        except BadUse as error:
            told.append(str(error))
    return told
