"""What the records of one party say together: owner in the end, country, main site."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE, Groups, Twin
from redball.risk.kernels import strongly_connected

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Organisations:
    """Parties with the records recognised as the same taken together.

    All arrays have shape (rows of ``party``,) and are filled for every record, not only for the
    first of a group. Where records of one group differ, the first that says something counts.

    Attributes
    ----------
    group : int32 array
        First record of the party.
    parent : int32 array
        First record of its ultimate parent; the party itself when it has none.
    site : int32 array
        Main site: the record's own, else the group's; -1 when unknown.
    country : int32 array
        Index into ``countries``; -1 when unknown.
    site_country : int32 array, shape (rows of ``site``,)
        Index into ``countries``; -1 when unknown.
    countries : tuple of str
        Codes, sorted.
    """

    group: Ints
    parent: Ints
    site: Ints
    country: Ints
    site_country: Ints
    countries: tuple[str, ...]


def organisations(twin: Twin, parties: Groups) -> Organisations:
    """Bring the records of each party together and follow owners to the end."""
    group = np.asarray(parties.group, np.int32)
    texts = [twin["party"]["country"].to_list(), twin["site"]["country"].to_list()]
    countries = tuple(sorted({code for column in texts for code in column if code}))
    position = {code: i for i, code in enumerate(countries)}
    of_party, of_site = (
        np.array([position.get(code, NOWHERE) for code in column], np.int32) for column in texts
    )
    site = twin.index("party", "site")
    return Organisations(
        group=group,
        parent=ultimate(owner_named(twin, parties), group),
        site=np.where(site >= 0, site, _first_given(site, group)).astype(np.int32),
        country=_first_given(of_party, group),
        site_country=of_site,
        countries=countries,
    )


def owner_named(twin: Twin, parties: Groups) -> Ints:
    """First record of the party that each record's group names as its owner; -1 for none."""
    group = np.asarray(parties.group, np.int32)
    return _first_given(_grouped(twin, group), group)


def _grouped(twin: Twin, group: Ints) -> Ints:
    parent = twin.index("party", "ultimate_parent")
    return np.where(parent >= 0, group[parent], NOWHERE).astype(np.int32) if len(group) else group


def _first_given(values: Ints, group: Ints) -> Ints:
    """For every record the first value other than -1 in its group."""
    first = np.full(len(group), NOWHERE, np.int32)
    given = np.flatnonzero(values >= 0)[::-1]  # the last assignment wins: the first record
    first[group[given]] = values[given]
    return first[group] if len(group) else first


def ultimate(parent: Ints, group: Ints) -> Ints:
    """Follow parents to the end.

    Parties that own each other in a ring have no end; the smallest row of the ring stands for it.

    Parameters
    ----------
    parent : int32 array, shape (rows,)
        First record of the parent's group, -1 for none; the same for all records of a group.
    group : int32 array, shape (rows,)
        First record of each group.
    """
    rows = len(group)
    if rows == 0:
        return group
    step = np.where(parent >= 0, parent, group).astype(np.int32)
    end = step
    for _ in range(rows.bit_length() + 1):
        end = end[end]
    ring = strongly_connected(rows, np.arange(rows, dtype=np.int32), step)
    smallest = np.full(int(ring.max()) + 1, rows, np.int32)
    np.minimum.at(smallest, ring, np.arange(rows, dtype=np.int32))
    return smallest[ring[end]][group]
