"""The part network."""
