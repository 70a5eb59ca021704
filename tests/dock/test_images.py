"""Every state of the dock, drawn light and dark, narrow and wide.

With the environment variable `UNIRS_PICTURES` the pictures are kept in the folder that it names.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from qtpy.QtGui import QColor, QImage, QPainter, QPalette
from qtpy.QtWidgets import QAbstractButton, QApplication

from unirs_qgis.dock import DockState, SeriesItem, UniRSDock
from unirs_qgis.dock.entries import Entry, LayerRecord

HEIGHT = 860
DAYS = ("2012-07-31", "2018-08-12")
PAIR = (
    LayerRecord("naip_20120731", "a.tif", "2012-07-31"),
    LayerRecord("naip_20180812", "b.tif", "2018-08-12"),
)
LONG = (
    "In the north of the picture a wide road runs from east to west, with rows of houses on both "
    "sides. South of it lie fields, some of them bare, and a small lake with trees on its shore. "
    "https://example.org/a/very/long/address/without/a/single/space/in/it/that/could/be/broken\n\n"
    "In the south-east a parking lot has been built where there was grass."
)


def _picture(green: int) -> QImage:
    image = QImage(128, 128, QImage.Format.Format_ARGB32)
    image.fill(QColor(90, green, 80))
    painter = QPainter(image)
    painter.fillRect(20, 30, 40, 25, QColor(160, 90, 80))
    painter.fillRect(80, 60, 30, 50, QColor(60, 90, 150))
    painter.end()
    return image


def _filled(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.show_dates((DAYS[1],))
    dock.show_crop("0.6 m per pixel, 230 m × 230 m")
    dock.show_history(
        [
            make_entry(3000, task="caption", question="", answer=LONG, demonstration=True),
            make_entry(
                1600,
                kind="pair",
                task="change",
                question="",
                layers=PAIR,
                stopped=True,
                answer="a road has been",
            ),
            make_entry(50, question="<b>How many</b> buildings are there & where?", answer="12"),
            make_entry(
                20,
                question="Is this a rural or an urban area?",
                answer="urban",
                demonstration=True,
                unsure=True,
            ),
        ]
    )


def no_layer(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.show_state(DockState.NO_LAYER)


def not_set_up(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.show_state(DockState.NOT_SET_UP)


def setting_up(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.show_state(DockState.SETTING_UP, "Installing torch (3 of 11)…", 3, 11)
    for number in range(12):
        dock.append_log(f"Downloading package-{number}.whl (12.3 MB)")
    dock.findChild(QAbstractButton, "logFold").click()


def offline(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.show_state(DockState.OFFLINE)


def loading(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.show_state(DockState.LOADING, "Loading unirs-small…")
    dock.begin_answer("Is there a water area in the image?")
    dock.show_stage("load")


def ready(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.show_state(DockState.READY, "Ready: unirs-small on cpu")


def busy(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.set_kind("pair")
    dock.show_dates(DAYS)
    dock.show_state(DockState.BUSY)
    dock.begin_answer("Description of change")
    dock.show_stage("decode")
    dock.show_seen([_picture(120), _picture(90)])
    dock.add_text("a road has been built through the")


def answered(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.set_kind("pair")
    dock.show_dates(tuple(reversed(DAYS)), "The later date comes first: swap the layers.")
    dock.begin_answer("Has a parking lot been built?")
    dock.show_seen([_picture(120), _picture(90)])
    entry = make_entry(
        kind="pair",
        question="Has a parking lot been built?",
        layers=PAIR,
        options=(("yes", 0.543), ("no", 0.457)),
        confidence=0.543,
        demonstration=True,
        unsure=True,
    )
    dock.finish_answer(entry, can_map=True)
    dock.add_entry(entry)
    dock.findChild(QAbstractButton, "seenFold").click()
    dock.findChild(QAbstractButton, "clueFold").click()


def stopped(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.begin_answer("Caption")
    entry = make_entry(task="caption", question="", answer=LONG, stopped=True)
    dock.finish_answer(entry)
    dock.add_entry(entry)
    dock.show_state(DockState.STOPPED)


def died(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    reason = "The worker was killed by the system, probably for memory. Ask again to start it."
    dock.begin_answer("How many buildings are there?")
    dock.add_text("there are")
    dock.fail_answer(reason)
    dock.show_state(DockState.DIED, reason)


def series(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.set_kind("video")
    dock.show_series(
        [
            SeriesItem("a", "naip_20120731", DAYS[0]),
            SeriesItem("b", "A layer with a very long name that cannot fit into a narrow dock"),
            SeriesItem("c", "naip_20180812", DAYS[1]),
        ],
        "One layer has no date: set it, or take the layer out.",
    )
    dock.show_crop(
        "0.6 m per pixel, 230 m × 230 m",
        "The extent is far too large for the model: "
        "a pixel would be 41 m wide. Zoom in, or draw a smaller rectangle.",
    )


def video(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    dock.set_kind("video")
    dock.set_video_path("/home/someone/videos/flight over the river.mp4")


def question(dock: UniRSDock, make_entry: Callable[..., Entry]) -> None:
    _filled(dock, make_entry)
    dock.set_question(
        "What lies between the road and the lake, and is it larger than the field "
        "in the south? " * 6
    )
    dock.findChild(QAbstractButton, "optionsFold").click()


STATES = (
    no_layer,
    not_set_up,
    setting_up,
    offline,
    loading,
    ready,
    busy,
    answered,
    stopped,
    died,
    series,
    video,
    question,
)


def dark_palette() -> QPalette:
    palette = QPalette(QColor(50, 50, 53))
    role = QPalette.ColorRole
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        for name, colour in (
            (role.Window, "#323235"),
            (role.WindowText, "#e6e6e6"),
            (role.Base, "#232326"),
            (role.AlternateBase, "#2b2b2e"),
            (role.Text, "#e6e6e6"),
            (role.Button, "#3a3a3d"),
            (role.ButtonText, "#e6e6e6"),
            (role.Highlight, "#3d7bc9"),
            (role.HighlightedText, "#ffffff"),
            (role.PlaceholderText, "#909094"),
        ):
            palette.setColor(group, name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor("#77777a"))
    return palette


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, qapp: QApplication):
    qapp.setStyle("Fusion")
    before = qapp.palette()
    qapp.setPalette(dark_palette() if request.param == "dark" else qapp.style().standardPalette())
    yield request.param
    qapp.setPalette(before)


@pytest.mark.parametrize("width", [280, 420])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_state_fits_its_width(qtbot, theme, state, width, dock, make_entry, tmp_path):
    dock.resize(width, HEIGHT)
    state(dock, make_entry)
    for _ in range(5):
        qtbot.wait(10)
    folder = Path(os.environ.get("UNIRS_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    assert dock.grab().save(str(folder / f"{state.__name__}-{theme}-{width}.png"))
    assert dock.width() == width, "something is too wide for a narrow dock"
    for button in dock.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and button.objectName() != "qt_calendar_yearbutton":
            assert button.width() >= min(
                button.sizeHint().width(), button.minimumSizeHint().width()
            ), button.text()
