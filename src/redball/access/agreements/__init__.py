"""Agreements: what nations sign, whether it is in force, and what it would change.

What: the document and its checks (:mod:`.document`, :mod:`.checks`), its one written form
(:mod:`.text`), templates, signatures (:mod:`.signing`), revocation (:mod:`.revoking`), the state of
everything kept (:mod:`.state`), what stands against activation (:mod:`.activation`), and the
difference that it would make (:mod:`.difference`). Why: an ally shares when it sees exactly what it
releases, and can end it. Sources: C2SP signed-note for signatures; the rules are our own and stand
in ``docs/concepts/agreements.md``. Rows are let through by :mod:`redball.access.gate` only.
"""

from redball.access.agreements.activation import Compile, Problem, activatable
from redball.access.agreements.checks import checked
from redball.access.agreements.difference import (
    HIDDEN,
    Decide,
    DecisionChange,
    DecisionDifference,
    Scope,
    matrix_difference,
    row_difference,
)
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.agreements.drafting import Changes, draft
from redball.access.agreements.matrix import matrix_markings
from redball.access.agreements.rendering import rendered
from redball.access.agreements.revoking import Revocation, parse_revocation, revocation
from redball.access.agreements.signing import (
    SignedAgreement,
    TrustedKeys,
    parse_signed,
    signed,
    signed_text,
    signers,
)
from redball.access.agreements.state import Kept, Standing, State, in_force, standing
from redball.access.agreements.templates import Template, templates
from redball.access.agreements.text import agreement_text, content_hash, parse_agreement

__all__ = [
    "HIDDEN",
    "Agreement",
    "Changes",
    "Compile",
    "Decide",
    "DecisionChange",
    "DecisionDifference",
    "Detail",
    "Grant",
    "Kept",
    "Problem",
    "Revocation",
    "Scope",
    "SignedAgreement",
    "Standing",
    "State",
    "Template",
    "TrustedKeys",
    "activatable",
    "agreement_text",
    "checked",
    "content_hash",
    "draft",
    "in_force",
    "matrix_difference",
    "matrix_markings",
    "parse_agreement",
    "parse_revocation",
    "parse_signed",
    "rendered",
    "revocation",
    "row_difference",
    "signed",
    "signed_text",
    "signers",
    "standing",
    "templates",
]
