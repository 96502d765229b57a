"""Start-up: ``redball --help`` and ``import redball``, whole processes."""

import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15


def figures() -> dict[str, float]:
    """Median seconds of the two, and of a bare interpreter beside them."""
    command = str(Path(sys.executable).parent / "redball")
    return {
        "redball --help": _median([command, "--help"]),
        "import redball (whole process)": _median([sys.executable, "-c", "import redball"]),
        "bare interpreter": _median([sys.executable, "-c", "pass"]),
    }


def _median(command: list[str]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return sorted(times)[ROUNDS // 2]
