"""The door of this package: its names are loaded when they are first used.

The names stand in one place, the imports under ``TYPE_CHECKING`` of ``__init__.py``: checkers read
them as they are, and at run time they say where each name is found.
"""

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


class _Door(ModuleType):
    """A package whose names are found on demand."""

    def __getattr__(self, name: str) -> object:
        where: dict[str, str] = self.__dict__["_where"]
        if name not in where:
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        found: object = getattr(import_module(where[name]), name)
        setattr(self, name, found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        # a module of this package is put into it when it is loaded; where a use case has the name
        # of its module, the name is the use case's
        if isinstance(value, ModuleType) and name in self.__dict__["_where"]:
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__["_where"]})


def open_door(package: str) -> None:
    """Let a package find its names on demand; called at the end of its ``__init__.py``."""
    module = sys.modules[package]
    module.__dict__["_where"] = _named(Path(str(module.__file__)))
    module.__class__ = _Door


def _named(file: Path) -> dict[str, str]:
    """Module of each name that is imported for checkers."""
    return {
        one.asname or one.name: str(statement.module)
        for block in ast.parse(file.read_text("utf-8")).body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for one in statement.names
    }
