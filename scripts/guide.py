"""The guide to the plugin as pages for a browser: what *Help* in the panel's menu opens."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("qgis", "model-folder")
"""The guide, and the pages of the documentation that it links to."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>UniRS for QGIS</title>
<style>
body {{ max-width: 50em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; }}
img {{ max-width: 100%; }}
table {{ border-collapse: collapse; }}
td, th {{ border: 1px solid #bbb; padding: .3em .6em; text-align: left; vertical-align: top; }}
code {{ background: #eee; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


def guide_files() -> dict[PurePosixPath, bytes]:
    """The pages and the pictures in them, by their place in a folder."""
    files: dict[PurePosixPath, bytes] = {}
    for name in PAGES:
        body = as_html((DOCS / f"{name}.md").read_text(encoding="utf-8"))
        files[PurePosixPath(f"{name}.html")] = PAGE.format(body=body).encode()
        for picture in re.findall(r'<img src="([^"]+)"', body):
            files[PurePosixPath(picture)] = (DOCS / picture).read_bytes()
    return files


def as_html(markdown: str) -> str:
    """Markdown as HTML, with the anchors that links to headings need."""
    reader = MarkdownIt("commonmark").enable("table")
    tokens = reader.parse(markdown)
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(following))
        for inline in token.children or []:
            target = str(inline.attrGet("href") or "")
            if target.removesuffix(".md") in PAGES:
                inline.attrSet("href", target.removesuffix(".md") + ".html")
    return str(reader.renderer.render(tokens, reader.options, {}))


def anchor(heading: Token) -> str:
    """The name by which links find a heading."""
    letters = re.sub(r"[^\w\- ]", "", heading.content.lower())
    return letters.replace(" ", "-")
