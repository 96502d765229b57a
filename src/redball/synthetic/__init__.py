"""Invented coalitions: an exercise with a story, and large ones for benchmarks.

The exercise coalition tells a story that the findings must find (:data:`STORY`), with faults
that the check must catch (:data:`FAULTS`). The generator makes coalitions of realistic shape in
four sizes. Pure functions from a seed to frames; planning factors come from public manuals,
the shape of the supplier network from the static model of Goh, Kahng and Kim (2001).
"""

from redball.synthetic.exercise import FAULTS, STORY, Element, exercise_coalition
from redball.synthetic.generator import generate_coalition, size_of
from redball.synthetic.types import CoalitionSize, Fault, NationalPackage

__all__ = [
    "FAULTS",
    "STORY",
    "CoalitionSize",
    "Element",
    "Fault",
    "NationalPackage",
    "exercise_coalition",
    "generate_coalition",
    "size_of",
]
