"""Who may see what: one function decides, before anything is read for analysis.

Until agreements exist a viewer sees its own rows and those whose label releases them to it.
:func:`release_scope` is the only place where that is decided; the store reads nothing but the
labels it names, and :func:`redball.model.build_twin` refuses a label that it should not have been
given.

Source: the rule is our own design ('deny on doubt'); labels: :mod:`redball.model.labels`.
"""

from redball.access.gate.scope import ReleaseScope, release_scope

__all__ = ["ReleaseScope", "release_scope"]
