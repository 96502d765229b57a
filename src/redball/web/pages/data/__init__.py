"""The part data."""
