"""All 38 real supply chains of Willems (2008, MSOM 10(1):19-23) go through the whole product."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from redball import app
from redball.exchange import write_willems_packages

CHAINS = range(1, 39)


@pytest.fixture(scope="module")
def packages(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = reference / "inventory"
    out = tmp_path_factory.mktemp("willems")
    written = write_willems_packages(
        folder / "willems2008_stages.csv", folder / "willems2008_arcs.csv", out
    )
    assert len(written) == len(CHAINS)
    return dict(zip(CHAINS, written, strict=True))


@pytest.fixture(scope="module")
def stages(reference: Path) -> Counter[int]:
    with (reference / "inventory" / "willems2008_stages.csv").open(encoding="utf-8") as file:
        return Counter(int(row["chain"]) for row in csv.DictReader(file))


@pytest.fixture(scope="module")
def arcs(reference: Path) -> Counter[int]:
    with (reference / "inventory" / "willems2008_arcs.csv").open(encoding="utf-8") as file:
        return Counter(int(row["chain"]) for row in csv.DictReader(file))


@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_goes_through_check_import_twin_and_findings(
    chain: int,
    packages: dict[int, Path],
    stages: Counter[int],
    arcs: Counter[int],
    tmp_path: Path,
) -> None:
    outcome = app.import_(packages[chain], store=str(tmp_path / "w.sqlite"))
    assert outcome.result is not None, outcome.check.issues.head(5)
    assert outcome.check.counts["errors"] == 0
    owner = outcome.check.owner
    view = app.View(str(tmp_path / "w.sqlite"), owner)
    twin = app.see(view).twin
    assert twin["site"].height == stages[chain]
    assert twin["supply"].height == arcs[chain]
    assert (twin["supply"]["supplier_ix"] >= 0).all()
    assert (twin["supply"]["customer_ix"] >= 0).all()
    result = app.findings(view)
    assert all(f.evidence for f in result.findings)
    assert result.origin.twin_hash == twin.content_hash
