"""The key that seals the seeds of one-time codes: it lies with the node's keys, not in the desk."""

import threading

from redball.accounts.sealing import KEY_BYTES, Seal, new_sealing_key
from redball.app.trust import key_folder
from redball.model import BadUse, NotPermitted
from redball.signing.durable import make_new, read_small

FILE = "desk.seal"


class SealedIn:
    """The seal of a store's desk; its key is made when it is first needed.

    Parameters
    ----------
    store : str
        Address.
    """

    def __init__(self, store: str) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seal: Seal | None = None

    def close(self, text: str, about: str) -> bytes:
        """Seal a text.

        Raises
        ------
        BadUse
            Where the keys lie is not known, or the key is damaged.
        """
        return self._opened(make=True).close(text, about)

    def open(self, sealed: bytes, about: str) -> str:
        """Open what was sealed.

        Raises
        ------
        BadData
            It does not open.
        NotPermitted
            The key is gone.
        """
        return self._opened(make=False).open(sealed, about)

    def _opened(self, *, make: bool) -> Seal:
        with self._lock:
            if self._seal is None:
                self._seal = Seal(self._key(make=make))
            return self._seal

    def _key(self, *, make: bool) -> bytes:
        folder = key_folder(self._store).path
        path = folder / FILE
        found = read_small(path, 4 * KEY_BYTES)
        if found is not None:
            if path.is_symlink() or path.stat().st_mode & 0o077:
                raise NotPermitted(
                    "The key that seals the desk's seeds can be read by others.",
                    where=str(path),
                    mend="Shut it (chmod 600), and enrol authenticator apps again.",
                )
            return found
        if not make:
            raise NotPermitted(
                "The key that seals the desk's seeds is gone.",
                where=str(path),
                mend="Restore it from a copy, or sign in with a passkey.",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = new_sealing_key()
        try:
            make_new(path, key, 0o600)
        except BadUse:  # another process was faster
            return self._key(make=False)
        return key
