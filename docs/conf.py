"""Sphinx: how the pages in this folder become a site, without asking any server for anything."""

project = "Leaky Bucket"
author = "the Leaky Bucket authors"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["build"]
default_role = "code"  # docstrings put code between single backticks, as Markdown does

myst_heading_anchors = 3
myst_enable_extensions = ["fieldlist"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "Leaky Bucket"
html_copy_source = False
html_show_sphinx = False
