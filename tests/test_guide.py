"""The guide as pages: every link and picture in them is there."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from scripts.guide import as_html, guide_files


def test_links_and_pictures_of_the_pages_are_there():
    files = guide_files()
    assert PurePosixPath("qgis.html") in files
    for path, content in files.items():
        if path.suffix == ".html":
            page = content.decode()
            anchors = set(re.findall(r'id="([^"]+)"', page))
            for target in re.findall(r'(?:href|src)="([^"]+)"', page):
                assert target[1:] in anchors or PurePosixPath(target) in files, target


def test_tables_code_and_markup_in_text_become_html():
    page = as_html("# A *title*: `x`\n\n| a | b |\n| --- | --- |\n| <b> | `c` |\n")
    assert '<h1 id="a-title-x">' in page
    assert "<td>" in page
    assert "<code>c</code>" in page
