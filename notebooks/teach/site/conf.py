"""How Sphinx makes the pages; build.py says from what."""

from IPython.lib.lexers import IPython3Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.token import Text

project = html_title = "WebSockets, cell by cell"
copyright = "2026 the authors of WebSockets, cell by cell; words and pictures CC BY 4.0, code MIT"
extensions = ["myst_nb", "sphinx.ext.githubpages"]
nb_execution_mode = "off"  # the stored outputs are compared with a run by the tests
nb_merge_streams = True
myst_heading_anchors = 4
myst_heading_slug_func = "notebooks.teach.site.pages.anchor_of"
templates_path = ["."]
html_theme = "pydata_sphinx_theme"
html_static_path = ["site.css", "site.js", "../deck/mermaid.tiny.js"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_context = {"default_mode": "auto"}
html_sidebars = {"**": ["lessons.html"]}
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_center": [],
    "article_header_start": [],
    "secondary_sidebar_items": ["page-toc"],
    "primary_sidebar_end": [],
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_bar_text": "Search the lessons",
}


class CellLexer(IPython3Lexer):
    """Colours a file that a cell writes by the file's own language."""

    def get_tokens_unprocessed(self, text):
        """Yield the position, kind and text of each token."""
        magic, newline, file = text.partition("\n")
        if not magic.startswith("%%writefile "):
            yield from super().get_tokens_unprocessed(text)
            return
        yield 0, Text, magic + newline
        lexer = get_lexer_for_filename(magic.split()[-1], ensurenl=False, stripnl=False)
        for at, kind, word in lexer.get_tokens_unprocessed(file):
            yield len(magic + newline) + at, kind, word


def setup(app):
    """Let cells, and fences of Python in the text, which may be cells too, take the lexer."""
    for name in ("ipython3", "python"):
        app.add_lexer(name, CellLexer)
