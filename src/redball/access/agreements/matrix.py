"""Rows that do not exist yet, one of every kind that the rules of some agreements tell apart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from redball.access.agreements.document import Agreement, Grant
from redball.access.subject import HELD
from redball.model import BadUse, Label, tables
from redball.model.codes import supply_classes
from redball.model.labels import CLASSIFICATIONS
from redball.model.markings import ANY, Marking

MOST_MARKINGS = 20_000


def matrix_markings(agreements: Sequence[Agreement]) -> dict[int, Marking]:
    """One marking of every kind of row that the rules of these agreements could tell apart.

    For each giver: every table, class and caveat that one of its grants names and one that none
    names, rows without a class, a caveat or a place, every classification, exercise data and real
    data. No row has a release, so what is shown is what the agreements show. Rows that name
    several classes or places at once are not among them.

    Raises
    ------
    BadUse
        More than 20,000: compare fewer agreements at a time.
    """
    grants: dict[str, list[Grant]] = {}
    for agreement in agreements:
        for grant in agreement.grants:
            grants.setdefault(grant.giver, []).append(grant)
    found: dict[int, Marking] = {}
    for owner, given in sorted(grants.items()):
        for marking in _markings_of(owner, given):
            if len(found) >= MOST_MARKINGS:
                raise BadUse(
                    f"The matrix has more than {MOST_MARKINGS:,} markings.",
                    mend="Compare fewer agreements at a time.",
                )
            found[len(found)] = marking
    return found


def _markings_of(owner: str, grants: Sequence[Grant]) -> Iterator[Marking]:
    kinds = _named_and_one((kind for grant in grants for kind in grant.kinds), tables())
    classes = _named_and_one((code for grant in grants for code in grant.classes), supply_classes())
    caveats = _named_and_one((caveat for grant in grants for caveat in grant.caveats), HELD)
    everything = product(
        kinds,
        [(), *((code,) for code in classes)],
        CLASSIFICATIONS,
        [frozenset[str](), *(frozenset({caveat}) for caveat in caveats)],
        _places(grants),
        (False, True),
    )
    for kind, codes, classification, held, (areas, sites), exercise in everything:
        label = Label(owner, classification, caveats=held)
        yield Marking(label, kind, codes, areas, sites, exercise)


def _named_and_one(named: Iterable[str], known: Iterable[str]) -> list[str]:
    words = sorted(set(named))
    other = next((word for word in known if word not in words), None)
    return [*words, other] if other else words


_Place = tuple[tuple[str, ...], tuple[str, ...]]


def _places(grants: Sequence[Grant]) -> list[_Place]:
    """Areas and sites of a row: none at all, one of those named, and one that nobody names.

    Places that the same grants name are alike to the rules, so one of them stands for all.
    """
    alike: dict[tuple[int, ...], _Place] = {}
    areas = sorted({area for grant in grants for area in grant.areas})
    sites = sorted({site for grant in grants for site in grant.sites})
    for area in areas:
        naming = tuple(i for i, grant in enumerate(grants) if area in grant.areas)
        alike.setdefault(naming, ((area,), (ANY,)))
    for site in sites:
        naming = tuple(i for i, grant in enumerate(grants) if site in grant.sites)
        alike.setdefault(naming, ((ANY,), (site,)))
    return [((), ()), *alike.values(), ((ANY,), (ANY,))]
