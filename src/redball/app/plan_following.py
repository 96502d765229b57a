"""Following a plan: who does what by when, how far it is, and how the next plan differs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.answers import Answer, Progress, answer_of, kept_answer
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.register.keeping import known_notes
from redball.app.register.writing import RegisterChanged, write_notes
from redball.app.rehearsal import Rehearsal, TwinOptions, rehearsal
from redball.app.releasing import authorised
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.desk import Desk
from redball.desk.journal import Note, notes
from redball.model import BadUse, combine
from redball.model.written.values import free_text, name_text, one_of
from redball.store import ResultRecord

TOPIC = "action"
STATES = ("open", "begun", "done", "dropped")
_DIFFERENCE = (
    "budget (EUR)", "cost (EUR)", "treatments", "expected readiness-days lost without",
    "expected readiness-days lost with", "in the worst futures with", "saved a year, rehearsed",
)  # fmt: skip


@dataclass(frozen=True)
class ActionChange:
    """What is changed of an action; None stays as it is.

    Attributes
    ----------
    state : str or None
        One of :data:`STATES`.
    owner : str or None
    due : date or None
    """

    state: str | None = None
    owner: str | None = None
    due: date | None = None

    def __post_init__(self) -> None:
        if self.state is not None:
            one_of(self.state, "state", STATES)
        if self.owner:
            name_text(self.owner, "owner")

    @property
    def values(self) -> dict[str, Any]:
        """What is given."""
        return {name: value for name, value in vars(self).items() if value is not None}


class NoSuchAction(BadUse):
    """The plan has no such action."""

    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(
            "The plan has no such action.", where=key, mend="See: redball plan status PLAN"
        )
        self._key = key

    def __reduce__(self) -> tuple[type["NoSuchAction"], tuple[str]]:
        """Let the error travel from a worker."""
        return (NoSuchAction, (self._key,))


@use_case(Action.REQUEST)
def plan_status(view: View, desk: Desk, plan: str, progress: Progress | None = None) -> Answer:
    """How far a kept plan is: what people wrote, and what stock on hand says.

    Parameters
    ----------
    plan : str
        Key of the kept plan, or its first letters.

    Raises
    ------
    BadUse
        There is no such plan.
    NotPermitted
        It rests on an agreement that is not in force any more.
    """
    record, rows = _kept(view, plan)
    found = rehearsal(Inputs(view), TwinOptions(), progress)
    standing = _standing(found.seen, desk, view, record.key)
    today = found.twin.as_of.date()
    made = [
        {**_row(row, standing.get(row["key"]), today), "arrived": _arrived(row, found)}
        for row in rows
    ]
    frame = pl.DataFrame(made, infer_schema_length=None)
    states = [row["state"] for row in made]
    late = [row for row in made if row["late"]]
    done = sum(
        row["at_once_eur"] for row in made if row["state"] in ("begun", "done")
    )  # fmt: skip
    said = [
        f"Of {len(made)} actions {states.count('done')} are done, {states.count('begun')} begun, "
        f"{states.count('dropped')} dropped, {states.count('open')} open; {len(late)} are late on "
        f"{today.isoformat()}."
    ]
    nobody = sum(1 for row in made if not row["owner"] and row["state"] in ("open", "begun"))
    if nobody:
        said.append(f"Nobody looks after {nobody} of them.")
    arrived = [row for row in made if row["arrived"] is not None]
    if arrived:
        whole = sum(1 for row in arrived if row["arrived"] >= 1)
        said.append(
            f"Of {len(arrived)} that raise stock, {whole} show all of it on hand, by the data of "
            "now against those of the plan."
        )
    return Answer(
        kind="plan status",
        title=f"How far the plan of {record.as_of:%d %B %Y} is",
        said=tuple(said),
        figures={
            "actions": len(made), "done": states.count("done"), "begun": states.count("begun"),
            "late": len(late), "without an owner": nobody, "begun or done (EUR)": done,
        },
        tables={"actions": frame},
        assumptions=(
            "An action is late when it is neither done nor dropped after the day by which it was "
            "to be done.",
            "Arrived: what stands on hand now above what stood there when the plan was made, as a "
            "share of what it adds; what is used meanwhile counts against it.",
        ),
        origin=found.seen.origin(
            label=combine(record.label, found.case.label), parameters={"plan": record.key}
        ),
        command=f"redball plan status {record.key[:12]} {Inputs(view).words}",
    )  # fmt: skip


@use_case(Action.REQUEST)
def plan_standing(view: View, desk: Desk, plan: str) -> list[dict[str, Any]]:
    """How the actions of a kept plan stand by what people wrote; a row for each.

    Raises
    ------
    BadUse
        There is no such plan.
    """
    record, rows = _kept(view, plan)
    seen = see(view)
    standing = _standing(seen, desk, view, record.key)
    today = seen.twin.as_of.date()
    return [_row(row, standing.get(row["key"]), today) for row in rows]


@use_case(Action.REQUEST)
def plan_act(
    view: View, desk: Desk, plan: str, action: str, change: ActionChange, words: str, by: str,
    knowing: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write down who does an action of a plan, by when, and how far it is.

    Raises
    ------
    BadUse
        There is no such plan, nothing is changed or said, or dropping gives no reason.
    NoSuchAction
        The plan has no such action.
    RegisterChanged
        Somebody else wrote meanwhile.
    """
    if view.as_of is not None:
        raise BadUse("The past can't be changed.", mend="Go back to now.")
    subject = parse_subject(view.viewer)
    authorised(subject, Action.NOTE)
    record, rows = _kept(view, plan)
    row = next((one for one in rows if one["key"] == action), None)
    if row is None:
        raise NoSuchAction(action)
    said = free_text(words.strip(), "words")
    if not change.values and not said:
        raise BadUse("Nothing is changed and nothing is said.", mend="Give a value or words.")
    if change.state == "dropped" and not said:
        raise BadUse("Dropping an action needs a reason.", mend="Say it in a few words.")
    seen = see(view)
    known = _standing(seen, desk, view, record.key).get(action)
    before = known.body if known is not None else {}
    body = {**before, **json.loads(json.dumps(change.values, default=date.isoformat))}
    note = Note(
        TOPIC, view.nation, _thing(record.key, action), datetime.now(UTC),
        name_text(by.strip(), "by"), subject.text, change.state or "noted", said,
        {"state": "open", **body}, record.label,
    )  # fmt: skip
    versions = {(TOPIC, note.key): known.id if known is not None else ""}
    write_notes(view, desk, [note], versions, _under(seen), knowing)
    return {"plan": record.key, "action": action, **note.body}


