"""Signing keys and signed notes."""
