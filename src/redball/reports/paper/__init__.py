"""Reports on paper: the same content as the HTML page, as a tagged PDF or as an image.

Set by Typst from a template that never changes; content reaches it as one JSON text, so nothing in
it is ever read as markup. Fonts are those inside the Typst package (open licences): nothing is
fetched, and the machine's own fonts are not used, so the same content gives the same pages.
"""

from redball.reports.paper.composing import composed
from redball.reports.paper.setting import as_pdf, as_png

__all__ = ["as_pdf", "as_png", "composed"]
