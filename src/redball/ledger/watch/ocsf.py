"""Events and detections for the security systems of others: OCSF 1.x as JSON values, and CEF.

What OCSF has no place for stands under ``unmapped``. The content of a secret never goes out, only
that there is one. What goes out says no more than the ledger does, so it has the ledger's label.

Sources: Open Cybersecurity Schema Framework 1.x, classes API Activity (6003), Account Change
(3001), Authentication (3002) and Detection Finding (2004), ``type_uid = class_uid x 100 +
activity_id``; Common Event Format, version 0.
"""

from collections.abc import Mapping

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.detection import Detection, Severity, plain
from redball.ledger.watch.refusals import nation_of, role_of

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

SCHEMA = "1.5.0"
PRODUCT = "Redball"
FORM = "1"
API_ACTIVITY = 6003
DETECTION_FINDING = 2004
ACCOUNT_CHANGE = 3001
AUTHENTICATION = 3002
SUCCESS, FAILURE = 1, 2

CREATE, READ, UPDATE, DELETE, OTHER = 1, 2, 3, 4, 99
_ACTIVITIES = {CREATE: "Create", READ: "Read", UPDATE: "Update", DELETE: "Delete"}

_ACTIVITY_OF = {
    EventKind.GENESIS: CREATE,
    EventKind.IMPORT: CREATE,
    EventKind.DECISION: CREATE,
    EventKind.RELEASE: READ,
    EventKind.EXPORT: READ,
}
_ACCOUNT = {
    "add account": 1,
    "change password": 3,
    "reset account": 4,
    "close account": 5,
    "change account": 7,
    "add passkey": 10,
    "set password and codes": 10,
    "remove passkey": 11,
}
"""Activities of Account Change: create, password change and reset, disable, attach policy, factor
on and off."""
_LOG_ON, _LOG_OFF = 1, 2
_SIGN_INS = {"sign in": _LOG_ON, "prove again": _LOG_ON, "use link": _LOG_ON,
             "sign out": _LOG_OFF, "revoke sessions": _LOG_OFF}  # fmt: skip
_AGREEMENT = {"draft": CREATE, "revoke": DELETE, "supersede": DELETE}

_CEF_SEVERITY = {
    Severity.INFORMATIONAL: 1,
    Severity.LOW: 3,
    Severity.MEDIUM: 5,
    Severity.HIGH: 8,
    Severity.CRITICAL: 10,
}


def severity_of(event: Event) -> Severity:
    """How bad an event is by itself."""
    if event.kind is EventKind.ALARM:
        return Severity.HIGH
    return Severity.LOW if event.kind is EventKind.REFUSAL else Severity.INFORMATIONAL


def ocsf_event(event: Event, index: int, *, node: str) -> dict[str, Json]:
    """An event of the ledger as OCSF: an alarm is a finding, all else an activity.

    Parameters
    ----------
    event : Event
    index : int
        Its leaf.
    node : str
        Origin of the ledger.
    """
    unmapped: dict[str, Json] = {
        "kind": str(event.kind),
        "label": event.label,
        "agreements": list(event.agreements),
        "policy": event.policy,
        "sealed": event.secret is not None,
        "facts": {
            name: [*fact] if isinstance(fact, list) else fact
            for name, fact in sorted(event.facts.items())
        },
    }
    if event.kind is EventKind.ALARM:
        common = _common(event, index, node, DETECTION_FINDING, CREATE)
        finding: dict[str, Json] = {"uid": f"{node}#{index}", "title": event.verb}
        return {**common, "finding_info": finding, "is_alert": True, "unmapped": unmapped}
    class_uid, activity = _class_of(event)
    refused = event.kind is EventKind.REFUSAL
    named = class_uid == API_ACTIVITY
    return {
        **_common(event, index, node, class_uid, activity),
        "activity_name": _ACTIVITIES.get(activity, event.verb) if named else event.verb,
        **({} if named else {"user": {"uid": event.object}}),
        "actor": _actor(event.actor),
        "api": {"operation": event.verb},
        "src_endpoint": {"name": node},
        "resources": [{"uid": event.object, "type": str(event.kind)}],
        "status_id": FAILURE if refused else SUCCESS,
        "status": "Failure" if refused else "Success",
        "unmapped": unmapped,
    }


