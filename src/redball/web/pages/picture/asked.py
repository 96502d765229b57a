"""What the address of the picture asks for."""

from typing import Annotated

from fastapi import Query

from redball.app.operating import MOST_DAYS, Chosen

_Word = Annotated[str, Query(max_length=80)]


def chosen_by(
    nation: _Word = "",
    supply_class: Annotated[str, Query(alias="class", max_length=80)] = "",
    kind: _Word = "",
    level: _Word = "",
    text: Annotated[str, Query(max_length=200)] = "",
    ahead: Annotated[int, Query(ge=0, le=MOST_DAYS)] = 0,
) -> Chosen:
    """Which places are looked at, from the parameters of an address."""
    return Chosen(nation, supply_class, kind, level, text.strip(), ahead)
