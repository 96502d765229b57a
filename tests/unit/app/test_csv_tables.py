from pathlib import Path

import pytest

from redball.app import ForecastOptions
from redball.app.csv_tables import read_csv_table, refuse_columns
from redball.model import BadData, BadUse


def test_a_table_is_text_unless_types_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n2.5,y\n")
    assert read_csv_table(path)["a"].to_list() == ["1", "2.5"]
    assert read_csv_table(path, typed=True)["a"].to_list() == [1.0, 2.5]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2,3\n", b"a\n\xff\xfe\xfa\n"])
def test_what_is_no_table_is_bad_data_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(BadData, match="no CSV table") as caught:
        read_csv_table(path)
    assert caught.value.where == str(path)
    with pytest.raises(BadUse, match="no such file"):
        read_csv_table(tmp_path / "none.csv")


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    frame = read_csv_table(path)
    refuse_columns(frame, path, ("a",), ("a", "b"), "")
    with pytest.raises(BadData, match="no column 'c'"):
        refuse_columns(frame, path, ("c",), ("a", "b", "c"), "")
    with pytest.raises(BadData, match="unknown column 'b'"):
        refuse_columns(frame, path, ("a",), ("a",), "")


def test_the_content_of_a_surge_file_is_part_of_what_went_in(tmp_path: Path) -> None:
    path = tmp_path / "surge.csv"
    path.write_text("first,last,multiplier\n2026-02-01,2026-03-01,2\n")
    before = ForecastOptions(surge=path).as_parameters()
    path.write_text("first,last,multiplier\n2026-02-01,2026-03-01,3\n")
    assert ForecastOptions(surge=path).as_parameters() != before
