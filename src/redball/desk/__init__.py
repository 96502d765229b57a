"""The desk: what people do at a node, beside the store that holds what the nations sent.

Accounts, sessions and tokens; the working list of findings; long work and its progress; approvals
by a second person. A database of its own (:mod:`redball.desk.opening` says why). It decides
nothing: who may do what is decided in :mod:`redball.access` and asked in :mod:`redball.app`.
"""

from redball.desk.opening import Desk, desk_address, open_desk

__all__ = ["Desk", "desk_address", "open_desk"]
