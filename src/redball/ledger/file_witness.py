"""A witness's state in a folder: one small file for each log, replaced in one step.

::

    witness/
      <sha256 of origin>.json    last cosigned checkpoint, as the log signed it
      evidence/<sha256>.json     what did not fit together; never removed by the software
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from redball.ledger.canonical import canonical, strict_object
from redball.ledger.checkpoint import Checkpoint
from redball.ledger.witness import MOST_REQUEST_BYTES, Evidence, Seen
from redball.model.errors import BadData, StoreError, UnsafeFile
from redball.signing import parse_note
from redball.signing.durable import locked, read_small, replace_durably

MOST_EVIDENCE = 1_000
"""Files of evidence; a log that floods its witness with forks is convicted by the first."""

_MOST_FILE_BYTES = 4 * MOST_REQUEST_BYTES


class FileWitness:
    """Keep what a witness has seen; a :class:`~redball.ledger.witness.WitnessStore`.

    Parameters
    ----------
    path : path
        Folder; made when it is absent.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            (self.path / "evidence").mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "The witness's folder can't be made.",
                where=str(self.path),
                mend="Choose another place.",
            ) from error

    def seen(self, origin: str) -> Seen | None:
        """Give the last cosigned checkpoint of a log.

        Raises
        ------
        StoreError
            When the state is there but can't be read: nothing may be cosigned then.
        """
        path = self._file(origin)
        data = read_small(path, _MOST_FILE_BYTES)
        if data is None:
            return None
        try:
            found = strict_object(data, "witness's state")
            note, seconds = found["note"], found["seconds"]
            if type(note) is not str or type(seconds) is not int or seconds < 0:
                raise BadData("The state has other fields.", mend="Restore it.")
            datetime.fromtimestamp(seconds, UTC)  # a moment of the calendar
            checkpoint = Checkpoint.parse(parse_note(note).text)
            if checkpoint.origin != origin:
                raise BadData("The state is that of another log.", mend="Restore it.")
        except (BadData, UnsafeFile, KeyError, ValueError, OverflowError, OSError) as error:
            raise StoreError(
                "The witness's state of this log can't be read.",
                where=str(path),
                mend="Nothing is cosigned until it is restored.",
            ) from error
        return Seen(checkpoint, note, seconds)

    def compare_and_store(self, origin: str, old: Seen | None, new: Seen) -> bool:
        """Store durably if the state is still ``old``; say whether it was.

        Raises
        ------
        StoreError
            When the state can't be read or written.
        """
        with locked(self.path / ".lock"):
            if self.seen(origin) != old:
                return False
            data = canonical({"note": new.note, "origin": origin, "seconds": new.seconds})
            replace_durably(self._file(origin), data)
        return True

    def keep(self, evidence: Evidence) -> None:
        """Keep evidence, each once.

        Raises
        ------
        StoreError
            When it can't be written.
        """
        text = json.dumps(vars(evidence), ensure_ascii=False, sort_keys=True).encode()
        folder = self.path / "evidence"
        path = folder / f"{sha256(text).hexdigest()}.json"
        with locked(self.path / ".lock"):
            if not path.exists() and sum(1 for _ in folder.glob("*.json")) < MOST_EVIDENCE:
                replace_durably(path, text)

    def evidence(self) -> list[Evidence]:
        """Give all that was kept, by name of its file.

        Raises
        ------
        BadData
            When a file can't be read.
        """
        found = []
        for path in sorted((self.path / "evidence").glob("*.json")):
            fields = strict_object(read_small(path, _MOST_FILE_BYTES) or b"", "evidence")
            texts = [fields.get(name) for name in ("origin", "why", "kept", "offered")]
            if not all(isinstance(text, str) for text in texts):
                raise BadData(
                    "A file of evidence was changed.", where=str(path), mend="Look at it."
                )
            origin, why, kept, offered = map(str, texts)
            proves_fork = fields.get("proves_fork") is True
            found.append(Evidence(origin, why, kept, offered, proves_fork))
        return found

    def _file(self, origin: str) -> Path:
        return self.path / f"{sha256(origin.encode()).hexdigest()}.json"
