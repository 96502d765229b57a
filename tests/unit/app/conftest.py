"""Two nations with a tank each, as packages in one store, for the use cases on readiness."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from redball import app

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = date(2026, 1, 31)

_DAYS = [DAY - timedelta(days=30 * n) for n in range(1, 13)]
TABLES = {
    "nation": "key,name,kind,country,currency\n{owner},{owner},nation,{owner},EUR\n",
    "site": "key,name,kind,country,throughput_t_per_day,capacity_t,capacity_m3\n"
    "BASE,Base,base,{owner},,0.02,10\nDEPOT,Depot,depot,{owner},1,100,100\n",
    "party": "key,name,kind,site,personnel\nU,Unit,unit,BASE,10\nS,Maker,supplier,,\n",
    "item": "key,name,supply_class,unit_of_issue,niin,price,currency,mass_kg,volume_m3,"
    "shelf_life_days,reparable\n"
    "LAMP,Lamp,NATO:II,EA,222222222,40,EUR,2,0.01,,no\n"
    "RADIO,Radio,NATO:II,EA,111111111,900,EUR,5,0.02,,yes\n"
    "ROOT,Hull,NATO:II,EA,333333333,,,,,,no\n"
    "TUBE,Tube,NATO:II,EA,444444444,15,EUR,1,0.01,400,no\n",
    "structure": "parent,child,quantity,essential,isolation\nROOT,RADIO,1,yes,\nROOT,LAMP,2,yes,\n"
    "RADIO,TUBE,1,yes,0.5\n",
    "system": "key,name,item\nTANK,Tank,ROOT\n",
    "fleet": "unit,system,count,hours_per_day\nU,TANK,{count},3\n",
    "factor": "item,basis,system,quantity\nRADIO,system_hour,TANK,0.004\n",
    "resupply": "site,from_site,item,ship_days\nBASE,DEPOT,,4\nDEPOT,,,60\nDEPOT,,LAMP,30\n",
    "repair": "site,item,repair_days,repaired_share,servers\nBASE,RADIO,5,0.4,1\n"
    "DEPOT,RADIO,20,0.9,\n",
    "source": "party,item,lead_time_days,unit_price,currency,minimum_order\n"
    "S,LAMP,20,38,EUR,5\nS,TUBE,40,14,EUR,\n",
    "policy": "site,item,kind,reorder_point,order_up_to\nDEPOT,LAMP,reorder_up_to,40,90\n"
    "BASE,TUBE,base_stock,,4\n",
    "holding": "site,item,quantity,lot,expiry\nBASE,RADIO,{radios},,\nDEPOT,RADIO,1,,\n"
    "DEPOT,LAMP,20,,\nDEPOT,TUBE,40,A,2026-04-01\n",
    "demand": "site,item,period_start,period_days,quantity\n"
    + "".join(f"BASE,LAMP,{day},30,{(2, 0, 1, 4)[n % 4]}\n" for n, day in enumerate(_DAYS)),
    "requirement": "nation,unit,item,quantity,needed_by,priority\n{owner},U,LAMP,15,2026-02-02,3\n",
    "lane": "from_site,to_site,mode,both_ways,transit_days\nDEPOT,BASE,road,yes,1\n",
}
SUPPORT = {
    "DEU": "giver,receiver,move_days,keep\nDEU,NLD:NLD,1,0\n",
    "NLD": "giver,receiver,move_days,keep\nNLD,DEU:DEU,1,0\n",
}
_FIGURES = {"DEU": {"count": 8, "radios": 0}, "NLD": {"count": 6, "radios": 3}}

Folder = Callable[..., Path]


def write(folder: Path, owner: str, changes: dict[str, str] | None = None) -> Path:
    folder.mkdir(parents=True)
    for name, text in {**TABLES, **(changes or {})}.items():
        filled = text.format(owner=owner, **_FIGURES[owner])
        (folder / f"{name}.csv").write_text(filled)
    return folder


@pytest.fixture
def tables(tmp_path: Path) -> Folder:
    """Write the tables of DEU as a plain folder, with some given anew."""

    def make(**changes: str) -> Path:
        return write(tmp_path / "tables", "DEU", changes)

    return make


@pytest.fixture
def alone(tables: Folder) -> app.Inputs:
    """DEU alone, from a folder without a store."""
    return app.inputs_of("x.sqlite", "DEU", DAY.isoformat(), tables())


@pytest.fixture(scope="session")
def allies(tmp_path_factory: pytest.TempPathFactory) -> app.Inputs:
    """Both nations in one store with agreements on support, as DEU sees them."""
    folder = tmp_path_factory.mktemp("allies")
    store = str(folder / "s.sqlite")
    for owner, agreed in SUPPORT.items():
        package = write(folder / owner, owner, {"support": agreed})
        (package / "manifest.toml").write_text(
            f'owner = "{owner}"\nas_of = 2026-01-31T06:00:00Z\nlabel = "UNCLASSIFIED // REL ALL"\n'
        )
        outcome = app.import_(package, store=store, now=NOW)
        assert outcome.result is not None, outcome.check.issues.rows()
    return app.inputs_of(store, "DEU", None, None)
