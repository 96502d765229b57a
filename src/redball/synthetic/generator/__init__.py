"""Large coalitions for benchmarks and trials.

Why: engines must be measured on networks shaped like real ones. Suppliers form a scale-free
graph in tiers (static model of Goh, Kahng and Kim 2001), stock and demand are Zipf-skewed,
structures have three to six levels, every site is connected. All of it is invented.
"""

from redball.synthetic.generator.plan import SIZES, size_of
from redball.synthetic.generator.stream import generate_coalition

__all__ = ["SIZES", "generate_coalition", "size_of"]
