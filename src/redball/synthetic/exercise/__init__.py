"""The exercise coalition: six nations and an agency on real geography, every record invented.

Why: a newcomer must see what the product finds, and a test must know what there is to find.
The story is written by hand in ``data/*.csv``; the bulk around it is seeded. Planning factors
for rations and water come from public US manuals; everything else is an exercise assumption.
"""

from redball.synthetic.exercise.assemble import exercise_coalition
from redball.synthetic.exercise.faults import FAULTS
from redball.synthetic.exercise.story import STORY, Element

__all__ = ["FAULTS", "STORY", "Element", "exercise_coalition"]
