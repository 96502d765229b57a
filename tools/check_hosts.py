"""Fail when a lock or package file names a host, or a file names a path of the machine it is on."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = re.compile(r"(^|/)(requirements/.*\.txt|package(-lock)?\.json|\.npmrc|pip\.conf)$")


def tracked() -> list[str]:
    """Files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def problems() -> list[str]:
    """One line per offence."""
    places = [str(ROOT) + "/", str(Path.home()) + "/"]
    found = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file() or path.suffix in {".parquet", ".xlsx", ".zip", ".png"}:
            continue
        text = path.read_text("utf-8", errors="replace")
        if LOCKS.search(name) and re.search(r"https?://", text):
            found.append(f"{name}: names a host")
        found += [f"{name}: names the path {place}" for place in places if place in text]
    return found


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines) if lines else "No host in lock files, no path of this machine.")
    sys.exit(bool(lines))
