"""A witness: cosigns a log's checkpoint only when it goes on from the last one it cosigned.

The rules are those of C2SP tlog-witness, call ``add-checkpoint``. :func:`add_checkpoint` is the
decision, without any effect. :func:`witnessed` carries it out against a :class:`WitnessStore`: the
new state is compared, stored and durable before the cosignature is given out. Two nations that
witness each other's logs make a fork or a rollback visible to both.

========================================================================  ======
case                                                                      status
========================================================================  ======
not in the form of a request                                              400
unknown origin                                                            404
no trusted signature, or one of a trusted key that does not hold          403
old size above the checkpoint's                                           400
old size is not that of the last cosigned checkpoint; body = that size    409
proof wrong; same size, other root; a proof from, or another root of, 0   422
good                                                                      200
========================================================================  ======
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from redball.ledger.canonical import unix_seconds
from redball.ledger.checkpoint import Checkpoint, parse_size
from redball.ledger.cosign import cosign
from redball.ledger.proofs import verify_consistency
from redball.ledger.signed import OpenedCheckpoint, open_checkpoint
from redball.ledger.tree import EMPTY_ROOT
from redball.model.errors import BadData, BadUse, NotPermitted, StoreBusy, UnsafeFile
from redball.signing import SigningKey, VerifierKey, parse_note
from redball.signing.keys import strict_base64
from redball.signing.notes import MOST_NOTE_BYTES

MOST_PROOF_LINES = 63
MOST_REQUEST_BYTES = MOST_NOTE_BYTES + 64 * 50
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_TRIES = 8


@dataclass(frozen=True)
class Seen:
    """What a witness keeps of a log: the last checkpoint it cosigned.

    Attributes
    ----------
    checkpoint : Checkpoint
    note : str
        As the log signed it: half of the evidence, should it fork.
    seconds : int
        Time of the cosignature; the next one is not earlier, whatever the clock says.
    """

    checkpoint: Checkpoint
    note: str
    seconds: int


@dataclass(frozen=True)
class Evidence:
    """What a log signed that does not fit together.

    Attributes
    ----------
    origin : str
    why : str
    kept : str
        The note that the witness had cosigned.
    offered : str
        The request that was refused.
    proves_fork : bool
        Whether the two notes alone convict the log: same size, other root. Else the log may have
        sent a wrong proof only.
    """

    origin: str
    why: str
    kept: str
    offered: str
    proves_fork: bool


@dataclass(frozen=True)
class Answer:
    """What a witness answers.

    Attributes
    ----------
    status : int
        As of HTTP.
    body : str
    content_type : str
    new_state : Seen or None
        To be stored before the body is given out.
    evidence : Evidence or None
        To be kept.
    """

    status: int
    body: str
    content_type: str = TEXT_TYPE
    new_state: Seen | None = None
    evidence: Evidence | None = None


class WitnessStore(Protocol):
    """Where a witness keeps its state."""

    def seen(self, origin: str) -> Seen | None:
        """Give the last cosigned checkpoint of a log."""

    def compare_and_store(self, origin: str, old: Seen | None, new: Seen) -> bool:
        """Store durably if the state is still ``old``; say whether it was."""

    def keep(self, evidence: Evidence) -> None:
        """Keep evidence."""


@dataclass(frozen=True)
class _Request:
    old_size: int
    proof: tuple[bytes, ...]
    note: str
    text: str


def checkpoint_request(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """Write the request that a log sends to a witness.

    Raises
    ------
    BadUse
        When the proof is longer than 63 hashes.
    """
    if len(proof) > MOST_PROOF_LINES:
        raise BadUse("A consistency proof has at most 63 hashes.", mend="Make it anew.")
    lines = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    return f"old {old_size}\n{lines}\n{note}".encode()


def add_checkpoint(
    request: bytes,
    state: Callable[[str], Seen | None],
    trusted: Mapping[str, Sequence[VerifierKey]],
    cosigners: Sequence[SigningKey],
    at: datetime,
) -> Answer:
    """Decide a request; nothing is stored.

    Parameters
    ----------
    request : bytes
        Old size, proof, blank line, signed checkpoint.
    state : callable
        Origin to what was cosigned last.
    trusted : mapping
        Keys of each log that is witnessed, by origin.
    cosigners : sequence of SigningKey
        The witness's own keys, of one scheme each.
    at : datetime

    Raises
    ------
    BadUse
        When there is no key to cosign with.
    BadData
        When the moment has no zone.
    """
    if not cosigners:
        raise BadUse("A witness needs a key.", mend="Make one first.")
    unix_seconds(at)  # refused before anything else when it is no moment
    try:
        asked = _parsed(request)
        checkpoint = Checkpoint.parse(parse_note(asked.note).text)
        if not trusted.get(checkpoint.origin):
            return Answer(404, "This witness does not know the log.\n")
        opened = open_checkpoint(asked.note, trusted[checkpoint.origin])
    except (BadData, UnsafeFile) as error:
        return Answer(400, f"{error.what}\n")
    except NotPermitted as error:
        return Answer(403, f"{error.what}\n")
    if asked.old_size > checkpoint.size:
        return Answer(400, "The old size is above the checkpoint's.\n")
    last = state(checkpoint.origin)
    return _judged(asked, opened, last) or _good(opened, last, cosigners, at)


def witnessed(
    request: bytes,
    store: WitnessStore,
    trusted: Mapping[str, Sequence[VerifierKey]],
    cosigners: Sequence[SigningKey],
    at: datetime,
) -> Answer:
    """Decide a request and carry it out: store, then answer.

    Raises
    ------
    BadUse
        When there is no key to cosign with.
    StoreError
        When the state can't be read or stored: nothing is answered then.
    """
    for _ in range(_TRIES):
        found: dict[str, Seen | None] = {}

        def looked_up(origin: str, found: dict[str, Seen | None] = found) -> Seen | None:
            found[origin] = store.seen(origin)
            return found[origin]

        answer = add_checkpoint(request, looked_up, trusted, cosigners, at)
        if answer.evidence is not None:
            store.keep(answer.evidence)
        if answer.new_state is None:
            return answer
        origin = answer.new_state.checkpoint.origin
        if store.compare_and_store(origin, found[origin], answer.new_state):
            return answer
    raise StoreBusy("The log is being witnessed by others.", mend="Ask again in a moment.")


def _parsed(request: bytes) -> _Request:
    if len(request) > MOST_REQUEST_BYTES:
        raise UnsafeFile("The request is too large.", mend="Send one checkpoint.")
    try:
        text = request.decode()
    except UnicodeDecodeError as error:
        raise _malformed("it is not UTF-8") from error
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n", MOST_PROOF_LINES + 2)
    if not blank or not lines[0].startswith("old "):
        raise _malformed("it does not begin with the old size, the proof and a blank line")
    if len(lines) > MOST_PROOF_LINES + 1:
        raise _malformed("the proof is longer than 63 hashes")
    steps = [strict_base64(line) for line in lines[1:]]
    if any(step is None or len(step) != 32 for step in steps):
        raise _malformed("a line of the proof is not the base64 of 32 bytes")
    proof = tuple(step for step in steps if step is not None)
    return _Request(parse_size(lines[0].removeprefix("old ")), proof, note, text)


def _judged(asked: _Request, opened: OpenedCheckpoint, last: Seen | None) -> Answer | None:
    """Say why a well-signed checkpoint is refused; None when it is good."""
    new = opened.checkpoint
    size = last.checkpoint.size if last is not None else 0
    forked = last is not None and new.size == size and new.root != last.checkpoint.root
    if forked:
        evidence = _evidence(asked, new, last, "same size, other root", proves_fork=True)
        if asked.old_size == size:
            return Answer(422, "Another root of this size was cosigned.\n", evidence=evidence)
        return Answer(409, f"{size}\n", SIZE_TYPE, evidence=evidence)
    if asked.old_size != size:
        return Answer(409, f"{size}\n", SIZE_TYPE)
    if last is None or size == 0:
        good = not asked.proof and (new.size > 0 or new.root == EMPTY_ROOT)
    else:
        root = last.checkpoint.root
        good = verify_consistency(size, new.size, root, new.root, asked.proof)
    if good:
        return None
    evidence = _evidence(asked, new, last, "the consistency proof does not hold", proves_fork=False)
    return Answer(422, "The consistency proof does not hold.\n", evidence=evidence)


def _good(
    opened: OpenedCheckpoint, last: Seen | None, cosigners: Sequence[SigningKey], at: datetime
) -> Answer:
    # never earlier than before: a cosignature says 'the largest seen at this time'
    earliest = datetime.fromtimestamp(last.seconds if last is not None else 0, UTC)
    moment = max(at, earliest)
    lines = [cosign(opened.checkpoint, key, moment).line for key in cosigners]
    state = Seen(opened.checkpoint, opened.note, int(moment.timestamp()))
    return Answer(200, "".join(lines), new_state=state)


def _evidence(
    asked: _Request, new: Checkpoint, last: Seen | None, why: str, *, proves_fork: bool
) -> Evidence:
    return Evidence(new.origin, why, last.note if last else "", asked.text, proves_fork)


def _malformed(why: str) -> BadData:
    return BadData(f"This is no request to a witness: {why}.", mend="Write it anew.")
