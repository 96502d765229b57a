"""The one place where it is decided what a viewer may read."""

import pytest

from redball.access import release_scope
from redball.model import BadUse, Label, LabelError, parse_label

LABELS = {
    1: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
    2: Label("DEU", "CONFIDENTIAL"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("POL", "SECRET", frozenset({"DEU", "NLD"})),
}


def test_a_viewer_sees_its_own_rows_and_what_is_released_to_it() -> None:
    assert set(release_scope(LABELS, "DEU").labels) == {1, 2, 3, 4}
    assert set(release_scope(LABELS, "NLD").labels) == {1, 3, 4}
    assert set(release_scope(LABELS, "POL").labels) == {3, 4}


def test_an_outsider_sees_only_what_is_released_to_all() -> None:
    assert set(release_scope(LABELS, "USA").labels) == {3}


@pytest.mark.parametrize(
    "viewer", ["", "ALL", "deu", "DEU ", "D", "DEU,NLD", "*", "DEU\n", "TOOLONGCODE"]
)
def test_no_trick_with_the_viewer_name_opens_anything(viewer: str) -> None:
    with pytest.raises(BadUse):
        release_scope(LABELS, viewer)


def test_the_scope_cannot_be_widened_after_the_decision() -> None:
    scope = release_scope(LABELS, "POL")
    with pytest.raises(TypeError):
        scope.labels[2] = LABELS[2]  # type: ignore[index]


def test_nobody_can_own_rows_under_the_word_all() -> None:
    with pytest.raises(LabelError):
        Label("ALL")
    with pytest.raises(LabelError):
        parse_label("UNCLASSIFIED // REL", "DEU")
