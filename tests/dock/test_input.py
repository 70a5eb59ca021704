"""What to look at: kinds of input, dates, series and video."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QDate, QDateTime, Qt
from qtpy.QtWidgets import QToolButton

from unirs_qgis.dock import SeriesItem


def day(text: str) -> QDateTime:
    return QDateTime.fromString(f"{text}T10:30:00Z", Qt.DateFormat.ISODate)


FIRST, SECOND = day("2012-07-31"), day("2018-08-12")


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("button", "kind", "shown", "hidden"),
    [
        ("kindSingleButton", "single", ("beforeLayerCombo", "beforeDateEdit", "extentWidget"),
         ("afterLayerCombo", "swapButton", "seriesView")),
        ("kindPairButton", "pair",
         ("beforeLayerCombo", "afterLayerCombo", "swapButton", "beforeDateEdit", "afterDateEdit"),
         ("seriesView", "videoPathEdit")),
        ("kindSeriesButton", "video", ("beforeLayerCombo", "seriesView", "extentWidget"),
         ("afterLayerCombo", "beforeDateEdit", "videoPathEdit")),
    ],
)  # fmt: skip
def test_each_kind_shows_its_fields(qtbot, dock, find, button, kind, shown, hidden):
    dock.set_kind("pair" if kind != "pair" else "single")

    with qtbot.waitSignal(dock.kind_changed) as changed:
        click(qtbot, find(button))

    assert changed.args == [kind]
    assert dock.kind == kind
    assert all(find(name).isVisible() for name in shown)
    assert not any(find(name).isVisible() for name in hidden)


def test_a_kind_that_is_set_from_outside_is_not_told_back(qtbot, dock):
    with qtbot.assertNotEmitted(dock.kind_changed):
        dock.set_kind("pair")


def test_dates_are_shown_and_given_back_to_the_second(qtbot, dock, find):
    dock.set_kind("pair")
    with qtbot.assertNotEmitted(dock.dates_edited):
        dock.show_dates((FIRST, SECOND))

    assert find("beforeDateEdit").text() == "2012-07-31"
    assert dock.dates() == (FIRST, SECOND)


def test_an_unknown_date_stays_unknown(dock, find):
    dock.set_kind("pair")
    dock.show_dates((None, SECOND), "The date of the first layer is not known.")

    assert dock.dates() == (None, SECOND)
    assert find("beforeDateEdit").text() == "no date"
    assert find("warningLabel").isVisible()
    assert find("warningLabel").text == "The date of the first layer is not known."


@pytest.mark.parametrize("before", [FIRST, None])
@pytest.mark.parametrize("typed", ["2021-05-06", "20210506"])
def test_a_date_can_be_typed(qtbot, dock, find, typed, before):
    dock.show_dates((before,))
    edit = find("beforeDateEdit")
    edit.setFocus()
    edit.selectAll()

    qtbot.keyClicks(edit, typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)

    assert dock.dates()[0] == QDateTime.fromString("2021-05-06T00:00:00Z", Qt.DateFormat.ISODate)


def test_an_unknown_date_steps_from_today(qtbot, dock, find):
    dock.show_dates((None,))
    find("beforeDateEdit").setFocus()

    with qtbot.waitSignal(dock.dates_edited):
        qtbot.keyClick(find("beforeDateEdit"), Qt.Key.Key_Up)

    assert dock.dates()[0].date() == QDate.currentDate()


def test_a_date_can_be_forgotten(qtbot, dock, find):
    dock.show_dates((FIRST,))
    forget = find("beforeDateEdit").parentWidget().findChild(QToolButton)

    with qtbot.waitSignal(dock.dates_edited):
        click(qtbot, forget)

    assert dock.dates() == (None,)
    assert not forget.isEnabled()


def test_a_warning_goes_when_its_reason_goes(dock, find):
    dock.set_kind("pair")
    dock.show_dates((SECOND, FIRST), "The later date comes first: swap the layers.")
    dock.show_dates((FIRST, SECOND))

    assert not find("warningLabel").isVisible()


def test_swap_is_told(qtbot, dock, find):
    dock.set_kind("pair")
    with qtbot.waitSignal(dock.swapped):
        click(qtbot, find("swapButton"))


def test_the_crop_is_told_under_the_extent(dock, find):
    dock.show_crop("0.6 m per pixel, 230 m × 230 m", "The extent is far too large.")

    assert find("cropLabel").text() == "0.6 m per pixel, 230 m × 230 m"
    assert find("cropWarningLabel").isVisible()

    dock.show_crop("")
    assert not find("cropLabel").isVisible()
    assert not find("cropWarningLabel").isVisible()


# ----------------------------------------------------------------- series


@pytest.fixture
def series_dock(dock):
    dock.set_kind("video")
    dock.show_series(
        [SeriesItem("b", "later", SECOND), SeriesItem("x", "unknown"),
         SeriesItem("a", "earlier", FIRST)]
    )  # fmt: skip
    return dock


def ids(dock) -> str:
    return "".join(item.id for item in dock.series)


def test_a_series_is_sorted_by_date_with_unknown_dates_last(qtbot, series_dock, find):
    with qtbot.waitSignal(series_dock.series_changed):
        click(qtbot, find("seriesSortButton"))

    assert ids(series_dock) == "abx"


def test_a_layer_of_the_series_moves_and_stays_selected(qtbot, series_dock, find):
    click(qtbot, find("seriesDownButton"))
    assert ids(series_dock) == "xba"
    click(qtbot, find("seriesDownButton"))
    assert ids(series_dock) == "xab"
    assert not find("seriesDownButton").isEnabled()
    with qtbot.waitSignal(series_dock.series_changed):
        click(qtbot, find("seriesUpButton"))
    assert ids(series_dock) == "xba"


def test_a_layer_is_taken_out_of_the_series(qtbot, series_dock, find):
    with qtbot.waitSignal(series_dock.series_changed):
        click(qtbot, find("seriesRemoveButton"))

    assert ids(series_dock) == "xa"


def test_a_layer_of_the_series_gets_a_date(qtbot, series_dock, find):
    find("seriesView").setCurrentRow(1)
    find("seriesDateEdit").setFocus()
    with qtbot.waitSignal(series_dock.series_changed):
        qtbot.keyClick(find("seriesDateEdit"), Qt.Key.Key_Up)

    assert series_dock.series[1].date.date() == QDate.currentDate()
    assert series_dock.dates()[1].date() == QDate.currentDate()


def test_dragging_a_layer_tells_the_new_order(qtbot, series_dock, find):
    model = find("seriesView").model()

    with qtbot.waitSignal(series_dock.series_changed):
        model.moveRow(model.index(-1, 0), 2, model.index(-1, 0), 0)  # what the drop does

    assert ids(series_dock) == "abx"


def test_adding_to_the_series_is_asked_of_the_host(qtbot, dock, find):
    dock.set_kind("video")
    with qtbot.waitSignal(dock.series_add_requested) as asked:
        click(qtbot, find("seriesAddButton"))
    assert asked.args == ["chosen"]

    visible = find("seriesAddButton").menu().actions()[1]
    with qtbot.waitSignal(dock.series_add_requested) as asked:
        visible.trigger()
    assert asked.args == ["visible"]


def test_a_video_file_is_a_series_without_extent(qtbot, dock, find):
    click(qtbot, find("kindSeriesButton"))
    find("seriesSourceCombo").setFocus()
    with qtbot.waitSignal(dock.series_changed):
        qtbot.keyClick(find("seriesSourceCombo"), Qt.Key.Key_Down)
    with qtbot.waitSignal(dock.series_changed):
        find("videoPathEdit").insert("/videos/über den Fluss.mp4")  # as pasted

    assert dock.video_path == "/videos/über den Fluss.mp4"
    assert not find("extentWidget").isVisible()
    assert not find("seriesView").isVisible()

    qtbot.keyClick(find("seriesSourceCombo"), Qt.Key.Key_Up)
    assert dock.video_path == ""
    assert find("extentWidget").isVisible()
