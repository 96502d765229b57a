"""A checkpoint: the size and root of a log's tree, as three lines (C2SP tlog-checkpoint).

::

    DEU
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

First the log's origin, then the size in decimal, then the root in base64. Extension lines are
refused: auditors can't check them, and ML-DSA-44 cosignatures don't cover them.
"""

import base64
import re
from dataclasses import dataclass

from redball.ledger.tree import HASH_BYTES, MOST_SIZE
from redball.model.errors import BadData
from redball.signing.keys import strict_base64

MOST_ORIGIN_BYTES = 255
"""A cosigned message gives one byte to the origin's length."""

_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Checkpoint:
    """Size and root of the tree of a log.

    Attributes
    ----------
    origin : str
        The log's name; also the name of the key that signs for it.
    size : int
    root : bytes

    Raises
    ------
    BadData
        When one of them can't stand in a checkpoint.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not 0 < _length(self.origin) <= MOST_ORIGIN_BYTES or any(c < " " for c in self.origin):
            raise _malformed("the origin is empty, too long or holds a control character")
        if not 0 <= self.size <= MOST_SIZE:
            raise _malformed("the size lies outside 0 to 2**63 - 1")
        if len(self.root) != HASH_BYTES:
            raise _malformed("the root is not 32 bytes")

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the three lines.

        Raises
        ------
        BadData
            For any other form.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise _malformed("it is not three lines")
        root = strict_base64(lines[2])
        if root is None:
            raise _malformed("the root is not base64")
        return cls(lines[0], parse_size(lines[1]), root)

    @property
    def text(self) -> str:
        """The three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_size(text: str) -> int:
    """Read a size in decimal without leading zeros.

    Raises
    ------
    BadData
        For any other form, or a size past 2**63 - 1.
    """
    if not _SIZE.match(text) or int(text) > MOST_SIZE:
        raise _malformed("a size is not decimal without leading zeros, below 2**63")
    return int(text)


def _length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return 0


def _malformed(why: str) -> BadData:
    return BadData(f"This is no checkpoint: {why}.", mend="Ask the log for it again.")
