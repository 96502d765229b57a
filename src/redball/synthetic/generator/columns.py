"""Columns made from index arrays: keys, references, labels, skewed draws."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.synthetic.generator.plan import CHUNK_ROWS, FOREIGN_SHARE, Plan

Indices = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

WIDTHS = {"I": 7, "S": 5, "P": 6, "H": 8, "D": 8, "B": 7, "R": 7, "Q": 7, "L": 5, "O": 6, "C": 6}
"""Digits of a key by its first letter."""


def chunks(rows: int) -> Iterator[tuple[int, int, int]]:
    """Split rows: chunk number, first row, row after the last."""
    for number, start in enumerate(range(0, rows, CHUNK_ROWS)):
        yield number, start, min(rows, start + CHUNK_ROWS)


def keys(letter: str, indices: Indices) -> pl.Series:
    """Key texts such as ``I0000042``, null for a negative index."""
    frame = pl.DataFrame({"i": indices}).select(
        pl.when(pl.col("i") >= 0).then(
            pl.concat_str(pl.lit(letter), pl.col("i").cast(pl.String).str.zfill(WIDTHS[letter]))
        )
    )
    return frame.to_series()


def references(letter: str, indices: Indices, owners: Indices, plan: Plan) -> pl.Series:
    """Reference texts: ``KEY`` for the owner's own rows, ``OWNER:KEY`` for another's.

    Parameters
    ----------
    indices, owners : int64 arrays, shape (rows,)
        Row of the target and number of its owner.
    plan : Plan
        Plan of the owner of the rows that refer.
    """
    codes = pl.Series([f"{peer.owner.code}:" for peer in plan.peers]).gather(owners)
    frame = pl.DataFrame({"code": codes, "owner": owners, "key": keys(letter, indices)})
    full = pl.concat_str("code", "key")
    return frame.select(
        pl.when(pl.col("owner") == plan.number).then("key").otherwise(full)
    ).to_series()


def foreign_owners(rng: np.random.Generator, own: int, rows: int) -> Indices:
    """Draw the owner each reference points to: mostly the own one, else one before it."""
    owners = np.full(rows, own, np.int64)
    if own:
        across = rng.random(rows) < FOREIGN_SHARE
        owners[across] = rng.integers(0, own, int(across.sum()))
    return owners


def power_rank(rng: np.random.Generator, sizes: Indices, exponent: float = 0.7) -> Indices:
    """Draw ranks below ``sizes`` with probability falling as rank to the power ``-exponent``.

    Drawing ends of edges this way is the static model of Goh, Kahng and Kim (Phys. Rev. Lett.
    87, 278701, 2001): degrees follow a power law with exponent 1 + 1/``exponent``, like growth
    with preferential attachment, but without a loop over edges.
    """
    draw = rng.random(len(sizes)) ** (1.0 / (1.0 - exponent))
    return np.minimum((draw * sizes).astype(np.int64), sizes - 1)


def scatter(indices: Indices, size: int) -> Indices:
    """Permute ``range(size)`` by a fixed affine map, so that rank and index are unrelated."""
    step = next(s for s in range(int(size * 0.618) | 1, 2 * size + 3, 2) if np.gcd(s, size) == 1)
    return (indices * step + size // 3) % size


def choose(rng: np.random.Generator, words: Sequence[str | None], rows: int,
           weights: Sequence[float] | None = None) -> pl.Series:  # fmt: skip
    """Draw words."""
    picked = rng.choice(len(words), rows, p=weights)
    return pl.Series(words, dtype=pl.String).gather(picked)


def labels(rng: np.random.Generator, plan: Plan, rows: int) -> pl.Series:
    """Draw labels: 88 % open to all, 10 % restricted to two owners, 2 % for the owner only."""
    others = [peer.owner.code for peer in plan.peers if peer.number != plan.number]
    first, second = (others[(plan.number + n) % len(others)] for n in (0, 3))
    restricted = f"RESTRICTED // REL {' '.join(sorted((first, second)))}"
    words = ("UNCLASSIFIED // REL ALL", restricted, "CONFIDENTIAL")
    return choose(rng, words, rows, (0.88, 0.10, 0.02))


def money(values: Numbers) -> Numbers:
    """Round to hundredths, at least one."""
    return np.maximum(np.round(values, 2), 0.01)
