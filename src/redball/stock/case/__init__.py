"""The sparing problem of a twin."""
