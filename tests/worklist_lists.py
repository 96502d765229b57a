"""A nation that sends lots about to expire, import after import, and people who look at them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redball import app
from redball.app.keeping import keeper
from redball.app.worklist import Worklist, worklist
from redball.desk import Desk

START = datetime(2026, 1, 31, 6, tzinfo=UTC)
TABLES = {
    "nation": "key,name,kind,country,currency\nDEU,Germany,nation,DEU,EUR\n",
    "site": "key,name,kind,country\nBASE,Base,base,DEU\n",
    "item": "key,name,supply_class,unit_of_issue,niin,price,currency\n"
    "LAMP,Lamp,NATO:II,EA,222222222,40,EUR\nTUBE,Tube,NATO:II,EA,444444444,15,EUR\n",
}
HOLDING = "site,item,quantity,lot,expiry,label\n"
LOTS = {
    "A": "BASE,LAMP,20,A,2026-03-01,UNCLASSIFIED // REL ALL\n",
    "B": "BASE,TUBE,40,B,2026-04-01,UNCLASSIFIED // REL ALL\n",
    "S": "BASE,TUBE,40,S,2026-03-15,SECRET\n",
}
ANNA = "DEU role=planner clearance=SECRET"
BERT = "DEU role=analyst clearance=RESTRICTED"


@dataclass
class Lists:
    """A store with its desk, and ways to change and to look."""

    folder: Path
    desk: Desk
    imports: int = 0

    @property
    def store(self) -> str:
        return str(self.folder / "s.sqlite")

    def send(self, *lots: str) -> None:
        """Import a package with these lots."""
        self.imports += 1
        moment = START + timedelta(days=self.imports)
        package = self.folder / f"p{self.imports}"
        package.mkdir()
        for name, text in TABLES.items():
            (package / f"{name}.csv").write_text(text)
        rows = "".join(LOTS.get(lot, lot) for lot in lots)
        (package / "holding.csv").write_text(HOLDING + rows)
        (package / "manifest.toml").write_text(
            f'owner = "DEU"\nas_of = {moment:%Y-%m-%dT%H:%M:%SZ}\n'
            'label = "UNCLASSIFIED // REL ALL"\nexercise = true\n'
        )
        outcome = app.import_(package, store=self.store)
        assert outcome.result is not None, outcome.check.issues.rows()
        kept = keeper()
        if kept is not None:
            kept.stale()  # as a server does after an import

    def view(self, who: str = ANNA) -> app.View:
        return app.View(self.store, who)

    def list(self, who: str = ANNA) -> Worklist:
        return worklist(self.view(who), self.desk)

    def key(self, lot: str, who: str = ANNA) -> str:
        """Key of the finding about a lot, in a viewer's list."""
        rows = self.list(who).frame.to_dicts()
        found = [row["key"] for row in rows if f"|{lot}|" in row["subject"]]
        assert len(found) == 1, [row["subject"] for row in rows]
        return str(found[0])

    def row(self, key: str, who: str = ANNA) -> dict[str, object]:
        return next(row for row in self.list(who).frame.to_dicts() if row["key"] == key)
