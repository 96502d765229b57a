"""Templates: values in, HTML out, everything escaped."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import redball
from redball.model import Origin
from redball.model.labels import ResultLabel
from redball.web.static_files import address
from redball.web.words import age, days, level_word, moment, number, share

LOCALE = Path(__file__).parent / "locale"
_UNSAFE_IN_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}


def as_json(value: object) -> Markup:
    """A value as JSON that can stand inside ``<script type="application/json">``."""
    text = json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False)
    for sign, escaped in _UNSAFE_IN_HTML.items():
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} is not for JSON")


@cache
def _environment(language: str) -> Environment:
    found = Environment(
        loader=PackageLoader("redball.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words: NullTranslations = translation("redball", LOCALE, [language], fallback=True)
    found.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # i18n
    found.filters.update(
        json=as_json, number=number, share=share, days=days, moment=moment, age=age,
        level_word=level_word,
    )  # fmt: skip
    return found


def _banner(label: ResultLabel | None, origin: Origin | None) -> str:
    """Marking that stands at the head and foot; none on pages without data."""
    if origin is not None:
        return (origin if label is None else replace(origin, label=label)).marking
    return "" if label is None else label.text


def rendered(language: str, root_path: str, template: str, context: Mapping[str, object]) -> str:
    """Fill a template.

    Parameters
    ----------
    language : str
    root_path : str
        Where the face lies under a proxy.
    template : str
    context : mapping
        What the template may speak of beside what every template has.
    """
    return (
        _environment(language)
        .get_template(template)
        .render(
            asset=lambda name: root_path + address(name),
            banner=_banner,
            version=redball.__version__,
            now=datetime.now(UTC),
            **context,
        )
    )
