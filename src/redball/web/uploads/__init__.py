"""Files that people send: kept apart and for a time, and what is done with them meanwhile."""
