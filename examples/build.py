"""Write the packages of the exercise coalition into ``examples/coalition``.

Everything in them is invented; places are real, positions approximate. Same seed, same bytes.
"""

import sys
from pathlib import Path

from redball.app import write_example

SEED = 1944
FOLDER = Path(__file__).resolve().parent / "coalition"


def main(folder: Path = FOLDER) -> None:
    """Write the packages and name them."""
    for path in write_example(folder, seed=SEED):
        print(path.relative_to(folder.parent))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
