"""The start: where each role begins, and whether the server is well."""
