"""Events and detections as other security systems read them."""

import json
from dataclasses import replace

import pytest
from tests.unit.ledger.watch.watch_logs import event, refusal

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch import Rule, Settings, cef_line, ocsf_event, ocsf_finding, watch

NODE = "redball/deu"

# Class, activity and status by kind, after the published classes 6003 and 2004.
EXPECTED = {
    (EventKind.GENESIS, "create"): (6003, 1, 1),
    (EventKind.IMPORT, "import package"): (6003, 1, 1),
    (EventKind.DECISION, "optimise"): (6003, 1, 1),
    (EventKind.RELEASE, "show rows"): (6003, 2, 1),
    (EventKind.EXPORT, "export report"): (6003, 2, 1),
    (EventKind.REFUSAL, "picture"): (6003, 99, 2),
    (EventKind.AGREEMENT, "draft"): (6003, 1, 1),
    (EventKind.AGREEMENT, "sign"): (6003, 3, 1),
    (EventKind.AGREEMENT, "activate"): (6003, 3, 1),
    (EventKind.AGREEMENT, "revoke"): (6003, 4, 1),
    (EventKind.AGREEMENT, "supersede"): (6003, 4, 1),
    (EventKind.ALARM, "touch canary"): (2004, 1, None),
}


@pytest.mark.parametrize(("kind", "verb"), EXPECTED, ids=lambda x: str(x).replace(" ", "-"))
def test_each_kind_has_its_class_and_the_attributes_that_it_requires(
    kind: EventKind, verb: str
) -> None:
    class_uid, activity, status = EXPECTED[kind, verb]
    made = ocsf_event(event(kind, 1, "DEU role=analyst", verb=verb), 7, node=NODE)
    assert made["class_uid"] == class_uid
    assert made["category_uid"] == class_uid // 1000
    assert made["activity_id"] == activity
    assert made["type_uid"] == class_uid * 100 + activity
    assert made["time"] == 1772409660000
    assert made.get("status_id") == status
    needed = {"metadata", "severity_id", "time", "type_uid"}
    needed |= {"actor", "api", "src_endpoint"} if class_uid == 6003 else {"finding_info"}
    assert needed <= made.keys()
    metadata = made["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["uid"] == "redball/deu#7"
    assert metadata["sequence"] == 7
    assert isinstance(metadata["version"], str)
    assert metadata["version"].startswith("1.")


def test_an_unnamed_activity_says_what_it_is() -> None:
    made = ocsf_event(refusal(0, "NLD:1"), 0, node=NODE)
    assert made["activity_name"] == "read"
    assert made["severity_id"] == 2
    user = made["actor"]
    assert user == {"user": {"uid": "DEU", "name": "DEU", "groups": [{"name": "node"}]}}


def test_what_has_no_place_stands_under_unmapped_and_the_secret_nowhere() -> None:
    sealed = replace(
        event(EventKind.RELEASE, label="RESTRICTED // REL NLD", agreements=("A-1",), rows=3,
              tables=["holding", "site"]),
        policy="p", secret={"reason": "HIDDENWORD"},
    )  # fmt: skip
    made = ocsf_event(sealed, 0, node=NODE)
    assert made["unmapped"] == {
        "kind": "release", "label": "RESTRICTED // REL NLD", "agreements": ["A-1"], "policy": "p",
        "sealed": True, "facts": {"rows": 3, "tables": ["holding", "site"]},
    }  # fmt: skip
    assert "HIDDENWORD" not in json.dumps(made) + cef_line(sealed, 0, node=NODE)


def test_a_detection_is_a_finding_with_its_leaves() -> None:
    events = [event(EventKind.DECISION), *(refusal(i, f"N:{i}") for i in range(3))]
    (found,) = watch(events, Settings(enumerated=3), first=40)
    made = ocsf_finding(found, node=NODE)
    assert (made["class_uid"], made["type_uid"], made["category_uid"]) == (2004, 200401, 2)
    assert (made["severity_id"], made["is_alert"], made["status"]) == (4, True, "New")
    finding = made["finding_info"]
    assert isinstance(finding, dict)
    assert finding["uid"] == f"{NODE}#43/{Rule.ENUMERATION}"
    assert finding["desc"] == found.what
    unmapped = made["unmapped"]
    assert unmapped == {"actor": "DEU", "leaves": [f"{NODE}#{i}" for i in (41, 42, 43)]}


def test_a_cef_line_has_seven_bars_and_escapes_what_would_end_a_field() -> None:
    nasty = event(EventKind.REFUSAL, verb="a|b\\c", of="x=1\nCEF:0|evil", actor="DEU\u2028x")
    line = cef_line(nasty, 3, node=NODE)
    assert len(line.splitlines()) == 1
    head, _, tail = line.partition("|3|rt=")
    assert head == "CEF:0|Redball|ledger|1|refusal|a\\|b\\\\c"
    assert "cs1=x\\=1?CEF:0|evil" in tail
    assert "suser=DEU?x outcome=failure" in tail


def test_a_cef_line_of_an_ordinary_event() -> None:
    one = event(EventKind.EXPORT, verb="export csv", of="t1", agreements=("A-1", "B-2"))
    assert cef_line(one, 3, node=NODE) == (
        "CEF:0|Redball|ledger|1|export|export csv|1|rt=1772409600000 dvchost=redball/deu "
        "externalId=3 suser=DEU outcome=success cs1Label=object cs1=t1 cs2Label=label cs2= "
        "cs3Label=agreements cs3=A-1 B-2"
    )


def test_everything_is_plain_json() -> None:
    for kind in EventKind:
        one: Event = event(kind, of="\ud800", odd=None, many=["a"], yes=True)
        made = ocsf_event(one, 0, node=NODE)
        assert json.loads(json.dumps(made)) == made
