"""The history: order, days, search, menu, keys, and thousands of entries."""

from __future__ import annotations

import gc
import time

import pytest
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtWidgets import QApplication, QMessageBox, QPushButton

ROLE = Qt.ItemDataRole.DisplayRole


def rows(view) -> list[str]:
    model = view.model()
    return [model.index(row, 0).data(ROLE) for row in range(model.rowCount())]


def titles(view) -> list[str]:
    return [row.split("\n")[0] for row in rows(view) if "\n" in row]


@pytest.fixture
def history(dock, find, make_entry):
    """Three entries on two days, given in no order."""
    now, before, yesterday = (
        make_entry(0, question="newest", answer="a lake", clue=""),
        make_entry(0.5, question="before", answer="a road", clue="", kind="pair"),
        make_entry(24 * 60, question="yesterday", answer="<b>houses</b>", clue=""),
    )
    dock.show_history([before, now, yesterday])
    return now, before, yesterday


def test_the_newest_is_first_and_days_have_headings(history, find):
    assert titles(find("historyView")) == ["newest", "before", "yesterday"]
    headings = [row for row in rows(find("historyView")) if "\n" not in row]
    assert headings == ["Today", "Yesterday"]


def test_an_added_entry_is_first_and_under_the_heading_of_its_day(dock, find, make_entry):
    dock.show_history([make_entry(n) for n in range(1, 4)])

    dock.add_entry(make_entry(-1, question="just now"))

    assert titles(find("historyView"))[0] == "just now"
    assert rows(find("historyView"))[0] == "Today"
    assert rows(find("historyView")).count("Today") == 1


def test_the_list_is_as_high_as_its_rows_and_the_dock_scrolls(qtbot, dock, find, make_entry):
    view = find("historyView")
    dock.show_history([make_entry(n) for n in range(60)])
    qtbot.waitUntil(lambda: find("dockScroll").verticalScrollBar().maximum() > 1000)

    assert view.verticalScrollBar().maximum() == 0
    last = view.model().index(view.model().rowCount() - 1, 0)
    assert view.viewport().rect().contains(view.visualRect(last))


def test_the_shown_answer_is_not_repeated_in_the_history(qtbot, dock, find, make_entry):
    first = make_entry(5, question="first")
    dock.begin_answer("first")
    dock.finish_answer(first)
    dock.add_entry(first)
    assert not find("historyView").isVisible(), "there is nothing but the answer above"

    second = make_entry(1, question="second")
    dock.begin_answer("second")
    dock.finish_answer(second)
    dock.add_entry(second)
    view = find("historyView")
    qtbot.waitUntil(view.isVisible)
    qtbot.wait(30)

    def height(question: str) -> int:
        return view.visualRect(row_of(view, question)).height()

    assert height("second") < height("first") / 1.5, "a line with the question alone"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: height("first") < height("second") / 1.5)
    assert find("answerTitle").toPlainText() == "first"


def test_an_entry_of_another_window_comes_at_its_time(dock, history, find, make_entry):
    dock.add_entry(make_entry(0.2, question="from another window"))

    assert titles(find("historyView"))[:3] == ["newest", "from another window", "before"]


def test_an_entry_with_a_known_id_replaces_it(dock, history, find, make_entry):
    dock.add_entry(make_entry(0, id=history[0].id, question="newest, again"))

    assert titles(find("historyView")) == ["newest, again", "before", "yesterday"]


def test_removing_the_last_entry_of_a_day_removes_its_heading(dock, history, find):
    dock.remove_entry(history[2].id)
    assert rows(find("historyView"))[-1].startswith("before")

    dock.remove_entry(history[0].id)
    dock.remove_entry(history[1].id)
    dock.remove_entry("an id that is not there")
    assert rows(find("historyView")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LAKE", ["newest"]),
        ("road before", ["before"]),
        ("houses", ["yesterday"]),
        ("naip_2018", ["newest", "before", "yesterday"]),
        ("nothing like it", []),
    ],
)
def test_search_finds_every_word_in_whatever_case(qtbot, history, find, text, found):
    qtbot.keyClicks(find("historySearch"), text)

    qtbot.waitUntil(lambda: titles(find("historyView")) == found)


