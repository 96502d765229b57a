"""An agreement in plain text, for those who sign it."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.agreements.text import content_hash, moment_text

_WIDTH = 92

_DETAIL = {
    Detail.EXACT: "exactly as it stands",
    Detail.ROUNDED: "rounded",
    Detail.BANDED: "in bands",
    Detail.TOTALS: "only as totals of several rows",
}
_ACTION = {
    "see": "look at the rows",
    "aggregate": "look at totals",
    "request": "plan with the stock and ask for it",
    "purchase": "count on it in a joint purchase",
    "export": "let results leave the node",
}


def rendered(agreement: Agreement) -> str:
    """Write out what an agreement says, every field of it.

    Raises
    ------
    BadData
        The agreement is not sound.
    """
    return "\n".join(_lines(agreement, content_hash(agreement))) + "\n"


def _lines(agreement: Agreement, sha256: str) -> Iterator[str]:
    yield f"Agreement {agreement.id}, version {agreement.version}"
    yield from wrap(agreement.title, _WIDTH)
    yield ""
    yield f"Parties      {', '.join(agreement.parties)}"
    yield f"Purpose      {agreement.purpose}"
    yield f"Valid from   {moment_text(agreement.valid_from)}"
    yield f"Valid until  {moment_text(agreement.valid_until)}, not including that moment"
    yield f"Rows         {'exercise data only' if agreement.exercise_only else 'any'}"
    yield f"Totals       at most {agreement.totals_per_day} states of totals a day for each party"
    yield f"Template     {agreement.template or 'none'}"
    for number, grant in enumerate(agreement.grants):
        yield ""
        yield from _grant_lines(number, grant)
    yield ""
    yield "Those who receive promise:" if agreement.obligations else "No obligations."
    for sentence in agreement.obligations:
        yield from wrap(sentence, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    yield ""
    yield "Any party ends it at once by a signed revocation. What was already shown stays known."
    yield f"SHA-256      {sha256}"


def _grant_lines(number: int, grant: Grant) -> Iterator[str]:
    yield f"Grant {number}: {grant.giver} gives to {', '.join(grant.to)}"
    where = grant.sites or grant.areas
    places = "sites" if grant.sites else "countries"
    listed = (
        ("tables", grant.kinds),
        ("classes", grant.classes or ("every class of supply",)),
        (places, where or ("everywhere",)),
        ("up to", (grant.ceiling,)),
        ("caveats", grant.caveats or ("only rows without a caveat",)),
        ("may", tuple(_ACTION[action] for action in grant.actions)),
        ("detail", (_DETAIL[grant.detail],)),
    )
    for head, words in listed:
        yield from _listed(head, words)


def _listed(head: str, words: Sequence[str]) -> list[str]:
    return wrap(
        ", ".join(words),
        _WIDTH,
        initial_indent=f"  {head:<11}",
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    )
