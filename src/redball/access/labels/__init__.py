"""Confidentiality labels after ADatP-4774, driven by any policy in Open XML SPIF 2.1.

Labels and clearances are read, written, judged, put into words and combined; the policy is data.
A combination is never more open than its parts: where their releases have nothing in common it is
for originators only, in a form that other software refuses rather than opens. Rows and results
keep their compact labels; ``from_row`` and ``from_result`` lead here and back.

Why an engine of our own: the literal rule drops an empty release, which opens the label
(``docs/concepts/labels.md``). Source: ADatP-4774, ADatP-4774.1, Open XML SPIF 2.1; the texts are
implemented, not reproduced.
"""

from redball.access.labels.assertions import (
    assertion,
    bound,
    check_assertion,
    check_manifest,
    read_assertion,
)
from redball.access.labels.clearance_xml import read_clearance_xml, write_clearance_xml
from redball.access.labels.decision import access_decision
from redball.access.labels.dominance import dominant
from redball.access.labels.label_json import read_label_json, write_label_json
from redball.access.labels.label_xml import read_label_xml, write_label_xml
from redball.access.labels.mapping import Mapped, mapped
from redball.access.labels.policy import Policy, with_values
from redball.access.labels.rows import (
    clearance_of,
    from_result,
    from_row,
    policy_for,
    to_result,
    to_row,
)
from redball.access.labels.rules import validate
from redball.access.labels.sample import industry_policy, sample_policy
from redball.access.labels.spif_read import read_policy
from redball.access.labels.spif_write import write_policy
from redball.access.labels.values import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Decision,
    Kind,
    Problem,
    Release,
    Succession,
    TagType,
)
from redball.access.labels.wording import marking

__all__ = [
    "Category",
    "Clearance",
    "ConfidentialityLabel",
    "Decision",
    "Kind",
    "Mapped",
    "Policy",
    "Problem",
    "Release",
    "Succession",
    "TagType",
    "access_decision",
    "assertion",
    "bound",
    "check_assertion",
    "check_manifest",
    "clearance_of",
    "dominant",
    "from_result",
    "from_row",
    "industry_policy",
    "mapped",
    "marking",
    "policy_for",
    "read_assertion",
    "read_clearance_xml",
    "read_label_json",
    "read_label_xml",
    "read_policy",
    "sample_policy",
    "to_result",
    "to_row",
    "validate",
    "with_values",
    "write_clearance_xml",
    "write_label_json",
    "write_label_xml",
    "write_policy",
]
