"""Habits of the source that keep whole kinds of flaws out; each guard has its counterexample."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import redball

SOURCE = Path(redball.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
OWN_SCRIPTS = sorted((SOURCE / "web" / "static" / "js").rglob("*.js"))
TEMPLATES = sorted((SOURCE / "web" / "templates").rglob("*.html"))
EVALUATING = {"eval", "exec", "compile", "__import__"}
PATTERNS = {"compile", "match", "fullmatch", "search", "sub", "findall", "split", "finditer"}


def calls(text: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call as (owner, name, node)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield "", node.func.id, node
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                yield node.func.value.id, node.func.attr, node


def evaluated(text: str) -> bool:
    """Whether text becomes code."""
    modules = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    named = any(not owner and name in EVALUATING for owner, name, _ in calls(text))
    return named or bool(modules & {"pickle", "marshal", "shelve", "dill", "cloudpickle"})


def test_nothing_is_evaluated() -> None:
    assert evaluated("eval(x)")
    assert evaluated("import pickle")
    assert [path.name for path in MODULES if evaluated(path.read_text("utf-8"))] == []


def input_patterns(text: str) -> list[int]:
    """Lines where a regular expression is made from a variable that is no constant."""
    return [
        node.lineno
        for owner, name, node in calls(text)
        if owner == "re" and name in PATTERNS and node.args and not _constant(node.args[0])
    ]


def _constant(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        parts = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
        return all(_constant(one) for one in parts)
    if isinstance(node, ast.BinOp):
        return _constant(node.left) and _constant(node.right)
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.Call):  # escaped
        return isinstance(node.func, ast.Attribute) and node.func.attr == "escape"
    return isinstance(node, ast.Constant)


def test_no_pattern_is_made_of_input() -> None:
    assert input_patterns("re.match(given, text)") == [1]
    assert input_patterns("re.match(re.escape(given) + 'x', text)") == []
    web = [path for path in MODULES if "web" in path.parts or "app" in path.parts]
    found = {path.name: input_patterns(path.read_text("utf-8")) for path in web}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_format_string_is_input() -> None:
    web = [path for path in MODULES if "web" in path.parts]
    for path in web:
        for owner, name, node in calls(path.read_text("utf-8")):
            assert not (name == "format" and owner and owner.islower()), f"{path}:{node.lineno}"


def test_templates_are_files() -> None:
    for path in (path for path in MODULES if "web" in path.parts):
        for _, name, node in calls(path.read_text("utf-8")):
            assert name not in ("from_string", "Template"), f"{path}:{node.lineno}"


MARKUP = re.compile(
    r"innerHTML|outerHTML\s*=[^=]|insertAdjacentHTML|document\.write|\beval\(|new Function\("
)


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_text_not_markup(path: Path) -> None:
    assert MARKUP.search("x.innerHTML = y")
    assert not MARKUP.search(path.read_text("utf-8"))


INLINE = re.compile(
    r"<script(?![^>]*\b(?:src|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=\"|javascript:"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_pages_hold_no_code_and_no_style(path: Path) -> None:
    assert INLINE.search('<p onclick="x()">')
    assert INLINE.search("<script>x()</script>")
    assert not INLINE.search('<script type="application/json" id="x">')
    text = path.read_text("utf-8")
    assert not INLINE.search(text)
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape false" not in text


def test_data_for_scripts_can_not_end_their_element() -> None:
    from redball.web.rendering import as_json

    text = str(as_json({"name": "</script><!--&\u2028"}))
    assert not set(text) & set("<>&\u2028")


def test_an_address_that_is_not_this_machine_needs_tls() -> None:
    from redball.model import BadUse
    from redball.web.settings import Settings

    Settings("s.sqlite", origin="http://localhost:8471")
    for origin in ("http://log.example", "http://10.0.0.1", "http://localhost.evil.example"):
        with pytest.raises(BadUse, match="TLS"):
            Settings("s.sqlite", origin=origin)
    with pytest.raises(BadUse, match="this machine alone"):
        Settings("s.sqlite", origin="https://log.example", exercise=True)


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_no_data(path: Path) -> None:
    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|document\.cookie", path.read_text()
    )


def test_old_hashes_are_not_used() -> None:
    for path in MODULES:
        for owner, name, node in calls(path.read_text("utf-8")):
            assert not (owner == "hashlib" and name in ("md5", "sha1", "new")), f"{path}:{node}"


def test_chance_for_secrets_comes_from_the_system() -> None:
    for folder in ("accounts", "web", "desk", "signing"):
        for path in (SOURCE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    assert "random" not in {one.name for one in node.names}, path
