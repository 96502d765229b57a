"""What software an answer comes from, down to the bytes of this package."""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import redball

_NUMBERS_FROM = ("numba", "numpy", "polars", "highspy")
"""Packages whose version may change a digit."""


@cache
def software() -> str:
    """Version, hash of all modules of the package, interpreter and the packages that compute."""
    digest = hashlib.sha256()
    root = Path(redball.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    others = " ".join(f"{name} {_version(name)}" for name in _NUMBERS_FROM)
    machine = f"python {platform.python_version()} {platform.machine()}"
    return f"redball {redball.__version__} {digest.hexdigest()} {machine} {others}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
