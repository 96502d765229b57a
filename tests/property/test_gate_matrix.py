"""The gate against a plain rule written here: the whole authorisation matrix, and random worlds.

The rule (:func:`expected`) shares nothing with the gate but the values that it is asked about.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product

import pytest

from redball.access import Action, Purpose, Role, Subject, decide, verdict
from redball.access.actions import GATED
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.gate import forget
from redball.access.gate.reasons import shortfalls
from redball.model import Label
from redball.model.markings import Marking

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

MAY = {
    "node": {"see", "aggregate", "request", "purchase", "export",
             "contribute", "agree", "administer"},
    "planner": {"see", "aggregate", "request", "export"},
    "analyst": {"see", "aggregate", "export"},
    "procurement": {"see", "aggregate", "request", "purchase", "export"},
    "director": {"see", "aggregate", "request"},
    "security": {"see", "agree", "administer"},
    "administrator": {"contribute", "administer"},
}  # fmt: skip
LEVELS = {"UNCLASSIFIED": 0, "RESTRICTED": 1, "CONFIDENTIAL": 2, "SECRET": 3}
FINENESS = {"exact": 0, "rounded": 1, "banded": 2, "totals": 3}


@dataclass(frozen=True)
class Expected:
    under: str
    detail: str


def granted(
    agreement: Agreement, grant: Grant, marking: Marking, who: Subject, action: str, now: datetime
) -> bool:
    label = marking.label
    if grant.giver != label.owner or who.nation not in grant.to:
        return False
    if now < agreement.valid_from or now >= agreement.valid_until:
        return False
    if who.purpose.value != agreement.purpose.value:
        return False
    if action not in {one.value for one in grant.actions} or marking.kind not in grant.kinds:
        return False
    if LEVELS[label.classification] > LEVELS[grant.ceiling]:
        return False
    for caveat in label.caveats:
        if caveat not in grant.caveats:
            return False
    for wanted, named in (
        (grant.classes, marking.classes),
        (grant.areas, marking.areas),
        (grant.sites, marking.sites),
    ):
        for name in named:
            if len(wanted) > 0 and name not in wanted:
                return False
    return marking.exercise or not agreement.exercise_only


def expected(
    marking: Marking, who: Subject, action: str, agreements: Sequence[Agreement], now: datetime
) -> Expected | None:
    label = marking.label
    own = label.owner == who.nation
    if "CANARY" in label.caveats or action not in MAY[who.role.value]:
        return None
    if label.classification not in who.clearance:
        return None
    for caveat in label.caveats:
        if caveat not in who.caveats:
            return None
    if own:
        return Expected("", "exact")
    if action in ("contribute", "agree", "administer"):
        return None
    if who.purpose.value == "exercise" and not marking.exercise:
        return None
    if who.nation in label.release or "ALL" in label.release:
        return Expected("", "totals" if action == "aggregate" else "exact")
    found = [
        (FINENESS[grant.detail.value], agreement.id, grant.detail.value)
        for agreement in agreements
        for grant in agreement.grants
        if granted(agreement, grant, marking, who, action, now)
    ]
    if not found:
        return None
    _, under, detail = min(found)
    return Expected(under, "totals" if action == "aggregate" else detail)


def differences(
    markings: dict[int, Marking],
    who: Subject,
    action: Action,
    agreements: Sequence[Agreement],
    now: datetime = NOW,
) -> int:
    """How many decisions differ from the plain rule; the answer is checked for consistency too."""
    scope = decide(markings, who, action, agreements, now=now)
    wrong = 0
    for number, marking in markings.items():
        truth = expected(marking, who, action.value, agreements, now)
        label = scope.labels.get(number)
        if truth is None or label is None:
            wrong += (truth is None) != (label is None)
            continue
        given = Expected(label.under, scope.details.get(number, Detail.EXACT).value)
        more = frozenset({who.nation}) if truth.under else frozenset()
        same = replace(marking.label, release=marking.label.release | more, under=truth.under)
        wrong += given != truth or label != same or not label.readable_by(who.nation)
        assert not truth.under or truth.under in scope.agreements
    assert scope.denied == len(markings) - len(scope.labels)
    assert set(scope.details) <= set(scope.labels)
    assert set(scope.agreements) == {one.under for one in scope.labels.values()} - {""}
    assert not scope.alarms
    return wrong


HELD = ("COMMERCIAL", "MEDICAL", "PLANS")
CAVEAT_SETS = [frozenset(s) for s in chain.from_iterable(combinations(HELD, n) for n in range(4))]
KINDS = ("consumption", "holding", "item", "order", "site", "supplier")
MATRIX = {
    number: Marking(
        Label("DEU", classification, frozenset({"POL"}), caveats),
        kind,
        classes=("NATO:III",),
        areas=("DEU",),
        sites=("*",),
    )
    for number, (kind, classification, caveats) in enumerate(product(KINDS, LEVELS, CAVEAT_SETS))
}
NATIONS = ("DEU", "NLD", "POL", "USA")
CLEARANCE = {
    "node": tuple(LEVELS),
    "planner": ("UNCLASSIFIED", "RESTRICTED"),
    "analyst": ("UNCLASSIFIED",),
    "procurement": ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL"),
    "director": tuple(LEVELS),
    "security": ("SECRET", "RESTRICTED"),
    "administrator": tuple(LEVELS),
}
HOLDS = {
    "node": HELD,
    "planner": ("MEDICAL",),
    "analyst": (),
    "procurement": ("COMMERCIAL",),
    "director": ("COMMERCIAL", "MEDICAL"),
    "security": ("PLANS", "MEDICAL"),
    "administrator": HELD,
}
GRANT = Grant(
    giver="DEU",
    to=("NLD",),
    kinds=("holding", "item", "order"),
    classes=("NATO:I", "NATO:III"),
    areas=("DEU", "POL"),
    ceiling="CONFIDENTIAL",
    caveats=("COMMERCIAL", "MEDICAL"),
    actions=(Action.SEE, Action.AGGREGATE, Action.REQUEST, Action.EXPORT),
    detail=Detail.BANDED,
)
AGREEMENT = Agreement(
    id="MLS-2026-001",
    version=1,
    title="Mutual support",
    parties=("DEU", "NLD"),
    purpose=Purpose.OPERATIONS,
    grants=(GRANT,),
    valid_from=NOW - DAY,
    valid_until=NOW + DAY,
)
STATES: dict[str, tuple[Agreement, ...]] = {
    "none": (),
    "in force": (AGREEMENT,),
    "not yet": (replace(AGREEMENT, valid_from=NOW + timedelta(microseconds=1)),),
    "expired": (replace(AGREEMENT, valid_until=NOW),),
    "other kind": (replace(AGREEMENT, grants=(replace(GRANT, kinds=("unit",)),)),),
    "other class": (replace(AGREEMENT, grants=(replace(GRANT, classes=("NATO:V",)),)),),
    "other area": (replace(AGREEMENT, grants=(replace(GRANT, areas=("FRA",)),)),),
    "other purpose": (replace(AGREEMENT, purpose=Purpose.RESILIENCE),),
}


def test_the_matrix_is_as_large_as_promised() -> None:
    subjects = len(MAY) * len(GATED) * len(NATIONS)
    assert subjects * len(MATRIX) * len(STATES) == 344_064
    assert set(MAY) == {role.value for role in Role}
    assert len(CAVEAT_SETS) == 8


@pytest.mark.parametrize("state", STATES)
def test_every_combination_is_decided_as_the_plain_rule_says(state: str) -> None:
    forget()
    wrong = 0
    for role, action, nation in product(Role, GATED, NATIONS):
        who = Subject(nation, role, CLEARANCE[role.value], frozenset(HOLDS[role.value]))
        wrong += differences(MATRIX, who, action, STATES[state])
    assert wrong == 0


def test_the_matrix_tells_the_agreement_in_force_from_the_others() -> None:
    """The states matter: only the one in force opens anything that the label does not."""
    seen = {
        state: set(decide(MATRIX, Subject("NLD"), Action.SEE, given, now=NOW).labels)
        for state, given in STATES.items()
    }
    assert len(seen["in force"]) == 3 * 3 * 4
    assert all(not seen[state] for state in STATES if state != "in force")


WORDS = {
    "nation": NATIONS,
    "kind": KINDS[:3],
    "class": ("NATO:I", "NATO:III", "NATO:V"),
    "area": ("DEU", "NLD", "POL"),
    "site": ("DEU:a", "DEU:b", "NLD:a"),
}


def some(rng: random.Random, what: str, least: int, most: int) -> tuple[str, ...]:
    words = WORDS[what]
    return tuple(sorted(rng.sample(words, rng.randint(least, min(most, len(words))))))


def about(rng: random.Random, what: str) -> tuple[str, ...]:
    return rng.choice([("*",), (), (), some(rng, what, 1, 2)])


def random_marking(rng: random.Random) -> Marking:
    owner = rng.choice(("DEU", *NATIONS))
    release = frozenset(rng.choice([(), (), (), ("ALL",), some(rng, "nation", 1, 2)])) - {owner}
    caveats = frozenset(rng.choice([(), (), ("MEDICAL",), ("PLANS", "MEDICAL"), ("CANARY",)]))
    return Marking(
        Label(owner, rng.choice(tuple(LEVELS)), release, caveats),
        rng.choice(WORDS["kind"]),
        about(rng, "class"),
        about(rng, "area"),
        about(rng, "site"),
        rng.random() < 0.5,
    )


def random_agreement(rng: random.Random, number: int) -> Agreement:
    grants = []
    for _ in range(rng.randint(1, 3)):
        giver = rng.choice(("DEU", "DEU", *NATIONS))
        to = tuple(one for one in some(rng, "nation", 3, 4) if one != giver)
        grants.append(
            Grant(
                giver=giver,
                to=to,
                kinds=some(rng, "kind", 2, 3),
                classes=rng.choice([(), (), some(rng, "class", 1, 3)]),
                areas=rng.choice([(), (), some(rng, "area", 1, 3)]),
                sites=rng.choice([(), (), some(rng, "site", 1, 3)]),
                ceiling=rng.choice((*LEVELS, "SECRET", "SECRET")),
                caveats=rng.choice([(), ("MEDICAL",), HELD, HELD]),
                actions=tuple(rng.sample((Action.SEE, Action.AGGREGATE, Action.EXPORT), 2)),
                detail=rng.choice(tuple(Detail)),
            )
        )
    return Agreement(
        id=f"A-{number}",
        version=1,
        title="t",
        parties=NATIONS,
        purpose=rng.choice((Purpose.OPERATIONS, Purpose.OPERATIONS, Purpose.EXERCISE)),
        grants=tuple(grants),
        valid_from=NOW - rng.choice((0, 1)) * DAY,
        valid_until=NOW + rng.choice((0, 1, 1, 1)) * DAY + timedelta(microseconds=1),
        exercise_only=rng.random() < 0.3,
    )


def random_subject(rng: random.Random) -> Subject:
    clearance = tuple(one for one in LEVELS if rng.random() < 0.8)
    caveats = frozenset(one for one in HELD if rng.random() < 0.7)
    role = rng.choice((Role.NODE, Role.PLANNER, Role.ANALYST))
    purposes = (Purpose.OPERATIONS, Purpose.OPERATIONS, Purpose.EXERCISE)
    return Subject(rng.choice(NATIONS), role, clearance, caveats, rng.choice(purposes))


@pytest.mark.parametrize("seed", range(4))
def test_random_worlds_are_decided_as_the_plain_rule_says(seed: int) -> None:
    forget()
    rng = random.Random(seed)
    under = 0
    for _ in range(50):
        markings = {number: random_marking(rng) for number in range(40)}
        agreements = [random_agreement(rng, n) for n in range(rng.randint(0, 4))]
        rng.shuffle(agreements)
        who = random_subject(rng)
        now = NOW + rng.choice((-1, 0, 0, 0, 1)) * timedelta(microseconds=1)
        action = rng.choice((Action.SEE, Action.AGGREGATE, Action.EXPORT, Action.REQUEST))
        assert differences(markings, who, action, agreements, now) == 0
        scope = decide(markings, who, action, agreements, now=now)
        under += sum(label.under != "" for label in scope.labels.values())
    assert under > 10, "the worlds must use agreements"


@pytest.mark.parametrize("seed", range(4))
def test_an_agreement_more_opens_and_never_closes(seed: int) -> None:
    rng = random.Random(100 + seed)
    more = 0
    for _ in range(15):
        markings = {number: random_marking(rng) for number in range(40)}
        agreements = [random_agreement(rng, n) for n in range(3)]
        who = random_subject(rng)
        seen: set[int] = set()
        for count in range(4):
            scope = decide(markings, who, Action.SEE, agreements[:count], now=NOW)
            assert seen <= set(scope.labels)
            more += len(set(scope.labels) - seen) if count else 0
            seen = set(scope.labels)
    assert more > 0


def test_holding_less_never_opens() -> None:
    rng = random.Random(7)
    for _ in range(30):
        markings = {number: random_marking(rng) for number in range(30)}
        agreements = [random_agreement(rng, n) for n in range(2)]
        who = random_subject(rng)
        whole = set(decide(markings, who, Action.SEE, agreements, now=NOW).labels)
        for level in who.clearance:
            less = replace(who, clearance=tuple(one for one in who.clearance if one != level))
            assert set(decide(markings, less, Action.SEE, agreements, now=NOW).labels) <= whole
        for caveat in sorted(who.caveats):
            less = replace(who, caveats=who.caveats - {caveat})
            assert set(decide(markings, less, Action.SEE, agreements, now=NOW).labels) <= whole


def test_the_reasons_agree_with_the_decision() -> None:
    """A grant has no shortfall exactly where it gives; and a verdict is what decide decides."""
    rng = random.Random(9)
    given = 0
    for _ in range(30):
        agreement = random_agreement(rng, 1)
        who = replace(random_subject(rng), role=Role.NODE)
        now = NOW + rng.choice((0, 0, 0, 1, 2)) * DAY
        alone = replace(agreement, grants=agreement.grants[:1])
        for marking in [random_marking(rng) for _ in range(20)]:
            answer = verdict(marking, who, Action.SEE, [alone], now=now)
            scope = decide({1: marking}, who, Action.SEE, [alone], now=now)
            assert answer.allowed == (1 in scope.labels)
            lacks = list(shortfalls(alone, alone.grants[0], marking, who, Action.SEE, now))
            said = "Agreement A-1#0 grants it." in answer.reasons
            silent = any(one.startswith("The label releases nothing") for one in answer.reasons)
            forbidden = not answer.allowed and not silent
            assert answer.reasons
            assert said == (not lacks and not forbidden)
            assert said or not answer.agreement
            given += said
    assert given > 5
