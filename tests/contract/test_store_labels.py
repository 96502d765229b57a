"""Only rows of the labels that are asked for leave the database."""

from collections.abc import Callable
from datetime import datetime

import pytest

from redball.model import BadUse, Label
from redball.store import PackageRecord, Store, TableRows

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]


@pytest.fixture
def labelled(store: Store, record: Record, holdings: Holdings) -> Store:
    """A store with two labels of DEU and one of NLD that reads like one of DEU's."""
    rows = {
        "open": {"quantity": 1.0, "label": "UNCLASSIFIED // REL ALL"},
        "some": {"quantity": 2.0, "label": "RESTRICTED // REL NLD POL"},
    }
    store.import_package(record(1), {"holding": holdings(rows)})
    foreign = {"foreign": {"quantity": 3.0, "label": "UNCLASSIFIED // REL ALL"}}
    store.import_package(record(1, owner="NLD"), {"holding": holdings(foreign)})
    return store


def _keys(store: Store, labels: list[int]) -> list[str]:
    return sorted(store.read(as_of=None, labels=labels).frames["holding"]["key"])


def test_labels_are_interned_per_owner(labelled: Store) -> None:
    found = labelled.labels()
    assert sorted(found) == [1, 2, 3]
    assert set(found.values()) == {
        Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
        Label("DEU", "RESTRICTED", frozenset({"NLD", "POL"})),
        Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    }


def test_texts_that_mean_the_same_are_one_label(
    labelled: Store, record: Record, holdings: Holdings
) -> None:
    rows = {"x": {"quantity": 1.0, "label": "restricted//REL pol, NLD"}}
    labelled.import_package(record(2), {"holding": holdings(rows)})
    assert len(labelled.labels()) == 3


@pytest.mark.parametrize("owner", ["DEU", "NLD"])
def test_a_label_gives_its_own_rows_and_no_others(labelled: Store, owner: str) -> None:
    for number, label in labelled.labels().items():
        frame = labelled.read(as_of=None, labels=[number]).frames["holding"]
        assert set(frame["label"]) == {number}
        assert set(frame["owner"]) == {label.owner}
        assert frame.height == 1


def test_several_labels_give_the_rows_of_each(labelled: Store) -> None:
    assert _keys(labelled, [1, 2, 3]) == ["foreign", "open", "some"]
    assert _keys(labelled, [3, 3, 3]) == ["foreign"]


@pytest.mark.parametrize("labels", [[], [0], [-1], [4], [10**9], [-(2**31), 2**31 - 1]])
def test_no_label_and_forged_labels_give_nothing(labelled: Store, labels: list[int]) -> None:
    frames = labelled.read(as_of=None, labels=labels).frames
    assert all(frame.is_empty() for frame in frames.values())


@pytest.mark.parametrize("forged", ["1", "1) OR (1=1", 1.0, True, None])
def test_what_is_not_a_label_id_is_refused(labelled: Store, forged: object) -> None:
    with pytest.raises(BadUse, match="by their ids"):
        labelled.read(as_of=None, labels=[forged])  # type: ignore[list-item]  # the attempt itself


def test_a_moment_without_a_zone_is_refused(labelled: Store) -> None:
    with pytest.raises(BadUse, match="no time zone"):
        labelled.read(as_of=datetime(2026, 1, 1), labels=[1])  # what is refused


def test_only_the_tables_that_are_asked_for_are_read(labelled: Store) -> None:
    assert list(labelled.read(as_of=None, labels=[1], names=["holding"]).frames) == ["holding"]
    with pytest.raises(BadUse, match="no table 'revision'"):
        labelled.read(as_of=None, labels=[1], names=["revision"])


def test_thousands_of_labels_can_be_asked_for(labelled: Store) -> None:
    assert _keys(labelled, list(range(50_000))) == ["foreign", "open", "some"]


def test_a_narrowed_label_reaches_the_past(
    labelled: Store, record: Record, holdings: Holdings
) -> None:
    """What was released by mistake is recalled: the past is read under the labels of today."""
    before = labelled.revisions()["imported_at"][1]
    (opened,) = [n for n, label in labelled.labels().items() if label.release == {"ALL"}
                 and label.owner == "DEU"]  # fmt: skip
    rows = {
        "open": {"quantity": 1.0, "label": "SECRET"},
        "some": {"quantity": 2.0, "label": "RESTRICTED // REL NLD POL"},
    }
    labelled.import_package(record(3), {"holding": holdings(rows)})
    labels = labelled.labels()
    past = labelled.read(as_of=before, labels=[opened]).frames["holding"]
    assert past.is_empty()
    own = [n for n, label in labels.items() if label.owner == "DEU"]
    assert sorted(labelled.read(as_of=before, labels=own).frames["holding"]["key"]) == [
        "open",
        "some",
    ]
