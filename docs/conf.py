"""How Sphinx makes the documents a site: `make site`, then site/index.html."""

project = "The distillation study"
author = "its maintainers"
html_title = project
extensions = ["myst_nb"]
nb_execution_mode = "off"  # the notebook's outputs are in it; a test runs its cells
myst_heading_anchors = 3
exclude_patterns = ["conf.py"]
html_theme = "sphinx_book_theme"
html_theme_options = {
    "navbar_persistent": [],  # else a second search box
    "use_download_button": False,
    "show_toc_level": 2,
    "navigation_with_keys": False,
}
html_show_sourcelink = False
html_copy_source = False
