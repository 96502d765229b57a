"""The gate: decisions a second, cold and kept, against plain Python and against text on every call.

``python -m benchmarks.bench_gate [--agreements N] [--json]``. 600 distinct markings of ten nations,
forty agreements of two grants, thirty subjects; one thread; processor time, the middle of three.

*cold*: each subject asks for the first time; rules are read and validated already, records of
markings too (as in a node that is running). *first*: rules, schema and records read as well.
*kept*: the same question again. *plain Python*: the rule written as ``if``; the gate must decide
the same. *text each call*: the same engine with rules, schema and records as text on every call.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import cedarpy

from redball.access import Action, Purpose, Subject, decide
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.gate import forget
from redball.access.gate.book import book_of, schema_text, usable
from redball.access.gate.decisions import marking_record, subject_record
from redball.access.gate.rules import microseconds
from redball.access.subject import HELD
from redball.model import Label
from redball.model.labels import ALL, CANARY, CLASSIFICATIONS
from redball.model.markings import Marking

NATIONS = ("BEL", "CZE", "DEU", "DNK", "EST", "FRA", "ITA", "NLD", "NOR", "POL")
KINDS = ("consumption", "holding", "item", "order", "site", "supplier", "unit", "lane")
CLASSES = ("NATO:I", "NATO:II", "NATO:III", "NATO:V")
MARKINGS = 600
SUBJECTS = 30
ROUNDS = 3
TEXT_CALLS = 60
SEED = 1944
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def world(agreements: int) -> tuple[dict[int, Marking], list[Agreement], list[Subject]]:
    """Markings, agreements and subjects."""
    rng = random.Random(SEED)
    markings: dict[Marking, None] = {}
    while len(markings) < MARKINGS:
        owner = rng.choice(NATIONS)
        release = frozenset(rng.sample(NATIONS, rng.choice((0, 0, 1, 2)))) - {owner}
        caveats = frozenset(rng.sample(HELD, rng.choice((0, 0, 0, 1, 2))))
        label = Label(owner, rng.choice(CLASSIFICATIONS), release, caveats)
        classes = (rng.choice(CLASSES),)
        markings[Marking(label, rng.choice(KINDS), classes, (owner,))] = None
    signed = []
    for number in range(agreements):
        left, right = rng.sample(NATIONS, 2)
        grants = tuple(
            Grant(
                giver,
                (to,),
                tuple(sorted(rng.sample(KINDS, 4))),
                classes=tuple(sorted(rng.sample(CLASSES, 2))),
                areas=(left, right),
                ceiling=rng.choice(CLASSIFICATIONS),
                caveats=("MEDICAL",),
                detail=rng.choice(tuple(Detail)),
            )
            for giver, to in ((left, right), (right, left))
        )
        parties = tuple(sorted((left, right)))
        ends = NOW + timedelta(days=365)
        signed.append(
            Agreement(
                f"A-{number}", 1, "t", parties, Purpose.OPERATIONS, grants, NOW, ends
            )
        )  # fmt: skip
    subjects = [
        Subject(NATIONS[i % 10], clearance=CLASSIFICATIONS[: 2 + i // 10]) for i in range(SUBJECTS)
    ]
    return dict(enumerate(markings)), signed, subjects


def plain(marking: Marking, who: Subject, agreements: Sequence[Agreement]) -> bool:
    """Whether ``who`` may see, as plain Python."""
    label = marking.label
    if label.classification not in who.clearance or not label.caveats <= who.caveats:
        return False
    if CANARY in label.caveats:
        return False
    if who.nation == label.owner or who.nation in label.release or ALL in label.release:
        return True
    return any(
        grant.giver == label.owner
        and who.nation in grant.to
        and marking.kind in grant.kinds
        and set(marking.classes) <= set(grant.classes)
        and set(marking.areas) <= set(grant.areas)
        and CLASSIFICATIONS.index(label.classification) <= CLASSIFICATIONS.index(grant.ceiling)
        and label.caveats <= set(grant.caveats)
        and agreement.valid_from <= NOW < agreement.valid_until
        for agreement in agreements
        for grant in agreement.grants
    )


def figures(agreements: int) -> dict[str, float]:
    """Decisions a second of each way, and milliseconds for 600 markings."""
    markings, signed, subjects = world(agreements)

    def ask() -> list[set[int]]:
        return [set(decide(markings, who, Action.SEE, signed, now=NOW).labels) for who in subjects]

    def plainly() -> list[set[int]]:
        return [{i for i, m in markings.items() if plain(m, w, signed)} for w in subjects]

    def cold() -> float:
        forget()
        decide(markings, Subject("USA"), Action.SEE, signed, now=NOW)
        return _seconds(ask)

    def first() -> float:
        forget()
        return _seconds(lambda: decide(markings, subjects[0], Action.SEE, signed, now=NOW))

    assert ask() == plainly(), "the gate must decide as the plain rule"
    all_ = len(markings) * len(subjects)
    cold_s, first_s = _middle(cold), _middle(first)
    return {
        "cold, decisions/s": all_ / cold_s,
        "cold, ms for 600 markings": cold_s / SUBJECTS * 1000,
        "first, ms for 600 markings": first_s * 1000,
        "kept, decisions/s": all_ / _middle(lambda: _seconds(ask)),
        "plain Python, decisions/s": all_ / _middle(lambda: _seconds(plainly)),
        "text each call, decisions/s": TEXT_CALLS / _middle(lambda: _text(markings, signed)),
        "share allowed": sum(map(len, ask())) / all_,
    }


def _text(markings: dict[int, Marking], signed: list[Agreement]) -> float:
    """Seconds for some decisions with everything given as text."""
    valid, _ = usable(signed, NOW)
    rules = book_of(valid).rules.text
    schema = schema_text()
    who = {"uid": {"type": "Subject", "id": "w"}, "parents": []}
    subject = {**who, "attrs": subject_record(Subject("NLD"))}
    entities = json.dumps(
        [
            subject,
            *(
                {
                    "uid": {"type": "Marking", "id": str(i)},
                    "attrs": marking_record(one),
                    "parents": [],
                }
                for i, one in markings.items()
            ),
        ]
    )

    def work() -> None:
        for number in range(TEXT_CALLS):
            request = {
                "principal": 'Subject::"w"',
                "action": 'Action::"see"',
                "resource": f'Marking::"{number}"',
                "context": {"now": microseconds(NOW)},
            }
            cedarpy.is_authorized(request, rules, entities, schema)

    return _seconds(work)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _middle(measure: Callable[[], float]) -> float:
    return median(measure() for _ in range(ROUNDS))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--agreements", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = figures(chosen.agreements)
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"| {name} | {value:,.2f} |")


if __name__ == "__main__":
    main()
