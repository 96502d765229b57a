"""The one gate: who may use which rows for what.

Every distinct marking is decided once for a subject and an action; stores filter rows by the ids of
those allowed. Rules are Cedar: global ones that nothing lifts (``policies/global.cedar``), and one
for each grant of an agreement in force. Whatever is in doubt is denied (``docs/concepts/gate.md``).

Source: Cedar policy language; wrapping and rules are our own.
"""

from redball.access.gate.book import rules_text
from redball.access.gate.decisions import decide, forget, verdict
from redball.access.gate.scope import Alarm, ReleaseScope, Verdict
from redball.access.gate.viewer import release_scope

__all__ = [
    "Alarm",
    "ReleaseScope",
    "Verdict",
    "decide",
    "forget",
    "release_scope",
    "rules_text",
    "verdict",
]
