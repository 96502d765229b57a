"""The stream of changes that open pages listen to."""
