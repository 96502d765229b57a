"""Texts of the face are gathered for translators."""

from tools.build_words import TARGET, words


def test_the_template_for_translations_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == words(), "run: python -m tools.build_words"
