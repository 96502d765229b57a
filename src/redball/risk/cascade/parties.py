"""The firm network of a twin: who delivers what to whom, and what it is worth.

A firm of the network is a *line*: a party, or one item of it that has inputs of its own. So the
loss of an input stops what needs it, not all that the party makes. An undisclosed supplier is a
firm of its own. Values follow from the demand side; ``docs/concepts/cascades.md`` has the rules.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Consumption, Groups, ResultLabel, Twin
from redball.model.compiled import Floats, Ints
from redball.model.errors import BadData, BadUse
from redball.model.labels import combine
from redball.risk.cascade.arrays import totals
from redball.risk.cascade.firms import FirmNetwork, Need, firm_network
from redball.risk.cascade.party_rows import needs_of, parts, sources_of, supply_of
from redball.risk.ownership import Organisations, organisations

_ROUNDS = 10_000


@dataclass(frozen=True)
class PartyNetwork:
    """A firm network with what its numbers stand for.

    Attributes
    ----------
    network : FirmNetwork
        Values in euro per year, or in needs of equal worth where no value is known.
    line_party : int32 array, shape (firms,)
        First record of the party; -1 for an undisclosed one.
    line_item : int32 array, shape (firms,)
        First record of the item whose inputs are its own; -1 for all else that the party makes.
    sectors : tuple of str
        Names of the sectors: a class of supply, or what is delivered as an input.
    organisations : Organisations
        Owners of the parties.
    needs, valued : int
        Needs of nations (an item, bought by an owner), and how many of them have a known value.
    label : ResultLabel
        Dominant label of all rows that went in; every figure rests on all of them.
    assumptions : tuple of str
    """

    network: FirmNetwork
    line_party: Ints
    line_item: Ints
    sectors: tuple[str, ...]
    organisations: Organisations
    needs: int
    valued: int
    label: ResultLabel
    assumptions: tuple[str, ...]


def party_network(
    twin: Twin,
    *,
    items: Groups,
    parties: Groups,
    consumption: Consumption | None = None,
    input_share: float = 0.5,
    least_confidence: float = 0.0,
) -> PartyNetwork:
    """Build the firm network of a twin from ``source`` and ``supply``.

    Parameters
    ----------
    twin : Twin
        What the viewer may see.
    items, parties : Groups
        Records recognised as the same.
    consumption : Consumption, optional
        What nations use; with the prices of items it gives the value of their needs. Without it
        all needs count alike.
    input_share : float
        Share of a line's sales that it spends on its disclosed inputs, above 0 and at most 0.95.
    least_confidence : float
        Supply relations with less confidence are left out, 0 to 1.

    Raises
    ------
    BadUse
        A share is out of range, or the groups do not belong to the twin.
    BadData
        The twin has neither sources nor supply relations.
    """
    if not 0 < input_share <= 0.95 or not 0 <= least_confidence <= 1:
        raise BadUse(
            f"An input share of {input_share:g} with confidence from {least_confidence:g} on.",
            mend="Give an input share above 0 up to 0.95 and a confidence from 0 to 1.",
        )
    for groups, table in ((items, "item"), (parties, "party")):
        if groups.table != table or len(groups.group) != twin.tables[table].height:
            raise BadUse(
                f"The groups given for '{table}' do not belong to the twin.",
                mend="Recognise the records of this twin.",
            )
    needs, valued = needs_of(twin, np.asarray(items.group, np.int32), consumption)
    sources = sources_of(twin, needs, items, parties)
    supply = supply_of(twin, items, parties, least_confidence)
    if sources.is_empty() and supply.is_empty():
        raise BadData(
            "The twin has neither sources nor supply relations.",
            mend="Import sheets 'source' or 'supply', or ask as a viewer who may see them.",
        )
    lines = _lines(sources, supply)
    sold = _sales(lines, sources)
    links = _links(lines, supply)
    outlet = _outlets(lines, sold, links)
    value = _values(links, outlet, input_share)
    sectors, sector = _sectors(twin, lines, sold, links, value)
    network = firm_network(
        links["seller"].to_numpy(),
        links["line"].to_numpy(),
        value,
        sector=sector,
        input_kind=links["kind"].to_numpy(),
        need=np.where(links["essential"].to_numpy(), Need.ESSENTIAL, Need.LINEAR),
        outlet=outlet,
        names=[_name(twin, *row) for row in lines.select("party", "item").iter_rows()],
    )
    return PartyNetwork(
        network,
        lines["party"].clip(-1).to_numpy(),
        lines["item"].to_numpy(),
        sectors,
        organisations(twin, parties),
        needs.height,
        valued,
        _label(twin, consumption),
        _assumptions(needs.height, valued, input_share, least_confidence),
    )


def _lines(sources: pl.DataFrame, supply: pl.DataFrame) -> pl.DataFrame:
    """Lines that sell or are the last known customers: ``line``, ``party``, ``item``."""
    own = supply.filter(pl.col("item") >= 0).select(party="customer", item="item").unique()
    both = ["party", "item"]
    special = sources.select(both).join(own, on=both, how="semi")
    large = sources.join(own, on=both, how="anti").select("party", item=pl.lit(-1, pl.Int32))
    sellers = supply.select(party="seller_party", item=pl.lit(-1, pl.Int32))
    known = pl.concat([own, special, large, sellers]).unique()
    last = (
        supply.select(party="customer")
        .join(known, on="party", how="anti")
        .select("party", item=pl.lit(-1, pl.Int32))
    )
    return (
        pl.concat([known, last])
        .unique()
        .sort(pl.col("party") < 0, "party", "item")
        .with_row_index("line")
        .with_columns(pl.col("line").cast(pl.Int32))
    )


def _sales(lines: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """What each line sells to nations: ``line``, ``sold`` (item), ``value``."""
    exact = lines.select("party", "item", exact="line")
    large = lines.filter(pl.col("item") < 0).select("party", large="line")
    return (
        sources.join(exact, on=["party", "item"], how="left", maintain_order="left")
        .join(large, on="party", how="left", maintain_order="left")
        .select(line=pl.coalesce("exact", "large"), sold="item", value="value")
        .sort("line", "sold")
    )


def _links(lines: pl.DataFrame, supply: pl.DataFrame) -> pl.DataFrame:
    """Links: ``seller`` and ``line``, ``input`` and ``kind``, ``essential``, ``part``, ``inputs``.

    Inputs for all items go to every line of the customer. A relation that several owners know
    counts once.
    """
    numbers = lines.rename({"party": "customer"})
    columns = ["line", "seller_party", "input", "share", "essential"]
    every = supply.filter(pl.col("item") < 0).join(numbers, on="customer").select(columns)
    own = supply.filter(pl.col("item") >= 0).join(numbers, on=["customer", "item"]).select(columns)
    seller = lines.filter(pl.col("item") < 0).select(seller_party="party", seller="line")
    key = ["line", "input", "seller_party"]
    return (
        pl.concat([every, own])
        .group_by(key)
        .agg(pl.col("share").max(), pl.col("essential").any())
        .join(seller, on="seller_party")
        .sort("line", "input", "seller")
        .with_columns(
            part=parts(["line", "input"]),
            inputs=pl.col("input").n_unique().over("line"),
            kind=(pl.col("input").rank("dense") - 1).cast(pl.Int32),
        )
    )


def _outlets(lines: pl.DataFrame, sold: pl.DataFrame, links: pl.DataFrame) -> Floats:
    """Sales to nations; a line that sells to nobody known gets a usual outlet."""
    outlet = totals(sold["line"].to_numpy(), sold["value"].to_numpy(), lines.height)
    usual = float(np.median(outlet[outlet > 0])) if np.any(outlet > 0) else 1.0
    sells = outlet > 0
    sells[links["seller"].to_numpy()] = True
    found: Floats = np.where(sells, outlet, usual)
    return found


def _values(links: pl.DataFrame, outlet: Floats, input_share: float) -> Floats:
    """Value of each link: inputs in proportion to sales, and sales from what customers need."""
    seller, line = links["seller"].to_numpy(), links["line"].to_numpy()
    coefficient = input_share * links["part"].to_numpy() / links["inputs"].to_numpy()
    sales = outlet
    for _ in range(_ROUNDS):
        following = outlet + totals(seller, coefficient * sales[line], len(outlet))
        still = np.max(np.abs(following - sales), initial=0.0) <= 1e-13 * float(outlet.sum())
        sales = following
        if still:
            break
    value: Floats = coefficient * sales[line]
    return value


def _sectors(
    twin: Twin, lines: pl.DataFrame, sold: pl.DataFrame, links: pl.DataFrame, value: Floats
) -> tuple[tuple[str, ...], Ints]:
    """Sector of each line: the class of supply it sells most of, else the input it sells most."""
    classes = twin["item"]["supply_class"].cast(pl.String)
    direct = sold.select("line", "value", sector=classes.gather(sold["sold"]), order=pl.lit(0))
    inputs = links.select(line="seller", value=pl.Series(value), sector="input", order=pl.lit(1))
    best = (
        pl.concat([direct, inputs])
        .group_by("line", "order", "sector")
        .agg(pl.col("value").sum())
        .sort(["line", "order", "value", "sector"], descending=[False, False, True, False])
        .unique("line", keep="first", maintain_order=True)
    )
    named = (
        lines.select("line")
        .join(best.select("line", "sector"), on="line", how="left", maintain_order="left")["sector"]
        .fill_null("last known customer")
    )
    sectors = tuple(sorted(set(named.to_list())))
    place = {name: i for i, name in enumerate(sectors)}
    return sectors, np.array([place[name] for name in named.to_list()], np.int32)


def _name(twin: Twin, party: int, item: int) -> str:
    if party < 0:
        return "undisclosed"
    name = twin.name_of("party", party)
    return name if item < 0 else f"{name}: {twin.name_of('item', item)}"


def _label(twin: Twin, consumption: Consumption | None) -> ResultLabel:
    tables = ["source", "supply", "party", "item"]
    if consumption is not None:
        tables += ["site", "demand", "factor", "fleet", "nation", "rate"]
    label = twin.label_of(tables[0])
    for table in tables[1:]:
        label = combine(label, twin.label_of(table))
    return label


def _assumptions(needs: int, valued: int, input_share: float, least: float) -> tuple[str, ...]:
    return (
        f"{valued:,} of {needs:,} needs of nations have a known value (yearly use times price);"
        " the others count as the median of those, or all alike where none is known.",
        "A nation's need is met by its sources in their shares; sources without a share divide"
        " what is left.",
        f"Every line spends {input_share:g} of its sales on its disclosed inputs, each input alike;"
        " suppliers of one input divide it by their shares.",
        "A line that sells to nobody known is given a usual outlet, the median.",
        "Suppliers of one input replace each other; an essential input stops a line in proportion"
        " to what is lost of it, others reduce it by their value.",
        f"Supply relations with a confidence from {least:g} on count in full; relations that name"
        " an item not shown to the viewer are passed over.",
        "What assemblies need of each other (structure) is not a link between firms.",
    )
