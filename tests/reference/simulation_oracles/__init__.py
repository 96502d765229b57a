"""Slow simulator in plain Python, written from the documented meaning of the network's tables.

It shares no code with the kernel: lists and objects in place of records, every quantity by hand.
"""

from .simulator import Simulator, simulate

__all__ = ["Simulator", "simulate"]
