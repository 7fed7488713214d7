"""HTML pages that need nothing else: one look, one way to show a table, no request to anybody.

page.py       a page out of a template; base.html.j2, macros.html.j2, style.css and page.js: what
              all pages share
grid.py       a view as a page shows it; study.py: the page of a study, its report
addresses.py  where MLflow shows the runs of a setting
"""

from analysis.pages.addresses import Addresses, addresses_of
from analysis.pages.grid import Grid, grid
from analysis.pages.page import page

__all__ = ["Addresses", "Grid", "addresses_of", "grid", "page"]
