"""Records and rows refuse what they can't be."""

from datetime import UTC, datetime

import polars as pl
import pytest

from redball.model import BadUse
from redball.store import PackageRecord, TableRows

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)


def _record(**changed: object) -> PackageRecord:
    values: dict[str, object] = {
        "owner": "DEU", "package_hash": "x", "title": "t", "as_of": NOW, "imported_at": NOW,
        "software": "s", "exercise": False, "scores": {}, "counts": {}, "content": {},
    }  # fmt: skip
    return PackageRecord(**{**values, **changed})  # type: ignore[arg-type]  # values vary


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"as_of": NAIVE}, "as_of .* no time zone"),
        ({"imported_at": NAIVE}, "imported_at .* no time zone"),
        ({"package_hash": ""}, "needs a content hash"),
        ({"scores": {"beauty": 1.0}}, "'beauty' is not a score"),
    ],
)
def test_a_record_that_can_not_be_kept_is_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(BadUse, match=why):
        _record(**changed)


def test_a_whole_record_is_accepted() -> None:
    assert _record(scores={"validity": 1.0}).owner == "DEU"


def test_content_is_full_or_changes() -> None:
    assert TableRows(pl.DataFrame()).content == "full"
    assert TableRows(pl.DataFrame(), "changes").content == "changes"
    with pytest.raises(BadUse, match="'some' is not a content"):
        TableRows(pl.DataFrame(), "some")
