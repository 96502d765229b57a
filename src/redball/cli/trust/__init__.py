"""Verbs of trust: agreements, the ledger, keys, labels."""

from redball.cli.trust import agreement, key, label, ledger

__all__ = ["agreement", "key", "label", "ledger"]
