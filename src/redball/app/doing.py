"""Use cases: each names the action it needs, and what a use case does is known while it runs.

:func:`use_case` registers a function with its action (:data:`ACTIONS`; a test fails when a use case
has none) and opens a :class:`Doing` around each call. The gate takes the action from there, so that
a verb that plans with a partner's stock reads what the agreements grant for *that*, and what the
verb relied on is checked once more when it ends: an agreement that ended while a long analysis
ran withholds the answer.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from typing import ParamSpec, Protocol, TypeVar

from redball.access.actions import Action
from redball.access.subject import Subject
from redball.model import NotPermitted, NotVisible

P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Action] = {}
"""Use cases by their full name, and the action that each needs."""


@dataclass(frozen=True)
class Relied:
    """A twin that was made under agreements: whose store, for whom, under which.

    Attributes
    ----------
    store : str
        Address.
    subject : Subject
    agreements : tuple of (str, int)
        Ids and versions, sorted.
    said : tuple of str
        How exactly the rows are seen under each, and what their users promise.
    """

    store: str
    subject: Subject
    agreements: tuple[tuple[str, int], ...]
    said: tuple[str, ...] = ()


@dataclass
class Doing:
    """A use case that runs.

    Attributes
    ----------
    name : str
        Full name of the function.
    action : Action
    relied : list of Relied
        What it relied on so far; shared with the use cases that it calls.
    asked : list of (str, Subject)
        Stores that it looked into, and for whom: where a refusal is recorded.
    """

    name: str
    action: Action
    relied: list[Relied] = field(default_factory=list)
    asked: list[tuple[str, Subject]] = field(default_factory=list)


_CURRENT: ContextVar[Doing | None] = ContextVar("redball_doing", default=None)


def current() -> Doing | None:
    """The use case that runs here, or ``None``."""
    return _CURRENT.get()


class Ends(Protocol):
    """What is done when a use case ends; :mod:`redball.app.closing` gives it.

    It looks at answers, which are made by use cases: so it is handed in, not imported.
    """

    def closed(self, doing: Doing, result: R) -> R:
        """Return a result, or withhold it."""

    def refused(self, doing: Doing, error: NotPermitted | NotVisible) -> None:
        """Write a refusal down."""


class _Late:
    """Until something is closed for the first time: what closes is loaded when it is needed."""

    def closed(self, doing: Doing, result: R) -> R:
        return _loaded().closed(doing, result)

    def refused(self, doing: Doing, error: NotPermitted | NotVisible) -> None:
        _loaded().refused(doing, error)


def _loaded() -> Ends:
    """What :mod:`redball.app.closing` hands in; without it nothing may leave."""
    import_module("redball.app.closing")
    if isinstance(_ends, _Late):
        raise NotPermitted("Results can't be checked when they end.", where="redball.app.closing")
    return _ends


_ends: Ends = _Late()


def ends_with(ends: Ends) -> None:
    """Say what is done when a use case ends."""
    global _ends
    _ends = ends


def said_so_far() -> tuple[str, ...]:
    """How partners' rows were seen by the use case that runs, in sentences."""
    doing = current()
    return tuple(dict.fromkeys(s for one in doing.relied for s in one.said)) if doing else ()


def use_case(action: Action, *, within: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a use case that needs an action.

    Parameters
    ----------
    action : Action
    within : bool
        For what other use cases are made of, such as looking at a store: called within one, it
        goes by that one's action.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        name = f"{function.__module__}.{function.__qualname__}"
        ACTIONS[name] = action

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            outer = _CURRENT.get()
            if outer is not None and within:
                return function(*args, **kwargs)
            doing = Doing(name, action)
            if outer is not None:
                doing.relied, doing.asked = outer.relied, outer.asked
            token = _CURRENT.set(doing)
            try:
                result = function(*args, **kwargs)
                if outer is None and doing.relied:
                    result = _ends.closed(doing, result)
            except (NotPermitted, NotVisible) as error:
                if outer is None and doing.asked:
                    _ends.refused(doing, error)
                raise
            finally:
                _CURRENT.reset(token)
            return result

        return run

    return register
