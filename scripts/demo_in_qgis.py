"""The end of ``make demo``: QGIS with the plugin, on the two dates of the sample imagery.

With a screen, the window opens for you. Without one, it opens under Xvfb, and this script asks,
prints the answers and leaves screenshots.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from scripts import package
from scripts.qgis_session import Session, make_profile, qgis_command, qgis_environment
from unirs.samples import AFTER, BEFORE

OPEN_PROJECT = Path(__file__).with_name("demo_project.py")
QUESTION = "Is there water in the image?"


def show_in_qgis(folder: Path) -> None:
    """Build the plugin, make a profile of its own, and open QGIS on the folder's rasters.

    Args:
        folder: Where the rasters lie; gets the package, the profile, a project and screenshots.
    """
    folder = folder.resolve()
    profiles = make_profile(folder / "qgis-profile", package.main(folder / "package"))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        open_window(profiles, folder)
    else:
        ask_without_a_screen(profiles, folder)


def open_window(profiles: Path, folder: Path) -> None:
    """Open QGIS for the user with the dock; return when it is closed."""
    print("QGIS opens; ask something in the dock on the right. Close QGIS to end the demo.")
    environment = qgis_environment(Path(sys.executable)) | {"UNIRS_DEMO": str(folder)}
    subprocess.run(qgis_command(profiles, "--code", OPEN_PROJECT), env=environment, check=False)


def ask_without_a_screen(profiles: Path, folder: Path) -> None:
    """Ask, describe the change and show it on the map, by clicks; print what is answered."""
    print("There is no screen: QGIS runs under Xvfb, and a script asks.")
    log = folder / "qgis.log"
    with Session(profiles, Path(sys.executable), log, patience=5) as qgis:
        qgis.run(OPEN_PROJECT, UNIRS_DEMO=str(folder))
        layer = qgis.text("beforeLayerCombo")
        qgis.click("questionEdit")
        qgis.type(QUESTION)
        qgis.press("Return")
        print("  {1}: {0.title}  {0.answer}".format(qgis.answer(1), layer))
        qgis.picture(folder / "qgis-answer.png")
        qgis.click_layer(BEFORE.path.stem)
        qgis.click_layer(AFTER.path.stem, also=True)
        qgis.click_layer(AFTER.path.stem, button=3)
        qgis.choose("UniRS", "Describe change between layers")
        print("  {0.title}  {0.answer}".format(qgis.answer(2)))
        qgis.click("mapButton")
        qgis.wait(lambda: len(qgis.layers()) > 2, "the change map")
        time.sleep(3)  # until the map is drawn
        qgis.picture(folder / "qgis-change-map.png")
    print(f"To look at: {folder.name}/qgis-answer.png and {folder.name}/qgis-change-map.png")
