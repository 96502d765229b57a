"""Thin doors to optimisers: one result type, one report of what can not be met."""
