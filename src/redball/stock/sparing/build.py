"""A friendly way to a sparing problem: plain numbers and lists, with defaults for the rest."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from redball.model.errors import BadUse
from redball.stock.sparing.checks import check_problem
from redball.stock.sparing.problem import Applications, SparingProblem, Structure

Floats = npt.NDArray[np.float64]


def sparing_problem(
    *,
    supplier: Sequence[int],
    demand: npt.ArrayLike,
    repair_days: npt.ArrayLike = 0.0,
    ship_days: npt.ArrayLike = 0.0,
    repaired: npt.ArrayLike = 1.0,
    variance_to_mean: npt.ArrayLike = 1.0,
    batch: npt.ArrayLike = 1.0,
    unit_cost: npt.ArrayLike = 1.0,
    mass_kg: npt.ArrayLike = 0.0,
    volume_m3: npt.ArrayLike = 0.0,
    structure: Structure | None = None,
    applications: Applications | None = None,
    systems: npt.ArrayLike | None = None,
    least: npt.ArrayLike = 0.0,
    most: npt.ArrayLike = np.inf,
    item_names: Sequence[str] = (),
    site_names: Sequence[str] = (),
    system_names: Sequence[str] = (),
) -> SparingProblem:
    """Build and check a :class:`SparingProblem`.

    Figures of items at sites may be one number, a row over sites, a column of shape (I, 1) or the
    whole table; those of items one number or one for each. See :class:`SparingProblem` for their
    meaning and units.

    Parameters
    ----------
    supplier : sequence of int
        Supplying site of each site, -1 for a source outside.
    demand : array-like, shape (I, S)
        Removals per day.
    structure : Structure, optional
        None: no item is part of another.
    applications : Applications, optional
        None with ``systems``: each item that is in no other is installed once in every system of
        the only kind.
    systems : array-like, shape (Y, S) or (S,), optional
        Number of systems; None for none, backorders are then the only result.

    Raises
    ------
    BadUse, BadData
        As :func:`check_problem`; several kinds of system without applications.
    """
    wanted = _table("demand", demand)
    items, sites = wanted.shape
    empty = np.zeros(0, dtype=np.int32)
    inside = Structure(empty, empty, np.zeros(0)) if structure is None else structure
    kept = np.zeros((0, sites)) if systems is None else _table("systems", systems)
    problem = SparingProblem(
        supplier=_integers("supplier", supplier),
        demand=wanted,
        repaired=_table("repaired", repaired),
        repair_days=_table("repair_days", repair_days),
        ship_days=_table("ship_days", ship_days),
        variance_to_mean=_table("variance_to_mean", variance_to_mean),
        batch=_table("batch", batch),
        unit_cost=_column("unit_cost", unit_cost, items),
        mass_kg=_column("mass_kg", mass_kg, items),
        volume_m3=_column("volume_m3", volume_m3, items),
        structure=inside,
        applications=_applied(items, inside, kept) if applications is None else applications,
        systems=kept,
        least=_table("least", least),
        most=_table("most", most),
        item_names=tuple(item_names),
        site_names=tuple(site_names),
        system_names=tuple(system_names),
    )
    check_problem(problem)
    return problem


def _applied(items: int, inside: Structure, systems: Floats) -> Applications:
    """Each item that is in no other once in every system of the only kind."""
    if len(systems) > 1:
        raise BadUse(
            f"There are {len(systems)} kinds of system and nothing says what is in them.",
            where="applications",
            mend="Give the applications.",
        )
    outer = np.setdiff1d(np.arange(items), inside.child).astype(np.int32)
    outer = outer if len(systems) else outer[:0]
    ones = np.ones(len(outer))
    return Applications(outer, np.zeros_like(outer), ones, ones, ones)


def _numbers(name: str, values: npt.ArrayLike) -> Floats:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadUse(
            "The values are not a table of numbers.", where=name, mend="Give rows of one length."
        ) from error


def _table(name: str, values: npt.ArrayLike) -> Floats:
    """Rows of items; one number or a row over sites stands for all items."""
    array = _numbers(name, values)
    if array.ndim > 2:
        raise BadUse(
            f"{name} has {array.ndim} axes.", mend="Give items as rows and sites as columns."
        )
    return np.atleast_2d(array)


def _column(name: str, values: npt.ArrayLike, items: int) -> Floats:
    array = _numbers(name, values)
    return np.full(items, float(array)) if array.ndim == 0 else array


def _integers(name: str, values: Sequence[int]) -> npt.NDArray[np.int32]:
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise BadUse(f"{name} is not a list of whole numbers.", mend="Give one for each site.")
    return array.astype(np.int32)
