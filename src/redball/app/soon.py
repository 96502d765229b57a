"""The verbs on stock for pages: the answer if it is there, else how far it is.

Each is the verb itself, asked once for each twin and options; see :mod:`redball.app.explorer`.
"""

from collections.abc import Callable

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.explorer import Explorer, Underway
from redball.app.inputs import Inputs, look
from redball.app.optimise import OptimiseOptions, stock_explain
from redball.app.replenishment import ReplenishOptions, replenish
from redball.app.reserves import ReserveOptions, stock_reserve
from redball.app.sparing import SparingOptions
from redball.app.support import stock_support
from redball.model import StoreBusy


@use_case(Action.SEE)
def explain_soon(
    inputs: Inputs, options: OptimiseOptions, *, explorer: Explorer
) -> Answer | Underway[object]:
    """``stock explain`` for a page."""
    return _soon(
        inputs, f"explain {options!r}", explorer, lambda p: stock_explain(inputs, options, p)
    )


@use_case(Action.REQUEST)
def support_soon(
    inputs: Inputs, options: SparingOptions, *, explorer: Explorer
) -> Answer | Underway[object]:
    """``stock support`` for a page."""
    return _soon(
        inputs, f"support {options!r}", explorer, lambda p: stock_support(inputs, options, p)
    )


@use_case(Action.SEE)
def reserve_soon(
    inputs: Inputs, options: ReserveOptions, *, explorer: Explorer
) -> Answer | Underway[object]:
    """``stock reserve`` for a page."""
    return _soon(
        inputs, f"reserve {options!r}", explorer, lambda p: stock_reserve(inputs, options, p)
    )


@use_case(Action.SEE)
def replenish_soon(
    inputs: Inputs, options: ReplenishOptions, *, explorer: Explorer
) -> Answer | Underway[object]:
    """``stock replenish`` for a page."""
    return _soon(inputs, f"orders {options!r}", explorer, lambda p: replenish(inputs, options, p))


def _soon(
    inputs: Inputs, name: str, explorer: Explorer, make: Callable[[Progress], Answer]
) -> Answer | Underway[object]:
    """An answer that rests on the twin that is looked at now, and on no other.

    The verb looks for itself. Should the store or an agreement have changed meanwhile, what it
    answers is of another twin, and is not kept for this one.
    """
    seen = look(inputs)
    one = explorer.place(seen, name)

    def checked(progress: Progress) -> Answer:
        answer = make(progress)
        if (answer.origin.twin_hash, answer.origin.revision) != (
            seen.twin.content_hash,
            seen.twin.revision,
        ):
            raise StoreBusy("The store changed meanwhile.", mend="Ask again.")
        return answer

    found = explorer.answered(one, checked)
    return one if found is None else found
