"""The table of a study: as numbers, as views of strings, and in each format.

columns.py           every figure of every setting, as one DataFrame
view.py              a table of strings with a title
cells.py             the columns of the views
views.py             the table's own views
selection_views.py   what searches chose; nested_view.py: what each seed chose for itself
console.py           on a terminal
formats.py           as Markdown, CSV, LaTeX or JSON
"""
