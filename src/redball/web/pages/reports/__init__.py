"""The part reports."""
