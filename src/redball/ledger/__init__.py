"""The ledger: a record of what happened that nobody can bend unseen.

What: events in one written form (:mod:`.envelope`, :mod:`.sealing`), a hash tree over them
(:mod:`.tree`, :mod:`.proofs`), signed checkpoints of the tree (:mod:`.checkpoint`), cosignatures
of witnesses (:mod:`.cosign`, :mod:`.witness`), tiles to hand it out (:mod:`.tiles`) and proof files
for a third party (:mod:`.evidence`). Why: allies share when they can prove afterwards who did
what. Nothing here knows a database; the store keeps the leaves in the transaction of the change.

Sources: RFC 6962 and RFC 9162 (tree and proofs), C2SP signed-note, tlog-checkpoint,
tlog-cosignature, tlog-witness, tlog-tiles; FIPS 180-4 (SHA-256), RFC 2104 (HMAC).
"""

from redball.ledger.checkpoint import (
    Checkpoint,
)
from redball.ledger.cosign import (
    CosignatureVerifier,
    cosign,
    cosigned_message,
)
from redball.ledger.envelope import (
    Envelope,
    Event,
    EventKind,
    Fact,
    decoded,
    encoded,
)
from redball.ledger.evidence import (
    Proven,
    check_growth,
    check_proof,
    write_growth,
    write_proof,
)
from redball.ledger.file_witness import (
    FileWitness,
)
from redball.ledger.proofs import (
    consistency_proof,
    inclusion_proof,
    subtree_consistency_proof,
    subtree_inclusion_proof,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from redball.ledger.sealing import (
    new_salt,
    opened,
    opens,
    sealed,
)
from redball.ledger.signed import (
    OpenedCheckpoint,
    open_checkpoint,
    refuse_if_behind,
    require_cosigned,
    sign_checkpoint,
)
from redball.ledger.tiles import (
    Tile,
    bundle_bytes,
    bundles_of,
    nodes_of_tiles,
    read_bundle,
    read_tile,
    tile_bytes,
    tiles_of,
)
from redball.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    HashTree,
    Nodes,
    leaf_hash,
    node_hash,
    root_of,
)
from redball.ledger.witness import (
    Answer,
    Evidence,
    Seen,
    WitnessStore,
    add_checkpoint,
    checkpoint_request,
    witnessed,
)

__all__ = [
    "EMPTY_ROOT",
    "Answer",
    "Checkpoint",
    "CosignatureVerifier",
    "Envelope",
    "Event",
    "EventKind",
    "Evidence",
    "Fact",
    "FileWitness",
    "Frontier",
    "HashTree",
    "Nodes",
    "OpenedCheckpoint",
    "Proven",
    "Seen",
    "Tile",
    "WitnessStore",
    "add_checkpoint",
    "bundle_bytes",
    "bundles_of",
    "check_growth",
    "check_proof",
    "checkpoint_request",
    "consistency_proof",
    "cosign",
    "cosigned_message",
    "decoded",
    "encoded",
    "inclusion_proof",
    "leaf_hash",
    "new_salt",
    "node_hash",
    "nodes_of_tiles",
    "open_checkpoint",
    "opened",
    "opens",
    "read_bundle",
    "read_tile",
    "refuse_if_behind",
    "require_cosigned",
    "root_of",
    "sealed",
    "sign_checkpoint",
    "subtree_consistency_proof",
    "subtree_inclusion_proof",
    "tile_bytes",
    "tiles_of",
    "verify_consistency",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
    "witnessed",
    "write_growth",
    "write_proof",
]
