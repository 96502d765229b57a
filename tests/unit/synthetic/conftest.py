"""A small independent checker of frames against the language."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl
import pytest

from redball.model import Kind, LabelError, Table, parse_label, table, tables
from redball.model.codes import check_code
from redball.model.frames import value_schema
from redball.synthetic import FAULTS, NationalPackage, exercise_coalition

Frames = Mapping[str, Mapping[str, pl.DataFrame]]
Inconsistencies = Callable[[Frames], list[str]]

_PLACED = ("latitude", "longitude", "position")


def _with_keys(spec: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with derived keys made, as the check makes them."""
    if "key" in frame.columns:
        return frame
    parts = [
        pl.col(c).cast(pl.String).str.replace_all(":", ".").fill_null("")
        if c in frame.columns
        else pl.lit("")
        for c in spec["key"].derived_from
    ]
    return frame.with_columns(key=pl.concat_str(parts, separator="|"))


def _shape(where: str, spec: Table, frame: pl.DataFrame) -> Iterator[str]:
    schema = {**value_schema(spec), "label": pl.String()}
    for column in frame.columns:
        if column not in schema:
            yield f"{where}: '{column}' is not an attribute"
        elif frame[column].dtype != schema[column]:
            yield f"{where}.{column}: {frame[column].dtype}, not {schema[column]}"
    for attribute in spec.attributes:
        given = attribute.name in frame.columns and not frame[attribute.name].null_count()
        if attribute.required and not attribute.default and not given:
            yield f"{where}.{attribute.name}: required and not given"
    if frame["key"].n_unique() < frame.height:
        twice = frame["key"].filter(frame["key"].is_duplicated()).unique().head(3).to_list()
        yield f"{where}: duplicate keys {twice}"


def _values(where: str, spec: Table, frame: pl.DataFrame) -> Iterator[str]:
    for attribute in spec.attributes:
        if attribute.name not in frame.columns:
            continue
        kind, column = attribute.type, frame[attribute.name].drop_nulls()
        place = f"{where}.{attribute.name}"
        if kind.kind in (Kind.NUMBER, Kind.INTEGER) and len(column):
            low, high = float(str(column.min())), float(str(column.max()))
            if kind.minimum is not None and low < kind.minimum:
                yield f"{place}: {low} under {kind.minimum}"
            if kind.above is not None and low <= kind.above:
                yield f"{place}: {low} not over {kind.above}"
            if kind.maximum is not None and high > kind.maximum:
                yield f"{place}: {high} over {kind.maximum}"
        if kind.kind is Kind.ENUM and not set(column.unique()) <= set(kind.choices):
            yield f"{place}: words {set(column.unique()) - set(kind.choices)}"
        if kind.kind is Kind.CODE:
            for value in column.unique().sort().head(2_000):
                if check_code(kind.target, value).refused:
                    yield f"{place}: {check_code(kind.target, value).problem}"
        if kind.kind is Kind.KEY and column.str.contains(":", literal=True).any():
            yield f"{place}: a key holds a colon"


def _labels(where: str, owner: str, frame: pl.DataFrame) -> Iterator[str]:
    if "label" in frame.columns:
        for text in frame["label"].drop_nulls().unique():
            try:
                parse_label(text, owner)
            except LabelError as error:
                yield f"{where}: {error}"


def _references(
    where: str, owner: str, spec: Table, frame: pl.DataFrame, known: Mapping[str, set[str]]
) -> Iterator[str]:
    for name, target in spec.refs.items():
        if name in frame.columns:
            texts = frame[name].drop_nulls().unique()
            full = {text if ":" in text else f"{owner}:{text}" for text in texts}
            if full - known[target]:
                yield f"{where}.{name}: names no row: {sorted(full - known[target])[:3]}"


def _sense(where: str, name: str, frame: pl.DataFrame) -> Iterator[str]:
    if name == "source":
        over = frame.group_by("item").agg(pl.col("share").sum()).filter(pl.col("share") > 1 + 1e-9)
        if over.height:
            yield f"{where}: shares over 1 for {over['item'].head(3).to_list()}"
        if frame.select("party", "item").is_duplicated().any():
            yield f"{where}: a party supplies an item twice"
    if name == "lane" and (frame["from_site"] == frame["to_site"]).any():
        yield f"{where}: a lane leads to its start"
    if name == "holding" and (frame["reserved"] > frame["quantity"]).any():
        yield f"{where}: more reserved than held"
    if (
        name == "fleet"
        and "available" in frame.columns
        and (frame["available"] > frame["count"]).any()
    ):
        yield f"{where}: more available than held"
    if name == "structure" and (frame["parent"] == frame["child"]).any():
        yield f"{where}: a part of itself"
    if name == "site":
        placed = [c for c in _PLACED if c in frame.columns]
        if frame.select(pl.all_horizontal(pl.col(c).is_null() for c in placed).any()).item():
            yield f"{where}: a site without a position"
    if name == "order" and (frame["due_on"] < frame["ordered_on"]).any():
        yield f"{where}: due before ordered"


def _inconsistencies(frames: Frames) -> list[str]:
    keyed = {
        owner: {name: _with_keys(table(name), f) for name, f in part.items()}
        for owner, part in frames.items()
    }
    known = {
        name: {
            f"{o}:{key}" for o, part in keyed.items() if name in part for key in part[name]["key"]
        }
        for name in tables()
    }
    found: list[str] = []
    for owner, part in keyed.items():
        for name, frame in part.items():
            where, spec = f"{owner} {name}", table(name)
            found += _shape(where, spec, frame)
            found += _values(where, spec, frame)
            found += _labels(where, owner, frame)
            found += _references(where, owner, spec, frame, known)
            found += _sense(where, name, frame)
    return found


@pytest.fixture(scope="session")
def inconsistencies() -> Inconsistencies:
    """What is wrong with the frames of a coalition, in sentences."""
    return _inconsistencies


@pytest.fixture(scope="session")
def coalition() -> Sequence[NationalPackage]:
    """The exercise coalition with the default seed."""
    return exercise_coalition()


@pytest.fixture(scope="session", params=[1944, 7], ids="seed {}".format)
def sound(request: pytest.FixtureRequest) -> dict[str, dict[str, pl.DataFrame]]:
    """Tables by owner without the faulty rows, with all keys made and typed again."""
    packages = exercise_coalition(request.param)
    return {p.owner: {n: _sound(p.owner, n, f) for n, f in p.tables.items()} for p in packages}


def _sound(owner: str, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    spec = table(name)
    frame = _with_keys(spec, frame)
    if owner == "POL":
        bad = [fault.key.rstrip("|") for fault in FAULTS if fault.table == name]
        frame = frame.filter(~pl.col("key").str.strip_chars_end("|").is_in(bad))
    return frame.with_columns(
        _typed(frame[c], dtype) for c, dtype in value_schema(spec).items() if c in frame.columns
    )


def _typed(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    if column.dtype == dtype:
        return column
    if dtype == pl.Date:
        return column.str.to_date("%d.%m.%Y")
    return column.str.replace(",", ".", literal=True).cast(dtype)
