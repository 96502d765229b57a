"""The example report and readers of its markup, for the tests beside this file."""

import importlib.util
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from redball.reports import ReportContent

VOID = {"meta", "br", "hr", "input", "link", "col"}


class Outline(HTMLParser):
    """Reads a page: refuses unbalanced tags; keeps ids, links, headings and all attributes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.tags if name == tag)


@pytest.fixture(scope="session")
def outline() -> Callable[[str], Outline]:
    return Outline


@pytest.fixture(scope="session")
def svg() -> Callable[[str], ElementTree.Element]:
    """Parse the first graphic of some markup."""

    def read(markup: str) -> ElementTree.Element:
        start, end = markup.index("<svg"), markup.index("</svg>") + len("</svg>")
        return ElementTree.fromstring(markup[start:end])

    return read


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The module with the hand-made example."""
    path = Path(__file__).with_name("report_example.py")
    spec = importlib.util.spec_from_file_location("report_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def content(made: ModuleType) -> ReportContent:
    answer = made.example()
    assert isinstance(answer, ReportContent)
    return answer
