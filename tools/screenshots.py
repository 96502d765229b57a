"""Take the pictures of the documentation: every page of the face on the exercise coalition.

    .venv/bin/python -m tools.screenshots            # all, into docs/screens
    .venv/bin/python -m tools.screenshots picture    # one

The coalition is invented; each picture carries its marking.
"""

import sys
import tempfile
from pathlib import Path

from tests.browsing import Served, served

from redball import app
from redball.app.register import (
    desk_of,
    register,
    register_exposure,
    register_propose,
    register_write,
)

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screens"

PAGES = {
    "picture": ("node", "/picture", "light"),
    "picture-dark": ("node", "/picture", "dark"),
    "network": ("node", "/network", "light"),
    "findings": ("node", "/findings", "light"),
    "readiness": ("node", "/readiness", "light"),
    "orders": ("planner", "/stock/orders", "light"),
    "scenarios": ("node", "/scenarios", "light"),
    "stress": ("node", "/stress", "light"),
    "plan": ("node", "/plans/{plan}", "light"),
    "risks": ("node", "/risks", "light"),
    "data": ("node", "/data", "light"),
    "sharing": ("security", "/sharing", "light"),
    "reports": ("node", "/reports", "light"),
    "people": ("administrator", "/people", "light"),
    "sign-in": (None, "/sign-in", "light"),
}
"""Name of a picture: who looks, where, and in which theme."""

WORKED_OUT_MS = 300_000
"""For how long a page that is being worked out is waited for."""


def main(wanted: list[str]) -> int:
    """Take the pictures named, or all; returns the exit code."""
    unknown = sorted(set(wanted) - set(PAGES))
    if unknown:
        print(f"no such picture: {', '.join(unknown)}; there are {', '.join(PAGES)}")
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        app.demo(folder)
        asked = wanted or list(PAGES)
        known = _planned(str(folder / "coalition.sqlite")) if {"plan", "risks"} & set(asked) else {}
        with served(folder / "coalition.sqlite") as world:
            for name in asked:
                _take(world, name, known)
    return 0


def _planned(store: str) -> dict[str, str]:
    """Write what the data propose into the register, and keep a plan against it; gives its key."""
    view = app.View(store, "XAG")
    with desk_of(store) as desk:
        register_write(view, desk, register_propose(view), "Exercise staff")
        known = register(view, desk)
    inputs = app.Inputs(view)
    app.keep(register_exposure(inputs, known.register, label=known.origin.label), store)
    wishes = app.PlanWishes(2e6, register=known.register, register_label=known.origin.label)
    return {"plan": app.keep(app.plan(inputs, wishes), store)}


def _take(world: Served, name: str, known: dict[str, str]) -> None:
    who, path, theme = PAGES[name]
    path = path.format(**known)
    watched = world.visit(who, theme=theme)
    page = watched.go(path)
    working = page.get_by_text("This is being worked out")
    working.wait_for(state="hidden", timeout=WORKED_OUT_MS)  # at once where nothing is
    page.wait_for_timeout(1_500)  # maps and charts have drawn themselves
    page.screenshot(path=TARGET / f"{name}.png")
    watched.clean()
    print(f"docs/screens/{name}.png")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
