"""Converting quantities between units, exactly.

Fixed units of one dimension convert by the quotient of their factors. A pack (BX, RO) or an
article (SE, KT) converts only with the item's own quantity: how many of a content unit one holds.
"""

from decimal import Context, Decimal
from fractions import Fraction

from redball.model.codes.units import Unit, UnitKind, is_fixed, unit
from redball.model.errors import BadData

DIGITS = 34
"""Significant digits of a result that no finite decimal of that length expresses."""


def factor(
    from_unit: str,
    to_unit: str,
    *,
    quantity_per_unit: Decimal | None = None,
    content_unit: str | None = None,
) -> Fraction:
    """How many of one unit one of another is, as an exact fraction.

    Parameters
    ----------
    from_unit, to_unit : str
        Units by either code.
    quantity_per_unit : Decimal or None
        How many of ``content_unit`` one pack or article holds; not used between fixed units.
    content_unit : str or None
        Unit of ``quantity_per_unit``; a fixed unit.

    Raises
    ------
    UnknownCode
        A unit is not in the table.
    BadData
        The units measure different things, or a pack or article comes without its quantity.
    """
    source, target = unit(from_unit), unit(to_unit)
    if source == target:
        return Fraction(1)
    fixed = is_fixed(source.code), is_fixed(target.code)
    if not any(fixed):
        raise BadData(
            f"{source.code} ({source.name}) can't be converted to {target.code} ({target.name}): "
            "neither has a fixed quantity.",
            mend="Convert each to the unit it holds, with its own quantity.",
        )
    if not fixed[0]:
        held, content = _content(source, quantity_per_unit, content_unit)
        return held * _between(content, target)
    if not fixed[1]:
        held, content = _content(target, quantity_per_unit, content_unit)
        return _between(source, content) / held
    return _between(source, target)


def convert(
    quantity: Decimal,
    from_unit: str,
    to_unit: str,
    *,
    quantity_per_unit: Decimal | None = None,
    content_unit: str | None = None,
) -> Decimal:
    """Convert a quantity.

    Parameters
    ----------
    quantity : Decimal
        Quantity in ``from_unit``.
    from_unit, to_unit, quantity_per_unit, content_unit
        As in :func:`factor`.

    Returns
    -------
    Decimal
        Quantity in ``to_unit``: exact where 34 significant digits can express it (always from
        pounds to kilograms with up to 26 digits, not always back), else rounded once, half to
        even, to 34 digits. :func:`factor` is exact in every case.

    Raises
    ------
    UnknownCode
        A unit is not in the table.
    BadData
        The units measure different things, a pack comes without its quantity, or a number is not
        finite.

    Examples
    --------
    >>> convert(Decimal(100), "LB", "KG")
    Decimal('45.359237')
    >>> convert(Decimal(3), "BX", "EA", quantity_per_unit=Decimal(12), content_unit="EA")
    Decimal('36')
    """
    if not quantity.is_finite():
        raise BadData(f"{quantity} is not a quantity.", mend="Give a finite number.")
    share = factor(
        from_unit, to_unit, quantity_per_unit=quantity_per_unit, content_unit=content_unit
    )
    exact = Fraction(quantity) * share
    # both integers are exact, so the division is the only step that can round
    return Context(prec=DIGITS).divide(Decimal(exact.numerator), Decimal(exact.denominator))


def _between(source: Unit, target: Unit) -> Fraction:
    if source.dimension != target.dimension:
        raise BadData(
            f"{source.code} ({source.name}, {source.dimension}) can't be converted to "
            f"{target.code} ({target.name}, {target.dimension}).",
            mend="Use units of one dimension; mass and volume need the item's density.",
        )
    return source.factor / target.factor


def _content(
    holder: Unit, quantity_per_unit: Decimal | None, content_unit: str | None
) -> tuple[Fraction, Unit]:
    if quantity_per_unit is None or content_unit is None:
        size = "no fixed size" if holder.kind is UnitKind.PACK else "contents of its own"
        raise BadData(
            f"{holder.code} ({holder.name}) has {size}.",
            mend="Give quantity_per_unit and content_unit of the item.",
        )
    if not quantity_per_unit.is_finite() or quantity_per_unit <= 0:
        raise BadData(
            f"One {holder.code} can't hold {quantity_per_unit}.",
            mend="Give a quantity_per_unit above zero.",
        )
    content = unit(content_unit)
    if not is_fixed(content.code):
        raise BadData(
            f"One {holder.code} is said to hold {content.code} ({content.name}), "
            "which has no fixed quantity either.",
            mend="Give content_unit as a measure or a count, such as EA.",
        )
    return Fraction(quantity_per_unit), content
