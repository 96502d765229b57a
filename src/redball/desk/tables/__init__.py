"""Tables of the desk, a file for each matter; importing this knows them all."""

from redball.desk.tables import approvals, drafts, journal, people, work, worklist

__all__ = ["approvals", "drafts", "journal", "people", "work", "worklist"]
