"""Makes one HTML page of the report, with its figures inside."""

import base64
import html as markup
from collections.abc import Mapping

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
th { background: #f3f3f3; }
img { max-width: 100%; background: white; border-radius: 6px; }
@media (prefers-color-scheme: dark) {
  body { background: #16161c; color: #e6e6ec; }
  th, td { border-color: #44444f; }
  th { background: #26262f; }
  a { color: #a7adf0; }
}
"""
RULES = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # whatever an answer holds, nothing is fetched


def html(markdown: str, figures: Mapping[str, str], *, title: str) -> str:
    """A whole HTML document; `figures` are SVG by the names under which the Markdown shows them."""
    from markdown_it import MarkdownIt  # for those who take a report away

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    for name, svg in figures.items():
        inside = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
        body = body.replace(f'src="{name}"', f'src="data:image/svg+xml;base64,{inside}"')
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{RULES}">\n'
        f"<title>{markup.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
