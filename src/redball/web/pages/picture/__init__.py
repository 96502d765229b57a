"""The part picture."""