@use_case(Action.REQUEST)
def plan_history(view: View, desk: Desk, plan: str, action: str) -> list[dict[str, Any]]:
    """Everything that was written about an action of a plan, oldest first."""
    record, rows = _kept(view, plan)
    if action not in {row["key"] for row in rows}:
        raise NoSuchAction(action)
    seen = see(view)
    written = notes(desk, view.nation, [TOPIC], _thing(record.key, action))
    return [
        {"at": one.at.isoformat(), "by": one.by, "verb": one.verb, "words": one.words, **one.body}
        for one in known_notes(written, parse_subject(view.viewer), _under(seen))
    ]


@use_case(Action.REQUEST)
def plan_difference(view: View, first: str, second: str) -> Answer:
    """Two kept plans side by side: figures, what entered, what left, what changed in cost.

    Raises
    ------
    BadUse
        One of them is not there, or is no plan.
    """
    records = [_kept(view, key)[0] for key in (first, second)]
    answers = [answer_of(record) for record in records]
    tables = [_treatments(answer) for answer in answers]
    before, after = ({row["key"]: row for row in rows} for rows in tables)
    rows = [
        {
            "title": (after.get(key) or before[key])["title"],
            "change": "stays" if key in before and key in after
            else "enters" if key in after else "leaves",
            "cost_before": before[key]["cost_eur"] if key in before else None,
            "cost_after": after[key]["cost_eur"] if key in after else None,
            "saves_before": before[key]["saves"] if key in before else None,
            "saves_after": after[key]["saves"] if key in after else None,
            "key": key,
        }
        for key in (*before, *(key for key in after if key not in before))
    ]  # fmt: skip
    figures = [
        {
            "title": name, "before": answers[0].figures.get(name),
            "after": answers[1].figures.get(name),
            "difference": _less(answers[1].figures.get(name), answers[0].figures.get(name)),
        }
        for name in _DIFFERENCE
    ]  # fmt: skip
    changes = [row["change"] for row in rows]
    saved = next(row for row in figures if row["title"] == "saved a year, rehearsed")
    seen = see(view)
    schema = dict.fromkeys(
        ("cost_before", "cost_after", "saves_before", "saves_after"), pl.Float64
    )  # fmt: skip
    order = {"enters": 0, "leaves": 1, "stays": 2}
    rows.sort(key=lambda row: (order[str(row["change"])], str(row["title"])))
    return Answer(
        kind="plan difference",
        title="Two plans side by side",
        said=(
            f"{changes.count('enters')} treatments enter, {changes.count('leaves')} leave, "
            f"{changes.count('stays')} stay.",
            f"The first saves {saved['before']:,.0f} readiness-days a year, the second "
            f"{saved['after']:,.0f}"
            + ("." if records[0].twin_hash == records[1].twin_hash
               else "; they were made from different data, so that this is no effect."),
        ),
        figures={"enters": changes.count("enters"), "leaves": changes.count("leaves"),
                 "stays": changes.count("stays")},
        tables={
            "treatments": pl.DataFrame(rows, schema_overrides=schema) if rows else pl.DataFrame(),
            "figures": pl.DataFrame(figures, strict=False),
        },
        origin=seen.origin(
            label=combine(records[0].label, records[1].label),
            parameters={"first": records[0].key, "second": records[1].key},
        ),
        command=f"redball plan diff {records[0].key[:12]} {records[1].key[:12]} "
        f"{Inputs(view).words}",
    )  # fmt: skip


