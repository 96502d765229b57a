"""Migrations of the store's schema, run by :mod:`redball.store.migrating`.

Each is a frozen text: it never follows later changes of the language's tables.
"""
