"""What verifying a store finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something in the store that is not as the ledger says, or not as it was signed.

    Attributes
    ----------
    leaf : int or None
        Index of the leaf that does not hold; None where none can be named.
    table : str
        SQL table in which the difference lies.
    key : str
        Row, where it can be named.
    what : str
        What is wrong.
    """

    leaf: int | None
    table: str
    key: str
    what: str

    def __lt__(self, other: "Problem") -> bool:
        """Order by leaf, those without one last."""
        return self._place < other._place

    @property
    def _place(self) -> tuple[bool, int, str, str, str]:
        return (self.leaf is None, self.leaf or 0, self.table, self.key, self.what)

    @property
    def text(self) -> str:
        """One line for people."""
        where = "no leaf" if self.leaf is None else f"leaf {self.leaf}"
        row = f" '{self.key}'" if self.key else ""
        return f"{where}, {self.table}{row}: {self.what}"


@dataclass(frozen=True)
class LedgerReport:
    """Outcome of verifying a store.

    Attributes
    ----------
    origin : str
        Name of the ledger.
    size : int
        Leaves.
    root : str
        Root of their tree, in hexadecimal.
    rows : int
        Rows that were compared.
    signed_size : int
        Leaves under the largest checkpoint that a given key signed; 0 for none. What came after
        it could have been rewritten as a whole without being noticed here.
    problems : tuple of Problem
        By leaf; empty when the store is as the ledger says.
    """

    origin: str
    size: int
    root: str
    rows: int
    signed_size: int
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first_bad(self) -> int | None:
        """First leaf that does not hold, if one can be named."""
        return self.problems[0].leaf if self.problems else None
