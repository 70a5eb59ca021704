"""Bring the translations in line with the plugin: `python -m scripts.translate`.

Collects every string of `unirs_qgis/` into `resources/i18n/unirs_<language>.ts`, keeps the
translations that are there, names those that are missing, and makes the `.qm` files that Qt loads.
Needs the environment of the Qt 6 tests (`.venv-qt6`), which has Qt's own tools.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".venv-qt6/bin"
LANGUAGES = ("de", "fr")


def main() -> int:
    """Update both languages; 1 if something is not translated yet."""
    sources = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "unirs_qgis").rglob("*.py")
        if "_vendor" not in path.parts
    )
    sources.append("backend/unirs/sentences.py")  # the plugin shows them translated
    missing = 0
    for language in LANGUAGES:
        ts = ROOT / "resources/i18n" / f"unirs_{language}.ts"
        options = ["-source-language", "en", "-target-language", language]
        options += ["-no-obsolete", "-locations", "none"]
        run("pyside6-lupdate", *sources, "-ts", str(ts), *options)
        missing += report_missing(ts)
        run("pyside6-lrelease", str(ts), "-qm", str(ts.with_suffix(".qm")))
    return min(missing, 1)


def run(tool: str, *arguments: str) -> None:
    """Run one of Qt's tools in the root of the repository, where the paths are short."""
    subprocess.run([str(TOOLS / tool), *arguments], cwd=ROOT, check=True)


def report_missing(ts: Path) -> int:
    """Print what is not translated yet, and tell how much it is."""
    missing = [
        message.findtext("source")
        for message in ElementTree.parse(ts).iter("message")
        if message.find("translation").get("type") == "unfinished"
    ]
    for source in missing:
        print(f"{ts.name}: not translated: {source}")
    return len(missing)


if __name__ == "__main__":
    sys.exit(main())
