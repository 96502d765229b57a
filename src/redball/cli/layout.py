"""Which columns of a table fit a console, and how wide each may be.

Numbers, dates and codes are never cut: a column of them is shown whole or left out. Text is folded
onto further lines, down to a width at which it can still be read. Columns come in the order of
their weight, so those left out are the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_TEXT = 14
"""Narrowest column of running text, in characters."""
MOST_TEXT = 44
"""Widest column of running text while others want room."""
FRAME = 3
"""Characters that the frame of a table takes for each column."""


@dataclass(frozen=True)
class Column:
    """A column to be laid out.

    Attributes
    ----------
    name : str
    longest : int
        Characters of the longest cell.
    header : int
        Characters of the longest word of the header.
    firm : bool
        Whether cells may not be folded (numbers, dates, codes).
    """

    name: str
    longest: int
    header: int
    firm: bool

    @property
    def least(self) -> int:
        """Fewest characters it can be shown in."""
        return max(self.longest if self.firm else min(self.longest, LEAST_TEXT), self.header)


def fitting(columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    """Columns that fit into ``room`` characters, each with its width.

    The first column is always shown. What room is left goes to running text, first come first
    served, up to :data:`MOST_TEXT` each.
    """
    shown: list[Column] = []
    used = 1
    for column in columns:
        if shown and used + column.least + FRAME > room:
            continue
        shown.append(column)
        used += column.least + FRAME
    spare = max(room - used, 0)
    widths = []
    for column in shown:
        wish = max(min(column.longest, MOST_TEXT) - column.least, 0)
        given = min(wish, spare)
        spare -= given
        widths.append((column, column.least + given))
    return widths
