"""The part people."""
