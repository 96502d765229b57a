"""Answers of engines, tables, charts and figures as every page shows them.

A page makes values here and gives them to the macros in ``templates/parts``: :func:`tabled` with
``parts/table.html``, :func:`shown_answer` with ``parts/answer.html``, :func:`chart_of` with the
macro ``chart`` there. The page links ``css/answer.css`` and, for charts, ``js/chart.js``.
"""

from redball.web.answers.charts import ShownChart, chart_of
from redball.web.answers.shown import Export, Fact, ShownAnswer, facts_of, shown_answer
from redball.web.answers.tables import Head, Tabled, tabled

__all__ = [
    "Export",
    "Fact",
    "Head",
    "ShownAnswer",
    "ShownChart",
    "Tabled",
    "chart_of",
    "facts_of",
    "shown_answer",
    "tabled",
]
