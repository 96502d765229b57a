"""The pages, a folder for each part of the face; each has ``routes.py`` with its ``pages``."""
