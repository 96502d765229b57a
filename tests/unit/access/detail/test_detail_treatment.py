"""Every attribute of the language has a treatment, and none by accident."""

import pytest

from redball.access.detail import Treatment, treatments
from redball.access.detail.treatment import is_stated
from redball.model import Kind, tables

TELLING = (Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.TIMESTAMP, Kind.TEXT, Kind.PAIRS)
FITTING = {
    Treatment.MEASURE: {Kind.NUMBER, Kind.INTEGER},
    Treatment.COORDINATE: {Kind.NUMBER},
    Treatment.DATE: {Kind.DATE},
}


@pytest.mark.parametrize("name", list(tables()))
def test_numbers_dates_texts_and_pairs_are_stated_one_by_one(name: str) -> None:
    unstated = [
        a.name
        for a in tables()[name].attributes
        if a.type.kind in TELLING and not is_stated(name, a.name)
    ]
    assert unstated == []


@pytest.mark.parametrize("name", list(tables()))
def test_a_treatment_fits_the_type(name: str) -> None:
    for attribute in tables()[name].attributes:
        treatment = treatments(name)[attribute.name]
        assert attribute.type.kind in FITTING.get(treatment, set(Kind)), attribute.name


def test_nothing_is_stated_twice_or_for_what_does_not_exist() -> None:
    from redball.access.detail.treatment import _STATED

    pairs = [
        (name, attribute)
        for by_table in _STATED.values()
        for name, attributes in by_table.items()
        for attribute in attributes.split()
    ]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) <= {(name, a) for name, spec in tables().items() for a in spec.names}


def test_an_amount_that_is_kept_is_a_deliberate_one() -> None:
    kept = {
        f"{name}.{a.name}"
        for name, spec in tables().items()
        for a in spec.attributes
        if a.type.kind in (Kind.NUMBER, Kind.INTEGER) and treatments(name)[a.name] is Treatment.KEPT
    }
    assert kept == {
        "item.quantity_per_unit", "item.mass_kg", "item.volume_m3", "item.shelf_life_days",
        "structure.quantity", "structure.needed", "demand.period_days", "requirement.priority",
        "rate.per_eur",
    }  # fmt: skip


def test_an_attribute_stated_nowhere_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    from redball.access.detail import treatment

    monkeypatch.setattr(treatment, "_STATED", {})
    found = treatment.treatments.__wrapped__("holding")
    assert found["quantity"] is Treatment.WITHHELD
    assert found["lot"] is Treatment.WITHHELD
    assert found["item"] is Treatment.KEPT


@pytest.mark.parametrize("name", list(tables()))
def test_a_key_that_others_refer_to_is_never_written_anew(name: str) -> None:
    spec = tables()[name]
    parts = [treatments(name)[part] for part in spec["key"].derived_from]
    referred = any(name in other.refs.values() for other in tables().values())
    assert not (referred and any(t is not Treatment.KEPT for t in parts))
