"""Content hashes of frames that depend on values only.

The frames are already in canonical order (owner, key), so equal content gives equal bytes
whatever order it arrived in. Each column contributes its name, its validity, and its values in
one fixed form: little-endian integers, IEEE doubles with one zero and one NaN, UTF-8 with lengths.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

_SLICE = 250_000
"""Rows hashed at a time, so that spelled-out text stays small; part of the hash's definition."""

_NOT_CONTENT = frozenset({"since", "sheet", "line"})


def content_hash(frames: Mapping[str, pl.DataFrame], labels: Sequence[str]) -> str:
    """SHA-256 over tables (by name), columns and label texts, as hexadecimal text."""
    digest = hashlib.sha256(b"redball twin 1")
    for text in labels:
        _update(digest, "label", text.encode())
    for name in sorted(frames):
        frame = frames[name]
        _update(digest, "table", f"{name} {frame.height}".encode())
        for column in frame.columns:
            if column not in _NOT_CONTENT:
                _column(digest, frame[column])
    return digest.hexdigest()


def _update(digest: "hashlib._Hash", what: str, data: bytes | memoryview) -> None:
    digest.update(f"{what} {len(data)} ".encode())
    digest.update(data)


def _column(digest: "hashlib._Hash", column: pl.Series) -> None:
    _update(digest, "column", column.name.encode())
    for start in range(0, len(column), _SLICE):
        part = column.slice(start, _SLICE)
        if part.null_count():
            _update(digest, "null", np.packbits(part.is_null().to_numpy()).tobytes())
        _values(digest, part)


def _values(digest: "hashlib._Hash", column: pl.Series) -> None:
    if isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum):
        text = column.cast(pl.String).fill_null("")
        _update(digest, "lengths", text.str.len_bytes().cast(pl.UInt32).to_numpy().tobytes())
        _update(digest, "text", (text.str.join("").item() or "").encode())
        return
    if column.dtype == pl.Float64:
        values = column.fill_null(0.0).to_numpy() + 0.0  # -0.0 becomes 0.0
        values[np.isnan(values)] = np.nan
        _update(digest, "float", values.astype("<f8", copy=False).tobytes())
        return
    numbers = column.to_physical().cast(pl.Int64).fill_null(0).to_numpy()
    _update(digest, "int", numbers.astype("<i8", copy=False).tobytes())
