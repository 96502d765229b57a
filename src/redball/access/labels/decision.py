"""Whether somebody with a clearance may read what a label stands on.

Source: access decision of ADatP-4774: the classification is in the clearance's list, every
restrictive value is held, of each permissive tag one value is held; informative values count for
nothing. Ours: what the policy does not know, what breaks its rules, and 'originators only' deny.
"""

from redball.access.labels.lookup import (
    Meaning,
    Used,
    look_up,
    policy_problems,
    used_values,
)
from redball.access.labels.policy import Policy
from redball.access.labels.rules import broken_rules
from redball.access.labels.values import (
    Clearance,
    ConfidentialityLabel,
    Decision,
    Problem,
    TagType,
)
from redball.model.errors import LabelError


def access_decision(label: ConfidentialityLabel, clearance: Clearance, policy: Policy) -> Decision:
    """Whether the holder of a clearance may read it.

    A label with a successor is read by those who may read under both: the clock is not asked.

    Raises
    ------
    LabelError
        Label or clearance is of another policy than the one given: map it first.
    """
    for one in (label, clearance):
        _same_policy(one, policy)
    classes = {
        found.name
        for name in clearance.classifications
        if (found := policy.classification(name)) is not None
    }
    # A value that the policy does not know is not held; it takes nothing from the others.
    held, _ = used_values(clearance.categories, policy)
    parts = [label] if label.succession is None else [label, label.succession.label]
    for part in parts:
        if part is not label:
            _same_policy(part, policy)
        meaning, problems = look_up(part, policy)
        if meaning is None:
            return Decision(False, f"The label can't be understood: {_said(problems)}")
        reason = _refusal(meaning, classes, held, policy)
        if reason:
            return Decision(False, reason)
    return Decision(True, "Classification, caveats and release permit it.")


def _refusal(meaning: Meaning, classes: set[str], held: tuple[Used, ...], policy: Policy) -> str:
    """Why it is denied; empty where it is not."""
    if meaning.originators_only:
        return "It is for its originators only."
    broken = broken_rules(meaning, policy)
    if broken:
        return f"The label breaks its policy: {_said(broken)}"
    if meaning.classification.name not in classes:
        return f"{meaning.classification.name} is not in the clearance."
    hold = {(*one.place, one.value.name) for one in held if one.tag.type is not TagType.INFORMATIVE}
    for one in meaning.of_type(TagType.RESTRICTIVE):
        if (*one.place, one.value.name) not in hold:
            return f"'{one.value.name}' is not held."
    for place, names in meaning.permissive().items():
        if not any((*place, name) in hold for name in names):
            return f"It is not released: no value of '{place[0]}' is held."
    return ""


def _same_policy(of: ConfidentialityLabel | Clearance, policy: Policy) -> None:
    for problem in policy_problems(of, policy):
        raise LabelError(problem.what, where="policy", mend="Map it to this policy first.")


def _said(problems: tuple[Problem, ...]) -> str:
    return " ".join(problem.what for problem in problems)
