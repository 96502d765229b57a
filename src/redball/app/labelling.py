"""Labels for people and other systems: check a file, combine rows' labels, convert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access.labels import (
    ConfidentialityLabel,
    Policy,
    from_row,
    marking,
    policy_for,
    read_label_json,
    read_label_xml,
    read_policy,
    to_row,
    validate,
    write_label_json,
    write_label_xml,
)
from redball.model import BadUse, Label, UnsafeFile, dominant, parse_label

MOST_BYTES = 1 << 20
FORMS = ("xml", "json", "text")


@dataclass(frozen=True)
class LabelCheck:
    """A label that was read and checked.

    Attributes
    ----------
    valid : bool
    marking : str
        As it is written on a page; empty where the policy does not know its words.
    problems : polars.DataFrame
        ``rule``, ``what``, ``where``.
    warnings : tuple of str
        What was tolerated in reading.
    """

    valid: bool
    marking: str
    problems: pl.DataFrame
    warnings: tuple[str, ...]


def label_check(path: Path, *, policy: Path | None = None, language: str = "") -> LabelCheck:
    """Read a label file, check it against a policy, and make its marking.

    Without a policy it is the sample policy, and the members that the label names are taken as
    members: who they are only the coalition's own policy can say.

    Raises
    ------
    LabelError, UnsafeFile
        It is not a label, or not one that is read.
    """
    label = _read(path)
    known = read_policy(_bytes(policy)) if policy is not None else policy_for([label])
    problems = validate(label, known)
    frame = pl.DataFrame(
        [(p.rule, p.what, p.where) for p in problems],
        schema={"rule": pl.String, "what": pl.String, "where": pl.String},
        orient="row",
    )
    text = "" if problems else marking(label, known, language)
    return LabelCheck(not problems, text, frame, label.warnings)


def label_combine(texts: Sequence[str]) -> str:
    """Label of what is made of rows, each given as ``OWNER: LABEL``.

    Raises
    ------
    BadUse
        Fewer than two labels, or one without its owner.
    LabelError
        One can't be read.
    """
    if len(texts) < 2:
        raise BadUse("One label alone is not combined.", mend="Give two or more.")
    return dominant([_row(text) for text in texts]).text


def label_convert(text: str, *, form: str, now: datetime | None = None) -> str:
    """Write a label in another form.

    Parameters
    ----------
    text : str
        ``OWNER: LABEL`` of a row, or the path of a label file.
    form : str
        ``xml``, ``json`` or ``text``.

    Raises
    ------
    BadUse
        The form is not known.
    LabelError
        It can't be read, or can't be said in that form.
    """
    if form not in FORMS:
        raise BadUse(f"'{form}' is not a form.", mend=f"Use one of: {', '.join(FORMS)}.")
    path = Path(text)
    if path.suffix in (".xml", ".json") and path.is_file():
        label = _read(path)
    else:
        label = from_row(_row(text), made_at=now or datetime.now(UTC))
    if form == "text":
        row = to_row(label)
        return f"{row.owner}: {row.text}"
    return (write_label_xml(label) if form == "xml" else write_label_json(label)).decode()


def _row(text: str) -> Label:
    owner, colon, rest = text.partition(":")
    if not colon:
        raise BadUse(f"'{text}' does not say whose row it is.", mend="Write OWNER: and the label.")
    return parse_label(rest.strip(), owner.strip())


def _read(path: Path) -> ConfidentialityLabel:
    data = _bytes(path)
    return read_label_json(data) if data.lstrip()[:1] == b"{" else read_label_xml(data)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise BadUse("There is no such file.", where=str(path))
    if path.stat().st_size > MOST_BYTES:
        raise UnsafeFile(
            f"The file is larger than {MOST_BYTES >> 20} MiB.",
            where=str(path),
            mend="A label or a policy is small.",
        )
    return path.read_bytes()


__all__ = ["LabelCheck", "Policy", "label_check", "label_combine", "label_convert"]
