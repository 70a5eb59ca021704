"""Where packages come from: the set-up's options, else what pip is configured with.

Whoever has told pip about a company's index, folder or certificate need not tell it again.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication, QUrl

from unirs_qgis.errors import UserError
from unirs_qgis.settings import SetupOptions


@dataclass(frozen=True)
class Sources:
    """Where packages come from.

    Attributes:
        index: Address of the package index; empty: no network is used.
        extra_indexes: Addresses of further indexes.
        folders: Folders or addresses of pages with wheels.
        certificate: File of the certificates to trust; empty: those of the system.
    """

    index: str = ""
    extra_indexes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    certificate: str = ""

    @property
    def words(self) -> list[str]:
        """The options of ``uv pip`` that name the index; without a network, the folders."""
        if self.index:
            return ["--default-index", self.index]
        return ["--offline", "--no-index", *self._folder_words]

    @property
    def all_words(self) -> list[str]:
        """The same with further indexes and folders."""
        if not self.index or not self.has_more:
            return self.words
        indexes = [word for url in self.extra_indexes for word in ("--index", url)]
        # As pip does it: whichever has the version.
        return [*self.words, *indexes, "--index-strategy", "unsafe-best-match", *self._folder_words]

    @property
    def _folder_words(self) -> list[str]:
        return [word for folder in self.folders for word in ("--find-links", folder)]

    @property
    def has_more(self) -> bool:
        """Whether there is more than the package index."""
        return bool(self.extra_indexes or self.folders)


def find_sources(options: SetupOptions, default_index: str) -> Sources:
    """Where packages come from.

    Args:
        options: The options of the set-up.
        default_index: The index if nothing else is configured.

    Raises:
        UserError: ``index_invalid`` if an address is none, or contains a password; ``folder`` if
            the folder to set up from does not exist.
    """
    if options.wheels_folder:
        return Sources(folders=tuple(map(str, wheel_folders(Path(options.wheels_folder)))))
    for address in (options.index, options.extra_index):
        check_address(address)
    pip = read_pip_options()
    index = options.index or os.environ.get("UV_DEFAULT_INDEX") or pip.get("index-url")
    extra = (options.extra_index, *pip.get("extra-index-url", "").split())
    return Sources(
        index=index or default_index,
        extra_indexes=tuple(filter(None, extra)),
        folders=tuple(pip.get("find-links", "").split()),
        certificate=pip.get("cert", ""),
    )


def wheel_folders(folder: Path) -> list[Path]:
    """The folders of a set-up folder that hold wheels: itself, and ``wheels`` in it.

    Raises:
        UserError: ``folder`` if there is none.
    """
    found = [each for each in (folder, folder / "wheels") if each.is_dir()]
    if found:
        return found
    text = QCoreApplication.translate(
        "Setup", "The folder {path} to set up from does not exist; choose another one."
    )
    raise UserError("folder", text.format(path=folder))


def check_address(address: str) -> None:
    """Refuse an address that is no URL, or that contains a password.

    Raises:
        UserError: ``index_invalid``.
    """
    if not address or re.fullmatch(r"(https?|file)://[^\s@]+", address):
        return
    raise UserError(
        "index_invalid",
        QCoreApplication.translate(
            "Setup",
            "The address of an index or mirror has to be such as https://…, without user and "
            "password (put these into pip's configuration).",
        ),
    )


def mirror_address(mirror: str) -> str:
    """The address of a mirror of Python, which may be given as a folder.

    Raises:
        UserError: ``index_invalid`` if it is neither.
    """
    if mirror and Path(mirror).is_dir():
        return QUrl.fromLocalFile(mirror).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    check_address(mirror)
    return mirror


def read_pip_options(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Pip's options from its files and variables, by their name such as ``index-url``."""
    values: dict[str, str] = {}
    for path in pip_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                items = parser.items(section)
                values.update({name.replace("_", "-"): value for name, value in items})
    for name in ("index-url", "extra-index-url", "find-links", "cert"):
        variable = environment.get(f"PIP_{name.upper().replace('-', '_')}")
        if variable:
            values[name] = variable
    return values


def pip_files(environment: Mapping[str, str]) -> list[Path]:
    """The files that pip reads its options from, the last one counting most."""
    chosen = environment.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return []
    home = Path.home()
    if sys.platform == "win32":
        folders = [environment.get("PROGRAMDATA", ""), environment.get("APPDATA", "")]
        found = [Path(each, "pip", "pip.ini") for each in folders if each]
        found.insert(1, home / "pip" / "pip.ini")
    else:
        system = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        shared = [Path(each, "pip", "pip.conf") for each in system.split(os.pathsep) if each]
        own = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
        found = [*shared, Path("/etc/pip.conf"), home / ".pip" / "pip.conf", own]
        if sys.platform == "darwin":
            library = Path("Library", "Application Support", "pip", "pip.conf")
            found = [Path("/") / library, *found, home / library]
    return [*found, Path(chosen)] if chosen else found
