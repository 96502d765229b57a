"""Currency rates by day.

A rate is the number of units of a currency for one euro on a day. An amount is converted with the
last rate that is not after the day; a rate that is too old, or missing, is refused rather than
guessed, and :meth:`Rates.used` says which ones would be taken.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from types import MappingProxyType

import polars as pl

from redball.model.codes.currencies import currency
from redball.model.errors import BadData

BASE = "EUR"
"""The currency that all rates are quoted against; it needs none itself."""

DIGITS = Context(prec=34)
"""Digits of a converted amount; rounding to cents is the caller's decision."""


@dataclass(frozen=True, order=True)
class Rate:
    """Units of a currency for one euro on a day."""

    currency: str
    day: date
    per_eur: Decimal

    def __str__(self) -> str:
        return f"{self.per_eur} {self.currency}/{BASE} of {self.day.isoformat()}"


@dataclass(frozen=True)
class Rates:
    """Dated rates.

    Attributes
    ----------
    rates : mapping of str to tuple of Rate
        By currency, in order of the day.
    max_age_days : int
        A rate older than this on the day asked for is refused.
    """

    rates: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    max_age_days: int = 31

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, *, max_age_days: int = 31) -> "Rates":
        """Read rates from the columns ``currency``, ``day`` and ``per_eur``.

        Equal rows may repeat. Numbers are taken as they are written: 1.09 is 1.09 exactly.

        Raises
        ------
        BadData
            A column is missing, a rate is not above zero, the euro's rate is not 1, or one
            currency has two rates on one day (owners disagree: choose one owner's rows).
        UnknownCode
            A currency is not in ISO 4217.
        """
        absent = [name for name in ("currency", "day", "per_eur") if name not in frame.columns]
        if absent:
            raise BadData(
                f"The rates have no column '{absent[0]}'.",
                mend="Give currency, day and per_eur.",
            )
        found: dict[str, dict[date, Rate]] = {}
        for code, day, number in frame.select(
            pl.col("currency").cast(pl.String), pl.col("day").cast(pl.Date), "per_eur"
        ).iter_rows():
            rate = _rate(code, day, number)
            known = found.setdefault(rate.currency, {}).setdefault(day, rate)
            if known != rate:
                raise BadData(
                    f"{code} has two rates on {day}: {known.per_eur} and {rate.per_eur}.",
                    mend="Keep the rates of one owner.",
                )
        ordered = {code: tuple(sorted(days.values())) for code, days in found.items()}
        return cls(MappingProxyType(ordered), max_age_days)

    def convert(self, amount: Decimal, source: str, target: str, day: date) -> Decimal:
        """Convert an amount from one currency to another with the rates of a day.

        Parameters
        ----------
        amount : Decimal
            Amount in ``source``.
        source, target : str
            Currencies; equal ones give the amount back and need no rate.
        day : date
            Day the price stands for.

        Returns
        -------
        Decimal
            Amount in ``target`` with 34 significant digits: ``amount * target / source`` in
            units per euro.

        Raises
        ------
        BadData
            There is no rate on or before the day, or it is older than ``max_age_days``.
        UnknownCode
            A currency is not in ISO 4217.
        """
        source, target = currency(source).code, currency(target).code
        if source == target:
            return amount
        per_eur = {rate.currency: rate.per_eur for rate in self.used(source, target, day)}
        one = Decimal(1)
        product = DIGITS.multiply(amount, per_eur.get(target, one))
        return DIGITS.divide(product, per_eur.get(source, one))

    def used(self, source: str, target: str, day: date) -> tuple[Rate, ...]:
        """Rates that a conversion takes; empty when it needs none.

        Raises
        ------
        BadData, UnknownCode
            As :meth:`convert`.
        """
        source, target = currency(source).code, currency(target).code
        if source == target:
            return ()
        return tuple(self._last(code, day) for code in (source, target) if code != BASE)

    def _last(self, code: str, day: date) -> Rate:
        known = self.rates.get(code, ())
        place = bisect_right(known, day, key=lambda rate: rate.day)
        if place == 0:
            raise BadData(
                f"There is no rate for {code} on or before {day}.",
                mend=f"Add a row to the table rate: {code}, {day} or earlier, units per euro.",
            )
        rate = known[place - 1]
        age = (day - rate.day).days
        if age > self.max_age_days:
            raise BadData(
                f"The last rate for {code} before {day} is of {rate.day}: {age} days old, "
                f"{self.max_age_days} are allowed.",
                mend="Add a newer rate, or allow older ones with max_age_days.",
            )
        return rate


def _rate(code: str | None, day: date | None, number: object) -> Rate:
    if code is None or day is None or number is None:
        raise BadData(
            f"A rate is incomplete: {code}, {day}, {number}.",
            mend="Give currency, day and units per euro.",
        )
    # the shortest text of a float is the number as it was written
    per_eur = number if isinstance(number, Decimal) else Decimal(str(number))
    if not per_eur.is_finite() or per_eur <= 0:
        raise BadData(f"The rate of {code} on {day} is {number}.", mend="Give a number above zero.")
    name = currency(code).code
    if name == BASE and per_eur != 1:
        raise BadData(
            f"The rate of {BASE} on {day} is {number}.", mend=f"Rates are per {BASE}: drop the row."
        )
    return Rate(name, day, per_eur)
