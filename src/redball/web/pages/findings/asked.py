"""Which findings an address asks for."""

from typing import Annotated

from fastapi import Query

from redball.app.worklist import Wanted

_Several = Annotated[list[str] | None, Query(max_length=40)]
_Text = Annotated[str, Query(max_length=200)]


def asked_for(
    state: _Several = None,
    level: _Several = None,
    rule: _Several = None,
    owner: _Several = None,
    assignee: _Text = "",
    text: _Text = "",
    sort: _Text = "",
    desc: _Text = "",
) -> Wanted:
    """Read the filters and the order of the list; empty ones count as none."""

    def given(values: list[str] | None) -> tuple[str, ...]:
        return tuple(value for value in values or () if value)

    return Wanted(
        given(state), given(level), given(rule), given(owner), assignee, text, sort, bool(desc)
    )
