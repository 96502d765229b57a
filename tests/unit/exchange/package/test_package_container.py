import os
import zipfile
from pathlib import Path

import pytest

from redball.exchange.package import Limits
from redball.exchange.package.container import Container
from redball.model import BadData, UnsafeFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "p"
    (root / "sub").mkdir(parents=True)
    (root / "manifest.toml").write_bytes(b"owner")
    (root / "sub" / "Größe.csv").write_bytes(b"a\n1\n")
    return root


def pack(folder: Path, target: Path, prefix: str = "", *, backwards: bool = False) -> Path:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w") as archive:
        for path in reversed(files) if backwards else files:
            info = zipfile.ZipInfo(
                prefix + path.relative_to(folder).as_posix(), (2020, 1, 1, 0, 0, 0)
            )
            archive.writestr(info, path.read_bytes())
    return target


def hash_of(path: Path) -> str:
    with Container(path, Limits()) as files:
        return files.hash()


def test_a_folder_and_its_zip_have_the_same_hash(folder: Path, tmp_path: Path) -> None:
    expected = hash_of(folder)
    assert hash_of(pack(folder, tmp_path / "a.zip")) == expected
    assert hash_of(pack(folder, tmp_path / "b.zip", backwards=True)) == expected
    assert hash_of(pack(folder, tmp_path / "c.zip", prefix="p/")) == expected


def test_the_hash_follows_names_and_contents(folder: Path) -> None:
    before = hash_of(folder)
    (folder / ".DS_Store").write_bytes(b"junk of a system is no content")
    assert hash_of(folder) == before
    (folder / "sub" / "Größe.csv").write_bytes(b"a\n2\n")
    changed = hash_of(folder)
    assert changed != before
    (folder / "sub" / "Größe.csv").rename(folder / "sub" / "b.csv")
    assert hash_of(folder) not in (before, changed)


def test_a_single_workbook_hashes_the_same_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"1")
    (tmp_path / "b.xlsx").write_bytes(b"1")
    assert hash_of(tmp_path / "a.xlsx") == hash_of(tmp_path / "b.xlsx")


def test_names_are_found_in_other_capitals_and_unicode_forms(folder: Path) -> None:
    with Container(folder, Limits()) as files:
        assert files.find("sub/gro\u0308ße.CSV") == "sub/Größe.csv"
        assert files.find("other.csv") is None


def test_a_link_inside_the_folder_is_followed_and_one_leading_out_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "alias.csv").symlink_to(folder / "sub" / "Größe.csv")
    with Container(folder, Limits()) as files:
        assert files.read("alias.csv") == b"a\n1\n"
    (tmp_path / "secret.csv").write_bytes(b"s")
    (folder / "holding.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(UnsafeFile, match="leads out"):
        Container(folder, Limits())


def test_links_to_folders_and_to_nothing_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "gone.csv").symlink_to(folder / "nothing.csv")
    with pytest.raises(UnsafeFile, match="leads nowhere"):
        Container(folder, Limits())
    (folder / "gone.csv").unlink()
    (folder / "all").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(UnsafeFile, match="folder is a link"):
        Container(folder, Limits())


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "holding.csv")
    with pytest.raises(UnsafeFile, match="not a plain file"):
        Container(folder, Limits())


def test_limits_hold_for_folders_too(folder: Path) -> None:
    with pytest.raises(UnsafeFile, match="more than 1 files"):
        Container(folder, Limits(members=1))
    with pytest.raises(UnsafeFile, match="more than 8 bytes"):
        Container(folder, Limits(total_bytes=8))
    with Container(folder, Limits(sheet_bytes=4)) as files, pytest.raises(UnsafeFile):
        files.read("manifest.toml")


def test_names_that_differ_in_capitals_only_are_refused(folder: Path) -> None:
    (folder / "Manifest.toml").write_bytes(b"other")
    if len(list(folder.glob("*.toml"))) == 1:
        pytest.skip("the file system does not tell capitals apart")
    with pytest.raises(UnsafeFile, match="capitals only"):
        Container(folder, Limits())


def test_what_is_no_package_is_bad_data(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no package"):
        Container(tmp_path / "nothing", Limits())
    (tmp_path / "holding.csv").write_bytes(b"a")
    with pytest.raises(BadData, match=r"'\.csv' file is not a package"):
        Container(tmp_path / "holding.csv", Limits())


@pytest.mark.parametrize(
    ("name", "why"),
    [(b"\xff\xfe.csv", "not UTF-8"), (b"a\nb.csv", "control"), (b"a\\b.csv", "backslash")],
)
def test_a_name_that_a_zip_could_not_have_is_refused_in_a_folder(
    folder: Path, name: bytes, why: str
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"a\n")
    with pytest.raises(UnsafeFile, match=why):
        hash_of(folder)
