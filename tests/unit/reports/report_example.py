"""A hand-made exercise picture for the report's tests: real geography, invented records."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from redball.model import Finding, Level, Origin, ResultLabel, RowRef
from redball.reports import ReportContent

AS_OF = datetime(2026, 1, 31, 6, 0, tzinfo=UTC)
LABEL = ResultLabel("RESTRICTED", frozenset({"DEU", "NLD", "POL", "XAG"}))

SITES = (
    ("Port of Rotterdam", "port", "NLD", "NLD", 51.95, 4.14, "", "critical", 41.0),
    ("Port of Bremerhaven", "port", "DEU", "DEU", 53.55, 8.58, "", "caution", 33.0),
    ("Port of Gdynia", "port", "POL", "POL", 54.53, 18.55, "", "serious", 18.0),
    ("Depot Nord", "depot", "DEU", "DEU", 53.55, 9.99, "Log Bn 161", "normal", 46.0),
    ("Depot Drawsko", "depot", "POL", "POL", 53.53, 15.8, "", "normal", 52.5),
    ("Fuel terminal Wilhelmshaven", "fuel_terminal", "DEU", "DEU", 53.52, 8.13, "", "serious", 9.0),
    ("Ammunition depot Elk", "ammunition_depot", "POL", "POL", 53.83, 22.36, "", "critical", 4.0),
    ("Base Tapa", "base", "EST", "EST", 59.26, 25.96, "1st Bde", "critical", 6.0),
    ("Base Rukla", "base", "LTU", "DEU", 55.05, 24.39, "PzBrig 45", "serious", 11.0),
    ("Base Bardufoss", "base", "NOR", "NOR", 69.06, 18.54, "Bde Nord", "caution", 21.0),
    ("Airport Ramstein", "airport", "DEU", "USA", 49.44, 7.6, "", "normal", None),
    ("Hub Poznan", "hub", "POL", "XAG", 52.41, 16.93, "", "normal", 30.0),
    ("Crossing Oder", "crossing", "DEU", "DEU", 52.34, 14.55, "", "caution", None),
    ("Workshop Trondheim", "workshop", "NOR", "NOR", 63.43, 10.39, "", "standby", None),
    ("Forge Ostrava", "factory", "CZE", "POL", 49.83, 18.28, "", "critical", None),
    ("Mine Kiruna", "mine", "SWE", "NOR", 67.86, 20.23, "", "off", None),
    ("Hospital Riga", "hospital", "LVA", "EST", 56.95, 24.11, "", "normal", 60.0),
    ("Depot Tallinn", "depot", "EST", "EST", 59.43, 24.75, "", "normal", 27.0),
)
_LANES = (
    (0, 3, "rail", 2100.0, 2400.0),
    (0, 5, "sea", 5200.0, 5300.0),
    (1, 3, "road", 600.0, 1500.0),
    (3, 11, "rail", 1800.0, 2600.0),
    (11, 12, "road", 250.0, 900.0),
    (11, 2, "rail", 700.0, 1200.0),
    (2, 17, "sea", 950.0, 1250.0),
    (17, 7, "road", 320.0, 500.0),
    (6, 8, "road", 140.0, 400.0),
    (11, 6, "rail", 400.0, 900.0),
    (10, 11, "air", 60.0, 200.0),
    (1, 9, "sea", 800.0, 2000.0),
    (5, 11, "pipeline", 1500.0, 1500.0),
    (14, 11, "inland_water", None, None),
)


def origin() -> Origin:
    """Where the example comes from."""
    return Origin(
        viewer="XAG",
        as_of=AS_OF,
        revision=7,
        twin_hash="5f1c0b2a9d3e4f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd",
        software="redball 0.1.0",
        label=LABEL,
        parameters={"window_days": 365, "horizon_days": 90},
        seed=None,
    )


def sites() -> pl.DataFrame:
    """Sites of every kind and level."""
    names = [
        "name",
        "kind",
        "country",
        "owner",
        "latitude",
        "longitude",
        "units",
        "worst_level",
        "days",
    ]
    return pl.DataFrame(SITES, schema=names, orient="row")


def lanes() -> pl.DataFrame:
    """Lanes of every mode."""
    rows = [
        {
            "from_lat": SITES[a][4],
            "from_lon": SITES[a][5],
            "to_lat": SITES[b][4],
            "to_lon": SITES[b][5],
            "mode": mode,
            "name": f"{SITES[a][0]} → {SITES[b][0]}",
            "flow_t_per_day": flow,
            "capacity_t_per_day": capacity,
        }
        for a, b, mode, flow, capacity in _LANES
    ]
    return pl.DataFrame(rows)


def hazards() -> pl.DataFrame:
    """One area and one point."""
    return pl.DataFrame(
        {
            "name": ["Storm surge German Bight", "Strike at the forge"],
            "latitude": [54.0, 49.83],
            "longitude": [8.2, 18.28],
            "radius_km": [120.0, 0.0],
        }
    )


def findings() -> list[Finding]:
    """Findings of several rules and levels."""
    bearing = RowRef("item", "DEU", "A-0815")
    rows = tuple(RowRef("holding", "POL", f"AMM-ELK|155HE|L{i}|serviceable") for i in range(25))
    return [
        Finding(
            "stock-below-target",
            Level.CAUTION,
            RowRef("site", "NOR", "BARDUFOSS"),
            "Base Bardufoss holds 21 days of rations against a target of 30.",
            "days of supply over target",
            0.7,
            1.0,
            {"days": 21.0, "target_days": 30},
            (RowRef("holding", "NOR", "BARDUFOSS|RAT|L1|serviceable"),),
            LABEL,
        ),
        Finding(
            "single-source",
            Level.CRITICAL,
            bearing,
            "All bearings of 4 systems come from one forge behind three suppliers.",
            "HHI by ultimate parent",
            1.0,
            0.5,
            {"effective_sources": 1.0, "suppliers": 3},
            (RowRef("source", "DEU", "SUP-001|A-0815"), RowRef("source", "NLD", "SUP-014|LG-77")),
            LABEL,
        ),
        Finding(
            "single-source",
            Level.SERIOUS,
            RowRef("item", "NLD", "LG-77"),
            "Two suppliers of the same owner make the Dutch bearing.",
            "HHI by country",
            0.68,
            0.5,
            {},
            (),
            LABEL,
        ),
        Finding(
            "stock-expires-unused",
            Level.CRITICAL,
            RowRef("item", "POL", "155HE"),
            "1 240 rounds at Elk expire on 2026-03-01 before they can be used.",
            "share wasted",
            0.83,
            0.1,
            {"quantity": 1240, "value_eur": 3_720_000.0},
            rows,
            LABEL,
        ),
        Finding(
            "cut-site",
            Level.CRITICAL,
            RowRef("site", "NLD", "RTM"),
            "The Port of Rotterdam carries 71 % of the fuel; without it five units are cut off.",
            "share of fuel",
            0.71,
            0.5,
            {"units_cut_off": 5},
            (RowRef("lane", "NLD", "RTM|WHV|sea"),),
            LABEL,
        ),
    ]


def tables() -> dict[str, pl.DataFrame]:
    """Tables of the picture, made by hand."""
    return {
        "by_nation": pl.DataFrame(
            {
                "nation": ["DEU", "EST", "NLD", "NOR", "POL", "USA"],
                "lines": [182, 64, 120, 77, 141, 90],
                "mass_t": [18250.5, 940.25, 9421.0, 2310.75, 12880.0, 4410.0],
                "value_eur": [184_250_000.0, 9_410_000.0, None, 41_000_000.0, 122_000_000.0, 5.1e7],
                "days_of_supply": [34.0, 8.5, 41.0, 21.0, 18.0, 55.0],
                "target_days": [30.0, 30.0, 30.0, 30.0, 30.0, 30.0],
                "share_below_target": [0.21, 0.66, 0.1, 0.3, 0.48, 0.0],
            }
        ),
        "by_class": pl.DataFrame(
            {
                "supply_class": ["NATO:I", "NATO:II", "NATO:III", "NATO:IV", "NATO:V"],
                "days_of_supply": [26.0, 61.0, 9.0, 190.0, 5.5],
                "target_days": [30.0, 45.0, 20.0, None, 30.0],
                "lines": [22, 240, 9, 14, 38],
            }
        ),
        "readiness": pl.DataFrame(
            {
                "unit": ["1st Bde", "PzBrig 45", "Bde Nord", "Log Bn 161"],
                "system": ["Infantry fighting vehicle", "Main battle tank", "Helicopter", "Truck"],
                "count": [44, 58, 12, 210],
                "available": [29, 47, None, 188],
                "availability": [0.659, 0.81, None, 0.895],
                "target": [0.85, 0.8, 0.75, 0.9],
                "level": ["critical", "normal", "standby", "caution"],
                "basis": ["reported", "reported", "not reported", "reported"],
            }
        ),
        "in_transit": pl.DataFrame(
            {
                "item": ["Fuel F-34", "155 mm HE"],
                "quantity": [120_000.0, 480.0],
                "mass_t": [96.0, 20.9],
                "from": ["Port of Rotterdam", "Forge Ostrava"],
                "to": ["Hub Poznan", "Ammunition depot Elk"],
                "expected_on": [date(2026, 2, 2), date(2026, 1, 25)],
                "late_days": [0, 6],
            }
        ),
        "expiring": pl.DataFrame(
            {
                "item": ["155 mm HE"],
                "lot": ["L2311"],
                "expiry": [date(2026, 3, 1)],
                "quantity": [1240],
            }
        ),
        "shared_items": pl.DataFrame(
            {
                "group": [1, 1, 1, 1],
                "nation": ["DEU", "NLD", "POL", "USA"],
                "name": [
                    "Rillenkugellager 6205",
                    "Groefkogellager 6205-2RS",
                    "Łożysko kulkowe",
                    "BEARING, BALL",
                ],
                "unit": ["EA", "EA", "BX", "EA"],
                "on_hand": [240.0, 60.0, 84.0, 1200.0],
                "basis": ["niin", "niin", "part number", "niin"],
            }
        ),
        "data_age": pl.DataFrame(
            {"nation": ["DEU", "POL"], "table": ["holding", "holding"], "age_days": [0.25, 12.0]}
        ),
    }


def feeds() -> pl.DataFrame:
    """Feeds of three owners with their scores."""
    return pl.DataFrame(
        {
            "owner": ["DEU", "NLD", "POL"],
            "title": ["Bestand Januar", "Voorraad", "Stan magazynowy"],
            "as_of": [
                datetime(2026, 1, 31, 0, 0, tzinfo=UTC),
                datetime(2026, 1, 28, 0, 0, tzinfo=UTC),
                datetime(2026, 1, 19, 0, 0, tzinfo=UTC),
            ],
            "rows": [18_240, 9_421, 12_880],
            "errors": [0, 0, 37],
            "warnings": [4, 12, 88],
            "completeness": [0.99, 0.95, 0.91],
            "validity": [1.0, 1.0, 0.97],
            "timeliness": [1.0, 0.9, 0.6],
        }
    )


def example() -> ReportContent:
    """The whole example."""
    return ReportContent(
        title="Recognised logistics picture of the exercise coalition",
        exercise=True,
        generated=datetime(2026, 1, 31, 7, 12, tzinfo=UTC),
        origin=origin(),
        tables=tables(),
        findings=findings(),
        feeds=feeds(),
        sites=sites(),
        lanes=lanes(),
        hazards=hazards(),
        assumptions=("Consumption is the mean of 365 days.", "Rates of 2026-01-02 are used."),
    )


def hostile(text: str) -> ReportContent:
    """The example with one text in every place that data can reach."""
    content = example()
    bad = [replace(f, title=text, measure=text, rule=text, detail={text: text}) for f in findings()]
    return replace(
        content,
        title=text,
        findings=bad,
        sites=sites().with_columns(name=pl.lit(text), kind=pl.lit(text), units=pl.lit(text)),
        lanes=lanes().with_columns(name=pl.lit(text), mode=pl.lit(text)),
        hazards=hazards().with_columns(name=pl.lit(text)),
        feeds=feeds().with_columns(title=pl.lit(text), owner=pl.lit(text)),
        tables={
            text: pl.DataFrame({text: [text]}),
            **{k: v.with_columns(pl.lit(text).alias(text)) for k, v in tables().items()},
        },
        assumptions=(text,),
        command=text,
        origin=replace(origin(), viewer=text, software=text, parameters={text: text}),
    )
