"""kill -9 at any moment: what was acknowledged is there, and nothing is there by half.

A worker imports packages, puts agreements into force and records events, and is killed at a random
moment, again and again; the next one sends again what was not acknowledged. The negative control
acknowledges before the commit: there the same harness must find losses, or it would prove nothing.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from redball.store import open_store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

WORKER = Path(__file__).with_name("store_worker.py")
LONG = os.environ.get("REDBALL_LONG") == "1"
ROUNDS = 300 if LONG else 20
ROWS = 40
KINDS = ("import", "agreement", "event")
SERIES = 5
"""Series of kills in which the negative control must lose something at least once."""


@dataclass
class Outcome:
    """What a series of kills did: imports, agreements and events with their numbers."""

    acknowledged: set[tuple[str, int]]
    present: set[tuple[str, int]]

    @property
    def lost(self) -> set[tuple[str, int]]:
        return self.acknowledged - self.present


def _kill_again_and_again(
    address: str, acknowledge: str, rounds: int, moments: random.Random | None = None
) -> Outcome:
    open_store(address, create=True).close()
    moments = moments or random.Random(20260122)
    acknowledged: set[tuple[str, int]] = set()
    with subprocess.Popen(
        [sys.executable, str(WORKER), address, acknowledge],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(rounds):
            parent.stdin.write(f"start {_next(acknowledged)}\n")
            ready = parent.stdout.readline().split()
            assert ready[:1] == ["ready"], ready
            usual_seconds = float(ready[2])  # of a dry run on this machine at this moment
            time.sleep(moments.uniform(0, 8 * usual_seconds))
            os.kill(int(ready[1]), signal.SIGKILL)
            while (words := parent.stdout.readline().split()) != ["dead"]:
                assert words[0] == "ack", words
                acknowledged.add((words[1], int(words[2])))
        parent.stdin.close()
    outcome = Outcome(acknowledged, _present(address))
    logging.getLogger(__name__).info(
        "%s, acknowledging %s the commit: %d kills, %d acknowledged, %d lost",
        address.partition(":")[0],
        acknowledge,
        rounds,
        len(acknowledged),
        len(outcome.lost),
    )
    return outcome


def _engine(address: str) -> sa.Engine:
    return sa.create_engine(
        address.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool
    )


def _next(acknowledged: set[tuple[str, int]]) -> int:
    """First number of which not everything is acknowledged."""
    number = 1
    while {(kind, number) for kind in KINDS} <= acknowledged:
        number += 1
    return number


def _present(address: str) -> set[tuple[str, int]]:
    with _engine(address).connect() as connection:
        titles = connection.execute(sa.text("SELECT title FROM revision ORDER BY id")).scalars()
        agreements = connection.execute(sa.text("SELECT id FROM agreement")).scalars()
        found = {("import", int(title.removeprefix("package "))) for title in titles}
        found |= {("agreement", int(name.removeprefix("A-"))) for name in agreements}
    with open_store(address) as store:
        parts = {(one.object, one.verb) for one in store.events() if one.kind == "export"}
    events = {int(name.removeprefix("event ")) for name, _ in parts}
    # both parts were acknowledged with one word
    return found | {
        ("event", n)
        for n in events
        if {(f"event {n}", "part 1"), (f"event {n}", "part 2")} <= parts
    }


def _doubled(address: str) -> list[object]:
    """Leaves that say twice that the same worker did the same."""
    with open_store(address) as store:
        said = Counter((one.kind, one.verb, one.actor, one.object) for one in store.events())
    return [what for what, times in said.items() if times > 1]


def _halves(address: str) -> list[object]:
    """Revisions that are not whole, by plain SQL on both tables."""
    wrong: list[object] = []
    with _engine(address).connect() as connection:
        if address.startswith("sqlite"):
            check = connection.execute(sa.text("PRAGMA integrity_check")).scalars().all()
            wrong += [line for line in check if line != "ok"]
        revisions = {
            number: float(title.removeprefix("package "))
            for number, title in connection.execute(sa.text("SELECT id, title FROM revision"))
        }
        wrong += [n for n in range(1, len(revisions) + 1) if n not in revisions]
        for name in ("holding", "demand"):
            # all rows change with every package: each revision brings a full set and ends one
            query = sa.text(
                "SELECT since, until, count(*), count(DISTINCT key), min(quantity), max(quantity)"
                f" FROM {name} GROUP BY since, until"
            )
            found = {row[0]: tuple(row) for row in connection.execute(query)}
            for number, value in revisions.items():
                until = None if number == len(revisions) else number + 1
                if found.pop(number, None) != (number, until, ROWS, ROWS, value, value):
                    wrong.append((name, number))
            wrong += found.values()
    return wrong


def test_nothing_acknowledged_is_lost_doubled_or_there_by_half(address: str) -> None:
    outcome = _kill_again_and_again(address, "after", ROUNDS)
    assert len(outcome.acknowledged) > ROUNDS / 4, "the workers did too little to prove much"
    assert {kind for kind, _ in outcome.acknowledged} == set(KINDS)
    assert outcome.lost == set()
    assert _doubled(address) == []
    assert _halves(address) == []
    with open_store(address) as store:  # and it goes on as if nothing had been
        assert store.verify().problems == ()
        last = max(number for kind, number in outcome.present if kind == "import")
        frame = store.read(as_of=None, labels=list(store.labels()), names=["holding"])
        assert frame.frames["holding"]["quantity"].to_list() == [float(last)] * ROWS


def test_the_harness_sees_the_loss_of_a_store_that_acknowledges_too_early(address: str) -> None:
    # whether one series of kills hits between word and commit is chance: by far most do
    moments, rounds = random.Random(20260122), max(ROUNDS // 3, 12)
    lost: set[tuple[str, int]] = set()
    for again in range(SERIES):
        apart = f"{address}.{again}" if address.startswith("sqlite") else address
        lost = _kill_again_and_again(apart, "before", rounds, moments).lost
        if lost:
            break
    assert lost != set()


def test_the_check_for_halves_sees_a_half(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    _kill_again_and_again(address, "after", 12)
    assert _halves(address) == []
    with _engine(address).begin() as connection:
        connection.execute(sa.text("DELETE FROM demand WHERE since = 1 AND key = 'k003'"))
    assert _halves(address) == [("demand", 1)]
