"""``redball stock``: what to hold where, what it gives, and what to order today."""

from redball.cli.stock.group import group

__all__ = ["group"]
