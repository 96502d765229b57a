"""The pages that the head of every page leads to, as far as a person's role may open them."""

from collections.abc import Callable
from dataclasses import dataclass

from redball.access.actions import Action


def N_(words: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark words for translation where they stand; they are translated where they are shown."""
    return words


@dataclass(frozen=True)
class Entry:
    """One page of the head.

    Attributes
    ----------
    path, title : str
    under : tuple of str
        Paths that belong to it.
    action : Action
    """

    path: str
    title: str
    action: Action
    under: tuple[str, ...] = ()


MAIN = (
    Entry("/picture", N_("Picture"), Action.SEE),
    Entry("/network", N_("Supply network"), Action.SEE),
    Entry("/findings", N_("Findings"), Action.SEE),
    Entry("/readiness", N_("Readiness and stock"), Action.SEE, ("/stock",)),
    Entry("/scenarios", N_("Stress and scenarios"), Action.SEE, ("/stress", "/exposure", "/work")),
    Entry("/plans", N_("Plan"), Action.REQUEST),
    Entry("/risks", N_("Risks"), Action.SEE),
    Entry("/data", N_("Data"), Action.CONTRIBUTE),
    Entry("/sharing", N_("Sharing"), Action.SEE),
    Entry("/reports", N_("Reports"), Action.SEE, ("/answers",)),
    Entry("/people", N_("People"), Action.ADMINISTER, ("/tokens",)),
)


def navigation(
    here: str, may: Callable[[Action], bool], url: Callable[[str], str]
) -> list[dict[str, object]]:
    """Entries that a person may open, with which one they are on.

    Parameters
    ----------
    here : str
        Path of the page.
    may : callable
        Whether the person may do something.
    url : callable
        Address of a path.
    """
    return [
        {
            "href": url(entry.path),
            "title": entry.title,
            "current": any(
                here == path or here.startswith(f"{path}/") for path in (entry.path, *entry.under)
            ),
        }
        for entry in MAIN
        if may(entry.action)
    ]
