"""Bar charts as SVG: a bar per row, a mark for its target, the figure written beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from redball.model import Level
from redball.reports.columns import grouped
from redball.reports.element import Markup, el, number

WIDTH = 900.0
NAMES = 350.0
"""Room for the names at the left, in chart units."""
FIGURES = 118.0
"""Room for the figures at the right."""
ROW = 26.0
_HEAD, _FOOT = 26.0, 8.0
_BETWEEN = " · "
_NAME_LETTERS, _NAME_LETTERS_WITH_LEVEL = 50, 40
_TICKS = 5


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    name : str
        What it stands for.
    value : float or None
        Its length; None draws no bar and says so.
    target : float or None
        Where its target stands; None for no target.
    level : Level or None
        Status, shown by shape and word at the name; None for none.
    low : float or None
        Where the lowest tenth of what the value stands for lies; None for none.
    """

    name: str
    value: float | None
    target: float | None = None
    level: Level | None = None
    low: float | None = None


@dataclass(frozen=True)
class Scale:
    """From values to chart units along the bars: 0 stands at ``NAMES``.

    Attributes
    ----------
    greatest : float
        Value at the right end of the axis, a round number.
    step : float
        Distance between ticks.
    """

    greatest: float
    step: float

    def at(self, value: float) -> float:
        """Position of a value; beyond the axis it stays at its end."""
        share = min(max(value / self.greatest, 0.0), 1.0)
        return NAMES + share * (WIDTH - NAMES - FIGURES)

    @property
    def ticks(self) -> list[float]:
        """Values of the ticks, 0 first."""
        return [i * self.step for i in range(round(self.greatest / self.step) + 1)]


def scale_for(values: Sequence[float]) -> Scale:
    """Axis from 0 to a round number that holds all values, with steps of 1, 2 or 5 times 10^n."""
    greatest = max((v for v in values if math.isfinite(v)), default=0.0)
    if greatest <= 0:
        return Scale(1.0, 0.5)
    raw = greatest / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * (1 - 1e-9))
    return Scale(math.ceil(greatest / step - 1e-9) * step, step)


def bar_chart(
    bars: Sequence[Bar],
    *,
    title: str,
    unit: str,
    chart_id: str,
    target_words: str = "target",
    percent: bool = False,
    longest: float | None = None,
) -> Markup:
    """Draw bars with their targets.

    Parameters
    ----------
    bars : sequence of Bar
        In the order to be shown, at least one.
    title : str
        What the chart shows; its accessible name.
    unit : str
        Unit of the values.
    chart_id : str
        Distinct id for its title and description.
    target_words : str
        What the mark stands for.
    percent : bool
        Whether values are shares, to be written as percent.
    longest : float, optional
        Greatest value of the axis; longer bars are cut there and marked with ``»``.
    """
    values = [v for bar in bars for v in (bar.value, bar.target, bar.low) if v is not None]
    if longest is not None:
        values = [min(v, longest) for v in values]
    scale = scale_for(values)
    digits = _digits(values, scale, percent)
    tall = _HEAD + ROW * len(bars) + _FOOT
    rows = [_row(bar, i, scale, digits, percent) for i, bar in enumerate(bars)]
    description = f"{len(bars)} bars in {unit}; the upright mark is the {target_words}."
    return el(
        "figure",
        el(
            "svg",
            el("title", title, id=f"{chart_id}-title"),
            el("desc", description, id=f"{chart_id}-desc"),
            *_axis(scale, tall, digits, percent),
            _over_figures(bars, target_words),
            *rows,
            viewBox=f"0 0 {number(WIDTH)} {number(tall)}",
            role="img",
            aria_labelledby=f"{chart_id}-title {chart_id}-desc",
        ),
        _key(bars, title, unit, target_words),
        class_="chart",
    )


def _digits(values: Sequence[float], scale: Scale, percent: bool) -> int:
    whole = all(value == round(value) for value in values)
    if percent or whole or max(values) >= 1000:
        return 0
    return 1 if scale.step >= 0.5 else 2


def _key(bars: Sequence[Bar], title: str, unit: str, target_words: str) -> Markup:
    parts: list[str] = [f"{title}, in {unit}. "]
    if any(bar.target is not None for bar in bars):
        parts += [_swatch(el("path", d="M6 1V15", class_="target")), f" {target_words}. "]
    if any(bar.low is not None for bar in bars):
        parts += [_swatch(el("circle", cx=6, cy=8, r=4.5, class_="low")), " lowest tenth."]
    return el("figcaption", *parts)


