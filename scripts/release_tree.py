"""``make release-tree``: the package as a repository from which ``qgis-plugin-ci`` releases it.

``qgis-plugin-ci`` packs what is committed in a plugin's folder; our package is built, with the
runtime's wheel in it. So the built package is committed into a repository of its own:

    dist/release/.qgis-plugin-ci    its settings
    dist/release/unirs_qgis/        the package

There, ``qgis-plugin-ci package VERSION`` makes the same zip again, and ``qgis-plugin-ci release
VERSION --qgis-token TOKEN`` uploads it. Both refuse to run until ``metadata.txt`` has tracker and
repository.

Usage: python -m scripts.release_tree [FOLDER]  (dist/release by default)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from scripts import package

SETTINGS = f"plugin_path: {package.PLUGIN}\n"


def main(folder: Path) -> None:
    """Write the repository, in place of an earlier one."""
    shutil.rmtree(folder, ignore_errors=True)
    built = package.main(folder.parent)
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder)
    (folder / ".qgis-plugin-ci").write_text(SETTINGS, encoding="utf-8")
    version = package.read_metadata()["version"]
    author = ["-c", "user.name=make release-tree", "-c", "user.email="]
    for words in (
        ["init", "--quiet"],
        ["add", "--all", "--force"],
        [*author, "commit", "--quiet", "--message", f"Release {version}"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    print(f"In {folder}: qgis-plugin-ci release {version} --qgis-token TOKEN")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist/release"))
