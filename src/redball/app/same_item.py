"""Recognised items: what a person still has to confirm, and their verdict."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import polars as pl

import redball
from redball.access.actions import Action
from redball.app.clock import import_moment
from redball.app.doing import use_case
from redball.app.view import View, opened, see, see_in
from redball.identity import item_conflicts, recognise_items
from redball.model import BadUse, Origin, Twin, combine
from redball.model.frames import value_schema
from redball.model.schema import table
from redball.store import ImportResult, PackageRecord, TableRows


@dataclass(frozen=True)
class Verdict:
    """A person's verdict on two item records.

    Attributes
    ----------
    item_a, item_b : str
        ``OWNER:KEY`` of the records.
    same : bool
        Whether they are the same article.
    decided_by, reason : str
        Who decided, and why.
    """

    item_a: str
    item_b: str
    same: bool
    decided_by: str
    reason: str = ""


@dataclass(frozen=True)
class Pairs:
    """Pairs of item records, with where they come from.

    Attributes
    ----------
    frame : polars.DataFrame
        ``item_a``, ``name_a``, ``item_b``, ``name_b``, then what is said about the pair.
    origin : Origin
    """

    frame: pl.DataFrame
    origin: Origin


@use_case(Action.SEE)
def candidates(view: View, *, minimum_score: float = 0.75) -> Pairs:
    """Pairs of item records that may be the same article (``score``, ``why``), likeliest first."""
    seen = see(view)
    groups = recognise_items(seen.twin, minimum_score=minimum_score)
    used = combine(seen.twin.label_of("item"), seen.twin.label_of("same_item"))
    origin = seen.origin(label=used, parameters={"minimum_score": minimum_score})
    return Pairs(_named(seen.twin, groups.candidates), origin)


@use_case(Action.SEE)
def conflicts(view: View) -> Pairs:
    """Contradictions between numbers and verdicts that a person must settle (``kind``, ``why``)."""
    seen = see(view)
    origin = seen.origin(label=combine(seen.twin.label_of("item"), seen.twin.label_of("same_item")))
    return Pairs(_named(seen.twin, item_conflicts(seen.twin)), origin)


def _named(twin: Twin, pairs: pl.DataFrame) -> pl.DataFrame:
    items = twin["item"].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("item"), "name"
    )
    left = items[pairs["a_ix"]].rename({"item": "item_a", "name": "name_a"})
    right = items[pairs["b_ix"]].rename({"item": "item_b", "name": "name_b"})
    return pl.concat([left, right, pairs.drop("a_ix", "b_ix")], how="horizontal")


@use_case(Action.CONTRIBUTE)
def decide(view: View, verdict: Verdict, *, now: datetime | None = None) -> ImportResult:
    """Record a verdict as a row of the viewer, and with it the history of who decided what.

    Raises
    ------
    BadUse
        A record is not visible to the viewer, both are the same record, or nobody is named.
    """
    if not verdict.decided_by.strip():
        raise BadUse("A verdict needs the person who decided.", mend="Give --by NAME.")
    with opened(view.store) as store:
        twin = see_in(store, view.viewer).twin
        names = [_full(twin, key) for key in (verdict.item_a, verdict.item_b)]
        if names[0] == names[1]:
            raise BadUse("Both are the same record.", where=names[0])
        item_a, item_b = sorted(names)
        revisions = store.revisions()
        exercise = not revisions.is_empty() and bool(revisions["exercise"].all())
        moment = import_moment(
            revisions,
            package_as_of=twin.as_of,
            exercise=exercise,
            now=now or datetime.now(UTC),
        )
        row = _row(view, verdict, item_a, item_b, moment)
        record = PackageRecord(
            owner=view.nation,
            package_hash=sha256(row.write_json().encode()).hexdigest(),
            title="A verdict on two item records",
            as_of=moment,
            imported_at=moment,
            software=f"redball {redball.__version__}",
            exercise=exercise,
            scores={},
            counts={"rows": 1, "errors": 0, "warnings": 0},
            content={"same_item": "changes"},
        )
        return store.import_package(record, {"same_item": TableRows(row, "changes")})


def _full(twin: Twin, key: str) -> str:
    ref = twin.ref("item", twin.find("item", key))
    return f"{ref.owner}:{ref.key}"


def _row(view: View, verdict: Verdict, item_a: str, item_b: str, moment: datetime) -> pl.DataFrame:
    values = {
        "key": f"{item_a}|{item_b}".replace(":", "."),
        "item_a": item_a,
        "item_b": item_b,
        "verdict": "same" if verdict.same else "different",
        "decided_by": verdict.decided_by.strip(),
        "decided_on": moment.date(),
        "reason": verdict.reason or None,
    }
    schema = value_schema(table("same_item"))
    frame = pl.DataFrame({name: [values[name]] for name in schema}, schema=dict(schema))
    # A verdict names other members' keys: it stays with its owner.
    return frame.with_columns(
        label=pl.lit("RESTRICTED"),
        sheet=pl.lit(f"decision of {view.nation}"),
        line=pl.lit(1, pl.Int32),
    )
