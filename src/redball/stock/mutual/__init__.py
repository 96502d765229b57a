"""Mutual support between sites and nations: what it gives to each."""
