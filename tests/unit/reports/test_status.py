import re

import pytest

from redball.model import Level
from redball.reports.status import COLOURS, OUTLINE, badge, level_of, symbols
from redball.reports.style import _file, map_style


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_level_has_its_own_shape_and_colour() -> None:
    shapes = re.findall(r"<symbol[^>]*>(.*?)</symbol>", symbols())
    assert len(set(shapes)) == len(Level) == 6
    assert len(set(COLOURS.values())) == 6


@pytest.mark.parametrize("level", list(Level))
def test_outline_makes_every_shape_visible_on_white_and_on_its_fill(level: Level) -> None:
    assert _contrast(OUTLINE, "#ffffff") >= 3
    assert _contrast(OUTLINE, COLOURS[level]) >= 3


def test_the_word_stands_beside_the_shape() -> None:
    assert badge(Level.SERIOUS).endswith("</svg>serious</span>")


def test_words_that_are_no_level_are_none() -> None:
    assert level_of(" Critical ") is Level.CRITICAL
    assert level_of("red") is None
    assert level_of(None) is None


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("#16202b", "#ffffff"),
        ("#48545f", "#f2f5f7"),
        ("#48545f", "#e4eaef"),
        ("#0b4f8a", "#ffffff"),
        ("#ffffff", "#17662f"),
        ("#ffffff", "#0b4f8a"),
        ("#ffffff", "#a8102a"),
        ("#5b1279", "#dfeaf1"),
        ("#7d1016", "#fbfaf5"),
        ("#48545f", "#dfeaf1"),
    ],
)
def test_text_colours_of_the_style_reach_four_and_a_half_to_one(text: str, ground: str) -> None:
    style = (
        (_file("page.css") + map_style()).replace("#fff;", "#ffffff;").replace("#fff ", "#ffffff ")
    )
    assert text in style
    assert ground in style
    assert _contrast(text, ground) >= 4.5
