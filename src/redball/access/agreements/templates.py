"""Six agreements to start from. Each is a plain value: what it says is all there is to it.

The subjects are those that allies and industry agree on in practice: mutual logistic support and
exchange of supply-chain data, buying together, sharing reserves, a contract with a company, an
exercise. The texts and the amounts released are our own.
"""

from dataclasses import dataclass

from redball.access.actions import Action
from redball.access.agreements.document import Detail
from redball.access.subject import Purpose


@dataclass(frozen=True)
class Part:
    """What a template lets each giver release.

    Attributes
    ----------
    kinds : tuple of str
        Tables; empty for every table of the language.
    actions : tuple of Action
    detail : Detail
    caveats : tuple of str
    side : str
        ``all``: every party gives to every other. ``nations`` and ``company``: these give to the
        other side, the company being the last party named.
    """

    kinds: tuple[str, ...]
    actions: tuple[Action, ...]
    detail: Detail
    caveats: tuple[str, ...] = ()
    side: str = "all"


@dataclass(frozen=True)
class Template:
    """An agreement to start from.

    Attributes
    ----------
    name : str
    title : str
    use : str
        What it is for, in one sentence.
    purpose : Purpose
    ceiling : str
    parts : tuple of Part
    obligations : tuple of str
    exercise_only : bool
    """

    name: str
    title: str
    use: str
    purpose: Purpose
    ceiling: str
    parts: tuple[Part, ...]
    obligations: tuple[str, ...]
    exercise_only: bool = False


_KEEP = "Use what is shown for the purpose of this agreement only."
_NO_OTHERS = "Do not show it, or results that rest on it, to anybody who is not a party."
_DELETE = "Delete exports within 30 days after the end of this agreement."
_SEE = (Action.SEE, Action.AGGREGATE)

_TEMPLATES = (
    Template(
        "mutual-logistic-support",
        "Mutual logistic support",
        "Each party sees the others' stock and needs, plans with that stock and asks for it.",
        Purpose.OPERATIONS,
        "RESTRICTED",
        (
            Part(
                ("holding", "item", "requirement", "resupply", "same_item", "site", "support"),
                (*_SEE, Action.REQUEST),
                Detail.EXACT,
            ),
        ),
        (_KEEP, _NO_OTHERS, "Ask the owner before counting on stock in an order to a unit."),
    ),
    Template(
        "supply-chain-data-exchange",
        "Exchange of supply-chain data",
        "Parties show each other who supplies whom, to find suppliers that all depend on.",
        Purpose.RESILIENCE,
        "RESTRICTED",
        (
            Part(
                ("hazard", "item", "lane", "party", "same_item", "site", "source", "supply"),
                _SEE,
                Detail.ROUNDED,
                ("COMMERCIAL",),
            ),
        ),
        (_KEEP, _NO_OTHERS, "Do not use terms of a supplier in negotiations with it.", _DELETE),
    ),
    Template(
        "joint-procurement",
        "Joint procurement",
        "Parties pool their needs and sources of the same articles and buy them together.",
        Purpose.PROCUREMENT,
        "RESTRICTED",
        (
            Part(
                ("item", "order", "party", "requirement", "same_item", "source"),
                (*_SEE, Action.PURCHASE, Action.EXPORT),
                Detail.EXACT,
                ("COMMERCIAL",),
            ),
            Part(("demand", "target"), (*_SEE, Action.PURCHASE), Detail.ROUNDED),
        ),
        (_KEEP, _NO_OTHERS, "Bidders see joint quantities only, never those of one party."),
    ),
    Template(
        "stockpile-sharing",
        "Sharing of stockpiles",
        "Parties see about how much reserve each holds, and size and release it together.",
        Purpose.RESILIENCE,
        "RESTRICTED",
        (
            Part(("item", "same_item"), (*_SEE, Action.REQUEST), Detail.EXACT),
            Part(("holding", "site", "target"), (*_SEE, Action.REQUEST), Detail.BANDED),
        ),
        (_KEEP, _NO_OTHERS, "Announce a withdrawal from a shared reserve to every party."),
    ),
    Template(
        "industry-partner",
        "Partnership with a company",
        "A company shows what it can make and by when; nations show it totals of their needs.",
        Purpose.PROCUREMENT,
        "UNCLASSIFIED",
        (
            Part(("item",), _SEE, Detail.EXACT, side="nations"),
            Part(("demand", "requirement"), (Action.AGGREGATE,), Detail.TOTALS, side="nations"),
            Part(
                ("item", "party", "site", "source", "structure", "supply"),
                (*_SEE, Action.PURCHASE),
                Detail.ROUNDED,
                ("COMMERCIAL",),
                side="company",
            ),
        ),
        (_KEEP, _NO_OTHERS, "Do not use figures of a competitor, or pass them on.", _DELETE),
    ),
    Template(
        "exercise-only",
        "Exercise",
        "Everything of an exercise is open to all who take part; no real row is.",
        Purpose.EXERCISE,
        "RESTRICTED",
        (
            Part(
                (),
                (*_SEE, Action.REQUEST, Action.PURCHASE, Action.EXPORT),
                Detail.EXACT,
                ("COMMERCIAL", "MEDICAL", "PLANS"),
            ),
        ),
        ("Mark what leaves the exercise as exercise data.",),
        exercise_only=True,
    ),
)


def templates() -> tuple[Template, ...]:
    """All templates, each with one sentence on its use."""
    return _TEMPLATES
