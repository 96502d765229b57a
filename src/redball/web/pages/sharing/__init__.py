"""The part sharing."""
