"""The folder of keys: nothing written over, nothing readable by others, nothing contradicted."""

import os
import stat
from pathlib import Path

import pytest

from redball.model.errors import BadData, BadUse, NotPermitted, StoreError
from redball.signing import KeyFolder, SignedHead, new_key


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_make_and_open(folder: KeyFolder) -> None:
    made = folder.make("DEU/ledger", "ml-dsa-44", password="x")
    assert folder.signing_key("DEU/ledger", password="x").verifier == made.verifier
    assert folder.verifier("DEU/ledger") == made.verifier
    assert folder.own_names() == ("DEU/ledger",)
    assert mode(folder.path) == 0o700
    assert mode(folder.path / "DEU~ledger.key") == 0o600
    assert folder.trusted() == {"DEU/ledger": (made.verifier,)}


def test_never_written_over(folder: KeyFolder) -> None:
    made = folder.make("DEU")
    with pytest.raises(BadUse, match="already"):
        folder.make("DEU")
    (folder.path / "DEU.key").unlink()
    with pytest.raises(BadUse, match="already"):
        folder.make("DEU")
    assert folder.verifier("DEU") == made.verifier


@pytest.mark.parametrize(
    "name", ["..", "../x", "/etc/x", "a/../b", "a//b", "", ".x", "a/", "a\\b", "a~b", "a\x00b", "ä"]
)
def test_names_that_reach_elsewhere(folder: KeyFolder, name: str) -> None:
    for call in (folder.make, folder.signing_key, folder.verifier):
        with pytest.raises(BadUse):
            call(name)
    assert not folder.path.exists()


def test_a_key_that_is_gone_or_odd_is_refused(folder: KeyFolder) -> None:
    folder.make("DEU")
    path = folder.path / "DEU.key"
    content = path.read_bytes()
    path.chmod(0o640)
    with pytest.raises(NotPermitted, match="read by others"):
        folder.signing_key("DEU")
    path.chmod(0o600)
    folder.signing_key("DEU")
    path.rename(folder.path / "moved")
    with pytest.raises(NotPermitted, match="gone"):
        folder.signing_key("DEU")
    path.symlink_to(folder.path / "moved")
    with pytest.raises(NotPermitted):
        folder.signing_key("DEU")
    path.unlink()
    for data in (b"", content[:40], b"x" * 100_000):
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(NotPermitted):
            folder.signing_key("DEU")


def test_private_and_public_part_belong_together(folder: KeyFolder) -> None:
    folder.make("DEU")
    folder.make("NLD")
    (folder.path / "DEU.vkey").write_text(new_key("DEU").verifier.text)
    with pytest.raises(NotPermitted, match="not that of the public key"):
        folder.signing_key("DEU")
    (folder.path / "DEU.vkey").write_text(folder.verifier("NLD").text)
    with pytest.raises(NotPermitted):
        folder.signing_key("DEU")
    (folder.path / "DEU.vkey").unlink()
    with pytest.raises(NotPermitted):
        folder.signing_key("DEU")


def test_another_key_for_a_known_name_needs_a_word(folder: KeyFolder) -> None:
    old, new, third = (new_key("NLD").verifier for _ in range(3))
    folder.trust(old.text)
    folder.trust(old.text)
    with pytest.raises(NotPermitted, match="Another key"):
        folder.trust(new.text)
    with pytest.raises(NotPermitted, match="Another key"):
        folder.trust(new_key("NLD", "ml-dsa-44").verifier)
    assert folder.trusted()["NLD"] == (old,)
    folder.trust(new, also=True)
    assert set(folder.trusted()["NLD"]) == {old, new}
    folder.trust(third, replace=True)
    assert folder.trusted()["NLD"] == (third,)
    assert folder.distrust("NLD") == 1
    assert folder.trusted() == {}


def test_one_key_under_two_names_is_refused(folder: KeyFolder) -> None:
    key = new_key("NLD")
    folder.trust(key.verifier)
    twin = type(key.verifier)("POL", key.verifier.use, key.verifier.public)
    with pytest.raises(NotPermitted, match="under the name NLD"):
        folder.trust(twin)


def test_own_key_cant_take_a_partners_name(folder: KeyFolder) -> None:
    folder.trust(new_key("NLD").verifier)
    with pytest.raises(NotPermitted):
        folder.make("NLD")
    assert folder.own_names() == ()


def test_one_bad_line_and_none_is_trusted(folder: KeyFolder) -> None:
    folder.trust(new_key("NLD").verifier)
    path = folder.path / "trusted"
    for extra in (b"x\n", b"\n", b"\xff\n"):
        path.write_bytes(path.read_bytes() + extra)
        with pytest.raises(BadData, match="none is trusted"):
            folder.trusted()


def test_memory_of_what_was_signed(folder: KeyFolder) -> None:
    a, b = b"a" * 32, b"b" * 32
    assert folder.last_signed("DEU") is None
    folder.note_signed("DEU", 5, a)
    folder.note_signed("DEU", 5, a)
    assert folder.last_signed("DEU") == SignedHead(5, a)
    for size, root in ((5, b), (4, a), (0, a)):
        with pytest.raises(NotPermitted, match="contradicts"):
            folder.note_signed("DEU", size, root)
    folder.note_signed("DEU", 6, b)
    assert KeyFolder(folder.path).last_signed("DEU") == SignedHead(6, b)
    assert folder.last_signed("NLD") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"size":true,"root":"00","origin":"DEU"}',
        "[" * 50_000,
        '{"origin":"NLD","root":"' + "00" * 32 + '","size":1}',
    ],
    ids=["empty", "no-fields", "list", "short-root", "deep", "other-log"],
)
def test_a_memory_that_cant_be_read_stops_signing(folder: KeyFolder, text: str) -> None:
    folder.note_signed("DEU", 5, b"a" * 32)
    (path,) = (folder.path / "signed").iterdir()
    path.write_text(text)
    with pytest.raises(StoreError, match="memory"):
        folder.last_signed("DEU")
    with pytest.raises(StoreError, match="memory"):
        folder.note_signed("DEU", 9, b"b" * 32)


def test_a_place_that_can_hold_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadUse, match="can't be made"):
        KeyFolder(tmp_path / "file").make("DEU")


def test_nothing_is_half_written_when_the_disk_refuses(
    folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.note_signed("DEU", 5, b"a" * 32)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="can't be written"):
        folder.note_signed("DEU", 6, b"b" * 32)
    assert folder.last_signed("DEU") == SignedHead(5, b"a" * 32)
    assert [p.suffix for p in (folder.path / "signed").iterdir()] == [".json"]
