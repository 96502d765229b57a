"""Every case of the threat model is there, and so are the tests that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs/concepts/threat-model.md").read_text("utf-8")
CASES = dict(re.findall(r"^### (T\d+) [^\n]*\n(.*?)(?=^### |^## |\Z)", TEXT, re.M | re.S))


def test_every_case_is_there_and_says_its_scope() -> None:
    assert list(CASES) == [f"T{number}" for number in range(1, 16)]
    for name, text in CASES.items():
        assert "`tests/" in text or "Out of scope" in text, name


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", TEXT))))
def test_a_named_test_is_there(named: str) -> None:
    path, _, function = named.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert f"def {function or 'test_'}" in text
