"""What each member buys of fuel, and where it enters, tell one story."""

import polars as pl
import pytest

from redball.synthetic import exercise_coalition
from redball.synthetic.exercise.movement import FUEL_SHARES
from redball.synthetic.exercise.network import read_firms


@pytest.mark.parametrize("seed", [1944, 7])
def test_every_member_buys_fuel_in_the_shares_of_the_agencys_orders(seed: int) -> None:
    firms = read_firms()
    shares: dict[str, float] = {}
    for _, share, supplier, _, _ in FUEL_SHARES:
        shares[supplier] = shares.get(supplier, 0.0) + share
    checked = set()
    for package in exercise_coalition(seed):
        sources = package.tables["source"].filter(
            pl.col("item").str.contains("FUEL"), pl.col("party").is_not_null()
        )
        named = {firm.keys[package.owner]: firm.keys.get("XAG") for firm in firms.values()
                 if package.owner in firm.keys}  # fmt: skip
        found = {named[row["party"]]: row["share"] for row in sources.iter_rows(named=True)}
        if found:
            assert found == pytest.approx(shares)
            checked.add(package.owner)
    assert checked == {"XAG", "DEU", "NLD", "POL", "NOR", "EST", "USA"}
    assert sum(shares.values()) == pytest.approx(1.0)
