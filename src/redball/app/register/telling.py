"""The register for faces: a table, a document, a text."""

from typing import Any

import polars as pl

from redball.app.register.keeping import APPETITE, KeptRegister, NoSuchRisk
from redball.desk.journal import Note
from redball.risk.register import Register, as_values, write_register

_SCHEMA = {
    "key": pl.String, "title": pl.String, "category": pl.String, "per_year": pl.Float64,
    "days": pl.Float64, "confidence": pl.String, "source": pl.String, "cause": pl.String,
    "owner": pl.String, "review": pl.Date, "state": pl.String, "notices": pl.Int64,
    "strikes": pl.String, "version": pl.String,
}  # fmt: skip


def register_frame(known: KeptRegister) -> pl.DataFrame:
    """One row for each risk, those that want an eye first."""
    wanting: dict[str, int] = {}
    for notice in known.notices:
        wanting[notice.risk] = wanting.get(notice.risk, 0) + 1
    rows = [
        {
            "key": risk.key, "title": risk.title, "category": risk.category,
            "per_year": risk.per_year, "days": risk.duration.mean, "confidence": risk.believed,
            "source": risk.source, "cause": risk.cause, "owner": risk.owner,
            "review": risk.review, "state": risk.state, "notices": wanting.get(risk.key, 0),
            "strikes": "; ".join(f"{kind} {name}" for kind, name in risk.strikes),
            "version": known.versions.get(("risk", risk.key), ""),
        }
        for risk in known.register.risks
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=_SCHEMA)
    return frame.sort("notices", "per_year", "key", descending=[True, True, False])


def register_document(known: KeptRegister) -> dict[str, Any]:
    """Everything, as plain values."""
    return {
        "label": known.origin.marking,
        "as_of": known.origin.as_of.isoformat(),
        "risks": [
            {**as_values(risk), "believed": risk.believed,
             "version": known.versions.get(("risk", risk.key), "")}
            for risk in known.register.risks
        ],
        "causes": [as_values(cause) for cause in known.register.causes],
        APPETITE: as_values(known.register.appetite),
        "notices": [vars(notice) for notice in known.notices],
    }  # fmt: skip


def history_document(known: KeptRegister, key: str) -> dict[str, Any]:
    """One risk with everything that was written about it.

    Raises
    ------
    NoSuchRisk
        Nothing was ever written about it that the viewer may know.
    """
    written = known.history(key)
    if not written:
        raise NoSuchRisk(key)
    risk = known.register.risk(key)
    return {
        "label": known.origin.marking,
        "risk": None if risk is None else as_values(risk),
        "notices": [vars(notice) for notice in known.notices if notice.risk == key],
        "history": [_told(before, note) for before, note in zip((None, *written), written,
                                                                strict=False)],
    }  # fmt: skip


def _told(before: Note | None, note: Note) -> dict[str, Any]:
    """What an entry says, and what it changed."""
    earlier = before.body if before is not None else {}
    names = [*earlier, *(name for name in note.body if name not in earlier)]
    changed = {
        name: {"from": earlier.get(name), "to": note.body.get(name)}
        for name in names
        if earlier.get(name) != note.body.get(name)
    }
    return {
        "at": note.at.isoformat(), "by": note.by, "verb": note.verb, "words": note.words,
        "changed": changed if before is not None else {}, "leaf": note.leaf, "id": note.id,
    }  # fmt: skip


def register_text(register: Register) -> str:
    """A register as TOML."""
    return write_register(register)
