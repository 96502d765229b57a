"""Print: parts are made where they are needed when their supplier fails."""

from dataclasses import dataclass
from typing import ClassVar

from redball.model import BadUse
from redball.model.written.values import number
from redball.planning.scenarios.naming import Finder, Target
from redball.planning.scenarios.reactions.protocol import (
    MOST_EUR,
    NewSource,
    Reacted,
    check_common,
    rules,
)
from redball.planning.scenarios.times import NO_TIME, Time
from redball.simulation.network import RuleKind

_MOST_PER_DAY = 1e9


@dataclass(frozen=True)
class Print:
    """An item is made beside its stock once the way of supply in use is closed or down.

    Attributes
    ----------
    at : tuple of Target
        Which items, and where: an item must be named.
    per_day : float
        Units a day of each place and item, above 0.
    lead : Time
        From the machine to the store.
    price_eur : float
        Euro per unit.
    delay_days, cost_eur : float
        Days to set it up; euro once for each place and item.
    """

    how: ClassVar[str] = "print"
    at: tuple[Target, ...] = ()
    per_day: float = 1.0
    lead: Time = NO_TIME
    price_eur: float = 0.0
    delay_days: float = 0.0
    cost_eur: float = 0.0

    def __post_init__(self) -> None:
        check_common(self)
        if not any(target.kind == "item" for target in self.at):
            raise BadUse("A 'print' reaction names no item.", mend="Give at = { item = ... }.")
        rate = number(self.per_day, "per_day", most=_MOST_PER_DAY, above=True)
        object.__setattr__(self, "per_day", rate)
        object.__setattr__(self, "price_eur", number(self.price_eur, "price_eur", most=MOST_EUR))

    def react(self, finder: Finder, where: str) -> Reacted:
        """Add a standby recipe for each cell, and the rule that lets it begin."""
        cells = finder.cells_within(self.at, where)
        law = self.lead.as_law()
        return Reacted(
            rules(RuleKind.SECOND_SOURCE, self, cells),
            tuple(NewSource(int(cell), law, self.per_day, self.price_eur) for cell in cells),
            assumptions=(
                "What is printed takes no other item of the network; feedstock is never short.",
                "Where printing begins, other standby suppliers of that stock may be used too.",
            ),
            warnings=() if len(cells) else (f"{where}: there is no such stock to print for.",),
        )
