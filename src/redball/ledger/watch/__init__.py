"""Watching the ledger: who probes, who takes too much, whose history does not fit.

What: detectors with stated parameters over the events of a ledger, in one pass (:func:`watch`, or
:class:`Watcher` as events come); events and detections as OCSF and CEF for the security systems of
others.

Why: the gate refuses one request at a time. That somebody tries a thousand doors, or reads in a day
what takes others a year, shows only in the record.

Source: Open Cybersecurity Schema Framework 1.x; the detectors answer T1, T4, T8, T9 and T11 of
``docs/concepts/threat-model.md``. What each promises stands in ``docs/concepts/watching.md``.
"""

from redball.ledger.watch.detection import Detection, Rule, Severity
from redball.ledger.watch.ocsf import Json, cef_line, ocsf_event, ocsf_finding
from redball.ledger.watch.settings import Settings
from redball.ledger.watch.watching import Watcher, watch

__all__ = [
    "Detection",
    "Json",
    "Rule",
    "Settings",
    "Severity",
    "Watcher",
    "cef_line",
    "ocsf_event",
    "ocsf_finding",
    "watch",
]
