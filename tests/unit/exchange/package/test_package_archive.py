import io
import struct
import zipfile

import pytest

from redball.exchange.package import Limits
from redball.exchange.package.archive import Archive, unsafe_name
from redball.model import BadData, UnsafeFile

MIB = 1 << 20


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def opened(data: bytes, **limits: int) -> Archive:
    return Archive(io.BytesIO(data), "a.zip", Limits(**limits))


def test_members_are_read_by_name() -> None:
    archive = opened(packed({"b/x.csv": b"1", "a.csv": b"22"}))
    assert archive.names == ("a.csv", "b/x.csv")
    assert archive.read("a.csv") == b"22"
    assert archive.size("a.csv") == 2


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x.csv",
        "a/../../x.csv",
        "C:/x.csv",
        "c:x.csv",
        "a\\b.csv",
        "..\\x.csv",
        "a\nb.csv",
        "x" * 1025,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert unsafe_name(name)
    with pytest.raises(UnsafeFile, match="name of a member"):
        opened(packed({name: b"1"}))


def test_dots_inside_a_name_are_allowed() -> None:
    assert not unsafe_name("a..b/c...csv")


def test_a_name_cut_at_a_nul_is_refused() -> None:
    data = packed({"a.csvXzip": b"1"}).replace(b"a.csvXzip", b"a.csv\0zip")
    with pytest.raises(UnsafeFile, match="control characters"):
        opened(data)


def test_a_link_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("holding.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnsafeFile, match="link or a device"):
        opened(out.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed({"a.csv": b"1"}))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(UnsafeFile, match="encrypted"):
        opened(bytes(data))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused_also_in_other_capitals() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("a.csv", "2")
    with pytest.raises(UnsafeFile, match="same name"):
        opened(out.getvalue())
    with pytest.raises(UnsafeFile, match="same name"):
        opened(packed({"a.csv": b"1", "A.csv": b"2"}))


def test_an_archive_in_an_archive_is_refused_but_a_workbook_is_not() -> None:
    with pytest.raises(UnsafeFile, match="archive in an archive"):
        opened(packed({"more.ZIP": b"1"}))
    assert opened(packed({"book.xlsx": b"1"})).names == ("book.xlsx",)


def test_an_uncommon_method_is_refused() -> None:
    with pytest.raises(UnsafeFile, match="uncommon method"):
        opened(packed({"a.csv": b"1"}, zipfile.ZIP_LZMA))


def test_too_many_members_are_refused() -> None:
    data = packed({f"{i}.csv": b"" for i in range(11)})
    assert len(opened(data, members=11).names) == 11
    with pytest.raises(UnsafeFile, match="more than 10 members"):
        opened(data, members=10)


def test_a_directory_too_large_to_parse_is_refused_by_its_size() -> None:
    data = packed({f"{'x' * 900}{i}.csv": b"" for i in range(20)})
    with pytest.raises(UnsafeFile, match="more than 2 members"):
        opened(data, members=2)


def test_too_many_bytes_in_all_are_refused() -> None:
    data = packed({"a": b"x" * 60, "b": b"y" * 60})
    assert opened(data, total_bytes=120)
    with pytest.raises(UnsafeFile, match="more than 119 bytes"):
        opened(data, total_bytes=119)


def test_a_member_too_large_to_read_is_refused_when_it_is_read() -> None:
    archive = opened(packed({"a": b"x" * 60}), sheet_bytes=59)
    with pytest.raises(UnsafeFile, match="more than 59 bytes"):
        archive.read("a")


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    piece = bytes(MIB)
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("holding.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(size // MIB):
            member.write(piece)
    return out.getvalue()


def test_a_bomb_of_a_gibibyte_is_refused_without_inflating_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = bomb(1 << 30)
    assert len(data) < 2 * MIB

    def inflate(*_: object) -> None:
        pytest.fail("a member was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", inflate)
    with pytest.raises(UnsafeFile, match="zip bomb"):
        opened(data)


def test_a_small_member_may_pack_well() -> None:
    assert opened(bomb(10 * MIB)).read("holding.csv") == bytes(10 * MIB)
    with pytest.raises(UnsafeFile, match="zip bomb"):
        opened(bomb(11 * MIB))


def test_a_member_that_declares_less_than_it_holds_is_refused() -> None:
    data = bytearray(packed({"holding.csv": bytes(20 * MIB)}))
    place = data.find(b"PK\x01\x02")
    struct.pack_into("<L", data, place + 24, 1000)
    archive = opened(bytes(data))
    with pytest.raises(UnsafeFile, match="damaged"):
        archive.read("holding.csv")


def test_a_wrong_checksum_is_refused() -> None:
    data = bytearray(packed({"a.csv": b"hello"}, zipfile.ZIP_STORED))
    data[data.find(b"hello")] ^= 1
    with pytest.raises(UnsafeFile, match="damaged"):
        opened(bytes(data)).read("a.csv")


@pytest.mark.parametrize("data", [b"", b"PK", b"hello" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_bad_data(data: bytes) -> None:
    with pytest.raises(BadData):
        opened(data)
