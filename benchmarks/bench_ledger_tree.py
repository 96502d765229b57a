"""The ledger's tree: appending and checking proofs, as ratios to the bare hashing they need.

``python -m benchmarks.bench_ledger_tree [--size S|M|L ...] [--json]``; without a size S, M and L:
10,000, 100,000 and 1,000,000 entries of 230 bytes. All times are processor seconds of one core,
the best of three rounds, product and bare hashing in turn.

*append*: entries to leaf hashes to the frontier's root. *bare*: SHA-256 over the same bytes in a
loop: each entry once and 64 bytes once for each node, prefix bytes among them. *check*: inclusion
and consistency proofs verified, against as many bare hashes of 65 bytes as their verdict needs.
*sign*, *verify* and *proof file* are per second, without a peer.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from redball.ledger import (
    Checkpoint,
    Event,
    EventKind,
    Frontier,
    HashTree,
    check_proof,
    consistency_proof,
    encoded,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
    write_proof,
)
from redball.signing import new_key, sign_note

ENTRIES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
ENTRY_BYTES = 230
CHECKS = 2_000
ROUNDS = 3
SEED = 6962
AT = datetime(2026, 3, 1, tzinfo=UTC)


def best(*works: Callable[[], object]) -> list[float]:
    """Least processor seconds of each, in turn."""
    least = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for i, work in enumerate(works):
            start = time.process_time()
            work()
            least[i] = min(least[i], time.process_time() - start)
    return least


def appended(entries: list[bytes]) -> bytes:
    return Frontier().extend([leaf_hash(entry) for entry in entries]).root()


def hashed(entries: list[bytes]) -> None:
    for entry in entries:
        sha256(b"\x00" + entry).digest()
    node = b"x" * 65
    for _ in range(len(entries) - 1):
        sha256(node).digest()


def bare(count: int) -> None:
    node = b"x" * 65
    for _ in range(count):
        sha256(node).digest()


def per_second(work: Callable[[], object], count: int) -> float:
    return count / best(lambda: [work() for _ in range(count)])[0]


def figures(size: str) -> dict[str, float]:
    """Measure one size."""
    dice = random.Random(SEED)
    count = ENTRIES[size]
    entries = [dice.randbytes(ENTRY_BYTES) for _ in range(count)]
    append, plain = best(lambda: appended(entries), lambda: hashed(entries))
    leaves = [leaf_hash(entry) for entry in entries]
    tree, root = HashTree(leaves), Frontier().extend(leaves).root()
    places = [dice.randrange(count) for _ in range(CHECKS)]
    paths = [inclusion_proof(i, count, tree.node) for i in places]
    olds = [dice.randrange(1, count) for _ in range(CHECKS)]
    growths = [consistency_proof(m, count, tree.node) for m in olds]
    roots = [tree.root(m) for m in olds]

    def inclusions() -> None:
        for i, path in zip(places, paths, strict=True):
            if not verify_inclusion(i, count, leaves[i], path, root):
                raise SystemExit("a good proof was refused")

    def consistencies() -> None:
        for m, growth, older in zip(olds, growths, roots, strict=True):
            if not verify_consistency(m, count, older, root, growth):
                raise SystemExit("a good proof was refused")

    # a consistency proof leads to two roots: at most two hashes for each step
    steps, double = sum(map(len, paths)), 2 * sum(map(len, growths))
    include, include_bare, consist, consist_bare = best(
        inclusions, lambda: bare(steps), consistencies, lambda: bare(double)
    )
    return {
        "entries": count,
        "append per s": count / append,
        "append / bare": append / plain,
        "inclusion checks per s": CHECKS / include,
        "inclusion / bare": include / include_bare,
        "consistency checks per s": CHECKS / consist,
        "consistency / bare": consist / consist_bare,
        "proof made per s": per_second(lambda: inclusion_proof(places[0], count, tree.node), 500),
        **signatures(tree, entries[:1]),
    }


def signatures(tree: HashTree, entries: list[bytes]) -> dict[str, float]:
    """Signing, verifying, writing envelopes and checking whole proof files."""
    found: dict[str, float] = {}
    for algorithm in ("ed25519", "ml-dsa-44"):
        key = new_key("DEU", algorithm)
        signature = key.sign(entries[0])
        found[f"{algorithm} sign per s"] = per_second(lambda k=key: k.sign(entries[0]), 200)  # type: ignore[misc]  # bound now
        found[f"{algorithm} verify per s"] = per_second(
            lambda k=key, s=signature: k.verifier.verify(entries[0], s),  # type: ignore[misc]  # bound now
            200,
        )
    key = new_key("DEU")
    event = Event(EventKind.IMPORT, "import package", "DEU", "x" * 64, AT, facts={"rows": 12})
    log = HashTree([leaf_hash(encoded(event)), *(tree.node(0, i) for i in range(1023))])
    note = sign_note(Checkpoint("DEU", 1024, log.root()).text, [key])
    text = write_proof(encoded(event), 0, inclusion_proof(0, 1024, log.node), note)
    found["envelopes written per s"] = per_second(lambda: encoded(event), 500)
    found["proof files checked per s"] = per_second(lambda: check_proof(text, [key.verifier]), 200)
    return found


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", default=["S", "M", "L"], choices=list(ENTRIES))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.size:
        found = figures(size)
        if chosen.json:
            print(json.dumps({"size": size, **found}))
            continue
        for name, value in found.items():
            print(f"| {size} | {name} | {value:,.2f} |")


if __name__ == "__main__":
    main()
