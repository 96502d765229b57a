"""Gather every text of the web face that a person reads, for translators.

    .venv/bin/python -m tools.build_words            # writes src/redball/web/locale/redball.pot
    .venv/bin/python -m tools.build_words --check    # fails when it is not current

A translation is ``locale/CODE/LC_MESSAGES/redball.po``, compiled with ``pybabel compile``; a server
offers it when its settings name the language.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "redball" / "web"
TARGET = WEB / "locale" / "redball.pot"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def words() -> str:
    """All texts as a template for translations, sorted, without line numbers that would churn."""
    catalog = Catalog(project="Redball", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        WEB,
        method_map=METHODS,
        keywords=KEYWORDS,
        options_map={"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}},
        strip_comment_tags=True,
    )
    for name, _line, message, comments, context in found:
        catalog.add(message, None, [(Path(name).as_posix(), 0)], (), comments, context=context)
    target = io.BytesIO()
    write_po(target, catalog, sort_output=True, omit_header=True, include_lineno=False, width=100)
    return target.getvalue().decode("utf-8")


def main() -> int:
    """Write or check; returns the exit code."""
    current = words()
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == current
        print("current" if same else "redball.pot is old: run python -m tools.build_words")
        return 0 if same else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(current, encoding="utf-8")
    print(f"{current.count('msgid ')} texts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
