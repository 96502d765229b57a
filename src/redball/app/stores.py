"""Stores: make, look at."""

from datetime import UTC, datetime

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.view import feeds_in, opened
from redball.store import StoreInfo


@use_case(Action.ADMINISTER)
def init_store(url: str) -> StoreInfo:
    """Make an empty store, or bring an older one up to the current schema."""
    with opened(url, create=True) as store:
        return store.info()


@use_case(Action.ADMINISTER)
def store_info(url: str) -> StoreInfo:
    """What a store holds.

    Raises
    ------
    StoreMissing
        There is no store at this address.
    """
    with opened(url) as store:
        return store.info()


@use_case(Action.ADMINISTER)
def feeds(url: str) -> pl.DataFrame:
    """Packages taken in, newest first, with their scores: conformance over time."""
    with opened(url) as store:
        revisions = store.revisions()
        return feeds_in(revisions, datetime.max.replace(tzinfo=UTC))
