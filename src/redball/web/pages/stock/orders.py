"""``/stock/orders``: the orders to place today by supplier, to be taken away as a package."""

import io
import tempfile
import zipfile
from pathlib import Path

import polars as pl
from fastapi.responses import JSONResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.explorer import Underway
from redball.app.soon import replenish_soon
from redball.model import NotPermitted
from redball.web.answers import Export, shown_answer, tabled
from redball.web.pages.stock.asked import ReplenishAsked
from redball.web.pages.stock.part import explorer_of, not_yet, pages, tabs, waiting
from redball.web.visit import Visit, Visited

_SOURCES = ("action", "from", "lines", "amount_eur", "last_due_on", "source")
_ORDERS = (
    "action", "item_name", "site", "quantity", "unit_of_issue", "party_name", "from_site",
    "amount_eur", "due_on", "why", "position", "reorder_point", "order_up_to", "label",
)  # fmt: skip


@pages.page("/stock/orders", action=Action.SEE)
def orders(visit: Visited, asked: ReplenishAsked, source: str = "") -> Response:
    """Show the orders to place today, by source, each with its reason."""
    found = replenish_soon(visit.inputs, asked, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return waiting(visit, found, "Orders to place")
    lines = found.tables["orders"]
    if source:
        lines = lines.filter(_source_of() == source)
    everything = visit.url("/api/v1/stock/orders", **_options(visit))
    return visit.page(
        "stock/orders.html",
        title=found.title,
        origin=found.origin,
        live=("picture",),
        tabs=tabs(visit),
        asked=asked,
        source=source,
        sources=tabled(
            visit, found.tables["by_source"].with_columns(
                pl.coalesce("party_name", "from_site").alias("from"), source=_source_of()
            ),
            "By source", anchor="sources", prefix="sources.", columns=_SOURCES,
            links={"from": lambda row: visit.here(source=row["source"], page=None)},
            words={"source": "Key"}, key="source", chosen=source,
            empty="No order is due.",
        ),
        lines=tabled(
            visit, lines, "Orders" if not source else f"Orders from {source}", anchor="lines",
            columns=_ORDERS, words={"party_name": "From", "quantity": "Order"},
            everything=everything, empty="No order is due.",
        ),
        shown=shown_answer(
            visit, found, leave_out=("orders", "by_source"), everything=everything,
            exports=_exports(visit, everything),
        ),
    )  # fmt: skip


@pages.api("/stock/orders", action=Action.SEE)
def orders_json(visit: Visited, asked: ReplenishAsked) -> JSONResponse:
    """Answer the orders to place today, as ``redball stock replenish`` does."""
    found = replenish_soon(visit.inputs, asked, explorer=explorer_of(visit))
    return not_yet(found) if isinstance(found, Underway) else JSONResponse(found.document)


@pages.file("/stock/orders/package", action=Action.EXPORT)
def package(visit: Visited, asked: ReplenishAsked) -> Response:
    """Download the orders as tables of a package: imported as changes they count as placed."""
    with tempfile.TemporaryDirectory(prefix="redball-orders-") as folder:
        place = Path(folder)
        answer = app.replenish(visit.inputs, asked, orders_out=place)
        _not_in_bulk(visit, answer)
        body = _zipped(place)
    headers = {"content-disposition": 'attachment; filename="orders.zip"'}
    return Response(body, media_type="application/zip", headers=headers)


@pages.file("/stock/orders/tables", action=Action.EXPORT)
def order_tables(visit: Visited, asked: ReplenishAsked) -> Response:
    """Download the answer's tables as CSV, each row with marking, moment and twin hash."""
    answer = app.replenish(visit.inputs, asked)
    _not_in_bulk(visit, answer)
    with tempfile.TemporaryDirectory(prefix="redball-orders-") as folder:
        app.write_answer_tables(answer, Path(folder))
        body = _zipped(Path(folder))
    headers = {"content-disposition": 'attachment; filename="order-tables.zip"'}
    return Response(body, media_type="application/zip", headers=headers)


def _not_in_bulk(visit: Visit, answer: app.Answer) -> None:
    """Refuse what a second person has to agree to."""
    rows = sum(table.height for table in answer.tables.values())
    if rows > visit.settings.limits.bulk_rows:
        raise NotPermitted(
            f"{rows:,} rows are more than one person may take away.",
            mend="Narrow it down, or have a second person export it with you under Sharing.",
        )


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


def _source_of() -> pl.Expr:
    """Where an order goes: the supplier's key, or the site that gives."""
    return pl.coalesce(pl.col("party"), pl.col("from_site"), pl.lit(""))


def _options(visit: Visit) -> dict[str, object]:
    given = visit.request.query_params.multi_items()
    return {n: v for n, v in given if v and "." not in n and n not in
            ("source", "sort", "desc", "page", "as_of")}  # fmt: skip


def _exports(visit: Visit, everything: str) -> tuple[Export, ...]:
    found = [Export("All of it as JSON", everything)]
    if visit.may(Action.EXPORT):
        query = _options(visit)
        found.insert(0, Export("Tables as CSV", visit.url("/stock/orders/tables", **query)))
        found.insert(
            0, Export("Orders as a package to import", visit.url("/stock/orders/package", **query))
        )
    return tuple(found)
