"""What changes and rules are refused, with the allowed edge beside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.model import BadUse
from redball.simulation.network import Law, Network, NetworkBuilder, RuleKind, What
from redball.simulation.network.futures import TABLE_OF, check_changes, check_rules
from redball.simulation.network.tables import CHANGE, RULE


def network() -> Network:
    b = NetworkBuilder()
    b.item("A")
    b.node("N")
    b.node("M")
    cell = b.cell("N", "A", on_hand=5)
    b.buy(cell, Law(1.0))
    b.make(cell)
    b.demand(cell, per_day=1.0)
    b.fleet("N", "U", "S", 2)
    b.lane("N", "M", Law(1.0))
    return b.build()


NETWORK = network()
NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 1e3, 1e9, 1e300, np.nan, np.inf, -np.inf])


def test_every_kind_of_change_names_a_table() -> None:
    assert list(TABLE_OF) == list(What)
    for what in What:
        check_changes(NETWORK, np.array([(0.0, what, 0, 1.0), (1e6, what, 0, 0.0)], CHANGE))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((1.0, 14, 0, 1.0), "'what' is none"),
        ((1.0, -1, 0, 1.0), "'what' is none"),
        ((1.0, What.LANE, 1, 1.0), "leads to no row"),
        ((1.0, What.NODE, -1, 1.0), "leads to no row"),
        ((-0.1, What.NODE, 0, 1.0), "no day"),
        ((np.nan, What.NODE, 0, 1.0), "no day"),
        ((1e7, What.NODE, 0, 1.0), "no day"),
        ((1.0, What.NODE_STOCK, 0, 5.0), "out of its range"),
        ((1.0, What.STREAM, 0, 1e4), "out of its range"),
        ((1.0, What.STREAM, 0, np.nan), "out of its range"),
        ((1.0, What.PRICE, 0, -1.0), "out of its range"),
    ],
)
def test_a_change_that_can_not_be_is_refused(row: tuple[float, ...], said: str) -> None:
    with pytest.raises(BadUse) as caught:
        check_changes(NETWORK, np.array([(0.0, What.NODE, 0, 1.0), row], CHANGE))
    assert said in caught.value.what
    assert caught.value.where == "changes, row 1"


GOOD = (RuleKind.EXPEDITE, 0, 4.0, 1.0, 10.0, 0.5, 2.0)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", 5, "no RuleKind"),
        ("cell", 1, "leads to no cell"),
        ("cell", -2, "leads to no cell"),
        ("delay_days", -1.0, "'delay_days'"),
        ("delay_days", np.nan, "'delay_days'"),
        ("threshold", np.inf, "'threshold'"),
        ("cost_eur", -1.0, "'cost_eur'"),
        ("factor", np.nan, "'factor'"),
        ("price_factor", 1e9, "'price_factor'"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(field: str, value: float, said: str) -> None:
    rows = np.array([GOOD, GOOD], RULE)
    check_rules(NETWORK, rows)
    rows[field][1] = value
    with pytest.raises(BadUse) as caught:
        check_rules(NETWORK, rows)
    assert said in caught.value.what
    assert caught.value.where.startswith("rules, row 1")


def test_a_table_of_other_fields_is_refused() -> None:
    with pytest.raises(BadUse, match="fields"):
        check_changes(NETWORK, np.zeros(1, RULE))
    with pytest.raises(BadUse, match="fields"):
        check_rules(NETWORK, np.zeros(1, CHANGE))


@given(st.lists(st.tuples(NUMBERS, st.integers(-2, 14), st.integers(-2, 3), NUMBERS), max_size=4))
def test_random_changes_are_taken_or_refused(rows: list[tuple[float, int, int, float]]) -> None:
    try:
        check_changes(NETWORK, np.array(rows, CHANGE))
    except BadUse as error:
        assert "changes" in str(error)  # noqa: PT017 - either way is right
