"""Pages: places, orders, limits, and what is refused. What they show: ``test_row_filter.py``."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.model import BadUse
from redball.store import PackageRecord, Store, TableRows, open_store
from redball.store.backend import Backend
from redball.store.opening import _backend
from redball.store.paging import MOST_ROWS, Prefix, Where, count, page
from redball.store.tokens import Place, Value, fingerprint, place_of, written

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]
ODD: dict[str, dict[str, object]] = {
    "%": {"quantity": -0.0, "lot": "100%"},
    "%%s": {"quantity": 0.0, "lot": "Ä"},
    "'": {"quantity": 1e-300, "lot": "a\\b"},
    '"': {"quantity": 0.1 + 0.2, "lot": "A"},
    "\\": {"quantity": 1.7976931348623157e308, "lot": ""},
    "a": {"quantity": -5.0, "lot": None},
    "Z": {"quantity": 9007199254740993.0, "lot": "a", "expiry": date(9999, 12, 31)},
    "ß\u200b": {"quantity": 1.0, "lot": "𐍈", "expiry": date(1, 1, 1)},
    "é": {"quantity": 1.0, "lot": "\uffff", "expiry": date(1, 1, 1)},
    "%(name)s": {"quantity": 1.0, "lot": "--"},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, record: Record, holdings: Holdings) -> Iterator[Store]:
    """A store whose keys and texts are hard on whoever pastes SQL."""
    address = f"sqlite:///{request.getfixturevalue('tmp_path_factory').mktemp('pages')}/store.db"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE pages")
        address = server.replace("/postgres?", "/pages?")
    with open_store(address, create=True) as opened:
        opened.import_package(record(1), {"holding": holdings(ODD)})
        more = {key: {"quantity": 2.0} for key in ("a", "b")}
        opened.import_package(record(1, owner="NLD"), {"holding": holdings(more)})
        yield opened


@pytest.fixture
def backend(store: Store) -> Backend:
    """Its backend."""
    return _backend(store.url.replace("***", ""), 5.0)


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Ids of every label."""
    return list(store.labels())


def walked(backend: Backend, ids: list[int], order: str | None, down: bool) -> list[str]:
    """Keys page by page, three rows each."""
    keys: list[str] = []
    after: str | None = None
    for _ in range(9):
        found = page(
            backend, "holding", labels=ids, after=after, limit=3, order=order, descending=down
        )
        keys += found.frame["key"].to_list()
        after = found.next
        if after is None:
            return keys
        assert found.frame.height == 3
    raise AssertionError("there is always another page")


@pytest.mark.parametrize("order", [None, "key", "quantity", "lot", "expiry", "reserved", "owner"])
def test_pages_meet_every_row_once_in_the_order_of_bytes_and_numbers(
    backend: Backend, ids: list[int], order: str | None
) -> None:
    rows = [("DEU", k, {"expiry": None, "reserved": 0.0, **v}) for k, v in ODD.items()]
    other: dict[str, object] = {"quantity": 2.0, "lot": None, "expiry": None, "reserved": 0.0}
    rows += [("NLD", key, other) for key in ("a", "b")]

    def rank(row: tuple[str, str, dict[str, object]]) -> tuple[object, ...]:
        owner, key, values = row
        value = {"owner": owner, "key": key, **values}[order] if order else 0
        text = value.encode() if isinstance(value, str) else value
        return (value is None, 0 if value is None else text, owner, key.encode())

    for down in (False, True):
        wanted = [key for _, key, _ in sorted(rows, key=rank, reverse=down)]
        assert walked(backend, ids, order, down) == wanted


def test_searches_take_values_as_they_are(backend: Backend, ids: list[int]) -> None:
    def keys(where: Where) -> list[str]:
        found = page(backend, "holding", labels=ids, where=where).frame["key"].to_list()
        assert count(backend, "holding", labels=ids, where=where) == len(found)
        return found

    for key in ODD:
        assert set(keys({"key": key})) == {key}
    assert keys({"key": Prefix("%")}) == ["%", "%%s", "%(name)s"]
    assert keys({"lot": Prefix("a")}) == ["'", "Z"]  # not 'A', as LIKE would on SQLite
    assert keys({"lot": "100%"}) == ["%"]
    assert keys({"quantity": 0}) == ["%", "%%s"]
    assert keys({"quantity": 0.1 + 0.2}) == ['"']
    assert keys({"quantity": 1e-300}) == ["'"]
    assert keys({"expiry": date(1, 1, 1), "owner": "DEU"}) == ["ß\u200b", "é"]
    assert keys({"lot": "' OR 1=1 --"}) == []


