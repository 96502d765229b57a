"""Suppliers over time, from orders and what arrived, beside indicators that users give."""

from datetime import date
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.model import BadData, BadUse, Twin, combine
from redball.model.hashing import content_hash
from redball.reports import Bar, Bars
from redball.risk.register import supplier_assessment
from redball.risk.register.suppliers import INDICATORS, LEAST, WINDOW_DAYS

MOST_BYTES = 4_000_000
_BARS = 15


@use_case(Action.SEE)
def register_suppliers(inputs: Inputs, indicators: Path | None = None) -> Answer:
    """How suppliers did in the last year and the one before, with what each figure rests on.

    Parameters
    ----------
    inputs : Inputs
    indicators : Path, optional
        CSV of what users know: ``supplier`` (OWNER:KEY), ``name``, ``value``, ``on``, ``source``.

    Raises
    ------
    BadUse
        The file can't be read.
    BadData
        It lacks a column, or a value is no number or day.
    """
    seen = look(inputs)
    twin, today = seen.twin, seen.twin.as_of.date()
    orders, arrivals, sources = _frames(twin)
    found = supplier_assessment(orders, arrivals, sources, today)
    names = _names(twin)
    named = found.with_columns(
        name=pl.col("supplier").replace_strict(names, default=None).fill_null(pl.col("supplier"))
    ).select("name", pl.exclude("name", "supplier"), key="supplier")
    ranked = named.sort("on_time", "key", nulls_last=True)
    given = _given(indicators, set(names)) if indicators is not None else None
    tables = {"suppliers": ranked}
    if given is not None:
        tables["indicators"] = given
    low = ranked.drop_nulls("on_time")
    said = [
        f"{ranked.height} suppliers have orders; of {low.height} there are {LEAST} deliveries or "
        "more in the last year, so that a share on time says something.",
    ]
    if low.height:
        worst = low.row(0, named=True)
        said.append(
            f"Least on time: {worst['name']}, {worst['on_time']:.0%} of {worst['deliveries']} "
            "deliveries."
        )
    else:
        said.append("Too few orders name a day promised and a consignment that has arrived.")
    bars = [
        Bar(name, 100 * share)
        for name, share in low.head(_BARS).select("name", "on_time").iter_rows()
    ]
    label = combine(twin.label_of("order"), twin.label_of("consignment"))
    for table in ("source", "party"):
        label = combine(label, twin.label_of(table))
    return Answer(
        kind="suppliers",
        title="Suppliers over time",
        said=tuple(said),
        figures={"suppliers": ranked.height, "with enough deliveries": low.height},
        tables=tables,
        charts=(Bars("Delivered on time in the last year", "%", bars),) if bars else (),
        assumptions=(
            f"The last year is the {WINDOW_DAYS} days before the day of the data, by the day that "
            "was promised.",
            "A delivery is on time when the last consignment of its order arrived on the day "
            "promised or before; orders without either day count nowhere.",
            "Price drift: median over articles of the slope of the logarithm of price over time, "
            "in the currency of each order, from three days of prices on.",
            "Load: what was ordered in the last year over what the supplier states it can deliver, "
            "of its tightest article.",
            "Parts stand beside each other; nothing is weighed into one score.",
        ),
        origin=seen.origin(label=label, parameters={"indicators": _hash(given)}),
        command=f"redball risk register suppliers {inputs.words}",
    )


def _frames(twin: Twin) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    owner = pl.col("owner").cast(pl.String)
    orders = twin.named("order").filter(pl.col("status").cast(pl.String) != "cancelled")
    own = orders.select(
        pl.concat_str(owner, "key", separator=":").alias("order"), "supplier",
        pl.concat_str("item", pl.col("currency").cast(pl.String).fill_null(""), separator="|")
        .alias("item"),
        "quantity", "ordered_on", "due_on", price_eur=pl.col("unit_price"),
    )  # fmt: skip
    came = (
        twin.named("consignment")
        .filter(pl.col("arrived_on").is_not_null(), pl.col("order").is_not_null())
        .group_by("order")
        .agg(pl.col("arrived_on").max())
    )
    sources = twin.named("source").select(
        supplier="party", item=pl.col("item"), capacity_per_month="capacity_per_month"
    )
    # capacity is stated by article, orders by article and currency: it holds for each of them
    currencies = (
        own.select("item").unique().with_columns(plain=pl.col("item").str.replace(r"\|[^|]*$", ""))
    )
    able = sources.join(currencies, left_on="item", right_on="plain").select(
        "supplier", item="item_right", capacity_per_month="capacity_per_month"
    )
    return own, came, able


def _names(twin: Twin) -> dict[str, str]:
    owner = pl.col("owner").cast(pl.String)
    rows = twin["party"].select(pl.concat_str(owner, "key", separator=":").alias("full"), "name")
    return {full: name or full for full, name in rows.iter_rows()}


def _given(path: Path, known: set[str]) -> pl.DataFrame:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadUse(f"The file is larger than {MOST_BYTES:,} bytes.", where=path.name)
        frame = pl.read_csv(path, schema=dict.fromkeys(INDICATORS, pl.String), has_header=True)
    except OSError as error:
        raise BadUse(f"The file can't be read: {error.strerror}.", where=str(path)) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise BadData(
            "This is no table of indicators.", where=path.name,
            mend=f"CSV with the columns {', '.join(INDICATORS)}. {str(error)[:120]}",
        ) from None  # fmt: skip
    for line, row in enumerate(frame.iter_rows(named=True), 2):
        where = f"{path.name}, line {line}"
        if row["supplier"] not in known:
            raise BadData(
                f"There is no party '{row['supplier']}'.", where=where, mend="Write OWNER:KEY."
            )
        try:
            float(row["value"] or ""), date.fromisoformat(row["on"] or "")
        except ValueError:
            raise BadData(
                f"'{row['value']}' on '{row['on']}' is no number on a day.", where=where,
                mend="Write for example 0.97 and 2026-10-31.",
            ) from None  # fmt: skip
    return frame.with_columns(
        pl.col("value").cast(pl.Float64), pl.col("on").str.to_date("%Y-%m-%d")
    ).sort("supplier", "name", "on")  # fmt: skip


def _hash(frame: pl.DataFrame | None) -> str | None:
    return None if frame is None else content_hash({"indicators": frame}, ())[:16]
