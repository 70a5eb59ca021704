"""What holds for the whole dock: plain text, keyboard, screen readers, themes, borders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qtpy.QtCore import QRect, Qt, QTranslator
from qtpy.QtGui import QColor, QPalette
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QMenu,
    QScrollBar,
    QToolButton,
    QWidget,
)

from unirs_qgis.dock import DockState, SeriesItem, UniRSDock
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.dock.parts.buttons import PillButton
from unirs_qgis.dock.theme import Tone, colours, contrast, muted, plain_tooltip, tone

ROOT = Path(__file__).parents[2]
HTML = "<b>bold</b><img src='x'>"


def test_the_dock_needs_nothing_of_qgis():
    code = (
        "import sys, unirs_qgis.dock, unirs_qgis.dock.dock;"
        "assert not [name for name in sys.modules if name.split('.')[0] in"
        " ('qgis', 'osgeo', 'numpy', 'torch')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=dict(os.environ))


def test_object_names_for_drivers_are_there(dock):
    assert dock.objectName() == "UniRSDock"
    for name in ("questionEdit", "askButton", "captionButton", "changeButton", "classifyButton",
                 "stopButton", "historyView", "beforeLayerCombo", "afterLayerCombo", "swapButton",
                 "extentWidget", "statusLabel"):  # fmt: skip
        assert len(dock.findChildren(QWidget, name)) == 1, name


def test_markup_in_layer_names_and_messages_is_shown_as_text(dock, find, make_entry):
    dock.set_kind("video")
    dock.show_series([SeriesItem("a", HTML)], HTML)
    dock.show_crop(HTML, HTML)
    dock.show_state(DockState.DIED, HTML)
    dock.begin_answer(HTML)
    dock.finish_answer(make_entry(question=HTML, layers=(LayerRecord(HTML, HTML),), model=HTML))

    for label in dock.findChildren(QLabel):
        if "<b>" in label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText, label.objectName()
    assert HTML in find("seriesView").item(0).text()
    assert "<b>" not in find("seriesView").item(0).toolTip()


def test_a_tooltip_shows_markup_as_text():
    assert Qt.mightBeRichText(plain_tooltip(HTML)) if hasattr(Qt, "mightBeRichText") else True
    assert "&lt;b&gt;bold&lt;/b&gt;" in plain_tooltip(HTML)
    assert plain_tooltip("") == ""


def focusable(dock) -> list[QWidget]:
    return [
        widget
        for widget in dock.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget, (QScrollBar, QMenu))
        and "qt_" not in widget.objectName()
        and not widget.objectName().startswith("ScrollLeft")
        and widget.parentWidget().objectName() != "extentWidget"
        and not widget.window().inherits("QCalendarWidget")
    ]


@pytest.mark.parametrize("kind", ["single", "pair", "video"])
def test_whatever_the_keyboard_reaches_has_a_name_for_screen_readers(dock, kind, make_entry):
    dock.set_kind(kind)
    entry = make_entry(options=(("yes", 0.9), ("no", 0.1)))
    dock.begin_answer("Is there water?")
    dock.finish_answer(entry, can_map=True)
    dock.add_entry(entry)

    for widget in focusable(dock):
        if widget.isVisible():
            accessible = widget.accessibleName() or (
                widget.text() if isinstance(widget, QAbstractButton) else ""
            )
            assert accessible, f"{type(widget).__name__} {widget.objectName()}"


def test_the_tab_key_goes_from_top_to_bottom(qtbot, dock, find, make_entry):
    entry = make_entry()
    dock.set_kind("pair")
    dock.begin_answer("Is there water?")
    dock.finish_answer(entry)
    dock.show_history([entry, make_entry(5)])
    dock.set_question("Is there water?", focus=False)
    find("inputFold").click()
    wanted = ["menuButton", "inputFold", "beforeLayerCombo", "afterLayerCombo", "answerText",
              "historySearch", "historyView", "questionEdit", "askButton",
              "changeButton"]  # fmt: skip

    find("menuButton").setFocus(Qt.FocusReason.TabFocusReason)
    passed = ["menuButton"]
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is find("menuButton"):
            break
        passed.append(QApplication.focusWidget().objectName())

    assert set(wanted) <= set(passed), passed
    places = [passed.index(name) for name in wanted]
    assert places == sorted(places), passed


def test_a_low_screen_keeps_its_window(qtbot, dock, make_entry):
    """What does not fit scrolls; a dock that is higher than the screen would push QGIS off it."""
    dock.resize(280, 600)
    entry = make_entry(kind="pair", options=(("yes", 0.9), ("no", 0.1)), answer="word " * 300)
    dock.set_kind("pair")
    dock.show_dates(("", ""), "The dates are not known: set them, or swap the layers.")
    dock.begin_answer("Has anything changed?")
    dock.finish_answer(entry, can_map=True)
    dock.add_entry(entry)
    qtbot.wait(50)
    assert dock.height() == 600

    dock.set_kind("video")
    qtbot.wait(50)
    assert dock.height() == 600


class Longer(QTranslator):
    """Words of a language that needs half as many letters again."""

    def translate(self, _context, source, _disambiguation=None, _n=-1):
        return source + "x" * (len(source) // 2)

    def isEmpty(self) -> bool:  # noqa: N802
        return False


def translator(language: str) -> QTranslator:
    """Into German or French, or into a language that needs half as many letters again."""
    made = Longer() if language == "longer" else QTranslator()
    if language != "longer":
        assert made.load(str(ROOT / f"resources/i18n/unirs_{language}.qm"))
    return made


@pytest.fixture(params=["longer", "de", "fr"])
def translated(qapp, request):
    """The language of all texts that are made from now on."""
    made = translator(request.param)
    qapp.installTranslator(made)
    yield request.param
    qapp.removeTranslator(made)


@pytest.mark.parametrize("kind", ["single", "pair", "video"])
def test_longer_words_of_another_language_fit_into_a_narrow_dock(
    qtbot, host, translated, make_entry, kind
):
    dock = UniRSDock(host)
    qtbot.addWidget(dock)
    dock.set_kind(kind)
    dock.begin_answer("Has anything changed?")
    dock.finish_answer(make_entry(options=(("yes", 0.9), ("no", 0.1))), can_map=True)
    dock.resize(280, 900)
    dock.show()
    for state in (DockState.READY, DockState.NOT_SET_UP, DockState.DIED, DockState.OFFLINE):
        dock.show_state(state)
        qtbot.wait(10)
        assert dock.width() <= 320, (translated, state)
        cut = [each.text() for each in dock.findChildren(QAbstractButton) if is_cut(each)]
        cut += [each.text() for each in dock.findChildren(QLabel) if is_cut(each)]
        assert cut == [], (translated, state)


def is_cut(widget: QWidget) -> bool:
    """Whether a button or a label with one line is too narrow for its text."""
    if not widget.isVisible() or not widget.text():
        return False
    if isinstance(widget, QLabel):
        text = widget.fontMetrics().horizontalAdvance(widget.text())
        return not widget.wordWrap() and widget.width() < text
    only_icon = Qt.ToolButtonStyle.ToolButtonIconOnly
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() == only_icon:
        return False
    return widget.width() < widget.sizeHint().width()


def test_icons_follow_the_palette(qtbot, dock, find):
    def ink() -> QColor:
        image = find("menuButton").icon().pixmap(32, 32).toImage()
        drawn = [
            image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())
        ]
        return max(drawn, key=QColor.alpha)

    light = ink()
    palette = QPalette(QColor("#303030"))
    palette.setColor(QPalette.ColorRole.ButtonText, QColor("#f0f0f0"))
    find("menuButton").setPalette(palette)

    assert light.lightness() < 128 < ink().lightness()


NIGHT = """
QWidget { background: transparent; }
QLabel { color: #cccccc; }
QDialog, QAbstractScrollArea, QDockWidget { color: #cccccc; background-color: #323232; }
QToolButton { background-color: qlineargradient(x1:0, y1:0, x2:0, y2:1, stop:0 #444, stop:1 #333); }
QPushButton { color: #cccccc; background-color: #2a2a2a; border: 1px solid #111; }
"""
"""The way of QGIS's "Night Mapping": transparent widgets, and a palette that is of no use."""


@pytest.fixture
def night(qapp):
    palette = qapp.palette()
    dark = QPalette(QColor("#535353"))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
        dark.setColor(role, QColor("#111111"))
    qapp.setPalette(dark)
    qapp.setStyleSheet(NIGHT)
    yield
    qapp.setStyleSheet("")
    qapp.setPalette(palette)


def contrast_in(widget: QWidget, part: QRect | None = None) -> float:
    """Contrast of the ground, which is most of a picture, and what stands out most from it."""
    image = widget.grab(part or widget.rect()).toImage()
    pixels = [
        image.pixelColor(x, y).rgb()
        for x in range(2, image.width() - 2)
        for y in range(2, image.height() - 2)
    ]
    ground = QColor(max(set(pixels), key=pixels.count))
    return max(contrast(ground, QColor(pixel)) for pixel in set(pixels))


def test_everything_is_readable_under_a_dark_stylesheet(qtbot, night, dock, find, make_entry):
    first = make_entry(5)
    second = make_entry(1, demonstration=True, engine="server", host="example.org")
    dock.begin_answer("Is there water?")
    dock.show_thread([first])
    dock.show_conversation("Follow-up to the question before", can_end=True)
    dock.finish_answer(second, can_map=True)
    dock.show_history([first, second])
    find("inputFold").click()
    qtbot.wait(50)
    chip = find("suggestionsBar").findChild(PillButton)
    view = find("historyView")
    row = view.visualRect(view.model().index(2, 0))

    for name in ("kindSingleButton", "kindPairButton", "menuButton", "zoomTool", "copyTool",
                 "mapButton", "inputFold", "answerText", "detailsLabel", "demonstrationMark",
                 "statusLabel", "captionButton", "threadText", "hostMark", "continueTool",
                 "conversationLabel", "newConversationButton"):  # fmt: skip
        assert contrast_in(find(name)) > 3, name
    assert contrast_in(chip) > 3
    assert contrast_in(view.viewport(), row) > 3


def test_colours_contrast_with_the_background_of_a_widget(night, dock, find):
    role = QPalette.ColorRole
    for name in ("kindPairButton", "answerView", "historyView", "suggestionsBar", "menuButton"):
        palette = colours(find(name))
        assert palette.color(role.Window) == QColor("#323232"), name
        assert contrast(palette.color(role.Window), palette.color(role.WindowText)) > 3, name
        assert contrast(palette.color(role.Base), palette.color(role.Text)) > 3, name
        assert contrast(palette.color(role.Window), muted(palette)) > 3, name
        for meaning in Tone:
            assert contrast(palette.color(role.Window), tone(palette, meaning)) > 3, meaning


def test_nothing_in_the_dock_scrolls_but_the_dock(qtbot, dock, find, make_entry):
    dock.resize(300, 560)
    dock.set_kind("video")
    dock.show_series([SeriesItem(str(n), f"layer {n}", str(2000 + n)) for n in range(20)])
    dock.begin_answer("question " * 40)
    dock.finish_answer(make_entry(answer="word " * 400, clue="clue " * 200), can_map=True)
    dock.show_history([make_entry(n) for n in range(30)])
    for name in ("inputFold", "clueFold"):
        find(name).click()
    qtbot.wait(50)

    scrolling = [
        area
        for area in find("dockScroll").findChildren(QAbstractScrollArea)
        if area.isVisible() and area.verticalScrollBar().maximum() > 0
    ]
    assert [area.objectName() for area in scrolling] == []
    assert find("dockScroll").verticalScrollBar().maximum() > 0


def test_no_width_cuts_anything(qtbot, dock, find, make_entry):
    dock.set_kind("pair")
    dock.begin_answer("Has anything changed?")
    dock.finish_answer(make_entry(options=(("yes", 0.9), ("no", 0.1))), can_map=True)
    find("inputFold").click()
    qtbot.wait(50)
    dock.resize(10, 700)

    inside, column = find("dockScroll").widget(), find("dockScroll")
    qtbot.waitUntil(lambda: inside.width() <= column.viewport().width())
    for widget in inside.findChildren(QWidget):
        if widget.isVisible() and widget.parentWidget().layout() is not None:
            assert widget.parentWidget().rect().contains(widget.geometry()), widget.objectName()


def test_a_dock_that_is_closed_and_thrown_away_takes_everything_along(qtbot, host):
    dock = UniRSDock(host)
    dock.show()
    before, after = host.before, host.after
    gone = []
    before.destroyed.connect(lambda: gone.append("before"))
    after.destroyed.connect(lambda: gone.append("after"))

    dock.begin_answer("Is there water?")
    dock.close()
    dock.deleteLater()

    qtbot.waitUntil(lambda: sorted(gone) == ["after", "before"])
