"""Redball: one recognised logistics picture and one decision engine for an alliance.

Importing the package is cheap: capabilities are imported where they are used
(``from redball.picture import build_picture``), never from here.
"""

__version__ = "0.1.0"
