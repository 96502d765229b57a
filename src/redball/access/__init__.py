"""Who may see what: one gate decides, before anything is read for analysis.

A :class:`Subject` asks for an :class:`Action`; :func:`decide` answers which markings it may use,
how exactly, and under which agreements. The store reads nothing but the markings it names, and
:func:`redball.model.build_twin` refuses a label that it should not have been given.

Sub-packages: ``labels`` (policies and label documents), ``agreements`` (what nations sign),
``gate`` (decisions), ``detail`` (rounded, banded, totals).

Source: the rules are our own design ('deny on doubt'); labels: :mod:`redball.model.labels`.
"""

from redball.access.actions import PERMITTED, Action
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.gate import Alarm, ReleaseScope, Verdict, decide, release_scope, verdict
from redball.access.subject import Purpose, Role, Subject, parse_subject

__all__ = [
    "PERMITTED",
    "Action",
    "Agreement",
    "Alarm",
    "Detail",
    "Grant",
    "Purpose",
    "ReleaseScope",
    "Role",
    "Subject",
    "Verdict",
    "decide",
    "parse_subject",
    "release_scope",
    "verdict",
]
