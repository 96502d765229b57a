import io
import random
from datetime import date

import polars as pl
import pytest

from redball.exchange.package import Limits
from redball.exchange.package.parquet_guard import parquet_fault
from redball.exchange.package.thrift import Reader, ThriftError

FRAME = pl.DataFrame(
    {
        "a": [f"k{i % 7}" for i in range(3000)],
        "b": [None if i % 3 else i * 1.5 for i in range(3000)],
        "c": [date(2026, 1, 1)] * 3000,
        "d": [i % 2 == 0 for i in range(3000)],
    }
)


def data_of(frame: pl.DataFrame = FRAME, compression: str = "zstd") -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression=compression, row_group_size=1000)  # type: ignore[arg-type]  # a literal
    return out.getvalue()


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "lz4", "uncompressed"])
def test_sound_files_pass(compression: str) -> None:
    assert parquet_fault(data_of(compression=compression), Limits()) == ""
    assert parquet_fault(data_of(FRAME.head(0), compression), Limits()) == ""


def test_a_page_that_declares_a_false_size_is_refused() -> None:
    # the first page header begins after the magic: type, then the inflated size
    data = bytearray(data_of())
    reader = Reader(bytes(data), 4, len(data))
    assert reader.struct()[1] in (0, 2)
    assert data[6] == 0x15
    data[7:9] = b"\xfe\xff"
    assert parquet_fault(bytes(data), Limits()) != ""


def test_more_bytes_than_the_limit_are_refused() -> None:
    assert "more than 100 bytes" in parquet_fault(data_of(), Limits(sheet_bytes=100))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PAR1PAR1",
        b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1",
        b"PAR1" + b"\x00" + b"\x01\0\0\0" + b"PAR1"[:3],
    ],
)
def test_what_is_no_parquet_is_refused(data: bytes) -> None:
    assert parquet_fault(data, Limits()) != ""


def test_any_damage_ends_in_a_verdict() -> None:
    sound = data_of()
    dice = random.Random(1)
    for _ in range(2000):
        data = bytearray(sound)
        at = max(0, len(data) - 1 - int(dice.random() * 1500))
        data[at : at + dice.randint(1, 4)] = dice.randbytes(dice.randint(0, 5))
        assert isinstance(parquet_fault(bytes(data), Limits()), str)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x19\xfc\xff\xff\xff\xff\x0f", "longer than the file"),
        (b"\x18\xff\xff\x03", "cut off"),
        (b"\x15" + b"\xff" * 12, "too many bytes"),
        (b"\x1c" * 40, "nested too deeply"),
        (b"\x1d\0", "unknown type"),
        (b"\x1b\xff\xff\x03\x11", "longer than the file"),
    ],
)
def test_lengths_beyond_the_bytes_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(ThriftError, match=says):
        Reader(data, 0, len(data)).struct()


def test_the_kinds_of_the_protocol_are_read() -> None:
    data = b"\x11\x12\x15\x03\x18\x02hi\x19\x25\x02\x04\x1b\x01\x55\x02\x02\x1c\x15\x02\0\0"
    assert Reader(data, 0, len(data)).struct() == {
        1: 1,
        2: 0,
        3: -2,
        4: b"hi",
        5: [1, 2],
        6: 1,
        7: {1: 1},
    }
