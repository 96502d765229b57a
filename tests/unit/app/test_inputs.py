from datetime import UTC, datetime
from pathlib import Path

import pytest

from redball.app import Inputs, View, import_, look, without_password
from redball.model import BadData, BadUse

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write(
        tmp_path / "plain",
        site="key,name,country\nD1,Depot,DE\n",
        item="key,name,supply_class\nA,Bolt,NATO:II\n",
        demand="site,item,period_start,period_days,quantity\nD1,A,2026-01-01,31,4\n",
    )


def test_a_plain_folder_of_tables_is_seen_without_a_store(plain: Path) -> None:
    seen = look(Inputs(View("nowhere.sqlite", "DEU"), plain), now=NOW)
    assert seen.twin.viewer == "DEU"
    assert seen.twin["demand"]["quantity"].to_list() == [4.0]
    assert seen.twin["demand"]["site_ix"].to_list() == [0]
    assert not Path("nowhere.sqlite").exists()
    assert sorted(path.name for path in plain.iterdir()) == ["demand.csv", "item.csv", "site.csv"]


def test_without_a_viewer_the_tables_have_an_owner_of_their_own(plain: Path) -> None:
    assert look(Inputs(View("x", ""), plain), now=NOW).twin.viewer == "OWN"


def test_the_same_tables_give_the_same_twin_hash(plain: Path) -> None:
    inputs = Inputs(View("x", "DEU"), plain)
    assert look(inputs, now=NOW).twin.content_hash == look(inputs, now=NOW).twin.content_hash


def test_tables_are_known_at_the_past_moment_looked_at(plain: Path) -> None:
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    seen = look(Inputs(View("x", "DEU", moment), plain), now=NOW)
    assert seen.twin["demand"]["quantity"].to_list() == [4.0]


def test_a_package_keeps_its_own_manifest(plain: Path) -> None:
    (plain / "manifest.toml").write_text('owner = "NLD"\nas_of = 2026-02-01T00:00:00Z\n')
    assert look(Inputs(View("x", ""), plain), now=NOW).twin.viewer == "NLD"


def test_another_viewer_of_a_package_sees_only_what_is_released_to_it(plain: Path) -> None:
    (plain / "manifest.toml").write_text('owner = "NLD"\nas_of = 2026-02-01T00:00:00Z\n')
    assert look(Inputs(View("x", "DEU"), plain), now=NOW).twin["item"].is_empty()


def test_errors_in_the_tables_are_named_with_file_and_line(plain: Path) -> None:
    write(plain, demand="site,item,period_start,period_days,quantity\nD1,A,2026-01-01,31,-4\n")
    with pytest.raises(BadData, match=r"demand .*:2 quantity"):
        look(Inputs(View("x", "DEU"), plain), now=NOW)


def test_neither_viewer_nor_tables_is_bad_use() -> None:
    with pytest.raises(BadUse, match="--viewer"):
        look(Inputs(View("x", "")), now=NOW)


def test_a_folder_that_is_not_there_and_a_wrong_viewer_are_bad_use(
    plain: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadUse, match="no such folder"):
        look(Inputs(View("x", "DEU"), tmp_path / "none"), now=NOW)
    with pytest.raises(BadUse, match="owner code"):
        look(Inputs(View("x", "not a code"), plain), now=NOW)


def test_a_store_is_looked_at_where_no_tables_are_given(plain: Path, tmp_path: Path) -> None:
    (plain / "manifest.toml").write_text('owner = "NLD"\nas_of = 2026-02-01T00:00:00Z\n')
    store = str(tmp_path / "s.sqlite")
    import_(plain, store=store, now=NOW)
    seen = look(Inputs(View(store, "NLD")))
    assert seen.twin["item"].height == 1
    assert Inputs(View(store, "NLD")).words == f"--store {store} --viewer NLD"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("postgresql://me:s3:cr@et@host/db", "postgresql://me:***@host/db"),
        (
            "redball x --store postgresql://me:pw@h:5432/d",
            "redball x --store postgresql://me:***@h:5432/d",
        ),
        ("postgresql://host:5432/db", "postgresql://host:5432/db"),
        ("/tmp/a:b@c.sqlite", "/tmp/a:b@c.sqlite"),
    ],
)
def test_a_password_is_never_part_of_a_command(typed: str, shown: str) -> None:
    assert without_password(typed) == shown
    assert without_password(shown) == shown
