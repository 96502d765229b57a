"""The ledger of a store: verify it, sign it, prove an entry of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.trust import key_folder
from redball.app.view import opened
from redball.ledger import (
    Checkpoint,
    EventKind,
    HashTree,
    check_proof,
    decoded,
    inclusion_proof,
    open_checkpoint,
    root_of,
    write_proof,
)
from redball.model import BadData, BadUse, NotPermitted
from redball.signing import SigningKey, VerifierKey, parse_note
from redball.store import LedgerReport, Store

Progress = Callable[[str, int, int], None]
MOST_BYTES = 8_000_000
_MOST_SAID = 12


@dataclass(frozen=True)
class LedgerVerdict:
    """What verifying a store found.

    Attributes
    ----------
    ok : bool
        Nothing was changed, removed, reordered or restored, as far as this can tell.
    said : tuple of str
        The finding in sentences.
    report : LedgerReport
    """

    ok: bool
    said: tuple[str, ...]
    report: LedgerReport

    def as_dict(self) -> dict[str, object]:
        """Plain values."""
        report = self.report
        return {
            "ok": self.ok,
            "said": list(self.said),
            "ledger": report.origin,
            "entries": report.size,
            "root": report.root,
            "rows": report.rows,
            "signed_entries": report.signed_size,
            "first_bad_entry": report.first_bad,
            "problems": [
                {"entry": p.leaf, "table": p.table, "key": p.key, "what": p.what}
                for p in report.problems
            ],
        }


@use_case(Action.ADMINISTER)
def ledger_verify(
    store: str, *, against: Path | None = None, progress: Progress | None = None
) -> LedgerVerdict:
    """Compare every row of a store with its ledger, and the ledger with what was signed.

    Parameters
    ----------
    against : Path, optional
        A checkpoint of this ledger kept elsewhere; the store must contain it.

    Raises
    ------
    StoreError
        The store can't be read at all.
    BadData, NotPermitted
        The checkpoint can't be read, or is not signed by this ledger's key.
    """
    with opened(store) as source:
        try:
            folder = key_folder(store)
            trusted = folder.trusted()
        except BadUse:
            folder, trusted = None, {}
        origin = source.origin()
        keys = trusted.get(origin, ())
        report = source.verify(keys, memory=folder, progress=progress)
        kept = _kept_elsewhere(against, keys, source) if against is not None else ""
    return LedgerVerdict(report.sound and not kept, _said(report, kept, bool(keys)), report)


def _kept_elsewhere(path: Path, keys: Sequence[VerifierKey], source: Store) -> str:
    """What is wrong when a store is held against a checkpoint kept elsewhere."""
    found = open_checkpoint(small_file(path), keys).checkpoint
    leaves = source.leaf_hashes()
    if found.origin != source.origin():
        return f"The checkpoint is of another ledger, {found.origin}."
    if found.size > len(leaves):
        return (
            f"The checkpoint has {found.size} entries and the ledger {len(leaves)}: "
            "an old backup was restored, or the end was cut off."
        )
    if root_of(leaves[: found.size]) != found.root:
        return f"The first {found.size} entries are not those of the checkpoint."
    return ""


def _said(report: LedgerReport, kept: str, keyed: bool) -> tuple[str, ...]:
    if report.sound and not kept:
        said = [
            f"The ledger holds: {report.size} entries, {report.rows:,} rows compared, "
            f"root {report.root[:16]}."
        ]
    else:
        said = [kept] if kept else []
        said += [problem.text for problem in report.problems[:_MOST_SAID]]
        more = len(report.problems) - _MOST_SAID
        if more > 0:
            said.append(f"And {more} more: --json has all of them.")
    if not keyed:
        said.append(
            "No key of this ledger is known here, so no signature was checked: whoever can write "
            "the store could have rewritten it as a whole."
        )
    elif report.signed_size < report.size:
        said.append(
            f"{report.signed_size} of {report.size} entries are under a signed checkpoint; "
            "sign the rest with: redball ledger checkpoint"
        )
    return tuple(said)


@use_case(Action.ADMINISTER)
def ledger_checkpoint(store: str, *, out: Path | None = None) -> str:
    """Sign the ledger as it stands and return the signed note.

    Raises
    ------
    NotPermitted
        There is no key for this ledger.
    StoreError
        It does not go on from what was signed before: signing has stopped.
    """
    with opened(store) as source:
        note = source.checkpoint(ledger_key(store, source), key_folder(store))
    if out is not None:
        out.write_text(note, encoding="utf-8")
    return note


def ledger_key(store: str, source: Store) -> SigningKey:
    """Key of a store's ledger: it has the ledger's name.

    Raises
    ------
    NotPermitted
        It is not here.
    """
    try:
        return key_folder(store).signing_key(source.origin())
    except NotPermitted as error:
        raise NotPermitted(
            "The key of this ledger is not here.",
            where=error.where,
            mend="Make it with: redball key new ledger. If there was one, recover it instead.",
        ) from error


@use_case(Action.ADMINISTER)
def ledger_prove(
    store: str,
    *,
    out: Path,
    entry: int | None = None,
    about: str | None = None,
    reveal: bool = False,
    checkpoint: Path | None = None,
) -> int:
    """Write a proof that an entry stands in the ledger; return its number.

    Parameters
    ----------
    entry : int, optional
    about : str, optional
        In place of a number: what the entry is about, such as a package's hash or an agreement's
        id; the newest one counts, of an agreement the newest by which it changed.
    checkpoint : Path, optional
        Prove it at this checkpoint, such as one that witnesses cosigned; a new one otherwise.
    reveal : bool
        Also disclose the content that the entry commits to.

    Raises
    ------
    BadUse
        There is no such entry, or its content is not here.
    """
    with opened(store) as source:
        number = _number(source, entry, about)
        envelopes = source.entries(number, number + 1)
        if checkpoint is None:
            note = source.checkpoint(ledger_key(store, source), key_folder(store))
        else:
            note = str(parse_note(small_file(checkpoint)))
        opening = source.secret(number) if reveal else None
        leaves = source.leaf_hashes()
    if reveal and opening is None:
        raise BadUse(
            f"Entry {number} has no content that could be opened.",
            mend="Leave --reveal out; its facts are in the entry itself.",
        )
    size = Checkpoint.parse(parse_note(note).text).size
    if not number < size <= len(leaves):
        raise BadUse(
            f"A checkpoint of {size} entries does not prove entry {number} of {len(leaves)}.",
            mend="Give a newer checkpoint, or none.",
        )
    proof = inclusion_proof(number, size, HashTree(leaves[:size]).node)
    out.write_text(
        write_proof(envelopes[0].envelope, number, proof, note, opening), encoding="utf-8"
    )
    return number


def _number(source: Store, entry: int | None, about: str | None) -> int:
    if (entry is None) == (about is None):
        raise BadUse("Which entry is not clear.", mend="Give its number, or what it is about.")
    if entry is not None:
        total = source.state()["ledger"]
        if not source.entries(entry, entry + 1):
            raise BadUse(f"There is no entry {entry}.", mend=f"The ledger has 0 to {total - 1}.")
        return entry
    events = [decoded(entry.envelope).event for entry in source.entries()]
    named = (about, f"{about} version ")
    found = [n for n, e in enumerate(events) if e.object == about or e.object.startswith(named[1])]
    agreed = [n for n in found if events[n].kind is EventKind.AGREEMENT]
    if not found:
        raise BadUse(
            f"No entry is about '{about}'.", mend="See what there is with: redball ledger log"
        )
    return (agreed or found)[-1]


def ledger_check(proof: Path, trust: Sequence[str], *, cosigners: int = 0) -> Mapping[str, object]:
    """Check a proof file with nothing but public keys.

    Raises
    ------
    BadData, UnsafeFile
        It is not a proof, or does not prove what it says.
    NotPermitted
        No trusted key signed it, or too few cosigned.
    """
    keys = [VerifierKey.parse(text.strip()) for text in trust]
    found = check_proof(small_file(proof), keys, cosigners=cosigners)
    event = found.event
    return {
        "proven": "the entry stands in the ledger",
        "ledger": found.checkpoint.origin,
        "entry": found.index,
        "of": found.checkpoint.size,
        "kind": str(event.kind),
        "verb": event.verb,
        "actor": event.actor,
        "object": event.object,
        "at": event.at.isoformat(),
        "label": event.label,
        "agreements": list(event.agreements),
        "facts": dict(event.facts),
        "content": None if event.secret is None else dict(event.secret),
        "cosigned_by": sorted(found.cosigned),
    }


def small_file(path: Path) -> bytes:
    """Read a file that is meant to be small.

    Raises
    ------
    BadUse
        It is not there.
    BadData
        It is larger than a proof or a checkpoint can be.
    """
    if not path.is_file():
        raise BadUse("There is no such file.", where=str(path))
    if path.stat().st_size > MOST_BYTES:
        raise BadData(
            f"The file is larger than {MOST_BYTES // 1_000_000} MB.",
            where=str(path),
            mend="Is it the right one?",
        )
    return path.read_bytes()
