"""Witness the ledgers of other nodes, and offer one's own to witnesses."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.ledgers import ledger_key, small_file
from redball.app.trust import key_folder
from redball.app.view import opened
from redball.ledger import (
    Checkpoint,
    FileWitness,
    HashTree,
    checkpoint_request,
    consistency_proof,
    witnessed,
)
from redball.model import BadUse
from redball.signing import VerifierKey, parse_note

WITNESS_OK = 200
"""Answer of a witness that cosigned."""


@use_case(Action.ADMINISTER)
def ledger_offer(store: str, *, out: Path, old: int = 0) -> int:
    """Write the request that a witness answers, from the size that it last saw; return the size."""
    with opened(store) as source:
        note = source.checkpoint(ledger_key(store, source), key_folder(store))
        leaves = source.leaf_hashes()
    size = Checkpoint.parse(parse_note(note).text).size
    if not 0 <= old <= size:
        raise BadUse(f"The witness can't have seen {old} of {size} entries.")
    tree = HashTree(leaves[:size])
    proof = consistency_proof(old, size, tree.node) if 0 < old < size else []
    out.write_bytes(checkpoint_request(old, proof, note))
    return size


@use_case(Action.ADMINISTER)
def ledger_witness(
    request: Path,
    *,
    state: Path,
    trust: Sequence[str],
    key: str,
    store: str,
    out: Path | None = None,
) -> tuple[int, str]:
    """Answer a log's request as a witness: status and body, as C2SP tlog-witness gives them.

    Parameters
    ----------
    request : Path
    state : Path
        Folder in which the witness remembers every log.
    trust : sequence of str
        Public keys of the logs that are witnessed; each has its log's name.
    key : str
        Name of the witness's own key.
    store : str
        Store beside which the witness's keys lie.
    out : Path, optional
        Where to write the checkpoint with the cosignature, if it was given.

    Raises
    ------
    NotPermitted
        The witness's key is not here.
    """
    logs: dict[str, list[VerifierKey]] = {}
    for text in trust:
        one = VerifierKey.parse(text.strip())
        logs.setdefault(one.name, []).append(one)
    signer = key_folder(store).signing_key(key)
    data = small_file(request)
    answer = witnessed(data, FileWitness(state), logs, [signer], datetime.now(UTC))
    if answer.status == WITNESS_OK and out is not None:
        asked = data.decode().partition("\n\n")[2]
        out.write_text(f"{asked}{answer.body}", encoding="utf-8")
    return answer.status, answer.body