def ocsf_finding(detection: Detection, *, node: str) -> dict[str, Json]:
    """A detection as OCSF."""
    last = detection.evidence[-1] if detection.evidence else 0
    uid = f"{node}#{last}/{detection.rule}"
    evidence: list[Json] = [f"{node}#{index}" for index in detection.evidence]
    analytic: dict[str, Json] = {"name": str(detection.rule), "type_id": 1, "type": "Rule"}
    finding: dict[str, Json] = {
        "uid": uid,
        "title": str(detection.rule),
        "desc": detection.what,
        "analytic": analytic,
    }
    return {
        "category_uid": DETECTION_FINDING // 1000,
        "class_uid": DETECTION_FINDING,
        "activity_id": CREATE,
        "type_uid": DETECTION_FINDING * 100 + CREATE,
        "time": _milliseconds(detection.at.timestamp()),
        "severity_id": int(detection.severity),
        "status_id": 1,
        "status": "New",
        "message": detection.what,
        "is_alert": detection.severity >= Severity.MEDIUM,
        "metadata": _metadata(uid),
        "finding_info": finding,
        "unmapped": {"actor": detection.actor, "leaves": evidence},
    }


def cef_line(event: Event, index: int, *, node: str) -> str:
    """An event of the ledger as one CEF line, for older systems."""
    refused = event.kind in (EventKind.REFUSAL, EventKind.ALARM)
    head = (PRODUCT, "ledger", FORM, str(event.kind), event.verb)
    values: Mapping[str, str] = {
        "rt": str(_milliseconds(event.at.timestamp())),
        "dvchost": node,
        "externalId": str(index),
        "suser": event.actor,
        "outcome": "failure" if refused else "success",
        "cs1Label": "object",
        "cs1": event.object,
        "cs2Label": "label",
        "cs2": event.label,
        "cs3Label": "agreements",
        "cs3": " ".join(event.agreements),
    }
    severity = _CEF_SEVERITY[severity_of(event)]
    front = "|".join(_escaped(text, "|") for text in head)
    return f"CEF:0|{front}|{severity}|" + " ".join(
        f"{name}={_escaped(value, '=')}" for name, value in values.items()
    )


def _escaped(text: str, sign: str) -> str:
    """Escape what would end a field; a line break or control character never gets through."""
    return plain(text, 1_000).replace("\\", "\\\\").replace(sign, "\\" + sign)


def _class_of(event: Event) -> tuple[int, int]:
    """Class and activity: what is done to accounts and sessions has classes of its own."""
    tried = event.kind in (EventKind.SIGN_IN, EventKind.REFUSAL)
    if tried and event.verb in _SIGN_INS:
        return AUTHENTICATION, _SIGN_INS[event.verb]
    if event.kind is EventKind.ACCOUNT:
        return ACCOUNT_CHANGE, _ACCOUNT.get(event.verb, OTHER)
    return API_ACTIVITY, _activity(event)


def _activity(event: Event) -> int:
    if event.kind is EventKind.AGREEMENT:
        return _AGREEMENT.get(event.verb.split(" ", 1)[0], UPDATE)
    return _ACTIVITY_OF.get(event.kind, OTHER)


def _common(event: Event, index: int, node: str, class_uid: int, activity: int) -> dict[str, Json]:
    return {
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": _milliseconds(event.at.timestamp()),
        "severity_id": int(severity_of(event)),
        "message": f"{event.verb}: {event.object}",
        "metadata": {**_metadata(f"{node}#{index}"), "sequence": index},
    }


def _metadata(uid: str) -> dict[str, Json]:
    product: dict[str, Json] = {"name": PRODUCT, "vendor_name": PRODUCT}
    return {"version": SCHEMA, "product": product, "uid": uid, "log_name": "ledger"}


def _actor(actor: str) -> dict[str, Json]:
    group: dict[str, Json] = {"name": role_of(actor)}
    user: dict[str, Json] = {"uid": actor, "name": nation_of(actor), "groups": [group]}
    return {"user": user}


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
