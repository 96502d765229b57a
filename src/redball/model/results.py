"""Values that capabilities share: findings, consumption, groups, and where results come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model.labels import ResultLabel

Scalar = str | int | float | bool | None


class Level(StrEnum):
    """Status levels, lowest first; the highest wins when consolidated."""

    OFF = "off"
    STANDBY = "standby"
    NORMAL = "normal"
    CAUTION = "caution"
    SERIOUS = "serious"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in the order, 0 for ``off``."""
        return list(Level).index(self)


@dataclass(frozen=True, order=True)
class RowRef:
    """A row of the twin by its owner-scoped key."""

    table: str
    owner: str
    key: str

    def __str__(self) -> str:
        return f"{self.table} {self.owner}:{self.key}"


NOBODY = ResultLabel("SECRET", frozenset())
"""Label of a result that nobody labelled: deny on doubt."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, how bad, and the rows behind it.

    Attributes
    ----------
    rule : str
        Name of the rule, such as ``single-source``.
    level : Level
        How bad: caution, serious or critical.
    subject : RowRef
        The row it is about.
    title : str
        One sentence for a reader.
    measure : str
        Name and unit of ``value``, such as ``HHI by ultimate parent``.
    value, threshold : float or None
        What was measured and the limit it passed.
    detail : mapping
        Further figures, by name.
    evidence : tuple of RowRef
        The rows it rests on.
    label : ResultLabel
        Dominant label of subject and evidence.
    """

    rule: str
    level: Level
    subject: RowRef
    title: str
    measure: str = ""
    value: float | None = None
    threshold: float | None = None
    detail: Mapping[str, Scalar] = field(default_factory=dict)
    evidence: tuple[RowRef, ...] = ()
    label: ResultLabel = NOBODY

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", MappingProxyType(dict(self.detail)))


@dataclass(frozen=True)
class Consumption:
    """Mean consumption per site and item.

    Attributes
    ----------
    frame : polars.DataFrame
        Columns ``site_ix`` and ``item_ix`` (int32, row indices of the twin's tables),
        ``per_day`` (float64, units of issue per day), ``basis`` (``demand history`` or
        ``planning factor``), one row per site and item.
    as_of : date
        Last day considered.
    window_days : int
        Length of the history window.
    assumptions : tuple of str
        What was assumed, in sentences.
    """

    frame: pl.DataFrame
    as_of: date
    window_days: int
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """Records recognised as the same thing.

    Attributes
    ----------
    table : str
        ``item`` or ``party``.
    group : int32 array, shape (rows,)
        For each row of the twin's table the smallest row index of its group.
    basis : tuple of str, length rows
        Why the row is in its group: ``niin``, ``part number``, ``ncage``, ``confirmed``, or ``""``
        when it stands alone.
    candidates : polars.DataFrame
        Pairs for a person to confirm: ``a_ix``, ``b_ix`` (int32), ``score`` (0 to 1), ``why``.
    """

    table: str
    group: npt.NDArray[np.int32]
    basis: tuple[str, ...]
    candidates: pl.DataFrame


@dataclass(frozen=True)
class Reliance:
    """An agreement that a result rests on.

    Attributes
    ----------
    agreement : str
        Id, such as ``MLS-2026-001``.
    version : int
    title : str
    exportable : bool
        Whether the agreement lets results leave the node.
    obligations : tuple of str
        Duties of whoever uses the result, in sentences.
    """

    agreement: str
    version: int
    title: str
    exportable: bool
    obligations: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values."""
        return {
            "agreement": self.agreement,
            "version": self.version,
            "title": self.title,
            "exportable": self.exportable,
            "obligations": list(self.obligations),
        }


@dataclass(frozen=True)
class Origin:
    """Where a result comes from: enough to make it again.

    Attributes
    ----------
    viewer : str
    as_of : datetime
        The moment, with zone.
    revision : int
        Last revision of the store in the twin.
    twin_hash, software : str
    label : ResultLabel
        Dominant label of what went in.
    parameters : mapping
        What was set, by name.
    seed : int or None
    exercise : bool
        Whether any of the data are exercise data.
    agreements : tuple of Reliance
        What it rests on beside the viewer's own rows and those that labels release.
    subject : str
        Who asked, in full, where that is more than the nation.
    recorded_in : str
        Address of the store whose ledger records what is done with the result; empty for none.
    """

    viewer: str
    as_of: datetime
    revision: int
    twin_hash: str
    software: str
    label: ResultLabel
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    seed: int | None = None
    exercise: bool = False
    agreements: tuple[Reliance, ...] = ()
    subject: str = ""
    recorded_in: str = field(default="", repr=False, compare=False)

    @property
    def marking(self) -> str:
        """Label for banners and exports; exercise data are marked as such."""
        return f"EXERCISE // {self.label.text}" if self.exercise else self.label.text

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON and report heads."""
        return {
            "viewer": self.viewer,
            "subject": self.subject or self.viewer,
            "as_of": self.as_of.isoformat(),
            "revision": self.revision,
            "twin_hash": self.twin_hash,
            "software": self.software,
            "label": self.label.text,
            "exercise": self.exercise,
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "agreements": [one.as_dict() for one in self.agreements],
        }
