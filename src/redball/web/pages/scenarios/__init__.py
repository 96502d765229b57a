"""The part scenarios."""
