"""How the data of two kept futures differ: rows added, removed, moved, changed."""

from dataclasses import dataclass

import polars as pl

from redball.app.seen import Seen
from redball.model import ResultLabel
from redball.model.labels import combine

_PLACES = ("site", "from_site", "to_site", "unit", "latitude", "longitude", "position")
"""What says where something is: a row with another one has moved."""
_LEFT_OUT = ("label", "sheet", "line", "since")
_NAMED = 5


@dataclass(frozen=True)
class Moved:
    """Difference of the data of one future from those of the baseline.

    Attributes
    ----------
    rows : tuple of (str, str, str)
        What it is (the table, and the first keys), how it was, how it is.
    added, removed, moved, changed : int
    exact : bool
        Whether both twins are those that the answers were made from. Otherwise agreements or
        corrections have changed what the viewer may read of that moment since.
    label : ResultLabel
        Of everything that was compared.
    """

    rows: tuple[tuple[str, str, str], ...]
    added: int
    removed: int
    moved: int
    changed: int
    exact: bool
    label: ResultLabel

    @property
    def said(self) -> str:
        """The difference in a few words."""
        counts = ((self.added, "added"), (self.removed, "removed"), (self.moved, "moved"),
                  (self.changed, "changed"))  # fmt: skip
        parts = [
            f"{number:,} {'row' if number == 1 else 'rows'} {word}"
            for number, word in counts
            if number
        ]
        return ", ".join(parts) or "no row that this viewer may read now is another"


def moved_between(before: Seen, after: Seen, *, exact: bool) -> Moved:
    """Compare what a viewer sees at two moments, table by table, by owner and key."""
    rows: list[tuple[str, str, str]] = []
    total = {"added": 0, "removed": 0, "moved": 0, "changed": 0}
    for name in after.twin.tables:
        if name not in before.twin.tables:
            continue
        for what, frame in _compared(before, after, name).items():
            if frame.is_empty():
                continue
            total[what] += frame.height
            keys = frame.select(
                pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
            )
            named = ", ".join(keys.to_series().sort().head(_NAMED))
            more = f" and {frame.height - _NAMED:,} more" if frame.height > _NAMED else ""
            here, there = f"{frame.height:,} {what}", "–"
            rows.append((f"{name}: {named}{more}", *_sides(what, here, there)))
    label = combine(before.twin.label, after.twin.label)
    return Moved(tuple(rows), exact=exact, label=label, **total)


def _sides(what: str, here: str, there: str) -> tuple[str, str]:
    return (here, there) if what == "removed" else (there, here)


def _compared(before: Seen, after: Seen, name: str) -> dict[str, pl.DataFrame]:
    old, new = (_plain(seen, name) for seen in (before, after))
    on = ["owner", "key"]
    both = new.join(old, on=on, how="inner", suffix="_before")
    values = [column for column in new.columns if column not in on]
    places = [column for column in values if column in _PLACES]
    moved = _any_other(places)
    changed = _any_other([column for column in values if column not in places]) & ~moved
    return {
        "added": new.join(old, on=on, how="anti"),
        "removed": old.join(new, on=on, how="anti"),
        "moved": both.filter(moved),
        "changed": both.filter(changed),
    }


def _any_other(columns: list[str]) -> pl.Expr:
    if not columns:
        return pl.lit(value=False)
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in columns)


def _plain(seen: Seen, name: str) -> pl.DataFrame:
    """A table with its references as keys, and nothing of where its rows stood in a file."""
    frame = seen.twin.named(name)
    kept = [column for column in frame.columns if column not in _LEFT_OUT]
    return frame.select(
        pl.col(column).cast(pl.String) if frame[column].dtype == pl.Categorical else column
        for column in kept
    )
