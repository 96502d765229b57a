"""A node's people for tests: an empty store, its desk, a clock that is set by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.authenticator import Authenticator

from redball.access import parse_subject
from redball.accounts import codes
from redball.accounts.holding import LinkKind
from redball.app import people
from redball.app.people.acting import spelled
from redball.app.people.enrolling import SYSTEM, make_link, new_account
from redball.app.people.register import Register
from redball.app.people.sending import Sender
from redball.desk import open_desk
from redball.ledger import Event
from redball.store import open_store

ORIGIN = "https://node.example"
PASSWORD = "nordic ferry unpaid glove"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONSOLE = people.console("DEU")


class Later(Sender):
    """Sends when a test reads the ledger, not with each change: that takes the disk's time."""

    def send(self) -> None:
        """Wait."""

    def flush(self) -> None:
        """Send now."""
        super().send()


@dataclass
class People:
    """A register, and ways to make people in it.

    Attributes
    ----------
    register : Register
    store : str
    at : datetime
        The clock.
    """

    register: Register
    store: str
    at: datetime = START
    seeds: dict[str, str] = field(default_factory=dict)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)

    def person(self, name: str, subject: str = "DEU role=analyst") -> str:
        """Make an account without asking anybody; gives its key."""
        with self.register.changing() as change:
            text = spelled(parse_subject(subject))
            return new_account(change, name, name.title(), text, SYSTEM).key

    def invited(self, name: str, subject: str = "DEU role=analyst") -> str:
        """Make an account and use its link; gives the ticket to enrol."""
        key = self.person(name, subject)
        with self.register.changing() as change:
            from redball.desk.people import account_of

            account = account_of(change.connection, key)
            assert account is not None
            secret = make_link(change, account, LinkKind.ENROL, SYSTEM)
        return people.link_use(self.register, secret).ticket

    def with_passkey(
        self, name: str, subject: str = "DEU role=analyst"
    ) -> tuple[people.Entered, Authenticator]:
        """Somebody with a passkey, signed in."""
        ticket = self.invited(name, subject)
        key = Authenticator(self.register.origin)
        options = people.enrol_passkey_begin(self.register, ticket)
        done = people.enrol_passkey_finish(self.register, ticket, key.register(options))
        return done.entered, key

    def with_password(
        self, name: str, subject: str = "DEU role=analyst"
    ) -> tuple[people.Enrolled, str]:
        """Somebody with a password and an app, signed in; and the app's seed."""
        ticket = self.invited(name, subject)
        setup = people.enrol_password_begin(self.register, ticket, PASSWORD)
        code = self.code(setup.seed)
        return people.enrol_password_finish(self.register, ticket, setup.ticket, code), setup.seed

    def code(self, seed: str) -> str:
        """What an app shows now."""
        return codes.code_at(seed, codes.counter_at(self.at))

    def flush(self) -> None:
        """Send what waits for the ledger."""
        assert isinstance(self.register.sender, Later)
        self.register.sender.flush()

    def events(self) -> tuple[Event, ...]:
        """What the ledger holds."""
        self.flush()
        with open_store(self.store) as store:
            return store.events()

    def told(self) -> list[str]:
        """Kind and verb of what the ledger holds, without its beginning."""
        return [f"{one.kind}: {one.verb}" for one in self.events() if one.kind != "genesis"]


@cache
def _empty() -> dict[str, bytes]:
    """An empty store and its desk, made once."""
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store.sqlite"
        open_store(store, create=True).close()
        open_desk(str(store)).close()
        return {
            path.name.removeprefix("store.sqlite"): path.read_bytes()
            for path in Path(folder).iterdir()
            if path.is_file()
        }


@contextmanager
def people_in(folder: Path, *, exercise: bool = False) -> Iterator[People]:
    """People of a node in a folder."""
    store = str(folder / "store.sqlite")
    for suffix, data in _empty().items():
        (folder / f"store.sqlite{suffix}").write_bytes(data)
    desk = open_desk(store)
    made: list[People] = []
    register = Register(store, desk, origin=ORIGIN, exercise=exercise, clock=lambda: made[0].at)
    register.sender = Later(store, desk, waits=True)
    made.append(People(register, store))
    try:
        yield made[0]
    finally:
        register.close()
        desk.close()
