"""What a leaf of the ledger commits to: hashes over stored rows, down to the last bit.

A hash over rows goes column by column: its name, which values are empty, and the values in one
fixed form (UTF-8 with lengths, little-endian integers, IEEE doubles as they are). Rows are in
order of their keys. A column that is empty in every row is passed over, so that a column which a
later migration adds leaves the hashes of older rows as they were; a value that appears in it, or
the last one that vanishes from a column, still changes the hash.

The definition is for good: a ledger holds what it gave. Hashes stand in the ledger only behind a
salted commitment, as a short table could be guessed from its hash (``docs/concepts/store.md``).
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import polars as pl

_SLICE_ROWS = 250_000
"""Rows hashed at a time, so that spelled-out text stays small; part of the hash's definition."""

_DOMAIN = b"redball rows 1"

NOTHING = "0"
"""Commitment to no rows."""


def rows_hash(frame: pl.DataFrame) -> str:
    """SHA-256 over the rows of a frame, in their order, with their number.

    Parameters
    ----------
    frame : polars.DataFrame
        Text, whole numbers, doubles, truth values and days, in a fixed order of columns.

    Returns
    -------
    str
        ``"<rows> <hexadecimal>"``, or :data:`NOTHING` for no rows.
    """
    if frame.is_empty():
        return NOTHING
    digest = hashlib.sha256(_DOMAIN)
    for column in frame.get_columns():
        empty = column.null_count()
        if empty < frame.height:
            _update(digest, "column", column.name.encode())
            for start in range(0, frame.height, _SLICE_ROWS):
                _values(digest, column.slice(start, _SLICE_ROWS))
    return f"{frame.height} {digest.hexdigest()}"


def keys_hash(keys: pl.Series) -> str:
    """SHA-256 over keys in their order, likewise."""
    return rows_hash(keys.alias("key").to_frame())


def row_hash(values: Mapping[str, object]) -> str:
    """SHA-256 over one row of the bookkeeping: names and values, empty ones left out.

    Each value is spelled with its type and its length; a double as its hexadecimal form.
    """
    digest = hashlib.sha256(b"redball row 1")
    for name in sorted(values):
        value = values[name]
        if value is not None:
            text = value.hex() if isinstance(value, float) else str(value)
            _update(digest, f"{name} {type(value).__name__}", text.encode())
    return digest.hexdigest()


def _update(digest: "hashlib._Hash", what: str, data: bytes | memoryview) -> None:
    digest.update(f"{what} {len(data)} ".encode())
    digest.update(data)


def _values(digest: "hashlib._Hash", part: pl.Series) -> None:
    if part.null_count():
        _update(digest, "null", np.packbits(part.is_null().to_numpy()).tobytes())
    if part.dtype == pl.String:
        text = part.fill_null("")
        _update(digest, "lengths", text.str.len_bytes().cast(pl.UInt32).to_numpy().tobytes())
        _update(digest, "text", (text.str.join("").item() or "").encode())
    elif part.dtype == pl.Float64:
        doubles = part.fill_null(0.0).to_numpy().astype("<f8", copy=False)
        _update(digest, "float", doubles.tobytes())
    else:
        numbers = part.to_physical().cast(pl.Int64).fill_null(0).to_numpy()
        _update(digest, "int", numbers.astype("<i8", copy=False).tobytes())
