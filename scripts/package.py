"""``make package``: the plugin as the zip that QGIS's plugin manager installs.

The same sources make the same bytes. Inside of ``unirs_qgis/`` there are

    LICENSE, metadata.txt, *.py     the plugin, with the files of the runtime that it shares
    resources/                      icons, styles, translations, the guide as pages
    wheels/                         the runtime with the default model in it, the locks of the
                                    set-up, and the address of the package index
    _vendor/                        qtpy and what it needs, for a QGIS without it

Usage: python -m scripts.package [FOLDER]  (dist by default)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from configparser import ConfigParser
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

from scripts.guide import guide_files

ROOT = Path(__file__).parents[1]
PLUGIN = "unirs_qgis"
LIMIT = 25 * 10**6
"""The plugin repository takes no larger file, in bytes."""

SHARED = (
    *("dates", "product_names", "sensor_bands", "radar", "tiles", "sentences"),
    *("guard/__init__", "guard/colours", "guard/offset", "guard/pair", "guard/series"),
    *("guard/sky", "guard/squares"),
    *("worker/client", "worker/failures", "worker/process", "worker/protocol"),
)
"""Files of the runtime that the plugin uses as well, in ``unirs_qgis/shared``."""

RESOURCES = ("icons", "styles", "i18n")  # the model travels inside of the wheel
SUFFIXES = {".py", ".svg", ".qm", ".qml", ".json", ".txt"}
"""What the plugin is made of; sources of translations and the like stay at home."""

LIBRARIES = {
    # uic.py runs what a file brings, which the plugin repository refuses; we load no .ui files.
    "QtPy": lambda module: module not in {"uic.py", "cli.py", "__main__.py"},
    "packaging": lambda module: module in {"__init__.py", "_structures.py", "version.py"},
}
"""The libraries to bundle, and which of their modules."""

REQUIRED_FOR_UPLOAD = ("email", "homepage", "repository", "tracker")
EARLIEST = (1980, 1, 1, 0, 0, 0)

Files = dict[PurePosixPath, bytes]


def main(folder: Path) -> Path:
    """Write the zip into a folder, and say how large it is and what is still missing."""
    metadata = read_metadata()
    files = {
        PurePosixPath("LICENSE"): (ROOT / "LICENSE").read_bytes(),
        PurePosixPath("metadata.txt"): (ROOT / "metadata.txt").read_bytes(),
        **plugin_files(),
        **shared_files(),
        **{PurePosixPath("resources/guide") / path: page for path, page in guide_files().items()},
        **runtime_files(),
        **library_files(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PLUGIN}-{metadata['version']}.zip"
    write_zip(target, files)
    size = target.stat().st_size
    print(f"{target}: {size / 10**6:.1f} MB, {len(files)} files")
    missing = [name for name in REQUIRED_FOR_UPLOAD if not metadata.get(name)]
    if missing:
        print(f"To upload it, fill in {', '.join(missing)} in metadata.txt.")
    if size > LIMIT:
        sys.exit(f"It is larger than the {LIMIT / 10**6:.0f} MB that the plugin repository takes.")
    return target


def read_metadata() -> dict[str, str]:
    """What metadata.txt says about the plugin."""
    parser = ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def plugin_files() -> Files:
    """The plugin's modules and resources."""
    sources = {PurePosixPath(): ROOT / PLUGIN}
    sources |= {PurePosixPath("resources", name): ROOT / "resources" / name for name in RESOURCES}
    return {
        inside / path.relative_to(folder).as_posix(): path.read_bytes()
        for inside, folder in sources.items()
        for path in folder.rglob("*")
        if path.is_file() and is_shipped(path.relative_to(folder))
    }


def shared_files() -> Files:
    """The files of the runtime that the plugin uses as well."""
    return {
        PurePosixPath("shared", f"{module.removeprefix('worker/')}.py"): (
            ROOT / "backend" / "unirs" / f"{module}.py"
        ).read_bytes()
        for module in SHARED
    }


def is_shipped(path: Path) -> bool:
    """Whether a file of the plugin's folders belongs into the package."""
    built = {"wheels", "_vendor", "resources"}  # never from the working tree
    hidden = any(part.startswith((".", "__pycache__")) for part in path.parts)
    return path.suffix in SUFFIXES and not hidden and path.parts[0] not in built


def runtime_files() -> Files:
    """The runtime's wheel, and the exact files that the set-up installs with it."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        options = ["--no-build-isolation", "--wheel-dir", folder]
        subprocess.run([*build, *options, str(ROOT)], check=True)
        wheel = next(Path(folder).glob("unirs-*.whl"))
        locks = sorted((ROOT / "resources" / "locks").glob("*.txt"))
        return {
            PurePosixPath("wheels", wheel.name): wheel.read_bytes(),
            PurePosixPath("wheels/index.txt"): f"{package_index()}\n".encode(),
            **{PurePosixPath("wheels/locks", path.name): path.read_bytes() for path in locks},
        }


def package_index() -> str:
    """The address of the package index that pip uses if it is not configured."""
    command = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    run = [sys.executable, "-I", "-c", command]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()


def library_files() -> Files:
    """The bundled libraries with their licences, as they are installed in .venv-qt6."""
    path = [str(folder) for folder in ROOT.glob(".venv-qt6/lib*/python*/site-packages")]
    installed = {found.metadata["Name"]: found for found in distributions(path=path)}
    missing = LIBRARIES.keys() - installed.keys()
    if missing:
        sys.exit(f"{', '.join(sorted(missing))} is missing in .venv-qt6; run 'make qgis-env'.")
    files: Files = {}
    for name in LIBRARIES:
        files |= bundled(installed[name])
    return files


def bundled(library: Distribution) -> Files:
    """The wanted modules of a library, and its licences beside them."""
    name = library.metadata["Name"]
    files: Files = {}
    for path in library.files or []:
        own = path.parts[:-1] == (name.lower(),)
        if own and path.suffix == ".py" and LIBRARIES[name](path.name):
            files[PurePosixPath("_vendor", *path.parts)] = path.read_binary()
        elif path.name.startswith("LICENSE"):
            files[PurePosixPath("_vendor", name.lower(), path.name)] = path.read_binary()
    return files


def write_zip(target: Path, files: Files) -> None:
    """Write the files in the order of their names, all of one date and mode."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{PLUGIN}/{path}", EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it is built
            package.writestr(entry, files[path], zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
