"""Kept answers side by side: up to four futures that were run at any time, with what differs.

Futures that are run together (:mod:`redball.app.scenarios`) share every random number. Kept ones
need not: they may rest on other data, other runs, another moment. Here they are set beside each
other as they are, and what differs between them is said first.
"""

from redball.app.futures.beside import KIND, futures_beside
from redball.app.futures.chosen import KINDS_KEPT, LETTERS, futures_kept

__all__ = ["KIND", "KINDS_KEPT", "LETTERS", "futures_beside", "futures_kept"]
