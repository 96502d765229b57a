"""Words of a closed list, and codes of the code lists; each distinct value is looked at once."""

import re

import polars as pl

from redball.exchange.check.cells import Cells, as_text, replaced, verdict_frame
from redball.exchange.check.rule import ERROR, WARNING, Rule, did_you_mean
from redball.model.codes import check_code, code_lists

UNKNOWN_WORD = Rule(
    "unknown-word",
    ERROR,
    "The column does not know this word.",
    "A word outside the list means something only to its sender.",
    "Use a word of the table reference, or translate yours with 'codes' in a mapping file.",
)
CODE_REFUSED = Rule(
    "code-refused",
    ERROR,
    "The code is not one of its code list.",
    "A wrong code joins what is different or parts what is the same.",
    "Look the code up in the list named.",
)
CODE_DOUBTFUL = Rule(
    "code-doubtful",
    WARNING,
    "The code is kept, but there is a doubt about it.",
    "Code lists of allies are not complete in public sources.",
    "Confirm the code with its source.",
)
RULES = (UNKNOWN_WORD, CODE_REFUSED, CODE_DOUBTFUL)


def parse_word(cells: Cells) -> pl.Series:
    """Words of an ``enum``, in any case, with blank or hyphen for ``_``."""
    values = as_text(cells)
    choices = cells.attribute.type.choices
    folded = {_folded(choice): choice for choice in choices}
    keep: dict[str, str | None] = {}
    wrong: list[tuple[str, str, str]] = []
    for value in values.unique().drop_nulls().to_list():
        if value in choices:
            continue
        keep[value] = folded.get(_folded(value))
        if keep[value] is None:
            hint = did_you_mean(value, choices)
            wrong.append(
                (value, UNKNOWN_WORD.title, f"{hint} Use one of: {', '.join(choices)}.".strip())
            )
    cells.report_values(UNKNOWN_WORD, verdict_frame(wrong), values)
    return replaced(values, keep)


def parse_code(cells: Cells) -> pl.Series:
    """Codes in their canonical form."""
    values = as_text(cells)
    name = cells.attribute.type.target
    known = tuple(code for code, _ in code_lists()[name].values)
    keep: dict[str, str | None] = {}
    refused: list[tuple[str, str, str]] = []
    doubtful: list[tuple[str, str, str]] = []
    for value in values.unique().drop_nulls().to_list():
        verdict = check_code(name, value)
        if verdict.refused:
            keep[value] = None
            hint = "" if "mean" in verdict.mend else did_you_mean(value, known)
            refused.append(
                (value, verdict.problem, f"{hint} {verdict.mend}".strip() or CODE_REFUSED.mend)
            )
            continue
        if verdict.value != value:
            keep[value] = verdict.value
        if verdict.problem:
            doubtful.append((value, verdict.problem, verdict.mend or CODE_DOUBTFUL.mend))
    cells.report_values(CODE_REFUSED, verdict_frame(refused), values)
    cells.report_values(CODE_DOUBTFUL, verdict_frame(doubtful), values)
    return replaced(values, keep)


def _folded(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())
