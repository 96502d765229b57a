"""Candidates for treatment, generated from where a network hurts.

One function for each kind; each looks at a :class:`Situation` and gives drafts. What a kind needs
and the network does not hold gives no candidate. :func:`assembled` adds the closed rows of all
drafts at once and gives the treatments with their steps.
"""

from collections.abc import Sequence
from dataclasses import replace

from redball.planning.targets import Targets
from redball.planning.treatments.candidates.capacity import capacity, repair, reposition
from redball.planning.treatments.candidates.hold import hold
from redball.planning.treatments.candidates.rotation import rotate
from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.candidates.source import source
from redball.planning.treatments.candidates.ways import detour, support
from redball.planning.treatments.opening import NewArc, NewSupport, Opened, with_closed_rows
from redball.planning.treatments.treatment import Step, Treatment

GENERATORS = (hold, reposition, rotate, source, capacity, repair, detour, support)

__all__ = ["GENERATORS", "Draft", "Situation", "assembled", "drafts_of"]


def drafts_of(situation: Situation) -> list[Draft]:
    """All candidates, kind by kind; of two with one key the first."""
    found: dict[str, Draft] = {}
    for generate in GENERATORS:
        for draft in generate(situation):
            found.setdefault(draft.treatment.key, draft)
    return list(found.values())


def assembled(
    situation: Situation, targets: Targets, drafts: Sequence[Draft]
) -> tuple[Opened, list[Treatment]]:
    """Network with the closed rows of all drafts, and the treatments that open them."""
    arcs: list[NewArc] = [arc for draft in drafts for arc in draft.arcs]
    supports: list[NewSupport] = [link for draft in drafts for link in draft.supports]
    opened = with_closed_rows(situation.network, targets, arcs, supports)
    treatments = []
    first_arc = first_support = 0
    for draft in drafts:
        rows = opened.arcs[first_arc : first_arc + len(draft.arcs)]
        links = opened.supports[first_support : first_support + len(draft.supports)]
        first_arc += len(draft.arcs)
        first_support += len(draft.supports)
        steps = [*draft.treatment.steps]
        steps += [Step("arcs", int(row), "standby", -1) for row in rows]
        steps += [Step("supports", int(row), "standby", -1) for row in links]
        steps += [
            Step("supports", int(opened.old_supports[row]), "standby", -1) for row in draft.opens
        ]
        treatments.append(replace(draft.treatment, steps=tuple(steps)))
    return opened, treatments
