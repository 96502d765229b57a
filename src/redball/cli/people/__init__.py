"""``redball people``: who may sign in here, and as whom."""

from redball.cli.people.group import group

__all__ = ["group"]
