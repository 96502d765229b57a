"""Whoever may read an answer on readiness could have made it from what they may read.

Small coalitions of two nations with a tank each, random labels on every row and some rows left
out; see ``labelled_worlds`` for what is compared.
"""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.labelled_worlds import (
    LABELS,
    READERS,
    Ask,
    Asker,
    Rows,
    changes,
    coalitions,
    difference,
    few,
    label_of,
    may_read,
    readable,
    steps,
    world,
)

from redball import app
from redball.model import combine, dominant

MODULES = ("forecasts", "placement", "replenishment", "reserves", "sparing")
SURGE = app.SurgeOptions(surges=((5.0, 15.0, 3.0),), no_repair=((8.0, 12.0),), days=20)
RESERVE = app.ReserveOptions(app.parse_duration("days:90"), "days:90", budget=500.0)
RELEASE = app.ReserveOptions(
    app.parse_duration("exponential:60"), "exponential:60", budget=500.0, release_days=400.0
)
ALONE = app.CurveOptions(points=4, budget=4000.0, support=False)
ASKED: dict[str, Ask] = {
    "forecast": app.forecast_demand,
    "curve": lambda inputs: app.stock_curve(inputs, app.CurveOptions(points=4, budget=4000.0)),
    "curve alone": lambda inputs: app.stock_curve(inputs, ALONE),
    "optimise": lambda inputs: app.stock_optimise(inputs, app.OptimiseOptions(budget=2500.0)),
    "explain": lambda inputs: app.stock_explain(inputs, app.OptimiseOptions(budget=2500.0)),
    "support": app.stock_support,
    "surge": lambda inputs: app.stock_surge(inputs, SURGE),
    "replenish": app.replenish,
    "replenish by table": lambda inputs: app.replenish(inputs, app.ReplenishOptions(own_only=True)),
    "reserve": lambda inputs: app.stock_reserve(inputs, RESERVE),
    "release": lambda inputs: app.stock_reserve(inputs, RELEASE),
    "placement": app.stock_placement,
}


def unplaced_unit() -> Rows:
    """A fleet that all may see, of a unit that POL may not, at a site that nobody resupplies.

    Whoever sees the unit is told that its site has no place; whoever does not, that it is unseen.
    """
    gone = {("resupply", "NLD", "1"), ("party", "NLD", "S"), ("item", "NLD", "LAMP")}
    closed = {("party", "NLD", "U"): 2, ("site", "DEU", "BASE"): 3}
    whole = world()
    return {
        name: [
            {
                **row,
                "owner": owner,
                "label": label_of(row, closed.get((name, owner, row["key"]), 0)),
            }
            for row in rows
            if (name, owner := row.get("owner", "DEU"), row["key"]) not in gone
        ]
        for name, rows in whole.items()
    }


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with pytest.MonkeyPatch.context() as patch:
        yield Asker(patch, ASKED, MODULES)


@pytest.mark.parametrize("verb", ASKED)
def test_a_reader_of_an_answer_could_have_made_it(verb: str, asker: Asker) -> None:
    @few(3)
    @example(unplaced_unit())
    @given(coalitions())
    def check(rows: Rows) -> None:
        ours = asker.parts(rows, verb)
        for member in READERS:
            less = readable(rows, member)
            if less == rows:
                continue
            theirs = asker.parts(less, verb)
            for text, labels, missing in changes(ours, theirs):
                shut = sum(not may_read(label, member) for label in labels)
                hidden = [(n, r) for n, rs in rows.items() for r in rs if r not in less[n]]
                assert shut >= missing, (
                    f"{verb}: {member} may read what rests on {hidden}: {difference(text, theirs)}"
                )

    check()


@pytest.mark.parametrize("verb", ASKED)
def test_what_changes_without_a_row_is_labelled_at_least_as_high_as_the_row(
    verb: str, asker: Asker
) -> None:
    @few(3)
    @given(coalitions(), st.data())
    def check(rows: Rows, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([n for n, records in rows.items() if records]))
        taken = data.draw(st.sampled_from(rows[name]))
        closed = {**taken, "label": label_of(taken, data.draw(steps(taken)))}
        held = {**rows, name: [closed if r is taken else r for r in rows[name]]}
        less = {**rows, name: [r for r in rows[name] if r is not taken]}
        ours, theirs = asker.parts(held, verb), asker.parts(less, verb)
        floor = dominant([LABELS[closed["label"]]])
        for text, labels, missing in changes(ours, theirs):
            marked = sum(combine(label, floor) == label for label in labels)
            assert marked >= missing, (
                f"{verb} without {name} {closed} ({LABELS[closed['label']].text}): "
                f"{difference(text, theirs)}"
            )

    check()
