"""What a row is about: classes of supply, countries and sites, as its columns and references say.

An agreement can be limited to classes of supply, to countries or to sites. Which of them a row is
about is worked out here for every table of the language, from the types of its attributes: a
reference to an item or a system brings a class, a reference to a site or a party a country, a code
of the list ``supply_class`` or ``country`` itself. Nothing is listed by hand for one table, so a
column that is added to the language is looked at from that day on.

Deny on doubt: where a table could name one and a row does not say (an empty reference, a reference
to a row that is not known, coordinates instead of a country), the answer is ``*``
(:data:`redball.model.markings.ANY`), which no limited grant covers. Text columns:
empty where the table names none of a sort, else words in order with a blank between them, as in
:class:`redball.model.markings.Marking`.

Source: our own design (``docs/concepts/detail.md``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from redball.model.errors import BadUse
from redball.model.markings import ANY
from redball.model.schema import Attribute, Kind, Table, table

_CLASSED = ("item", "system")
_PLACES = ("site", "party")


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the rows that others refer to; made by :func:`known_of`.

    Attributes
    ----------
    classes : mapping of str to polars.DataFrame
        For ``item`` and ``system``: columns ``ref`` (``OWNER:KEY``) and ``value``, class of supply.
    countries : mapping of str to polars.DataFrame
        For ``site`` and ``party``: likewise, country.
    party_sites : polars.DataFrame
        Main site of parties, as ``OWNER:KEY``.
    named_sites : frozenset of str
        Sites that agreements name, as ``OWNER:KEY``; all others are answered as ``*``.
    closed : mapping of str to polars.Series
        References to rows that are not released to every member, by table. To rows of others they
        are answered as ``*``: else a nation could learn what a hidden row is about by naming it.
    """

    classes: Mapping[str, pl.DataFrame]
    countries: Mapping[str, pl.DataFrame]
    party_sites: pl.DataFrame
    named_sites: frozenset[str] = frozenset()
    closed: Mapping[str, pl.Series] = field(default_factory=dict)


def known_of(frames: Mapping[str, pl.DataFrame], named_sites: Collection[str] = ()) -> Known:
    """Gather what :func:`facets` needs to know of items, systems, sites and parties.

    Parameters
    ----------
    frames : mapping of str to polars.DataFrame
        ``item``, ``system``, ``site`` and ``party`` with ``owner``, ``key`` and the attributes
        ``supply_class``; ``item``; ``country``; ``country``, ``site``. Other tables are passed
        over; one that is missing is empty, and references to it are not known. A column ``open``
        (boolean) says which rows every member may see; without it all are.
    named_sites : collection of str
        Sites that agreements name, as ``OWNER:KEY``.
    """
    found = {name: _spelled(frames.get(name), name) for name in (*_CLASSED, *_PLACES)}
    closed = {name: one.filter(~pl.col("open"))["ref"] for name, one in found.items()}
    items = _lookup(found["item"]["ref"], found["item"]["supply_class"])
    sites = _lookup(found["site"]["ref"], found["site"]["country"])
    party = found["party"]
    at_site = _unless_hidden(_looked_up(party["site"], sites), party, "site", closed["site"])
    system = found["system"]
    of_item = _looked_up(system["item"], items)
    return Known(
        classes={
            "item": items,
            "system": _lookup(
                system["ref"], _unless_hidden(of_item, system, "item", closed["item"])
            ),
        },
        countries={
            "site": sites,
            "party": _lookup(party["ref"], _first(party["country"], at_site)),
        },
        party_sites=_lookup(party["ref"], party["site"]),
        named_sites=frozenset(named_sites),
        closed=closed,
    )


def facets(name: str, frame: pl.DataFrame, owner: str | None, known: Known) -> pl.DataFrame:
    """What each row is about.

    Parameters
    ----------
    name : str
        Table of the language.
    frame : polars.DataFrame
        Its ``key`` and attributes, references as ``KEY`` in the row's own scope or ``OWNER:KEY``.
    owner : str or None
        Owner of every row; None where ``frame`` has a column ``owner``.
    known : Known

    Returns
    -------
    polars.DataFrame
        ``classes``, ``areas``, ``sites``: text, in the order of ``frame``. The sites are those
        that the row names, or the main sites of its parties where it names none.

    Raises
    ------
    BadUse
        There is no such table, or an attribute of it is missing: what is absent can't be judged.
    """
    spec = table(name)
    telling = [a.name for a in spec.attributes if _tells(a)]
    missing = sorted(set(telling) - set(frame.columns))
    if missing:
        raise BadUse(
            f"The frame of '{name}' has no column '{missing[0]}'.",
            mend="Give every attribute of the table, empty where nothing is known.",
        )
    rows = frame.select(_owners(frame, owner), *telling)
    return pl.DataFrame(
        [
            _together(_classes(rows, spec, known), rows.height, "classes"),
            _together(_areas(rows, spec, known), rows.height, "areas"),
            _together(_sites(rows, spec, known), rows.height, "sites"),
        ]
    )


