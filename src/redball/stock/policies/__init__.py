"""When to order and how much: the classic single-site and serial policies."""
