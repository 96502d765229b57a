"""Long work on the screen: ask, watch, cancel, and read the answers that came of it."""
