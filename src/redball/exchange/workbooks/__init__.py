"""Workbooks for people: the template to fill in, and the sender's own sheets with errors marked.

Excel is what most staffs have. The template carries units, types, allowed codes and examples; the
error workbook shows every issue where it is. All text is written as text and never as a formula,
and CSV made for spreadsheets is guarded likewise (OWASP, "CSV Injection").
"""

from redball.exchange.workbooks.guard import csv_safe, issues_csv_safe
from redball.exchange.workbooks.marked import write_error_workbook
from redball.exchange.workbooks.template import write_template

__all__ = ["csv_safe", "issues_csv_safe", "write_error_workbook", "write_template"]
