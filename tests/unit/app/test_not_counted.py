import polars as pl

from redball.app.readiness import not_counted


def test_parts_and_fleets_that_are_missing_from_an_availability_are_said() -> None:
    left = pl.DataFrame(
        {
            "table": ["item", "item", "item", "fleet", "repair"],
            "why": [
                "no price above 0 in euro: not bought, not counted",
                "no failure rate and no demand where its system stands",
                "no mass_kg: counted as 0 in storage limits",
                "its unit or its system is not visible",
                "an earlier row holds for the same article and site",
            ],
        }
    )
    assert not_counted(left) == (
        "Availability leaves 2 parts and 1 fleet out of account; left_out says which and why.",
    )
    assert "1 part out" in not_counted(left.head(1))[0]
    assert not_counted(left.tail(1)) == ()
    assert not_counted(left.clear()) == ()