def test_an_ended_search_shows_everything_again(qtbot, history, find):
    qtbot.keyClicks(find("historySearch"), "lake")
    qtbot.waitUntil(lambda: len(titles(find("historyView"))) == 1)
    find("historySearch").clear()

    qtbot.waitUntil(lambda: len(titles(find("historyView"))) == 3)


def test_an_entry_that_does_not_match_the_search_stays_out_of_it(
    qtbot, dock, history, find, make_entry
):
    qtbot.keyClicks(find("historySearch"), "lake")
    qtbot.waitUntil(lambda: len(titles(find("historyView"))) == 1)
    dock.add_entry(make_entry(question="roads?", answer="none", clue=""))

    assert len(titles(find("historyView"))) == 1


def row_of(view, question: str):
    """The index of an entry, or of a day."""
    model = view.model()
    return next(
        index
        for index in (model.index(row, 0) for row in range(model.rowCount()))
        if index.data(ROLE).split("\n")[0] == question
    )


def click_entry(qtbot, view, question: str, button=Qt.MouseButton.LeftButton) -> QPoint:
    point = view.visualRect(row_of(view, question)).center()
    qtbot.mouseClick(view.viewport(), button, pos=point)
    return point


def test_a_click_shows_the_entry(qtbot, dock, history, find):
    with qtbot.waitSignal(dock.entry_selected) as selected:
        click_entry(qtbot, find("historyView"), "before")

    assert selected.args == [history[1].id]
    assert find("answerText").toPlainText() == "a road"


def test_the_answer_comes_into_sight_when_an_entry_far_below_is_clicked(
    qtbot, dock, find, make_entry
):
    dock.show_history([make_entry(n, question=f"question {n}") for n in range(60)])
    view, column = find("historyView"), find("dockScroll")
    qtbot.waitUntil(lambda: view.height() > 2000)
    column.verticalScrollBar().setValue(2000)

    click_entry(qtbot, view, "question 45")

    answer = find("answerView")
    qtbot.waitUntil(lambda: answer.mapTo(column.viewport(), QPoint(0, 0)).y() >= 0)
    assert find("answerTitle").toPlainText() == "question 45"


def test_a_day_cannot_be_chosen(qtbot, dock, history, find):
    with qtbot.assertNotEmitted(dock.entry_selected):
        click_entry(qtbot, find("historyView"), "Yesterday")


def test_a_double_click_zooms_though_the_rows_move_in_between(qtbot, dock, history, find):
    dock.begin_answer("newest")
    dock.finish_answer(history[0])
    view = find("historyView")
    qtbot.wait(30)
    point = click_entry(qtbot, view, "yesterday")
    qtbot.wait(30)  # the row is lower by now

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)

    assert acted.args == [history[2].id, "zoom"]


@pytest.mark.parametrize(
    ("key", "modifier", "action"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "zoom"),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, "copy"),
    ],
)
def test_keys_act_on_the_selected_entry(qtbot, dock, history, find, key, modifier, action):
    click_entry(qtbot, find("historyView"), "newest")

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.keyClick(find("historyView"), key, modifier)

    assert acted.args == [history[0].id, action]


def open_menu(qtbot, view, question: str):
    point = view.visualRect(row_of(view, question)).center()
    view.customContextMenuRequested.emit(point)  # what a right click does on every platform
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    return QApplication.activePopupWidget()


def test_the_menu_enables_the_actions_of_the_entry(qtbot, dock, find, make_entry):
    video = make_entry(2, kind="video", footprint="", question="a video")
    pair = make_entry(1, kind="pair", question="a pair")
    dock.show_history([video, pair])
    dock.set_mappable(pair.id, True)

    def enabled(question: str) -> set[str]:
        menu = open_menu(qtbot, find("historyView"), question)
        names = {action.data() for action in menu.actions() if action.isEnabled()} - {None}
        menu.close()
        return names

    always = {"ask_again", "copy", "report", "delete"}
    assert enabled("a video") == always
    assert enabled("a pair") == always | {"zoom", "highlight", "change_map"}


def test_an_action_of_the_menu_is_emitted(qtbot, dock, history, find):
    menu = open_menu(qtbot, find("historyView"), "newest")
    action = next(action for action in menu.actions() if action.data() == "highlight")

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    assert acted.args == [history[0].id, "highlight"]


