"""One door to all code lists, by the name used in ``code(name)`` types of the tables.

A list is a function that describes it and a function that checks a value; adding a list is adding
a row here.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from redball.model.codes import (
    countries,
    currencies,
    hazard,
    ncage,
    ncb,
    nsn,
    positions,
    supply_classes,
    units,
    unlocode,
)
from redball.model.codes.types import CodeCheck, CodeList, refuse
from redball.model.errors import BadUse

_LISTS: Mapping[str, tuple[Callable[[], CodeList], Callable[[str], CodeCheck]]] = MappingProxyType(
    {
        "country": (countries.code_list, countries.check),
        "currency": (currencies.code_list, currencies.check),
        "hazard": (hazard.code_list, hazard.check),
        "ncage": (ncage.code_list, ncage.check),
        "ncb": (ncb.code_list, ncb.check),
        "niin": (nsn.niin_list, nsn.check_niin),
        "nsn": (nsn.nsn_list, nsn.check_nsn),
        "position": (positions.code_list, positions.check),
        "supply_class": (supply_classes.code_list, supply_classes.check),
        "unit": (units.code_list, units.check),
        "unlocode": (unlocode.code_list, unlocode.check),
    }
)


@cache
def code_lists() -> Mapping[str, CodeList]:
    """All code lists by name."""
    return MappingProxyType({name: describe() for name, (describe, _) in _LISTS.items()})


def check_code(code_list: str, value: str) -> CodeCheck:
    """Check a value against a code list.

    Parameters
    ----------
    code_list : str
        Name of the list, such as ``unit``.
    value : str
        The code as it was sent; blanks around it and small letters are tolerated.

    Returns
    -------
    CodeCheck
        The canonical form, and what is wrong: an error when ``refused``, else a warning.

    Raises
    ------
    BadUse
        There is no such list.

    Examples
    --------
    >>> check_code("country", "de").value
    'DEU'
    >>> check_code("supply_class", "IV").mend
    'Write NATO:IV or US:IV.'
    """
    try:
        _, check = _LISTS[code_list]
    except KeyError:
        raise BadUse(
            f"There is no code list '{code_list}'.", mend=f"Lists: {', '.join(_LISTS)}."
        ) from None
    if not value.strip():
        return refuse("The code is empty.", "Leave the cell empty where there is no code.")
    return check(value)
