"""Redball: one recognised logistics picture and one decision engine for an alliance.

Importing the package is cheap: capabilities are imported where they are used
(``from redball.picture import build_picture``), never from here. The main job alone has a door:
``redball.plan(store, viewer, budget="50M")``, which loads when it is first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_DOORS = {"plan": ("redball.app.plan", "plan_here")}


def __getattr__(name: str) -> Any:
    """Load a door when it is first used."""
    if name not in _DOORS:
        raise AttributeError(f"module 'redball' has no attribute '{name}'")
    module, function = _DOORS[name]
    return getattr(import_module(module), function)