def _tells(attribute: Attribute) -> bool:
    """Whether an attribute can say what a row is about."""
    kinds = (Kind.KEY, Kind.REF, Kind.CODE, Kind.PAIRS)
    return attribute.type.kind in kinds or attribute.unit == "deg"


def _owners(frame: pl.DataFrame, owner: str | None) -> pl.Expr:
    if owner is not None:
        return pl.lit(owner, pl.String).alias("owner")
    if "owner" not in frame.columns:
        raise BadUse("The rows have no column 'owner'.", mend="Name the owner of the rows.")
    return pl.col("owner").cast(pl.String)


def _spelled(frame: pl.DataFrame | None, name: str) -> pl.DataFrame:
    """Rows others refer to: ``ref`` as ``OWNER:KEY`` and their attributes, references in full."""
    columns = {
        "item": ("supply_class",),
        "system": ("item",),
        "site": ("country",),
        "party": ("country", "site"),
    }[name]
    if frame is None:
        texts = dict.fromkeys(("ref", "owner", *columns), pl.String())
        return pl.DataFrame(schema={**texts, "open": pl.Boolean()})
    refs = table(name).refs
    return frame.with_columns(pl.col("owner").cast(pl.String)).select(
        pl.concat_str("owner", pl.col("key").cast(pl.String), separator=":").alias("ref"),
        "owner",
        (pl.col("open") if "open" in frame.columns else pl.lit(value=True)).alias("open"),
        *(_in_full(c) if c in refs else pl.col(c).cast(pl.String) for c in columns),
    )


def _in_full(column: str) -> pl.Expr:
    ref = pl.col(column).cast(pl.String)
    own = pl.concat_str("owner", ref, separator=":")
    return pl.when(ref.str.contains(":", literal=True)).then(ref).otherwise(own).alias(column)


def _lookup(refs: pl.Series, values: pl.Series) -> pl.DataFrame:
    """Values by reference; a key that came twice with different values says nothing."""
    both = pl.DataFrame({"ref": refs, "value": values.fill_null(ANY)})
    if not both["ref"].is_duplicated().any():
        return both
    sure = pl.when(pl.col("value").n_unique() == 1).then(pl.col("value").first())
    return both.group_by("ref").agg(sure.otherwise(pl.lit(ANY)).alias("value"))


