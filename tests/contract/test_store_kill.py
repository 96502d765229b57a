"""kill -9 at any moment: what was acknowledged is there, and nothing is there by half.

A worker imports package after package and is killed at a random moment, again and again; the next
one sends again what was not acknowledged. The negative control acknowledges before the commit:
there the same harness must find losses, or it would prove nothing.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from redball.store import open_store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

WORKER = Path(__file__).with_name("store_worker.py")
ROUNDS = 100
ROWS = 40


@dataclass
class Outcome:
    """What a series of kills did: numbers of packages."""

    acknowledged: set[int]
    present: set[int]
    sent: int

    @property
    def lost(self) -> set[int]:
        return self.acknowledged - self.present


def _kill_again_and_again(address: str, acknowledge: str, rounds: int) -> Outcome:
    open_store(address, create=True).close()
    moments = random.Random(20260122)
    acknowledged: set[int] = set()
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
            parent.stdin.write(f"start {max(acknowledged, default=0) + 1}\n")
            ready = parent.stdout.readline().split()
            assert ready[:1] == ["ready"], ready
            usual_seconds = float(ready[2])  # of a dry run on this machine at this moment
            time.sleep(moments.uniform(0, 4 * usual_seconds))
            os.kill(int(ready[1]), signal.SIGKILL)
            while (words := parent.stdout.readline().split()) != ["dead"]:
                assert words[0] == "ack", words
                acknowledged.add(int(words[1]))
        parent.stdin.close()
    outcome = Outcome(acknowledged, _present(address), max(acknowledged, default=0) + 1)
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


def _present(address: str) -> set[int]:
    with _engine(address).connect() as connection:
        titles = connection.execute(sa.text("SELECT title FROM revision ORDER BY id")).scalars()
        return {int(title.removeprefix("package ")) for title in titles}


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


def test_no_acknowledged_import_is_lost_and_none_is_there_by_half(address: str) -> None:
    outcome = _kill_again_and_again(address, "after", ROUNDS)
    assert len(outcome.acknowledged) > ROUNDS / 4, "the workers did too little to prove much"
    assert outcome.lost == set()
    assert max(outcome.present) <= outcome.sent
    assert _halves(address) == []
    with open_store(address) as store:  # and it goes on as if nothing had been
        frame = store.read(as_of=None, labels=[1], names=["holding"]).frames["holding"]
        assert frame["quantity"].to_list() == [float(max(outcome.present))] * ROWS


def test_the_harness_sees_the_loss_of_a_store_that_acknowledges_too_early(address: str) -> None:
    outcome = _kill_again_and_again(address, "before", ROUNDS // 3)
    assert outcome.lost != set()


def test_the_check_for_halves_sees_a_half(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    _kill_again_and_again(address, "after", 20)
    assert _halves(address) == []
    with _engine(address).begin() as connection:
        connection.execute(sa.text("DELETE FROM demand WHERE since = 1 AND key = 'k003'"))
    assert _halves(address) == [("demand", 1)]
