"""Moments that the picture can be moved to: the imports of the past, and days to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.operating.ahead import STOPS
from redball.app.view import View, see

MOST_PAST = 60
"""Imports that the slider offers, the newest."""


@dataclass(frozen=True)
class Stop:
    """One moment.

    Attributes
    ----------
    as_of : datetime or None
        Of the past; None for now and what is to come.
    ahead : int, in d
    owners : tuple of str
        Whose data came in at that moment.
    """

    as_of: datetime | None
    ahead: int
    owners: tuple[str, ...] = ()


@use_case(Action.SEE)
def moments(view: View) -> tuple[Stop, ...]:
    """Moments in order: every import known now, then now, then days to come.

    Imports of the same second are one moment, just after the last of them; the newest import is
    now.
    """
    present = View(view.store, view.viewer)
    seen = see(present)
    return kept(seen, "operating moments", lambda: _moments(seen.feeds))


def _moments(feeds: pl.DataFrame) -> tuple[Stop, ...]:
    past = (
        feeds.select("imported_at", owner=pl.col("owner").cast(pl.String))
        .with_columns(moment=pl.col("imported_at").dt.truncate("1s") + timedelta(seconds=1))
        .group_by("moment", maintain_order=False)
        .agg(pl.col("owner").unique().sort())
        .sort("moment")
    )
    stops = [Stop(moment, 0, tuple(owners)) for moment, owners in past.iter_rows()]
    return (*stops[:-1][-MOST_PAST:], *(Stop(None, ahead) for ahead in STOPS))