def test_columns_are_those_asked_for(backend: Backend, ids: list[int]) -> None:
    found = page(backend, "holding", labels=ids, columns=["quantity", "line", "key"], limit=1)
    assert found.frame.columns == ["quantity", "line", "key"]
    usual = page(backend, "holding", labels=ids, limit=1).frame.columns
    assert usual[0] == "owner"
    assert usual[-1] == "label"
    assert not {"line", "sheet", "since"} & set(usual)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"limit": 0}, "1 to"),
        ({"limit": MOST_ROWS + 1}, "1 to"),
        ({"limit": True}, "1 to"),
        ({"labels": ["1"]}, "by their ids"),
        ({"labels": [True]}, "by their ids"),
        ({"order": "label"}, "'label' is not a column"),
        ({"order": "since"}, "'since' is not a column"),
        ({"order": "line"}, "'line' is not a column"),
        ({"where": {"label": 1}}, "'label' is not a column"),
        ({"where": {"quantity": "1"}}, "never"),
        ({"where": {"quantity": float("nan")}}, "never"),
        ({"where": {"quantity": True}}, "never"),
        ({"where": {"quantity": Prefix("1")}}, "never"),
        ({"where": {"lot": "a\0b"}}, "never"),
        ({"where": {"lot": "\ud800"}}, "never"),
        ({"where": {"expiry": "2026-01-01"}}, "never"),
        ({"columns": []}, "at least one"),
        ({"columns": ["key", "key"]}, "each once"),
        ({"columns": ["until"]}, "no column 'until'"),
        ({"as_of": datetime(2026, 1, 1)}, "no time zone"),
        ({"after": "?"}, "where a page"),
        ({"after": "é"}, "where a page"),
        ({"after": "A" * 30_000}, "where a page"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_makes_no_sense_is_refused(
    backend: Backend, ids: list[int], asked: dict[str, object], said: str
) -> None:
    with pytest.raises(BadUse, match=said):
        page(backend, "holding", **{"labels": ids, **asked})  # type: ignore[arg-type]  # on purpose


def test_what_is_shown_coarsely_is_not_ordered_or_searched(
    backend: Backend, ids: list[int]
) -> None:
    for asked in ({"order": "quantity"}, {"where": {"quantity": 2.0}}, {"order": "expiry"}):
        with pytest.raises(BadUse, match="not shown exactly"):
            page(backend, "holding", labels=ids, coarse=ids[:1], **asked)
    with pytest.raises(BadUse, match="not shown exactly"):
        count(backend, "holding", labels=ids, coarse=ids[:1], where={"quantity": 2.0})
    found = page(backend, "holding", labels=ids, coarse=ids[:1], order="lot", limit=3)
    assert found.next is not None
    assert "quantity" not in base64.urlsafe_b64decode(found.next + "==").decode()


def test_a_place_belongs_to_its_question(backend: Backend, ids: list[int]) -> None:
    token = page(backend, "holding", labels=ids, limit=1).next
    assert token is not None
    for other in ({"order": "lot"}, {"descending": True}, {"where": {"owner": "DEU"}}):
        with pytest.raises(BadUse, match="where a page"):
            page(backend, "holding", labels=ids, after=token, **other)
    with pytest.raises(BadUse, match="where a page"):
        page(backend, "site", labels=ids, after=token)


def test_a_forged_place_opens_nothing(backend: Backend, store: Store) -> None:
    """Whoever writes a place begins elsewhere among the rows it may read, no more."""
    own = [n for n, label in store.labels().items() if label.owner == "NLD"]
    token = page(backend, "holding", labels=own, limit=1).next
    assert token is not None
    asked, *_ = json.loads(base64.urlsafe_b64decode(token + "=="))
    forged = written(Place("DEU", "", None), asked)
    assert set(page(backend, "holding", labels=own, after=forged).frame["owner"]) == {"NLD"}


_QUESTION = fingerprint({"table": "holding"})
_VALUES: dict[type[Value], st.SearchStrategy[Value]] = {
    str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    date: st.dates(),
}


@pytest.mark.parametrize("kind", list(_VALUES), ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_place_is_read_as_it_was_written(kind: type[Value], data: st.DataObject) -> None:
    owner, key = data.draw(_VALUES[str]), data.draw(_VALUES[str])
    place = Place(str(owner), str(key), data.draw(st.none() | _VALUES[kind]))
    found = place_of(written(place, _QUESTION), _QUESTION, kind)
    assert repr(found) == repr(place)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    text=st.text(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    ).map(lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode())
    | st.binary(max_size=80).map(lambda b: base64.urlsafe_b64encode(b).decode())
)
def test_any_text_is_a_place_or_refused(text: str) -> None:
    for kind in _VALUES:
        with suppress(BadUse):
            assert isinstance(place_of(text, _QUESTION, kind), Place)


def test_deep_nesting_and_huge_numbers_are_refused() -> None:
    for text in ("[" * 9_000, "[" + "9" * 9_000 + "]", f'["{_QUESTION}","A","k",1e999]'):
        token = base64.urlsafe_b64encode(text.encode()).decode()
        with pytest.raises(BadUse, match="where a page"):
            place_of(token, _QUESTION, float)


def test_what_is_imported_between_pages_shifts_nothing(
    backend: Backend, store: Store, ids: list[int], record: Record, holdings: Holdings
) -> None:
    first = page(backend, "holding", labels=ids, limit=4)
    shown = first.frame["key"].to_list()
    kept = {key: row for key, row in ODD.items() if key != shown[1]} | {"!": {"quantity": 1.0}}
    store.import_package(record(2), {"holding": holdings(kept)})
    rest = page(backend, "holding", labels=ids, after=first.next)
    before = [*sorted(ODD, key=str.encode), "a", "b"]
    assert shown + rest.frame["key"].to_list() == before
    moment = datetime(2026, 1, 2, 12, tzinfo=UTC)
    past = page(backend, "holding", labels=ids, as_of=moment)
    assert past.frame.filter(owner="DEU")["key"].to_list() == sorted(ODD, key=str.encode)