def _looked_up(refs: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Value of each reference: null where nothing is named, ``*`` where it is not known."""
    asked = refs.rename("ref").to_frame()
    value = asked.join(known, on="ref", how="left", maintain_order="left")["value"]
    return pl.select(pl.when(refs.is_not_null()).then(value.fill_null(ANY))).to_series()


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(one, other)).to_series()


def _referred(
    rows: pl.DataFrame,
    spec: Table,
    known: Mapping[str, pl.DataFrame],
    closed: Mapping[str, pl.Series],
) -> list[pl.Series]:
    """Values of every reference to the tables of ``known``."""
    found = []
    for name, target in spec.refs.items():
        if target in known:
            full = rows.select("owner", _in_full(name))
            value = _looked_up(full[name], known[target])
            found.append(_unless_hidden(value, full, name, closed.get(target)))
    return found


def _unless_hidden(
    value: pl.Series, rows: pl.DataFrame, name: str, closed: pl.Series | None
) -> pl.Series:
    """``*`` for what a row names of another owner that not every member may see."""
    if closed is None or closed.is_empty():
        return value
    foreign = pl.col(name).str.split(":").list.first() != pl.col("owner")
    hidden = rows.select(foreign & pl.col(name).is_in(closed.implode())).to_series()
    return pl.select(pl.when(hidden).then(pl.lit(ANY)).otherwise(value)).to_series()


def _coded(spec: Table, code: str) -> list[str]:
    return [a.name for a in spec.attributes if a.type.kind is Kind.CODE and a.type.target == code]


def _classes(rows: pl.DataFrame, spec: Table, known: Known) -> list[pl.Series]:
    own = [rows[name].cast(pl.String) for name in _coded(spec, "supply_class")]
    return [*own, *_referred(rows, spec, known.classes, known.closed)]


def _areas(rows: pl.DataFrame, spec: Table, known: Known) -> list[pl.Series]:
    named = _referred(rows, spec, known.countries, known.closed)
    codes = [rows[name].cast(pl.String) for name in _coded(spec, "country")]
    if spec.name in _PLACES:
        # the country of the row itself: a place whose country is not given may lie anywhere
        at_site = _looked_up(_main_site(rows, spec), known.countries["site"])
        codes = [_first(code, at_site).fill_null(ANY) for code in codes]
    return [*codes, *named, *_origins(rows, spec), *_elsewhere(rows, spec, named or codes)]


def _main_site(rows: pl.DataFrame, spec: Table) -> pl.Series:
    if "site" in spec.refs:
        return rows.select(_in_full("site"))["site"]
    return pl.repeat(None, rows.height, dtype=pl.String, eager=True)


def _origins(rows: pl.DataFrame, spec: Table) -> list[pl.Series]:
    """Countries in lists such as ``DEU:0.7;CZE:0.3``."""
    first = pl.element().str.split(":").list.first().str.strip_chars()
    return [
        rows.select(
            pl.when(pl.col(a.name).str.strip_chars() != "").then(
                pl.col(a.name).str.split(";").list.eval(first).list.join(" ")
            )
        ).to_series()
        for a in spec.attributes
        if a.type.kind is Kind.PAIRS and a.type.target.split(",")[0] == "country"
    ]


def _elsewhere(rows: pl.DataFrame, spec: Table, places: list[pl.Series]) -> list[pl.Series]:
    """``*`` where a row names an area by other means: coordinates, or a row that lies in places.

    Coordinates of a site lie in its country, which it must give. A reference to an order or a lane
    tells of places of its own, unless the row must name its places itself.
    """
    if not places or _must_say(spec):
        return []
    further = [a.name for a in spec.attributes if a.unit == "deg"]
    further += [name for name, target in spec.refs.items() if _lies_somewhere(target)]
    if not further:
        return []
    told = pl.any_horizontal(pl.col(name).is_not_null() for name in further)
    return [rows.select(pl.when(told).then(pl.lit(ANY))).to_series()]


def _must_say(spec: Table) -> bool:
    codes = _coded(spec, "country")
    return any(a.required and (a.name in codes or a.type.target == "site") for a in spec.attributes)


def _lies_somewhere(target: str) -> bool:
    return target not in _PLACES and "site" in table(target).refs.values()


def _sites(rows: pl.DataFrame, spec: Table, known: Known) -> list[pl.Series]:
    if not _areas_named(spec):
        return []
    if not known.named_sites:
        return [pl.repeat(ANY, rows.height, dtype=pl.String, eager=True)]
    if spec.name == "site":
        keys = rows.select(pl.concat_str("owner", pl.col("key").cast(pl.String), separator=":"))
        return [_if_named(keys.to_series(), known)]
    direct = [rows.select(_in_full(n))[n] for n, to in spec.refs.items() if to == "site"]
    parties = (
        [] if spec.name == "party" else _referred(rows, spec, {"party": known.party_sites}, {})
    )
    nowhere = pl.select(pl.all_horizontal(pl.lit(value=True), *(s.is_null() for s in direct)))
    alone = nowhere.to_series() if direct else pl.repeat(True, rows.height, eager=True)
    instead = [pl.select(pl.when(alone).then(one)).to_series() for one in parties]
    wider = [] if spec.name in _PLACES else [rows[name] for name in _coded(spec, "country")]
    beyond = [pl.select(pl.when(one.is_not_null()).then(pl.lit(ANY))).to_series() for one in wider]
    named = [_if_named(one, known) for one in (*direct, *instead)]
    return [*named, *beyond, *_elsewhere(rows, spec, named or beyond)]


def _areas_named(spec: Table) -> bool:
    return bool(_coded(spec, "country")) or any(to in _PLACES for to in spec.refs.values())


def _if_named(refs: pl.Series, known: Known) -> pl.Series:
    """Sites that an agreement names; a key with a blank can't stand in a list of words."""
    names = pl.Series([s for s in sorted(known.named_sites) if not _blank(s)], dtype=pl.String)
    told = pl.when(refs.is_in(names.implode())).then(refs).otherwise(pl.lit(ANY))
    return pl.select(pl.when(refs.is_not_null()).then(told)).to_series()


def _blank(text: str) -> bool:
    return any(letter.isspace() for letter in text)


def _together(columns: Sequence[pl.Series], height: int, name: str) -> pl.Series:
    """All words of a row, sorted; ``*`` if one is ``*`` or none is given; empty for no column."""
    if not columns:
        return pl.repeat("", height, dtype=pl.String, eager=True).alias(name)
    if len(columns) == 1 and not columns[0].str.contains(" ", literal=True).any():
        return columns[0].fill_null(ANY).alias(name)
    each = pl.DataFrame([one.alias(f"{i}") for i, one in enumerate(columns)])
    combined = each.unique()
    words = pl.Series(name, [_words(row) for row in combined.iter_rows()], pl.String)
    return each.join(
        combined.with_columns(words),
        on=each.columns,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )[name]


def _words(row: Sequence[str | None]) -> str:
    words = {word for text in row if text is not None for word in text.split()}
    return ANY if not words or ANY in words else " ".join(sorted(words))
