"""References: every row named must be there, be taken in, or be visible to the sender."""

from collections import defaultdict

import polars as pl

from redball.exchange.check.log import Flags
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.work import Scope, Work

DANGLING = Rule(
    "reference-missing",
    ERROR,
    "The row named does not exist.",
    "What points to nothing drops out of every analysis.",
    "Add the row named to the package, or correct the key.",
)
SKIPPED = Rule(
    "reference-to-skipped",
    ERROR,
    "The row named is in the package and is skipped because of its own errors.",
    "A row that rests on a row that is not taken in can't be taken in either.",
    "Mend the row named; this one needs nothing.",
)
STORED = Rule(
    "reference-to-stored",
    WARNING,
    "The row named has errors in this package; the version already stored is used.",
    "The row rests on older data.",
    "Mend the row named; this one needs nothing.",
)
UNDISCLOSED = Rule(
    "reference-undisclosed",
    WARNING,
    "No row of that owner with this key is visible to you.",
    "It may not exist, or its owner does not release it to you; the check does not tell which.",
    "Ask the owner, or correct the key. The row is kept and stays without this link.",
)
RULES = (DANGLING, SKIPPED, STORED, UNDISCLOSED)


def resolve_references(work: Work, scope: Scope) -> None:
    """Resolve every reference of the table; skips rows in a cascade until nothing changes.

    References point to earlier tables, which are final, or to the table itself.
    """
    # references to the table itself come last, when all other errors of its rows are known
    refs = sorted(work.spec.refs.items(), key=lambda ref: ref[1] == work.spec.name)
    to_itself = [column for column, target in refs if target == work.spec.name]
    before = work.log.bad
    for column, target in refs:
        if column in to_itself[:1]:
            before = work.log.bad.copy()
        values = work.frame[column]
        work.compared += len(values) - values.null_count()
        seen = values.unique().drop_nulls()
        if seen.is_empty():
            continue
        scoped = seen.str.contains(":", literal=True)
        _foreign(work, scope, column, target, seen.filter(scoped))
        own = seen.filter(~scoped)
        carried = work if target == work.spec.name else scope.done.get(target)
        _own(work, scope, column, target, own, carried)
    if to_itself:
        _cascade(work, scope, to_itself, work.log.bad & ~before)


def _foreign(work: Work, scope: Scope, column: str, target: str, named: pl.Series) -> None:
    if named.is_empty():
        return
    visible = scope.known.foreign(target, scope.owner)
    hidden = named.filter(~named.is_in(visible.implode()))
    _hit(
        work, UNDISCLOSED, column, pl.DataFrame({"value": hidden}).with_columns(message=pl.lit(""))
    )


def _own(
    work: Work, scope: Scope, column: str, target: str, named: pl.Series, carried: Work | None
) -> None:
    """Sort the keys named by what stands behind them, and report those without a row."""
    stored = scope.known.own(target, scope.owner)
    if carried is None:
        sent = skipped = pl.Series([], dtype=pl.String)
        remains = stored
    else:
        keys = carried.frame["key"]
        bad = pl.Series(carried.log.bad)
        sent = keys.filter(~bad) if bad.any() else keys
        skipped = keys.filter(bad).drop_nulls() if bad.any() else keys.clear()
        # a full table replaces the stored rows, except those whose new version has errors
        remains = (
            stored
            if carried.content == "changes"
            else stored.filter(stored.is_in(skipped.implode()))
        )
    lost = named.filter(~named.is_in(sent.implode()))
    if lost.is_empty():
        return
    frame = pl.DataFrame({"value": lost}).with_columns(
        pl.Series("skipped", lost.is_in(skipped.implode())),
        pl.Series("stored", lost.is_in(remains.implode())),
    )
    stale = frame.filter(pl.col("skipped") & pl.col("stored"))
    _hit(
        work,
        STORED,
        column,
        _named(stale, target, "has errors in this package; its stored version is used"),
    )
    dead = frame.filter(pl.col("skipped") & ~pl.col("stored"))
    _hit(work, SKIPPED, column, _named(dead, target, "is skipped because of its own errors"))
    absent = frame.filter(~pl.col("skipped") & ~pl.col("stored"))
    _hit(work, DANGLING, column, _suggested(_named(absent, target, "does not exist"), sent))


def _named(frame: pl.DataFrame, target: str, what: str) -> pl.DataFrame:
    return frame.select(
        "value", message=pl.format("The {} '{}' {}.", pl.lit(target), "value", pl.lit(what))
    )


def _suggested(absent: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Name a key that differs only in case, blanks or marks; a join, so it costs little."""
    if absent.is_empty():
        return absent
    folded = (
        pl.col("value").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").alias("folded")
    )
    choices = (
        pl.DataFrame({"value": keys.drop_nulls()})
        .select(folded, choice="value")
        .unique("folded", keep="first", maintain_order=True)
    )
    hint = pl.format("Did you mean '{}'? ", "choice").fill_null("")
    return (
        absent.with_columns(folded)
        .join(choices, on="folded", how="left", maintain_order="left")
        .select("value", "message", mend=hint + pl.lit(DANGLING.mend))
    )


def _hit(work: Work, rule: Rule, column: str, verdicts: pl.DataFrame) -> None:
    if verdicts.is_empty():
        return
    hits = (
        work.frame.select(pl.col(column).alias("value"))
        .with_row_index("row")
        .join(verdicts, on="value", how="inner", maintain_order="left")
    )
    work.failed += hits.height
    message = hits["message"] if (verdicts["message"] != "").all() else ""
    work.log.hit(rule, hits["row"], column, message, hits["mend"] if "mend" in hits.columns else "")


def _cascade(work: Work, scope: Scope, columns: list[str], newly_bad: Flags) -> None:
    """Skip rows that rest on rows skipped only now, and rows that rest on those.

    Breadth first; each row is visited once, so a chain of any length costs no more than its rows.
    """
    queue = work.frame["key"].filter(pl.Series(newly_bad)).drop_nulls().to_list()
    if not queue:
        return
    keys = work.frame["key"].to_list()
    stored = set(scope.known.own(work.spec.name, scope.owner).to_list())
    users: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for column in columns:
        part = work.frame.select(column).with_row_index("row").drop_nulls()
        for row, value in part.iter_rows():
            users[value].append((row, column))
    bad = work.log.bad.copy()
    found: dict[tuple[str, bool], list[int]] = defaultdict(list)
    while queue:
        key = queue.pop()
        for row, column in users.pop(key, ()):
            if bad[row]:
                continue
            found[column, key in stored].append(row)
            if key not in stored:
                bad[row] = True
                queue.append(keys[row])
    for (column, is_stored), rows in found.items():
        work.failed += len(rows)
        rule = STORED if is_stored else SKIPPED
        work.log.hit(rule, pl.Series("row", sorted(rows), dtype=pl.UInt32), column)
