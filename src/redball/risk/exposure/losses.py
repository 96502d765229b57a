"""What is lost, how much of it, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Floats, Longs
from redball.risk.exposure.network import ExposureNetwork


@dataclass(frozen=True, eq=False)
class Loss:
    """A scenario: elements lost in whole or in part, each for its time.

    Attributes
    ----------
    name, kind, cause : str
        For reports.
    elements : int64 array, shape (lost,)
        Nodes; ``nodes + site`` for a site with all that is made there. Rising, each once.
    share : float64 array, shape (lost,)
        Share of the capacity that is lost, above 0 and at most 1. A share below 1 of a capacity
        without limit changes nothing.
    recovery_days : float64 array, shape (lost,)
        How long each is down: its time to recover.
    window_days : float
        Time the loss is looked at: the longest time to recover, or more.
    stock_node : int64 array
        Nodes whose stock is lost with it, rising.
    stock_lost : float64 array
        Units of it; more than there is counts as all.
    """

    name: str
    elements: Longs
    share: Floats
    recovery_days: Floats
    window_days: float
    kind: str = ""
    cause: str = ""
    stock_node: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    stock_lost: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        for name in ("elements", "stock_node"):
            object.__setattr__(self, name, np.array(getattr(self, name), np.int64))
        for name in ("share", "recovery_days", "stock_lost"):
            object.__setattr__(self, name, np.array(getattr(self, name), np.float64))
        lost = self.elements.shape
        if self.share.shape != lost or self.recovery_days.shape != lost:
            raise BadUse("Elements, shares and times differ in number.", where=self.name)
        if self.stock_node.shape != self.stock_lost.shape:
            raise BadUse("Nodes and units of lost stock differ in number.", where=self.name)
        if (np.diff(self.elements) <= 0).any() or (np.diff(self.stock_node) <= 0).any():
            raise BadUse("Elements do not rise, or one comes twice.", where=self.name)
        if not ((self.share > 0) & (self.share <= 1)).all():
            raise BadUse(
                "A share lost is not above 0 and at most 1.", where=self.name, mend="Give 0 to 1."
            )
        if not (np.isfinite(self.recovery_days) & (self.recovery_days >= 0)).all():
            raise BadUse(
                "A time to recover is unknown, negative or infinite.",
                where=self.name,
                mend="Give days of 0 or more; for a loss for good give the window looked at.",
            )
        if not (np.isfinite(self.stock_lost) & (self.stock_lost >= 0)).all():
            raise BadUse("Stock lost is not a number of 0 or more.", where=self.name)
        longest = float(self.recovery_days.max(initial=0.0))
        if not (np.isfinite(self.window_days) and self.window_days >= longest):
            raise BadUse(
                f"The window of {self.window_days} days is shorter than the longest time to "
                f"recover, {longest} days.",
                where=self.name,
                mend="Give a finite window that covers it.",
            )


def loss(
    network: ExposureNetwork,
    elements: Sequence[str | int],
    *,
    name: str = "",
    share: float = 1.0,
    recovery_days: float | None = None,
    cause: str = "",
    window_days: float | None = None,
    kind: str = "",
) -> Loss:
    """Make a loss of nodes or sites.

    Parameters
    ----------
    elements : sequence of str or int
        Names, or numbers (``nodes + site`` for sites); none for the undisturbed network.
    share : float
        Share lost of each.
    recovery_days : float, optional
        Time to recover of each; that of the network for the cause when absent.
    cause : str
    window_days : float, optional
        The longest time to recover when absent.

    Raises
    ------
    BadUse
        An element does not exist, the time to recover is not known, or a number is out of range.
    """
    numbers = sorted({e if isinstance(e, int) else network.element(e) for e in elements})
    if numbers and not 0 <= numbers[0] <= numbers[-1] < network.elements:
        raise BadUse(f"There is no element {numbers[-1]}.", where=name)
    lost = np.array(numbers, np.int64)
    if recovery_days is not None:
        days = np.full(len(lost), float(recovery_days))
    elif cause in network.causes:
        days = network.recovery_days[lost, network.causes.index(cause)]
    elif numbers:
        raise BadUse(
            f"No time to recover from '{cause}' is known.",
            where=name,
            mend=f"Give days, or one of the causes: {', '.join(network.causes) or 'none'}.",
        )
    else:
        days = np.zeros(0)
    longest = float(recovery_days or 0.0) if not numbers else float(days.max())
    return Loss(
        name=name or " + ".join(network.element_name(e) for e in numbers) or "none",
        elements=lost,
        share=np.full(len(lost), float(share)),
        recovery_days=days,
        window_days=longest if window_days is None else float(window_days),
        kind=kind,
        cause=cause,
    )


def together(first: Loss, second: Loss) -> Loss:
    """Both losses at once.

    What both lose is down for the longer time and by the larger share; stock that both lose is
    lost once: the larger amount.
    """
    elements = np.union1d(first.elements, second.elements)
    stock = np.union1d(first.stock_node, second.stock_node)
    share, days = np.zeros(len(elements)), np.zeros(len(elements))
    units = np.zeros(len(stock))
    for one in (first, second):
        at = np.searchsorted(elements, one.elements)
        share[at] = np.maximum(share[at], one.share)
        days[at] = np.maximum(days[at], one.recovery_days)
        at = np.searchsorted(stock, one.stock_node)
        units[at] = np.maximum(units[at], one.stock_lost)
    return Loss(
        name=f"{first.name} + {second.name}",
        elements=elements,
        share=share,
        recovery_days=days,
        window_days=max(first.window_days, second.window_days),
        kind="pair",
        cause=first.cause if first.cause == second.cause else f"{first.cause} + {second.cause}",
        stock_node=stock,
        stock_lost=units,
    )


def pairs(losses: Sequence[Loss]) -> list[Loss]:
    """Each two of some losses at once, in their order."""
    return [
        together(first, second)
        for i, first in enumerate(losses)
        for second in losses[i + 1 :]
    ]  # fmt: skip


def single_losses(
    network: ExposureNetwork, *, recovery_days: float | None = None, cause: str = ""
) -> list[Loss]:
    """Each node and each site on its own, in whole; see :func:`loss`.

    Without ``recovery_days`` only those whose time to recover from the cause is known.
    """
    chosen = range(network.elements)
    if recovery_days is None and cause in network.causes:
        known = ~np.isnan(network.recovery_days[:, network.causes.index(cause)])
        chosen = [int(e) for e in np.flatnonzero(known)]  # type: ignore[assignment]
    return [loss(network, [e], recovery_days=recovery_days, cause=cause) for e in chosen]
