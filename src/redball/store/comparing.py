"""Compare the tables with what the leaves committed to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from redball.ledger import Envelope, EventKind, opens
from redball.model import RedballError, StoreError, tables
from redball.model.facets import Known
from redball.store.agreements import ENDED, PUT
from redball.store.backend import Query
from redball.store.columns import result_schema
from redball.store.commitments import NOTHING, row_hash, rows_hash
from redball.store.finding import Problem
from redball.store.known import GIVING, known_in, named_sites, with_openness
from redball.store.log import Entry, commitments_in
from redball.store.marking import ABOUT, marking_frame
from redball.store.remarking import marked_about
from redball.store.rowhashes import row_hashes, stored_rows
from redball.store.tables import agreement_table, result_table, revision_table, secret_table

Progress = Callable[[str, int, int], None]
Rows = Callable[[Query], pl.DataFrame]
MOST_NAMED = 20
"""Rows that are named one by one for each table."""


@dataclass(frozen=True)
class Promise:
    """What the leaves say that the tables hold.

    Attributes
    ----------
    leaf_of : mapping of int to int
        Leaf of each revision.
    rows : mapping of (str, int) to str
        ``"rows holding"`` or ``"ended holding"`` and revision, to the commitment.
    records : mapping of (str, str) to (int, str)
        ``"revision"``, ``"result"``, ``"agreement"``, ``"ending"`` and key, to leaf and hash.
    markings : mapping of int to (int, str)
        First id, to leaf and commitment.
    """

    leaf_of: dict[int, int] = field(default_factory=dict)
    rows: dict[tuple[str, int], str] = field(default_factory=dict)
    records: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    markings: dict[int, tuple[int, str]] = field(default_factory=dict)


def promises(
    connection: sa.Connection,
    log: Iterable[Entry],
    envelopes: Mapping[int, Envelope],
    problems: list[Problem],
) -> Promise:
    """Read what the leaves committed to; every secret must be there and open its leaf."""
    rows = connection.execute(sa.select(secret_table())).all()
    secrets = {index: (salt, secret) for index, salt, secret in rows}
    found = Promise()
    for entry in log:
        envelope = envelopes.get(entry.index)
        kept = secrets.pop(entry.index, None)
        if envelope is None or (envelope.commitment is None and kept is None):
            continue
        secret = _secret(entry, envelope, kept, problems)
        if secret is not None:
            _take(found, entry.index, envelope, commitments_in(secret), problems)
        elif envelope.event.kind == EventKind.IMPORT:
            revision = envelope.event.facts.get("revision")
            if isinstance(revision, int):
                found.leaf_of[revision] = entry.index
    problems.extend(
        Problem(None, "ledger_secret", str(index), "no leaf committed to it")
        for index in sorted(secrets)
    )
    return found


def _secret(
    entry: Entry, envelope: Envelope, kept: tuple[str, str] | None, problems: list[Problem]
) -> bytes | None:
    if kept is None:
        problems.append(Problem(entry.index, "ledger_secret", "", "what it commits to is missing"))
        return None
    salt, secret = kept
    try:
        data = secret.encode()
        fits = opens(entry.envelope, bytes.fromhex(salt), data) and salt == salt.lower().strip()
    except (ValueError, AttributeError):
        fits = False
    if not fits or envelope.commitment is None:
        problems.append(Problem(entry.index, "ledger_secret", "", "not what the leaf commits to"))
        return None
    return data


def _take(
    found: Promise,
    leaf: int,
    envelope: Envelope,
    commitments: Mapping[str, str],
    problems: list[Problem],
) -> None:
    revision = envelope.event.facts.get("revision")
    if envelope.event.kind == EventKind.IMPORT and isinstance(revision, int):
        if revision != len(found.leaf_of) + 1:
            problems.append(Problem(leaf, "ledger", "", f"revision {revision} is out of order"))
        found.leaf_of[revision] = leaf
        found.records["revision", str(revision)] = (leaf, commitments.get("revision", ""))
    for name, value in commitments.items():
        if name.startswith(("rows ", "ended ")) and isinstance(revision, int):
            found.rows[name, revision] = value
        elif name == "markings":
            first, _, commitment = value.partition(" ")
            found.markings[int(first)] = (leaf, commitment)
        elif name in ("result", "agreement", "ending"):
            key, _, commitment = value.rpartition(" ")
            found.records[name, key] = (leaf, commitment)


@dataclass(frozen=True)
class Marks:
    """What the markings of rows are compared with.

    Attributes
    ----------
    markings : polars.DataFrame
        Every marking.
    exercise : polars.DataFrame
        ``since`` and ``exercise`` of every revision.
    sites : frozenset of str
        Sites that agreements name.
    """

    markings: pl.DataFrame
    exercise: pl.DataFrame
    sites: frozenset[str]


def compare_records(connection: sa.Connection, held: Promise, problems: list[Problem]) -> Marks:
    """Compare the bookkeeping; return what the rows are compared with."""
    revision, result, agreement = revision_table(), result_table(), agreement_table()
    revisions = connection.execute(sa.select(revision)).mappings().all()
    results = connection.execute(sa.select(result)).mappings().all()
    agreements = connection.execute(sa.select(agreement)).mappings().all()
    found = {("revision", str(row["id"])): row_hash(dict(row)) for row in revisions}
    found |= {("result", row["key"]): row_hash(dict(row)) for row in results}
    for row in agreements:
        key = f"{row['id']} {row['version']}"
        found["agreement", key] = row_hash({name: row[name] for name in PUT})
        if any(row[name] is not None for name in ENDED[2:]):
            found["ending", key] = row_hash({name: row[name] for name in ENDED})
    _records(found, held, problems)
    markings = marking_frame(connection)
    _markings(markings, held, problems)
    exercise = pl.DataFrame(
        [(row["id"], row["exercise"]) for row in revisions],
        schema={"since": pl.Int32(), "exercise": pl.Boolean()},
        orient="row",
    )
    try:
        sites = named_sites(connection)
    except StoreError as error:
        problems.append(Problem(None, "agreement", "", error.what))
        sites = frozenset()
    return Marks(markings, exercise, sites)


def _records(found: Mapping[tuple[str, str], str], held: Promise, problems: list[Problem]) -> None:
    for what in sorted(found.keys() | held.records.keys()):
        table = "agreement" if what[0] == "ending" else what[0]
        leaf, commitment = held.records.get(what, (None, ""))
        if what not in found:
            problems.append(Problem(leaf, table, what[1], "it is missing"))
        elif leaf is None:
            problems.append(Problem(None, table, what[1], "no leaf tells of it"))
        elif found[what] != commitment:
            problems.append(Problem(leaf, table, what[1], "it was changed"))


def _markings(markings: pl.DataFrame, held: Promise, problems: list[Problem]) -> None:
    """Every marking belongs to the leaf that brought it."""
    told = pl.lit(value=False)
    for first, (leaf, commitment) in sorted(held.markings.items()):
        own = pl.col("id").is_between(first, first + int(commitment.split()[0]) - 1)
        told |= own
        if rows_hash(markings.filter(own)) != commitment:
            problems.append(Problem(leaf, "label", "", f"markings from {first} were changed"))
    problems.extend(
        Problem(None, "label", str(number), "no leaf tells of it")
        for number in markings.filter(~told)["id"]
    )


def compare_rows(
    read: Rows,
    marks: Marks,
    held: Promise,
    since: int,
    progress: Progress | None,
    problems: list[Problem],
) -> int:
    """Compare the rows of all tables; return how many there are.

    Parameters
    ----------
    read : callable
        Runs a query.
    since : int
        Leaf from which rows are compared with their hashes; markings are compared always.
    """
    first = min((r for r, leaf in held.leaf_of.items() if leaf >= since), default=0)
    queries = stored_rows()
    # those that others refer to come first: what is known of them decides on the markings
    order = [*GIVING, *(name for name in tables() if name not in GIVING)]
    kept: dict[str, pl.DataFrame] = {}
    known: Known | None = None
    total = 0
    for number, name in enumerate(order):
        if progress is not None:
            progress(name, number, len(order))
        try:
            rows = read(queries[name])
        except RedballError as error:
            problems.append(Problem(None, name, "", error.what))
            rows = pl.DataFrame(schema=result_schema(queries[name]))
        total += rows.height
        found = row_hashes(name, rows, marks.markings, first)
        _compare_hashes(name, "rows", found.brought, held, first, problems)
        _compare_hashes(name, "ended", found.ended, held, first, problems)
        kept[name] = rows
        if name == order[len(GIVING) - 1]:
            frames = {
                n: with_openness(f.filter(pl.col("until").is_null()), marks.markings)
                for n, f in kept.items()
            }
            known = known_in(frames, marks.sites)
        if known is not None:
            for waiting in list(kept):
                _compare_markings(waiting, kept.pop(waiting), marks, known, held, problems)
    if progress is not None:
        progress("", len(order), len(order))
    return total


def _compare_hashes(
    name: str,
    which: str,
    found: Mapping[int, str],
    held: Promise,
    first: int,
    problems: list[Problem],
) -> None:
    title = f"{which} {name}"
    promised = {r: value for (what, r), value in held.rows.items() if what == title and r >= first}
    for revision in sorted(found.keys() | promised.keys()):
        have, want = found.get(revision, NOTHING), promised.get(revision, NOTHING)
        if have != want:
            many = f"{have.split()[0]} in place of {want.split()[0]}"
            same = have.split()[0] == want.split()[0]
            what = f"{which} of revision {revision}: {'changed' if same else many}"
            problems.append(Problem(held.leaf_of.get(revision), name, "", what))


def _compare_markings(
    name: str,
    rows: pl.DataFrame,
    marks: Marks,
    known: Known,
    held: Promise,
    problems: list[Problem],
) -> None:
    """A row's marking must be what its content asks for."""
    if rows.is_empty():
        return
    wanted = marked_about(name, rows, marks.markings, marks.exercise, known)
    columns = [pl.col(c) for c in ABOUT]
    has = rows.select("label").join(
        marks.markings.select(pl.col("id").alias("label"), *columns),
        on="label", how="left", maintain_order="left",
    )  # fmt: skip
    differs = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    for column in ABOUT:
        differs |= has[column].ne_missing(wanted[column])
    wrong = rows.filter(differs).select("owner", "key", "since").sort("since", "owner", "key")
    for owner, key, revision in wrong.head(MOST_NAMED).iter_rows():
        leaf = held.leaf_of.get(revision)
        problems.append(Problem(leaf, name, f"{owner}:{key}", "its marking is not its own"))
