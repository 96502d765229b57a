"""Run a piece of work in a process of its own and tell its time, memory and answer."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

WORK = Path(__file__).resolve().parent / "work"


@dataclass
class Measured:
    """Seconds and memory of a block."""

    seconds: float = 0.0
    before_mb: float = 0.0
    peak_mb: float = 0.0

    @property
    def grown_mb(self) -> float:
        """How much the resident memory grew at its peak."""
        return self.peak_mb - self.before_mb


@contextmanager
def measured(interval: float = 0.005) -> Iterator[Measured]:
    """Measure wall time and the peak of resident memory, sampled every few milliseconds."""
    process = psutil.Process(os.getpid())
    result = Measured(before_mb=process.memory_info().rss / 1e6)
    result.peak_mb = result.before_mb
    stop = threading.Event()

    def sample() -> None:
        while not stop.is_set():
            result.peak_mb = max(result.peak_mb, process.memory_info().rss / 1e6)
            stop.wait(interval)

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    start = time.perf_counter()
    try:
        yield result
    finally:
        result.seconds = time.perf_counter() - start
        stop.set()
        watcher.join()
        result.peak_mb = max(result.peak_mb, process.memory_info().rss / 1e6)


def in_process(module: str, function: str, *arguments: str) -> dict[str, float]:
    """Run ``module.function(*arguments)`` in a new process; it returns a dict of numbers."""
    code = (
        f"import json, sys; from {module} import {function} as f; "
        f"print('@@' + json.dumps(f(*sys.argv[1:])))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    line = next(x for x in answer.stdout.splitlines() if x.startswith("@@"))
    figures: dict[str, float] = json.loads(line[2:])
    return figures