def _kept(view: View, plan: str) -> tuple[ResultRecord, list[dict[str, Any]]]:
    record = kept_answer(view.store, view.viewer, plan)
    if record.kind != "plan":
        raise BadUse(
            f"'{plan}' is no plan: it is an answer of '{record.kind}'.",
            mend="See kept plans with: redball store results --kind plan",
        )
    return record, _rows(record, "actions")


def _rows(record: ResultRecord, name: str) -> list[dict[str, Any]]:
    tables = record.content["tables"]
    assert isinstance(tables, dict)
    return list(tables.get(name, []))


def _treatments(answer: Answer) -> list[dict[str, Any]]:
    frame = answer.tables.get("treatments")
    return [] if frame is None else frame.to_dicts()


def _thing(plan: str, action: str) -> str:
    return f"{plan}|{action}"


def _under(seen: Seen) -> frozenset[str]:
    return frozenset(seen.scope.agreements if seen.scope is not None else ())


def _standing(seen: Seen, desk: Desk, view: View, plan: str) -> dict[str, Note]:
    """The last that a viewer may know of each action of a plan."""
    written = known_notes(
        notes(desk, view.nation, [TOPIC]), parse_subject(view.viewer), _under(seen)
    )
    start = _thing(plan, "")
    return {one.key[len(start) :]: one for one in written if one.key.startswith(start)}


def _row(row: Mapping[str, Any], known: Note | None, today: date) -> dict[str, Any]:
    body = known.body if known is not None else {}
    state = body.get("state", "open")
    due = date.fromisoformat(body.get("due") or str(row["works_by"]))
    return {
        "title": row["title"], "act": row["act"], "nation": row["nation"], "state": state,
        "owner": body.get("owner", ""), "due_on": due,
        "late": state in ("open", "begun") and due < today, "place": row.get("place"),
        "at_once_eur": row["at_once_eur"],
        "last_words": known.words if known is not None else "",
        "version": known.id if known is not None else "", "key": row["key"],
    }  # fmt: skip


def _arrived(row: Mapping[str, Any], found: Rehearsal) -> float | None:
    """Share of the stock that an action adds which stands on hand now."""
    if not row.get("more") or row.get("item") is None:
        return None
    network = found.case.network
    items, nodes = network.item_names, network.node_names
    if row["item"] not in items or row["place"] not in nodes:
        return None
    here = (network.cells["item"] == items.index(row["item"])) & (
        network.cells["node"] == nodes.index(row["place"])
    )
    now = float(network.cells["on_hand"][here].sum())
    return min(max((now - float(row["on_hand"] or 0.0)) / float(row["more"]), 0.0), 1.0)


def _less(after: object, before: object) -> float | None:
    if isinstance(after, int | float) and isinstance(before, int | float):
        return float(after) - float(before)
    return None


__all__ = [
    "STATES", "ActionChange", "NoSuchAction", "RegisterChanged", "plan_act", "plan_difference",
    "plan_history", "plan_standing", "plan_status",
]  # fmt: skip
