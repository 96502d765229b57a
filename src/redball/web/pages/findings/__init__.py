"""The part findings."""
