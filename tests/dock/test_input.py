"""The input: its kinds, dates, series and video."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QDate, Qt
from qtpy.QtWidgets import QApplication, QCalendarWidget, QToolButton

from unirs_qgis.dock import SeriesItem
from unirs_qgis.dock.parts.date_field import read_date, stepped

FIRST, SECOND = "2012-07-31T10:30:00Z", "2018-08-12T10:30:00Z"


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


def test_setting_the_kind_emits_no_signal(qtbot, dock):
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
    dock.show_dates(("", SECOND), "The date of the first layer is not known.")

    assert dock.dates() == ("", SECOND)
    assert find("beforeDateEdit").text() == ""
    assert find("beforeDateEdit").placeholderText() == "no date"
    assert find("warningLabel").isVisible()
    assert find("warningLabel").text == "The date of the first layer is not known."


@pytest.mark.parametrize("known", ["2019", "2019-06"])
def test_a_date_that_is_known_to_the_year_or_month_is_kept_as_such(qtbot, dock, find, known):
    dock.show_dates((known,))
    assert find("beforeDateEdit").text() == known

    with qtbot.assertNotEmitted(dock.dates_edited):
        find("beforeDateEdit").setFocus()
        qtbot.keyClick(find("beforeDateEdit"), Qt.Key.Key_Tab)

    assert dock.dates() == (known,)


def retype(qtbot, edit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


@pytest.mark.parametrize("before", [FIRST, ""])
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2021-05-06", "2021-05-06"),
        ("20210506", "2021-05-06"),
        ("2021/5/6", "2021-05-06"),
        ("2021-05", "2021-05"),
        ("2021", "2021"),
    ],
)
def test_a_date_can_be_typed_as_exactly_as_it_is_known(qtbot, dock, find, typed, read, before):
    dock.show_dates((before,))
    with qtbot.waitSignal(dock.dates_edited):
        retype(qtbot, find("beforeDateEdit"), typed)

    assert dock.dates() == (read,)
    assert find("beforeDateEdit").text() == read


@pytest.mark.parametrize("typed", ["soon", "2021-13", "2021-02-30", "21", "99999999"])
def test_an_invalid_date_is_replaced_by_the_previous_one(qtbot, dock, find, typed):
    dock.show_dates((FIRST,))
    with qtbot.assertNotEmitted(dock.dates_edited):
        retype(qtbot, find("beforeDateEdit"), typed)

    assert dock.dates() == (FIRST,)
    assert find("beforeDateEdit").text() == "2012-07-31"


def test_an_unknown_date_steps_from_today(qtbot, dock, find):
    dock.show_dates(("",))
    find("beforeDateEdit").setFocus()

    with qtbot.waitSignal(dock.dates_edited):
        qtbot.keyClick(find("beforeDateEdit"), Qt.Key.Key_Up)

    assert dock.dates() == (QDate.currentDate().toString(Qt.DateFormat.ISODate),)


@pytest.mark.parametrize(
    ("date", "steps", "then"),
    [("2019", -1, "2018"), ("2019-12", 1, "2020-01"), ("2020-03-01", -1, "2020-02-29")],
)
def test_a_date_steps_by_its_precision(date, steps, then):
    assert stepped(date, steps) == then


def test_a_typed_date_is_read_alike_by_whoever_asks():
    assert read_date(" 2019-06-15 ") == "2019-06-15"
    assert read_date("") == ""
    assert read_date("15 o'clock") is None


def test_a_date_can_be_forgotten(qtbot, dock, find):
    dock.show_dates((FIRST,))
    edit = find("beforeDateEdit")
    edit.setFocus()
    edit.selectAll()

    with qtbot.waitSignal(dock.dates_edited):
        qtbot.keyClick(edit, Qt.Key.Key_Delete)
        qtbot.keyClick(edit, Qt.Key.Key_Return)

    assert dock.dates() == ("",)


def test_a_day_can_be_chosen_from_a_calendar(qtbot, dock, find):
    dock.show_dates(("2019-06",))
    click(qtbot, find("beforeDateEdit").parentWidget().findChild(QToolButton))
    calendar = QApplication.activePopupWidget().findChild(QCalendarWidget)
    assert calendar.selectedDate() == QDate(2019, 6, 1)

    with qtbot.waitSignal(dock.dates_edited):
        calendar.activated.emit(QDate(2019, 6, 15))

    assert dock.dates() == ("2019-06-15",)


def test_a_warning_goes_when_its_reason_goes(dock, find):
    dock.set_kind("pair")
    dock.show_dates((SECOND, FIRST), "The later date comes first: swap the layers.")
    dock.show_dates((FIRST, SECOND))

    assert not find("warningLabel").isVisible()


@pytest.mark.parametrize(
    ("kind", "expected"), [("single", ()), ("pair", ("align",)), ("video", ("align",))]
)
def test_what_is_corrected_is_chosen_where_there_are_dates(qtbot, dock, find, kind, expected):
    dock.set_kind("pair")
    assert dock.corrections == ()
    click(qtbot, find("alignBox"))
    dock.set_kind(kind)
    assert find("alignBox").isVisible() == bool(expected)
    assert dock.corrections == expected

    if kind == "video":
        dock.set_video_path("/videos/flight.mp4")
        assert dock.corrections == ()
        assert not find("alignBox").isVisible()


def test_swap_is_emitted(qtbot, dock, find):
    dock.set_kind("pair")
    with qtbot.waitSignal(dock.swapped):
        click(qtbot, find("swapButton"))


def test_the_size_of_the_crop_is_shown_below_the_extent(dock, find):
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

    today = QDate.currentDate().toString(Qt.DateFormat.ISODate)
    assert series_dock.series[1].date == today
    assert series_dock.dates()[1] == today


def test_dragging_a_layer_emits_the_new_order(qtbot, series_dock, find):
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


def test_a_series_is_as_high_as_its_layers_and_nothing_in_it_scrolls(qtbot, dock, find):
    dock.set_kind("video")
    view = find("seriesView")
    empty = view.height()
    dock.show_series([SeriesItem(str(n), f"layer {n}", str(2010 + n)) for n in range(12)])
    qtbot.wait(20)

    assert view.height() > empty
    assert view.verticalScrollBar().maximum() == 0
    assert view.viewport().rect().contains(view.visualItemRect(view.item(11)))


def test_the_layers_of_a_series_keep_the_year_that_they_are_known_to(dock, find):
    dock.set_kind("video")
    dock.show_series([SeriesItem("a", "town", "1985"), SeriesItem("b", "town", "1985-07")])

    assert find("seriesView").item(0).text() == "1985  town"
    assert dock.dates() == ("1985", "1985-07")


# ----------------------------------------------------------------- messages about the input


def test_a_problem_is_shown_before_the_click(qtbot, dock, find):
    dock.set_kind("pair")
    dock.set_question("What changed?")
    dock.show_problem("A pair needs two raster layers; choose a second layer.")

    assert find("problemLabel").isVisible()
    assert "second layer" in find("problemLabel").text
    assert not find("askButton").isEnabled()
    assert not find("changeButton").isEnabled()
    assert "second layer" in find("askButton").toolTip()
    with qtbot.assertNotEmitted(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)

    dock.show_problem("")
    assert not find("problemLabel").isVisible()
    assert find("askButton").isEnabled()


def test_an_empty_series_shows_what_to_do(dock, find):
    dock.set_kind("video")
    assert "Add dated layers" in find("problemLabel").text

    dock.show_series(
        [SeriesItem("a", "first"), SeriesItem("b", "second"), SeriesItem("c", "third")]
    )
    assert not find("problemLabel").isVisible()


def test_a_note_does_not_keep_from_asking(dock, find):
    dock.set_question("Is there water?")
    dock.show_note("“2009” is hidden on the map; the model sees it all the same.")

    assert find("layerNoteLabel").isVisible()
    assert find("askButton").isEnabled()


def test_an_extent_that_is_too_large_is_offered_tile_by_tile(qtbot, dock, find):
    dock.show_crop("64 km × 54 km", "This is far too large.")
    assert not find("tilesButton").isVisible()

    dock.set_question("Is there a lake?")
    click(qtbot, find("optionsFold"))
    find("optionsEdit").setText("yes, no")
    dock.show_crop("64 km × 54 km", "This is far too large.", offer_tiles=True)
    with qtbot.waitSignal(dock.ask_tiles_requested) as asked:
        click(qtbot, find("tilesButton"))

    assert asked.args == ["Is there a lake?", ["yes", "no"]]


# ----------------------------------------------------------------- one line


def test_the_input_folds_into_one_line_with_its_layers_after_a_question(dock, find):
    dock.set_kind("pair")
    dock.show_dates((FIRST, SECOND))
    assert find("beforeLayerCombo").isVisible()

    dock.begin_answer("Has anything changed?")

    assert not find("beforeLayerCombo").isVisible()
    header = find("inputFold")
    assert header.text() == "naip_20120731 → naip_20180812"
    assert header.text() in header.accessibleName()


def test_warnings_are_shown_while_the_input_is_folded(dock, find):
    dock.begin_answer("Is there water?")
    dock.show_crop("", "The extent does not touch the layer.")

    assert find("cropWarningLabel").isVisible()


def test_an_input_unfolded_by_the_user_stays_unfolded(qtbot, dock, find):
    dock.begin_answer("first")
    click(qtbot, find("inputFold"))
    dock.begin_answer("second")
    assert find("beforeLayerCombo").isVisible()

    click(qtbot, find("inputFold"))
    dock.begin_answer("third")
    assert not find("beforeLayerCombo").isVisible()


def test_eight_layers_do_not_push_the_answer_out_of_sight(qtbot, dock, find, make_entry):
    dock.resize(300, 640)
    dock.set_kind("video")
    dock.show_series([SeriesItem(str(n), f"layer {n}", str(2010 + n)) for n in range(8)])
    click(qtbot, find("inputFold"))
    click(qtbot, find("inputFold"))  # as its user wants it
    dock.begin_answer("What is happening?")
    dock.finish_answer(make_entry(kind="video"))
    qtbot.wait(50)

    column, answer = find("dockScroll"), find("answerView")
    top = answer.mapTo(column.viewport(), answer.rect().topLeft()).y()
    assert top >= 0
    assert top + min(answer.height(), 150) <= column.viewport().height()
