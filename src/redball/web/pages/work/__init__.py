"""The part work."""
