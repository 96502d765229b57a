"""Labels of rows: read them, or refuse the row; a row without one gets the sender's default."""

import polars as pl

from redball.exchange.check.cells import Cells, as_text, replaced, verdict_frame
from redball.exchange.check.rule import ERROR, Rule
from redball.model.errors import LabelError
from redball.model.labels import CLASSIFICATIONS, Label, ResultLabel, dominant, parse_label

LABEL_UNREADABLE = Rule(
    "label-unreadable",
    ERROR,
    "The label can't be read.",
    "A row whose release is in doubt is not taken in: deny on doubt.",
    "Write, for example, 'RESTRICTED // REL NLD POL', or leave it empty for the package's label.",
)
OWNER_CODE = Rule(
    "owner-code",
    ERROR,
    "The owner of the package is not an owner code.",
    "Every row belongs to an owner; without one nothing can be taken in.",
    'Write the owner code in the manifest, such as owner = "DEU".',
)
RULES = (LABEL_UNREADABLE, OWNER_CODE)


def default_label(text: str | None, owner: str) -> Label | LabelError:
    """Label of rows that bring none: the manifest's, else the lowest class, for the owner only."""
    try:
        return parse_label(text, owner) if text and text.strip() else Label(owner)
    except LabelError as error:
        return error


def parse_labels(cells: Cells) -> pl.Series:
    """Labels in their compact form."""
    values = as_text(cells)
    keep: dict[str, str | None] = {}
    wrong: list[tuple[str, str, str]] = []
    for value in values.unique().drop_nulls().to_list():
        try:
            canonical = parse_label(value, cells.owner).text
        except LabelError as error:
            keep[value] = None
            wrong.append((value, error.what, error.mend or LABEL_UNREADABLE.mend))
            continue
        if canonical != value:
            keep[value] = canonical
    cells.report_values(LABEL_UNREADABLE, verdict_frame(wrong), values)
    return replaced(values, keep)


def dominant_of(texts: set[str], owner: str, doubt: bool) -> ResultLabel:
    """Dominant label of canonical texts; with a doubt, the highest class for the owner only."""
    try:
        labels = [parse_label(text, owner) for text in sorted(texts)]
        if doubt:
            labels.append(Label(owner, CLASSIFICATIONS[-1]))
    except LabelError:
        return ResultLabel(CLASSIFICATIONS[-1], frozenset())
    return dominant(labels)
