"""Reports: the picture and its findings as one HTML page that stands alone.

What a viewer saw at one moment, for reading offline, printing on A4 and filing: classification at
head and foot, what needs action first, the map with its tables, charts, assumptions and the command
that makes it again. The page names no address outside itself, needs no script to be read, and a
content security policy forbids everything it does not carry. Status is told by shape, word and
colour (WCAG 2.2, 1.4.1 and 1.4.11). Coastlines are Natural Earth, public domain.
"""

from redball.reports.charts import Bar
from redball.reports.content import Limits, ReportContent
from redball.reports.exhibits import Bars, Exhibit
from redball.reports.lines import Line, LineChart
from redball.reports.page import render_html, write_html
from redball.reports.writing import Form, as_bytes, form_of, write_bytes, write_file

__all__ = [
    "Bar",
    "Bars",
    "Exhibit",
    "Form",
    "Limits",
    "Line",
    "LineChart",
    "ReportContent",
    "as_bytes",
    "form_of",
    "render_html",
    "write_bytes",
    "write_file",
    "write_html",
]
