"""Guard of Parquet: sizes that a file declares are checked before a reader believes them.

A reader reserves memory for the sizes in footer and page headers; a false one ends the whole
process. So the footer and the header of every page are walked first: rows, values and bytes must
agree with each other, with the file and with the limits.
Source of the layout: Apache Parquet, ``parquet.thrift``.
"""

from collections.abc import Iterator

from redball.exchange.package.thrift import Reader, ThriftError, Value
from redball.exchange.package.types import Limits

_MAGIC = b"PAR1"
_FOOTER = 8
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8
"""Fields of a page header that hold the header of its kind."""


def parquet_fault(data: bytes, limits: Limits) -> str:
    """What is wrong with the sizes a Parquet file declares; empty when they can be trusted."""
    size = int.from_bytes(data[-_FOOTER:-4], "little")
    if len(data) < _FOOTER + 4 or data[:4] != _MAGIC or data[-4:] != _MAGIC:
        return "it does not begin and end as one"
    if size > len(data) - _FOOTER - 4:
        return "its footer is longer than the file"
    end = len(data) - _FOOTER
    try:
        _check_file(data, Reader(data, end - size, end).struct(), end - size, limits)
    except ThriftError as error:
        return str(error)
    return ""


def _check_file(data: bytes, footer: dict[int, Value], end: int, limits: Limits) -> None:
    rows = _number(footer, 3)
    groups = [_struct(group) for group in _list(footer, 4)]
    nested = any(_number(_struct(part), 5) for part in _list(footer, 2)[1:])
    if nested or rows > limits.rows:
        return  # refused by the reader, in words of its own, before any page is read
    if sum(_number(group, 3) for group in groups) != rows:
        raise ThriftError("its numbers of rows contradict each other")
    total = 0
    for group in groups:
        for chunk in _list(group, 1):
            total += _check_chunk(data, _struct(chunk), _number(group, 3), end)
            if total > limits.sheet_bytes:
                raise ThriftError(f"it holds more than {limits.sheet_bytes:,} bytes")


def _check_chunk(data: bytes, chunk: dict[int, Value], rows: int, end: int) -> int:
    """Walk the pages of a column; return its bytes, inflated."""
    if 1 in chunk:
        raise ThriftError("it points to another file")
    about = _struct(chunk.get(3, 0))
    values, inflated, packed = (_number(about, field) for field in (5, 6, 7))
    start = _number(about, 9)
    if 11 in about and 0 < _number(about, 11) < start:
        start = _number(about, 11)
    if values != rows:
        raise ThriftError("a column has more or fewer values than rows")
    if start < 4 or start + packed > end:
        raise ThriftError("a column lies outside the file")
    seen = bytes_seen = 0
    for header, count in _pages(data, start, start + packed):
        bytes_seen += _number(header, 2)
        seen += 0 if _DICTIONARY in header else count
        if count > max(rows, bytes_seen) or seen > values:
            raise ThriftError("a page has more values than its column")
        if bytes_seen > inflated:
            raise ThriftError("a page is larger than its column")
    return inflated


def _pages(data: bytes, at: int, end: int) -> Iterator[tuple[dict[int, Value], int]]:
    """Headers of the pages of a column, and how many values each page has."""
    while at < end:
        reader = Reader(data, at, end)
        header = reader.struct()
        at = reader.at + _number(header, 3)
        if at > end:
            raise ThriftError("a page is longer than its column")
        kind = next((_struct(header[f]) for f in (_DATA, _DICTIONARY, _DATA_2) if f in header), {})
        if _DATA_2 in header and _number(kind, 5) + _number(kind, 6) > _number(header, 3):
            raise ThriftError("the levels of a page are longer than the page")
        yield header, _number(kind, 1) if kind else 0


def _number(fields: dict[int, Value], field: int) -> int:
    value = fields.get(field, 0)
    if not isinstance(value, int) or value < 0:
        raise ThriftError("a size is missing or below zero")
    return value


def _list(fields: dict[int, Value], field: int) -> list[Value]:
    value = fields.get(field, [])
    if not isinstance(value, list):
        raise ThriftError("a list is missing")
    return value


def _struct(value: Value) -> dict[int, Value]:
    if not isinstance(value, dict):
        raise ThriftError("a part of the footer is missing")
    return value
