"""Readiness and stock: the budget curve to explore, support, reserves, rotation, orders."""
