"""A report as one HTML file: maps as pictures within it, texts as texts, no script, no link."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence

from qgis.core import QgsLayoutExporter
from qtpy.QtCore import QBuffer, QIODevice, QLocale

from unirs_qgis.report.contents import Contents
from unirs_qgis.report.page import EntryPages

_DPI = 200
_QUALITY = 88
_STYLE = """
body { font: 15px/1.5 sans-serif; color: #1c1c1c }
body { max-width: 60em; margin: 2em auto; padding: 0 1em }
article { border-bottom: 1px solid #ccc; margin-bottom: 2em; padding-bottom: 1em }
h1 { font-size: 1.5em } .about, .legend, dt { color: #666 } .caveat { color: #9a3412 }
.answer { font-size: 1.15em; white-space: pre-wrap }
.maps { display: flex; flex-wrap: wrap; gap: 1em } figure { margin: 0; flex: 1 1 20em }
figure img { width: 100%; height: auto } figcaption { font-size: 0.9em }
dl { display: grid; grid-template-columns: 12em 1fr; font-size: 0.85em; gap: 0.2em 1em }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap }
@media print { article { break-after: page } }
"""


def figures(pages: EntryPages) -> list[tuple[str, bytes]]:
    """The maps of an entry: their labels, and JPEG files."""
    exporter = QgsLayoutExporter(pages.layout)
    found = []
    for item, text in pages.maps:
        region = item.mapRectToScene(item.rect())
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        exporter.renderRegionToImage(region, dpi=_DPI).save(buffer, "JPEG", _QUALITY)
        found.append((text, bytes(buffer.data())))
    return found


def article(
    contents: Contents, maps: Sequence[tuple[str, bytes]], legend: str, problems: Iterable[str]
) -> str:
    """The part about one entry.

    Args:
        contents: The texts.
        maps: Labels and JPEG files.
        legend: What the colours mean.
        problems: Why something is not shown; empty texts are left out.
    """
    pictures = "".join(
        f'<figure><img alt="{_safe(text)}" src="data:image/jpeg;base64,'
        f'{base64.b64encode(picture).decode()}"><figcaption>{_safe(text)}</figcaption></figure>'
        for text, picture in maps
    )
    facts = "".join(
        f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in contents.facts
    )
    return "\n".join(
        [
            f"<article><h1>{_safe(contents.title)}</h1>",
            _paragraph("about", contents.about),
            f'<div class="maps">{pictures}</div>' if maps else "",
            _paragraph("legend", legend),
            _paragraph("answer", contents.answer),
            _paragraph("options", contents.options),
            _paragraph("confidence", contents.confidence),
            *[_paragraph("caveat", text) for text in (*contents.caveats, *problems)],
            f"<dl>{facts}</dl></article>",
        ]
    )


def page(articles: Iterable[str], title: str) -> str:
    """The whole file."""
    return (
        f'<!DOCTYPE html>\n<html lang="{_safe(QLocale().bcp47Name())}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(articles)
        + "\n</body></html>\n"
    )


def _paragraph(kind: str, text: str) -> str:
    return f'<p class="{kind}">{_safe(text)}</p>' if text else ""


def _safe(text: str) -> str:
    """Text that is no markup."""
    return html.escape(text).encode("utf-8", "replace").decode("utf-8")
