"""A small theatre in a store: a base that is fed, a depot, a port abroad, and a silent unit."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from redball import app
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.app.view import see

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
_MONTHS = [date(2026, 2, 1) - timedelta(days=30 * n) for n in range(1, 14)]
"""Beginnings of periods that leave no day out."""
OPEN = "UNCLASSIFIED // REL ALL"
TABLES = {
    "nation": "key,name,kind,country,currency\nDEU,Germany,nation,DEU,EUR\n",
    "site": "key,name,kind,country,latitude,longitude,throughput_t_per_day\n"
    "BASE,Base Nord,base,DEU,53.0,10.0,\n"
    "DEPOT,Depot Süd,depot,DEU,48.0,11.0,\n"
    "PORT,Far Port,port,BRA,-23.0,-43.0,\n"
    "HID,Nowhere Workshop,workshop,DEU,,,\n",
    "party": "key,name,kind,site,personnel\nU,Unit One,unit,BASE,100\nV,Unit Two,unit,BASE,50\n"
    "S,Maker GmbH,supplier,PORT,\n",
    "item": "key,name,supply_class,unit_of_issue,mass_kg\nFUEL,Fuel,NATO:III,LI,1\n"
    "MEAL,Meal,NATO:I,EA,1\nTUBE,Tube,NATO:II,EA,1000\n",
    "system": "key,name,item,availability_target\nTANK,Tank,,0.9\nTRK,Truck,,0.8\n",
    "fleet": "unit,system,count,available\nU,TANK,10,5\nU,TRK,10,9\nV,TANK,4,\n",
    "source": "party,item,site,lead_time_days\nS,TUBE,PORT,30\n",
    "resupply": "site,from_site,item,ship_days\nBASE,DEPOT,,2\nDEPOT,,,30\n",
    "lane": "from_site,to_site,mode,both_ways,capacity_t_per_day,transit_days\n"
    "DEPOT,BASE,road,yes,100,1\nPORT,DEPOT,sea,no,,20\nHID,BASE,road,no,10,1\n",
    "holding": "site,item,quantity\nBASE,FUEL,100\nBASE,MEAL,500\nDEPOT,FUEL,9000\nDEPOT,TUBE,4\n",
    "demand": "site,item,period_start,period_days,quantity\n"
    + "".join(
        f"{site},{item},{day},30,{30 * rate}\n"
        for site, item, rate in (("BASE", "FUEL", 20), ("BASE", "MEAL", 10), ("DEPOT", "FUEL", 20))
        for day in _MONTHS
    ),
    "target": "site,item,days_of_supply\nBASE,FUEL,24\nBASE,MEAL,20\nDEPOT,FUEL,100\n",
    "order": "key,supplier,item,site,quantity,ordered_on,due_on,status\n"
    "PO1,S,TUBE,DEPOT,5,2026-01-01,2026-03-01,open\n"
    "PO2,S,TUBE,DEPOT,5,2025-01-01,2025-03-01,received\n",
    "consignment": "key,from_site,to_site,item,quantity,mode,status,departed_on,expected_on\n"
    "C1,DEPOT,BASE,FUEL,200,road,in_transit,2026-01-31,2026-02-04\n"
    "C2,DEPOT,BASE,MEAL,40,road,planned,,2026-01-20\n"
    "C3,DEPOT,BASE,FUEL,500,road,arrived,2026-01-01,2026-01-03\n",
    "hazard": "key,name,kind,site,latitude,longitude,radius_km\n"
    "H1,Storm,natural,,54,9,50\nH2,Fire,accident,DEPOT,,,\nH3,Strike,industrial,,,,\n",
}


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The store."""
    folder = tmp_path_factory.mktemp("theatre")
    package = folder / "package"
    package.mkdir()
    for name, text in TABLES.items():
        (package / f"{name}.csv").write_text(text, encoding="utf-8")
    (package / "manifest.toml").write_text(
        f'owner = "DEU"\nas_of = 2026-02-01T06:00:00Z\ntitle = "t"\nexercise = true\n'
        f'label = "{OPEN}"\n'
    )
    store = folder / "theatre.sqlite"
    outcome = app.import_(package, store=str(store), now=NOW)
    assert outcome.result is not None, outcome.check.issues
    return str(store)


@pytest.fixture(scope="session")
def known(theatre: str) -> Recognised:
    """What is known of it."""
    return recognise(see(app.View(theatre, "DEU"), now=NOW), PictureOptions())


@pytest.fixture(scope="session")
def sheet(theatre: str) -> Callable[[str], app.Answer]:
    """The sheet of a site."""
    from redball.app.operating.site_sheet import sheet_of

    known = recognise(see(app.View(theatre, "DEU"), now=NOW), PictureOptions())
    return lambda key: sheet_of(known, key, f"--store {Path(theatre).name} --viewer DEU")