@pytest.mark.parametrize("answer", ["Delete", "Cancel"])
def test_deleting_asks_first(qtbot, dock, history, find, answer):
    reported = []
    dock.entry_action.connect(lambda *args: reported.append(args))
    click_entry(qtbot, find("historyView"), "newest")
    qtbot.keyClick(find("historyView"), Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: dock.findChild(QMessageBox) is not None)
    assert reported == []

    box = dock.findChild(QMessageBox)
    button = next(b for b in box.findChildren(QPushButton) if answer in b.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.wait(20)

    assert reported == ([(history[0].id, "delete")] if answer == "Delete" else [])


def test_five_thousand_entries_hold_the_window_up_no_longer_than_five_hundred(
    qtbot, dock, find, make_entry
):
    """Counted in this thread's own time, and as a ratio: how fast the machine is says nothing."""
    view = find("historyView")

    def longest_gap(count: int) -> float:
        entries = [make_entry(n * 7, question=f"question {n}", answer="words " * 40)
                   for n in range(count)]  # fmt: skip
        gaps, last = [], [time.thread_time()]

        def beat() -> None:
            gaps.append(time.thread_time() - last[0])
            last[0] = time.thread_time()

        timer = QTimer()
        timer.timeout.connect(beat)
        timer.start(20)
        dock.show_history(entries)
        qtbot.wait(100)
        bar = find("dockScroll").verticalScrollBar()
        for _ in range(5):
            end = bar.maximum()
            bar.setValue(end)  # the next page comes
            qtbot.wait(20)
            if view.model().has_older:
                qtbot.waitUntil(lambda end=end: bar.maximum() > end)
        for n in range(20):
            dock.add_entry(make_entry(-n, question=f"new {n}"))
            qtbot.wait(5)
        timer.stop()
        return max(gaps)

    gc.freeze()  # collecting what other tests have left would count as well
    longest_gap(500)  # the first time fonts and styles are loaded
    few, many = longest_gap(500), longest_gap(5000)
    gc.unfreeze()

    assert view.model().rowCount() < 3000, "all rows were laid out at once"
    assert view.model().rowCount() > 1000, "scrolling down did not bring older entries"
    print(f"longest gap {few * 1000:.0f} and {many * 1000:.0f} ms")
    assert many < 3 * few


def test_older_entries_are_added_at_the_end_of_the_list_without_moving_it(
    qtbot, dock, find, make_entry
):
    dock.show_history([make_entry(n, question=f"question {n}") for n in range(450)])
    view, bar = find("historyView"), find("dockScroll").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 5000)
    assert len(titles(view)) == 200
    end = bar.maximum()
    bar.setValue(end)
    qtbot.waitUntil(lambda: len(titles(view)) == 400)
    qtbot.waitUntil(lambda: bar.maximum() > end)
    assert bar.value() == end

    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: len(titles(view)) == 450)
    assert titles(view)[-1] == "question 449"
    assert rows(view).count("Today") + rows(view).count("Yesterday") <= 2


def test_an_empty_history_has_no_search(dock, find, make_entry):
    assert not find("historySearch").isVisible()
    dock.add_entry(make_entry())
    assert find("historySearch").isVisible()


def test_enter_finds_tiles_where_there_is_an_index(dock):
    from qtpy.QtTest import QTest
    from qtpy.QtWidgets import QLineEdit, QListWidget

    from unirs_qgis.dock.found_view import FoundTile

    field = dock.findChild(QLineEdit, "historySearch")
    tiles = dock.findChild(QListWidget, "foundList")
    wanted, chosen = [], []
    dock.search.find_requested.connect(wanted.append)
    dock.search.found.chosen.connect(chosen.append)
    field.setText("boats")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not wanted
    dock.search.set_indexes(1)
    assert not field.isHidden()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert wanted == ["boats"]
    dock.search.found.show_tiles(
        "2 of 9", [FoundTile("a pier", "a.tif", ""), FoundTile("b", "", "")]
    )
    assert not tiles.isHidden()
    tiles.setCurrentRow(1)
    assert chosen == [1]
    dock.search.found.clear()
    assert tiles.isHidden()
