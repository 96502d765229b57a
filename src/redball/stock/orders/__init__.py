"""The orders to place today, from policies and positions."""
