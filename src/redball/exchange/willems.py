"""The 38 real supply chains of Willems (2008), turned into national data packages.

Source: S. P. Willems, "Data Set: Real-World Multiechelon Supply Chains Used for Inventory
Optimization", Manufacturing & Service Operations Management 10(1):19-23, 2008. The data are read
from two CSV files (stages, arcs) that the user has; nothing of them is part of this software.

A *stage* there is an activity, an *arc* says that the product of one stage is an input of another
(one unit for one unit, all inputs needed). The mapping:

===========================  ====================================================================
in the source                in the language
===========================  ====================================================================
chain                        an owner of its own (``XW01`` to ``XW38``), so that all 38 fit one
                             store; ``nation`` of kind agency
stage                        ``site`` and ``party`` with the name of the stage as key
stage that makes something   ``item`` and ``source``. Part and Manuf stages make an article; so
(a *maker*)                  does a Dist, Retail or Trans stage with no predecessor or with
                             several (a kit). Any other stage only *moves* its predecessor's
                             article
stageCost of makers          ``item.price`` and ``source.unit_price``: the sum of stageCost over
and movers                   all paths that lead to the maker, movers on the way included
stageTime, its deviation     of a maker: ``source.lead_time_days`` and ``lead_time_sd_days``; of a
                             mover: ``lane.transit_days`` and ``transit_sd_days``. So each time
                             stands once
arc                          ``supply`` from party to party; ``input`` is the article delivered,
                             ``item`` the customer's article
arc into a maker             also ``structure``: parent is the maker's article, child the article
                             delivered; the same article from several stages counts as often
arc into Trans, Dist, Retail also a ``lane``, by road; a Trans stage is its carrier
avgDemand (a day)            ``demand`` of twelve periods of 30 days at that rate: a mean, not an
                             observed history
stageTime, maxServiceTime    ``target``: days of supply that cover the stage's own time less the
of a stage with demand       service time it promises, not less than 0; only where above 0
===========================  ====================================================================

Not carried, because the language has no place for it: stdDevDemand, serviceLevel, relDepth, and
stageCost of movers that no maker follows. Not in the source, but required: the country of a site
(``USA`` stands for all), the class of supply (``NATO:II``), the unit of issue (``EA``), and the
moment the data describe (1 January 2026).
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import chain as chained
from pathlib import Path

import polars as pl

from redball.exchange.package import Manifest, write_package
from redball.model import BadData, table, tables
from redball.model.frames import value_schema

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
LABEL = "UNCLASSIFIED // REL ALL"
_PERIODS, _PERIOD_DAYS = 12, 30
_MAKING = frozenset({"Part", "Parts", "Manuf"})
_SITE_KIND = {"Trans": "hub", "Dist": "depot", "Retail": "base"}
_PARTY_KIND = {"Part": "supplier", "Parts": "supplier", "Manuf": "manufacturer", "Trans": "carrier"}
_STAGE_COLUMNS = (
    "chain",
    "Stage Name",
    "stageCost",
    "stageClassification",
    "avgDemand",
    "maxServiceTime",
    "stageTime",
    "stdDev stageTime",
)
_ARC_COLUMNS = ("chain", "source", "destination")

Row = dict[str, str | float | date | bool | None]


@dataclass(frozen=True)
class _Stage:
    name: str
    classification: str
    cost: float
    time_days: float
    time_sd_days: float | None
    demand_per_day: float | None
    service_time_days: float | None


def read_willems(stages_csv: Path, arcs_csv: Path) -> dict[int, dict[str, pl.DataFrame]]:
    """Read all chains.

    Returns
    -------
    dict of int to dict of str to polars.DataFrame
        Per chain number the frames of the language, typed; see the table of the module.

    Raises
    ------
    BadData
        A file or column is missing, a number can't be read, an arc names no stage, or the arcs
        run in a circle.
    """
    stages: dict[int, dict[str, _Stage]] = defaultdict(dict)
    for line, row in _rows(stages_csv, _STAGE_COLUMNS):
        where = f"{stages_csv.name}, line {line}"
        number = int(_number(row, "chain", where) or 0)
        if row["Stage Name"] in stages[number]:
            raise BadData(f"Stage '{row['Stage Name']}' comes twice.", where=where)
        stages[number][row["Stage Name"]] = _stage(row, where)
    before: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line, row in _rows(arcs_csv, _ARC_COLUMNS):
        where = f"{arcs_csv.name}, line {line}"
        number = int(_number(row, "chain", where) or 0)
        for end in ("source", "destination"):
            if row[end] not in stages.get(number, {}):
                raise BadData(
                    f"Chain {number} has no stage '{row[end]}'.",
                    where=where,
                    mend="Use stages and arcs of the same edition of the data.",
                )
        before[number][row["destination"]].append(row["source"])
    return {number: _Chain(number, stages[number], before[number]).frames() for number in stages}


def write_willems_packages(stages_csv: Path, arcs_csv: Path, out: Path) -> list[Path]:
    """Write one package (a folder of Parquet) per chain, in the order of the chains.

    Raises
    ------
    BadData
        See :func:`read_willems`.
    BadUse
        A package is there already.
    """
    return [
        write_package(
            out / f"willems-{number:02d}",
            frames,
            Manifest(
                owner=owner_of(number),
                as_of=AS_OF,
                label=LABEL,
                title=f"Willems (2008), supply chain {number}",
            ),
            form="parquet",
        )
        for number, frames in sorted(read_willems(stages_csv, arcs_csv).items())
    ]


def owner_of(number: int) -> str:
    """Owner code of a chain."""
    return f"XW{number:02d}"


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(
            f"It can't be read ({error}).", where=str(path), mend="Give the CSV of the data set."
        ) from error
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise BadData(
            f"There is no column '{missing[0]}'.",
            where=str(path),
            mend=f"It needs: {', '.join(columns)}.",
        )
    for line, row in rows:
        if any(row[name] is None for name in columns):
            raise BadData("The row is too short.", where=f"{path.name}, line {line}")
    return rows


def _number(row: Mapping[str, str], name: str, where: str) -> float | None:
    if not row[name].strip():
        return None
    try:
        return float(row[name])
    except ValueError:
        raise BadData(
            f"'{row[name]}' is not a number.", where=f"{where}, {name}", mend="Correct it."
        ) from None


def _stage(row: Mapping[str, str], where: str) -> _Stage:
    return _Stage(
        name=row["Stage Name"],
        classification=row["stageClassification"],
        cost=_number(row, "stageCost", where) or 0.0,
        time_days=_number(row, "stageTime", where) or 0.0,
        time_sd_days=_number(row, "stdDev stageTime", where),
        demand_per_day=_number(row, "avgDemand", where),
        service_time_days=_number(row, "maxServiceTime", where),
    )


class _Chain:
    """One chain: which article leaves each stage, at what cost, and the rows that follow."""

    def __init__(
        self, number: int, stages: Mapping[str, _Stage], before: Mapping[str, list[str]]
    ) -> None:
        self.number = number
        self.stages = stages
        self.before = {name: before.get(name, []) for name in stages}
        self.article: dict[str, str] = {}
        self.cost: dict[str, float] = {}
        try:
            order = list(TopologicalSorter(self.before).static_order())
        except CycleError as error:
            raise BadData(
                f"The arcs of chain {number} run in a circle ({' to '.join(error.args[1])}).",
                mend="Remove one of them.",
            ) from error
        for name in order:
            inputs = self.before[name]
            self.article[name] = name if self.makes(name) else self.article[inputs[0]]
            self.cost[name] = stages[name].cost + sum(self.cost[i] for i in inputs)

    def makes(self, name: str) -> bool:
        """Whether another article leaves the stage than came in."""
        return self.stages[name].classification in _MAKING or len(self.before[name]) != 1

    def frames(self) -> dict[str, pl.DataFrame]:
        """Typed frames of the language, tables without rows left out."""
        rows: dict[str, list[Row]] = defaultdict(list)
        rows["nation"].append(
            {
                "key": owner_of(self.number),
                "name": f"Willems chain {self.number}",
                "kind": "agency",
            }
        )
        for name, stage in self.stages.items():
            for where, row in chained(self._place(stage), self._made(stage), self._moved(stage)):
                rows[where].append(row)
            for where, row in chained(self._supplied(name), self._wanted(stage)):
                rows[where].append(row)
        return {name: _frame(name, rows[name]) for name in tables() if rows[name]}

    def _place(self, stage: _Stage) -> list[tuple[str, Row]]:
        kind = stage.classification
        site: Row = {
            "key": stage.name,
            "name": stage.name,
            "kind": _SITE_KIND.get(kind, "factory"),
            "country": "USA",
        }
        party: Row = {
            "key": stage.name,
            "name": stage.name,
            "kind": _PARTY_KIND.get(kind, "other"),
            "site": stage.name,
        }
        return [("site", site), ("party", party)]

    def _made(self, stage: _Stage) -> list[tuple[str, Row]]:
        name = stage.name
        if not self.makes(name):
            return []
        item: Row = {
            "key": name,
            "name": name,
            "supply_class": "NATO:II",
            "unit_of_issue": "EA",
            "price": self.cost[name],
        }
        source: Row = {
            "party": name,
            "item": name,
            "site": name,
            "lead_time_days": stage.time_days,
            "lead_time_sd_days": stage.time_sd_days,
            "unit_price": self.cost[name],
        }
        children = Counter(self.article[i] for i in self.before[name])
        structure: list[tuple[str, Row]] = [
            ("structure", {"parent": name, "child": child, "quantity": float(count)})
            for child, count in children.items()
        ]
        return [("item", item), ("source", source), *structure]

    def _moved(self, stage: _Stage) -> list[tuple[str, Row]]:
        if stage.classification in _MAKING:
            return []
        mover = not self.makes(stage.name)
        return [
            (
                "lane",
                {
                    "from_site": origin,
                    "to_site": stage.name,
                    "transit_days": stage.time_days if mover else None,
                    "transit_sd_days": stage.time_sd_days if mover else None,
                    "carrier": stage.name if stage.classification == "Trans" else None,
                },
            )
            for origin in self.before[stage.name]
        ]

    def _supplied(self, name: str) -> list[tuple[str, Row]]:
        return [
            (
                "supply",
                {
                    "supplier": supplier,
                    "customer": name,
                    "input": self.article[supplier],
                    "item": self.article[name],
                    "evidence": "Willems (2008)",
                },
            )
            for supplier in self.before[name]
        ]

    def _wanted(self, stage: _Stage) -> list[tuple[str, Row]]:
        if stage.demand_per_day is None:
            return []
        item = self.article[stage.name]
        first = AS_OF.date() - timedelta(days=_PERIODS * _PERIOD_DAYS)
        rows: list[tuple[str, Row]] = [
            (
                "demand",
                {
                    "site": stage.name,
                    "item": item,
                    "period_start": first + timedelta(days=period * _PERIOD_DAYS),
                    "period_days": _PERIOD_DAYS,
                    "quantity": stage.demand_per_day * _PERIOD_DAYS,
                },
            )
            for period in range(_PERIODS)
        ]
        days = stage.time_days - (stage.service_time_days or 0.0)
        if days > 0:
            rows.append(("target", {"site": stage.name, "item": item, "days_of_supply": days}))
        return rows


def _frame(name: str, rows: list[Row]) -> pl.DataFrame:
    given = dict.fromkeys(key for row in rows for key in row)
    schema = {key: kind for key, kind in value_schema(table(name)).items() if key in given}
    return pl.DataFrame(rows, schema=schema, orient="row").drop(
        key for key in schema if all(row.get(key) is None for row in rows)
    )
