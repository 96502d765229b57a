"""What runs long work on a server, and takes word of its progress."""

import json
import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.answers import Answer, keep
from redball.app.beside import beside, own_folder
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.keeping import Keeper, keeping
from redball.app.releasing import authorised
from redball.app.view import View
from redball.app.work.kinds import KINDS, WorkKind
from redball.app.work.limits import Gauge, WorkLimits
from redball.app.work.parameters import Parameters, Runs
from redball.app.work.parts import Cancelled, NoSuchWork, Tells, same_name, title_of
from redball.app.work.presence import Presence
from redball.desk import Desk
from redball.desk.people import account_of
from redball.desk.work import (
    Work,
    WorkState,
    end_work,
    put_work,
    take_next,
    unfinished,
    work_of,
    works_of,
)
from redball.model import BadUse, NotPermitted, RedballError, StoreError

LOG = logging.getLogger("redball.work")

MOST_EACH = 8
"""Pieces of work of one person that may be queued or running."""
_BEAT_SECONDS = 5.0
"""How often the queue is looked at without a word: somebody else may have written to it."""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Worker:
    """The one worker of a server: a thread that runs what is queued, one after the other.

    One at a time, since an engine uses every processor by itself.

    Parameters
    ----------
    store : str
        Address of the store.
    desk : Desk
    live : Tells
    keeper : Keeper
    limits : WorkLimits, optional
    """

    def __init__(
        self,
        store: str,
        desk: Desk,
        live: Tells,
        keeper: Keeper,
        limits: WorkLimits | None = None,
    ) -> None:
        self._store = store
        self._desk = desk
        self._live = live
        self._keeper = keeper
        self.limits = limits or WorkLimits()
        self._folder = own_folder(beside(store, "work"))
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._running: str | None = None
        self._stop: set[str] = set()
        self._progress: dict[str, dict[str, object]] = {}
        self._looked = 0.0
        self._presence = Presence(desk, _now, live.look)
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)
        self._thread.start()

    def ask(self, who: str, view: View, kind: str, parameters: Mapping[str, object]) -> Work:
        """Queue a piece of work.

        Parameters
        ----------
        who : str
            Account.
        view : View
            What it looks at, and for whom.
        kind : str
            Name in :data:`redball.app.work.KINDS`.
        parameters : mapping
            Plain values.

        Raises
        ------
        BadUse, BadData
            The kind or a parameter can't be used; nothing is queued.
        NotPermitted
            The role may not do it.
        """
        known = _kind(kind)
        authorised(parse_subject(view.viewer), known.action)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            known.read(Parameters(dict(parameters)), Path(folder))
        with self._lock:
            if unfinished(self._desk, who) >= MOST_EACH:
                raise BadUse(
                    f"{MOST_EACH} pieces of your work wait or run already.",
                    mend="Wait for one, or cancel one.",
                )
            work = Work(
                key=secrets.token_urlsafe(12),
                account=who,
                subject=view.viewer,
                kind=kind,
                title=title_of(known, parameters),
                parameters=json.dumps(dict(parameters), sort_keys=True),
                as_of=view.as_of.isoformat() if view.as_of else "",
                server=self._presence.name,
                state=WorkState.QUEUED,
                asked_at=_now(),
            )
            put_work(self._desk, work)
        self._wake.set()
        self._live.look()
        return work

    def list(self, who: str) -> "list[Work]":
        """Somebody's work, the newest first."""
        return works_of(self._desk, who)

    def one(self, who: str, key: str) -> Work:
        """One piece of somebody's work.

        Raises
        ------
        NoSuchWork
            There is none, or it is another's: the answer is the same.
        """
        found = work_of(self._desk, who, key)
        if found is None:
            raise NoSuchWork
        return found

    def progress(self, key: str) -> Mapping[str, object]:
        """How far a running piece is: ``what``, ``done``, ``total``."""
        return self._progress.get(key, {})

    def cancel(self, who: str, key: str) -> Work:
        """End a piece of work; one that has ended stays as it is.

        Raises
        ------
        NoSuchWork
            There is none, or it is another's.
        """
        found = self.one(who, key)
        with self._lock:
            self._stop.add(key)
            if self._running != key:
                end_work(self._desk, key, WorkState.CANCELLED, _now())
                self._stop.discard(key)
        self._live.look()
        return self.one(who, found.key)

    def again(self, who: str, key: str, viewer: str) -> Work:
        """Ask once more for what was interrupted, failed or cancelled, as who they are now.

        Raises
        ------
        NoSuchWork
            There is none, or it is another's.
        """
        found = self.one(who, key)
        moment = datetime.fromisoformat(found.as_of) if found.as_of else None
        view = View(self._store, viewer, moment)
        return self.ask(who, view, found.kind, json.loads(found.parameters))

    def stop(self) -> None:
        """End; what runs is marked as interrupted, what is queued stays queued."""
        self._ended.set()
        self._wake.set()
        self._thread.join(30)
        self._presence.stop()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._lock:
                    work = take_next(self._desk, self._presence.name, _now())
                    self._running = None if work is None else work.key
            except StoreError:  # the desk is away for a while: what is queued stays queued
                work = None
            if work is None:
                self._wake.wait(_BEAT_SECONDS)
                self._wake.clear()
                continue
            self._live.look()
            self._finish(work)

    def _finish(self, work: Work) -> None:
        """Run a piece of work and write down what came of it."""
        result, error, mend = "", "", ""
        state = WorkState.DONE
        try:
            result = self._answer(work)
        except Cancelled:
            if self._ended.is_set():
                return  # marked when the server ends
            state = WorkState.CANCELLED
        except RedballError as failure:
            state, error, mend = WorkState.FAILED, failure.what, failure.mend
        except MemoryError:
            state, error = WorkState.FAILED, "There is not enough memory for it."
            mend = "Ask for fewer replications or a shorter horizon."
        except Exception:
            LOG.exception("work %s failed", work.key)
            state, error = WorkState.FAILED, "Something went wrong that was not foreseen."
            mend = f"Give the operator this number: work {work.key}."
        with self._lock:
            self._running = None
            self._stop.discard(work.key)
            self._progress.pop(work.key, None)
        while True:  # the desk may be away for a while: the answer is not to be lost for that
            try:
                end_work(self._desk, work.key, state, _now(), result=result, error=error, mend=mend)
                break
            except StoreError:
                if self._ended.wait(1):
                    break
        self._live.look()

    def _answer(self, work: Work) -> str:
        known = _kind(work.kind)
        self._still_who_they_were(work)
        moment = datetime.fromisoformat(work.as_of) if work.as_of else None
        inputs = Inputs(View(self._store, work.subject, moment))
        folder = self._folder / same_name(work)  # asked again, it takes up what was finished
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            runs = known.read(Parameters.parse(work.parameters), folder)
            with keeping(self._keeper):
                return _kept(runs, inputs, self._store, self._told(work))
        finally:
            if not self._ended.is_set():
                shutil.rmtree(folder, ignore_errors=True)

    def _still_who_they_were(self, work: Work) -> None:
        """Refuse what waited while its asker's account was closed or changed."""
        with self._desk.reading() as connection:
            account = account_of(connection, work.account)
        if account is not None and (not account.active or account.subject != work.subject):
            raise NotPermitted(
                "The account that asked for this was changed since.", mend="Ask for it again."
            )

    def _ended_elsewhere(self, work: Work) -> bool:
        """Whether the operator ended it from a command line; looked at once a second."""
        now = time.monotonic()
        if now - self._looked < 1:
            return False
        self._looked = now
        with suppress(StoreError):
            found = work_of(self._desk, work.account, work.key)
            return found is None or found.state is not WorkState.RUNNING
        return False

    def _told(self, work: Work) -> "Told":
        return Told(self, work)

    def note(self, work: Work, what: str, done: int, total: int) -> None:
        """Take word of progress; ends the work where it was cancelled.

        Raises
        ------
        Cancelled
            It is to end.
        """
        if self._ended.is_set() or work.key in self._stop or self._ended_elsewhere(work):
            raise Cancelled
        found = {"what": what, "done": done, "total": total}
        self._progress[work.key] = found
        self._live.tell("progress", who=work.account, key=work.key, data=found)


class Told:
    """Takes progress of one piece of work, as engines tell it."""

    def __init__(self, worker: Worker, work: Work) -> None:
        self._worker = worker
        self._work = work
        self._gauge = Gauge(worker.limits)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take progress; ends the work where it was cancelled or takes too much."""
        self._gauge.check()
        self._worker.note(self._work, what, done, total)


@use_case(Action.SEE)
def _kept(runs: Runs, inputs: Inputs, store: str, progress: Told) -> str:
    """Work an answer out and keep it in the store; gives its key."""
    answer: Answer = runs(inputs, progress)
    return keep(answer, store)


def _kind(name: str) -> WorkKind:
    if name not in KINDS:
        raise BadUse(
            f"'{name}' is not a kind of work.", where="kind", mend=f"Use {', '.join(KINDS)}."
        )
    return KINDS[name]
