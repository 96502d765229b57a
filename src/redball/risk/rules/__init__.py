"""One module per family of structural rules; each takes the twin's context and gives findings."""