def _swatch(mark: Markup) -> Markup:
    return el("svg", mark, viewBox="0 0 12 16", width=12, height=16, aria_hidden="true")


def _axis(scale: Scale, tall: float, digits: int, percent: bool) -> list[Markup]:
    parts = []
    for tick in scale.ticks:
        x = number(scale.at(tick))
        parts.append(
            el("path", d=f"M{x},{number(_HEAD - 6)}V{number(tall - _FOOT)}", class_="grid")
        )
        words = _figure(tick, 0 if scale.step >= 1 else digits, percent)
        parts.append(
            el("text", words, x=x, y=number(_HEAD - 10), class_="tick", text_anchor="middle")
        )
    return parts


def _over_figures(bars: Sequence[Bar], target_words: str) -> Markup:
    words = (
        f"value / {target_words.partition(';')[0]}"
        if any(bar.target is not None for bar in bars)
        else "value"
    )
    y = number(_HEAD - 10)
    return el("text", words, x=number(WIDTH), y=y, class_="tick", text_anchor="end")


def _row(bar: Bar, index: int, scale: Scale, digits: int, percent: bool) -> Markup:
    top = _HEAD + ROW * index
    base = top + ROW * 0.66
    parts: list[Markup | None] = [el("title", _words(bar, digits, percent))]
    if bar.level is not None:
        parts.append(
            el("use", href=f"#level-{bar.level}", x=0, y=number(top + 4), width=16, height=16)
        )
        parts.append(el("text", str(bar.level), x=21, y=number(base), class_="word"))
    parts.extend(_name(bar, base))
    if bar.value is None:
        parts.append(el("text", "not known", x=number(NAMES + 6), y=number(base), class_="unknown"))
    else:
        end = scale.at(bar.value)
        state = "bar short" if bar.target is not None and bar.value < bar.target else "bar"
        parts.append(
            el(
                "rect",
                x=number(NAMES),
                y=number(top + 5),
                width=number(end - NAMES),
                height=number(ROW - 10),
                class_=state,
            )
        )
    if bar.target is not None:
        x = number(scale.at(bar.target))
        parts.append(
            el("path", d=f"M{x},{number(top + 1)}V{number(top + ROW - 1)}", class_="target")
        )
    if bar.low is not None:
        middle = number(top + ROW / 2)
        parts.append(el("circle", cx=number(scale.at(bar.low)), cy=middle, r=4.5, class_="low"))
    parts.append(_figures(bar, scale, base, digits, percent))
    return el("g", *parts, class_="row")


def _figures(bar: Bar, scale: Scale, base: float, digits: int, percent: bool) -> Markup | None:
    if bar.value is None:
        return None
    cut = "» " if bar.value > scale.greatest else ""
    words = cut + _figure(bar.value, digits, percent)
    if bar.target is not None:
        words += f" / {_figure(bar.target, digits, percent)}"
    return el("text", words, x=number(WIDTH), y=number(base), class_="figure", text_anchor="end")


def _words(bar: Bar, digits: int, percent: bool) -> str:
    value = "not known" if bar.value is None else _figure(bar.value, digits, percent)
    target = "" if bar.target is None else f", target {_figure(bar.target, digits, percent)}"
    level = f", {bar.level}" if bar.level else ""
    return f"{bar.name}: {value}{target}{level}"


def _figure(value: float, digits: int, percent: bool) -> str:
    return f"{grouped(100 * value)} %" if percent else grouped(value, digits)


def _name(bar: Bar, base: float) -> list[Markup]:
    """Name at the left of a bar; one of two parts that is too long takes two lines."""
    most = _NAME_LETTERS if bar.level is None else _NAME_LETTERS_WITH_LEVEL
    first, between, second = bar.name.partition(_BETWEEN)
    lines = [(bar.name, base, "name")]
    if between and len(bar.name) > most:
        lines = [(first, base - 6, "name two"), (second, base + 5, "name two")]
    return [
        el(
            "text",
            _short(words, most),
            x=number(NAMES - 8),
            y=number(y),
            class_=c,
            text_anchor="end",
        )
        for words, y, c in lines
    ]


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
