"""Templates: only words that stand in them go through translation, nothing is marked as safe."""

import re
from pathlib import Path

import pytest

from redball import web

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))
ALLOWED = {"_(entry.title)", "_(matters[row.matter])"}
"""Constants of :mod:`redball.web.navigation` and of ``web.pages.scenarios.beside``."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_only_literal_words_are_translated(path: Path) -> None:
    """What ``_`` returns is not escaped, so data in its place would be a hole."""
    text = path.read_text(encoding="utf-8")
    calls = set(re.findall(r"(?<![\w.])_\([^'\")][^)]*\)", text)) - ALLOWED
    assert not calls


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_templates_carry_no_script_style_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b", text)
    assert "autoescape false" not in text
    assert "<style" not in text
    assert "javascript:" not in text
    tags = re.sub(r"{{.*?}}|{%.*?%}", "", text, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", tags)
    for opening in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in opening or 'type="application/json"' in opening
