"""Folders that belong to a store: beside its file; of a store on a server, in the user's own state.

What lies there (uploads, documents that wait for signatures) outlives a restart, so it is never in
the place for temporary files, which other users of a machine can write to.
"""

import os
from hashlib import sha256
from pathlib import Path

from redball.app.view import without_password
from redball.model import UnsafeFile

STATE = "XDG_STATE_HOME"
"""Environment variable: where a user's programs keep their state; ``~/.local/state`` without."""


def beside(store: str, name: str) -> Path:
    """Give the folder of a name that belongs to a store; it need not be there.

    Parameters
    ----------
    store : str
        Path of an SQLite file or a PostgreSQL URL.
    name : str
        What it is for, such as ``uploads``.
    """
    path = store.removeprefix("sqlite:///")
    if "://" not in path:
        return Path(f"{path}.{name}")
    named = os.environ.get(STATE)
    state = Path(named) if named else Path.home() / ".local" / "state"
    server = sha256(without_password(store).encode()).hexdigest()[:16]
    return state / "redball" / server / name


def own_folder(folder: Path) -> Path:
    """Make a folder for this user alone, unless it is there.

    Raises
    ------
    UnsafeFile
        What is there is a link, or belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise UnsafeFile(
            "The folder is a link, or belongs to another user.",
            where=str(folder),
            mend="Remove it; it is made anew.",
        )
    return folder
