"""From the plugin's zip to the first answer, in a fresh profile of the real QGIS, by its buttons.

Prints one line of JSON: version of QGIS, seconds, megabytes, the answer. Screenshots and the log of
the set-up lie in FOLDER. With a folder that *Save for another computer…* has written, the set-up is
that of *Set up from a folder…*; `unshare --net` cuts the network meanwhile.

Usage: python3 -m scripts.fresh_profile PACKAGE RASTER FOLDER [SAVED]
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from scripts.qgis_session import Session, make_profile

SET_UP = 3600.0
"""Seconds to wait for a set-up, which downloads gigabytes where it takes CUDA."""


def main(package: Path, raster: Path, folder: Path, saved: Path | None = None) -> None:
    """Set up, ask for a caption, and print the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # nothing of an earlier set-up
    os.environ["PYTHONWARNINGS"] = "default"  # what is deprecated goes to the message log
    profiles = make_profile(folder / "profiles", package)
    with Session(profiles, None, folder / "qgis.log", patience=3.0) as qgis:
        qgis.add_raster(raster)
        qgis.click_button("unirsDockAction")
        qgis.wait(lambda: qgis.ask("widget", name="setUpButton"), "the button Set up")
        qgis.picture(folder / "1-not-set-up.png")
        began = time.monotonic()
        if saved:
            choose_folder(qgis, saved, folder)
        else:
            qgis.click("setUpButton")
        qgis.wait(lambda: qgis.ask("widget", name="cancelSetUpButton"), "the set-up")
        qgis.picture(folder / "2-setting-up.png")
        try:
            if not set_up_ends(qgis):
                qgis.picture(folder / "2-larger-build.png")
                qgis.click("setUpButton")
                qgis.wait(lambda: qgis.ask("widget", name="cancelSetUpButton"), "the set-up")
                set_up_ends(qgis, agreed=True)
        finally:
            qgis.picture(folder / "3-set-up.png")
        set_up = time.monotonic()
        qgis.click("captionButton")
        answer = qgis.answer(1)
        answered = time.monotonic()
        qgis.picture(folder / "4-answer.png")
        figures = {
            **qgis.ask("versions"),
            "set_up_seconds": round(set_up - began),
            "first_answer_seconds": round(answered - set_up, 1),
            "megabytes": round(disk_bytes(folder) / 10**6),
            "runtime": str(runtime_python(profiles)),
            "answer": answer.answer,
            "warnings": qgis.ask("warnings"),
        }
    output = (folder / "qgis.log").read_text(encoding="utf-8", errors="replace")
    figures["warnings"] += [line for line in output.splitlines() if "unirs" in line.lower()]
    print(json.dumps(figures, ensure_ascii=False))


def choose_folder(qgis: Session, saved: Path, pictures: Path) -> None:
    """Set up from a folder, as somebody without a network does."""
    qgis.click("optionsButton")
    qgis.click_text("Set up from a folder…")
    qgis.wait(lambda: len(qgis.ask("dialogs")) > 1, "the choice of a folder")
    qgis.type(str(saved))
    qgis.picture(pictures / "1-choose-folder.png")
    qgis.press("Return")
    qgis.wait(lambda: qgis.ask("widget", name="cancelSetUpButton"), "the set-up")
    qgis.press("Escape")  # the options, which are no longer needed


def set_up_ends(qgis: Session, *, agreed: bool = False) -> bool:
    """Wait for the end of the set-up.

    Args:
        qgis: The window.
        agreed: Whether the user has agreed to a larger build of PyTorch.

    Returns:
        Whether the runtime is there; ``False`` if a larger build is offered.

    Raises:
        SystemExit: It has failed; the dock shows why.
    """

    def has_ended() -> bool:
        button = qgis.ask("widget", name="captionButton")
        is_ready = button and button["enabled"]
        running = qgis.ask("widget", name="cancelSetUpButton")
        return not running and (is_ready or qgis.ask("widget", name="setUpButton") is not None)

    qgis.wait(has_ended, "the end of the set-up", SET_UP)
    if not qgis.ask("widget", name="setUpButton"):
        return True
    if agreed or "set up again to take it" not in qgis.text("statusLabel"):
        sys.exit(f"The set-up failed: {qgis.text('statusLabel')}")
    return False


def disk_bytes(folder: Path) -> int:
    """What a folder takes on the disk; a file with several names counts once."""
    found = (path.lstat() for path in folder.rglob("*"))
    return sum({(each.st_dev, each.st_ino): each.st_blocks * 512 for each in found}.values())


def runtime_python(profiles: Path) -> Path:
    """The Python that the set-up has made."""
    record = next(profiles.rglob("current.json"))
    facts = json.loads(record.read_text(encoding="utf-8"))
    return record.parent / facts["folder"] / "bin" / "python"


if __name__ == "__main__":
    main(*(Path(each).resolve() for each in sys.argv[1:]))
