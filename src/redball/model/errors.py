"""The tree of errors. Every one says what is wrong, where, and how to mend it.

::

    RedballError
    ├── BadUse            the call or the command line is wrong            (exit code 2)
    │   └── NotVisible    no row of that key is shown to the viewer
    ├── BadData           what was given can't be accepted                 (exit code 3)
    │   ├── UnknownCode   a code that its code list does not hold
    │   ├── UnsafeFile    a file refused before it is read (bomb, traversal, too large)
    │   └── LabelError    a confidentiality label that can't be read or widened
    ├── NotPermitted      the viewer or owner may not do this              (exit code 3)
    ├── StoreError        the store can't do this now                      (exit code 4)
    │   ├── StoreBusy     another import holds the store
    │   ├── StoreFull     no room on the disk; nothing was written
    │   ├── StoreTooNew   written by a newer version of the software
    │   └── StoreMissing  there is no store at this address
    └── MissingExtra      an optional part is not installed; names the command
"""


class RedballError(Exception):
    """Root of all errors of the package.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str
        The file, sheet, row, column or object concerned; empty where there is none.
    mend : str
        What the user can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(
            " ".join(part for part in (f"{where}:" if where else "", what, mend) if part)
        )


class BadUse(RedballError):
    """The call or the command line is wrong."""

    exit_code = 2


class NotVisible(BadUse):
    """No row of that key is shown to the viewer: it is not there, or it is not for this viewer.

    The message is the same in both cases.

    Parameters
    ----------
    table, owner, key : str
        What was looked for.
    viewer : str
        Nation of the viewer.
    """

    def __init__(self, table: str, owner: str, key: str, viewer: str) -> None:
        super().__init__(
            f"No {table} '{owner}:{key}' is visible to {viewer}.",
            mend="Check the key and the owner.",
        )
        self.table, self.owner, self.key = table, owner, key
        self._made_of = (table, owner, key, viewer)

    @property
    def asked(self) -> str:
        """What was looked for, in one text."""
        return f"{self.table} {self.owner}:{self.key}"

    def __reduce__(self) -> tuple[type["NotVisible"], tuple[str, str, str, str]]:
        """Let the error travel from a worker: its text is made from four words."""
        return (NotVisible, self._made_of)


class BadData(RedballError):
    """What was given can't be accepted."""

    exit_code = 3


class UnknownCode(BadData):
    """A code that its code list does not hold."""


class UnsafeFile(BadData):
    """A file refused before it is read: too large, a bomb, or reaching outside its folder."""


class LabelError(BadData):
    """A confidentiality label that can't be read, or an attempt to widen one."""


class NotPermitted(RedballError):
    """The viewer or owner may not do this."""

    exit_code = 3


class StoreError(RedballError):
    """The store can't do this now."""

    exit_code = 4


class StoreBusy(StoreError):
    """Another import holds the store."""


class StoreFull(StoreError):
    """No room on the disk; nothing was written."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of the software."""


class StoreMissing(StoreError):
    """There is no store at this address."""


class MissingExtra(RedballError):
    """An optional part is not installed."""

    exit_code = 2

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the optional part '{extra}', which is not installed.",
            mend=f"Install it with: pip install 'redball[{extra}]'",
        )
        self._made_of = (extra, purpose)

    def __reduce__(self) -> tuple[type["MissingExtra"], tuple[str, str]]:
        """Let the error travel from a worker: its text is made from two words."""
        return (MissingExtra, self._made_of)
