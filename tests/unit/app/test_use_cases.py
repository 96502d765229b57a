"""Every use case names the action it needs; one without a rule fails here."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from redball import app
from redball.access.actions import PERMITTED, Action
from redball.app.doing import ACTIONS, Doing, current, use_case

WITHOUT_DATA = {
    "agreement_draft", "agreement_templates", "answer_of", "budget_of", "chain_files",
    "check_rules", "days_of", "evidence_rows", "finding_options", "generate", "inputs_of",
    "keeper", "keeping", "kept", "label_check", "label_combine", "label_convert", "ledger_check",
    "offers_of", "parse_duration", "parse_hours", "parse_kind", "parse_law", "parse_level",
    "parse_levels", "parse_moment", "picture_tables", "scenario_named", "spans_of",
    "stress_options", "surges_of", "threshold_table", "twin_options", "without_password",
    "write_example", "write_template", "write_willems_packages",
}  # fmt: skip
"""Functions of the door that touch no store and no viewer's data."""
LOOKS = {"store", "view", "inputs", "origin", "answer", "answers"}
"""Parameters by which a function touches a store or what came out of one."""


def _functions() -> dict[str, Callable[..., Any]]:
    found = {name: getattr(app, name) for name in app.__all__}
    return {name: f for name, f in found.items() if inspect.isfunction(f)}


def _full_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


@pytest.mark.parametrize("name", sorted(_functions()))
def test_a_use_case_names_its_action(name: str) -> None:
    function = _functions()[name]
    named = _full_name(function) in ACTIONS
    assert named != (name in WITHOUT_DATA), f"{name} needs @use_case(Action...)"
    if name in WITHOUT_DATA - {"inputs_of"}:  # which reads words and opens nothing
        assert not LOOKS & set(inspect.signature(function).parameters)


def test_no_name_is_listed_that_is_not_there() -> None:
    assert set(_functions()) >= WITHOUT_DATA


def test_every_action_can_be_done_by_somebody_beside_the_node() -> None:
    others = [actions for role, actions in PERMITTED.items() if role != "node"]
    assert frozenset(Action) == frozenset().union(*others) | {Action.CONTRIBUTE}


def test_what_runs_within_a_use_case_goes_by_its_action() -> None:
    seen: list[Doing | None] = []

    @use_case(Action.SEE, within=True)
    def looking() -> None:
        seen.append(current())

    @use_case(Action.REQUEST)
    def planning() -> None:
        looking()

    planning()
    looking()
    assert [one.action for one in seen if one is not None] == [Action.REQUEST, Action.SEE]
    assert current() is None


def test_a_use_case_alone_closes_what_it_relied_on() -> None:
    """Who loads one module only has its end checked all the same: the rest is loaded for it."""
    words = (
        "from redball.app.doing import Relied, current, use_case\n"
        "from redball.access import Subject\n"
        "from redball.access.actions import Action\n"
        "import sys\n"
        "@use_case(Action.SEE)\n"
        "def look():\n"
        "    current().relied.append(Relied('nowhere.sqlite', Subject('DEU'), (('A', 1),)))\n"
        "    return 'seen'\n"
        "assert 'redball.app.closing' not in sys.modules\n"
        "try:\n"
        "    print(look())\n"
        "except Exception as error:\n"
        "    print(type(error).__name__)\n"
        "assert 'redball.app.closing' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() != "seen"
    assert "Traceback" not in done.stderr
