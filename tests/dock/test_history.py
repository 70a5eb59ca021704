"""The history: order, days, search, menu, keys, and thousands of entries."""

from __future__ import annotations

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


def test_the_newest_is_last_and_days_have_headings(history, find):
    assert titles(find("historyView")) == ["yesterday", "before", "newest"]
    headings = [row for row in rows(find("historyView")) if "\n" not in row]
    assert headings == ["Yesterday", "Today"]


def test_an_added_entry_is_last_and_in_sight(qtbot, dock, find, make_entry):
    view = find("historyView")
    dock.show_history([make_entry(n) for n in range(60)])

    dock.add_entry(make_entry(-1, question="just now"))
    qtbot.wait(20)

    assert titles(view)[-1] == "just now"
    last = view.model().index(view.model().rowCount() - 1, 0)
    assert view.viewport().rect().contains(view.visualRect(last).center())


def test_an_added_entry_does_not_drag_a_reader_down(qtbot, dock, find, make_entry):
    view = find("historyView")
    dock.show_history([make_entry(n) for n in range(60)])
    view.verticalScrollBar().setValue(200)

    dock.add_entry(make_entry(-1, question="just now"))
    qtbot.wait(20)

    assert view.verticalScrollBar().value() == 200


def test_an_entry_of_another_window_comes_at_its_time(dock, history, find, make_entry):
    dock.add_entry(make_entry(0.2, question="from another window"))

    assert titles(find("historyView"))[-3:] == ["before", "from another window", "newest"]


def test_an_entry_with_a_known_id_replaces_it(dock, history, find, make_entry):
    dock.add_entry(make_entry(0, id=history[0].id, question="newest, again"))

    assert titles(find("historyView")) == ["yesterday", "before", "newest, again"]


def test_removing_the_last_entry_of_a_day_removes_its_heading(dock, history, find):
    dock.remove_entry(history[2].id)
    assert rows(find("historyView"))[0] == "Today"

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
        ("naip_2018", ["yesterday", "before", "newest"]),
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


def click_entry(qtbot, view, row: int, button=Qt.MouseButton.LeftButton) -> QPoint:
    view.scrollTo(view.model().index(row, 0))
    point = view.visualRect(view.model().index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), button, pos=point)
    return point


def test_a_click_shows_the_whole_entry(qtbot, dock, history, find):
    with qtbot.waitSignal(dock.entry_selected) as selected:
        click_entry(qtbot, find("historyView"), 3)

    assert selected.args == [history[1].id]
    assert find("answerText").toPlainText() == "a road"


def test_a_day_cannot_be_chosen(qtbot, dock, history, find):
    with qtbot.assertNotEmitted(dock.entry_selected):
        click_entry(qtbot, find("historyView"), 2)


def test_a_double_click_zooms(qtbot, dock, history, find):
    view = find("historyView")
    point = click_entry(qtbot, view, 4)

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)

    assert acted.args == [history[0].id, "zoom"]


@pytest.mark.parametrize(
    ("key", "modifier", "action"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "zoom"),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, "copy"),
    ],
)
def test_keys_act_on_the_selected_entry(qtbot, dock, history, find, key, modifier, action):
    click_entry(qtbot, find("historyView"), 4)

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.keyClick(find("historyView"), key, modifier)

    assert acted.args == [history[0].id, action]


def open_menu(qtbot, view, row: int):
    point = view.visualRect(view.model().index(row, 0)).center()
    view.customContextMenuRequested.emit(point)  # what a right click does on every platform
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    return QApplication.activePopupWidget()


def test_the_menu_offers_what_fits_the_entry(qtbot, dock, find, make_entry):
    video = make_entry(2, kind="video", footprint="", question="a video")
    pair = make_entry(1, kind="pair", question="a pair")
    dock.show_history([video, pair])
    dock.set_mappable(pair.id, True)

    def enabled(row: int) -> set[str]:
        menu = open_menu(qtbot, find("historyView"), row)
        names = {action.data() for action in menu.actions() if action.isEnabled()} - {None}
        menu.close()
        return names

    assert enabled(1) == {"ask_again", "copy", "delete"}
    assert enabled(2) == {"ask_again", "copy", "delete", "zoom", "highlight", "change_map"}


def test_an_action_of_the_menu_is_told(qtbot, dock, history, find):
    menu = open_menu(qtbot, find("historyView"), 4)
    action = next(action for action in menu.actions() if action.data() == "highlight")

    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    assert acted.args == [history[0].id, "highlight"]


@pytest.mark.parametrize("answer", ["Delete", "Cancel"])
def test_deleting_asks_first(qtbot, dock, history, find, answer):
    told = []
    dock.entry_action.connect(lambda *args: told.append(args))
    click_entry(qtbot, find("historyView"), 4)
    qtbot.keyClick(find("historyView"), Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: dock.findChild(QMessageBox) is not None)
    assert told == []

    box = dock.findChild(QMessageBox)
    button = next(b for b in box.findChildren(QPushButton) if answer in b.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.wait(20)

    assert told == ([(history[0].id, "delete")] if answer == "Delete" else [])


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
        for _ in range(5):
            view.verticalScrollBar().setValue(0)  # to the top: the next page comes
            qtbot.wait(40)
        for n in range(20):
            dock.add_entry(make_entry(-n, question=f"new {n}"))
            qtbot.wait(5)
        timer.stop()
        return max(gaps)

    longest_gap(500)  # the first time fonts and styles are loaded
    few, many = longest_gap(500), longest_gap(5000)

    assert view.model().rowCount() < 3000, "all rows were laid out at once"
    assert view.model().rowCount() > 1000, "scrolling up did not bring older entries"
    print(f"longest gap {few * 1000:.0f} and {many * 1000:.0f} ms")
    assert many < 3 * few


def test_older_entries_come_when_the_list_is_scrolled_up_and_it_stays_in_place(
    qtbot, dock, find, make_entry
):
    dock.show_history([make_entry(n, question=f"question {n}") for n in range(450)])
    view = find("historyView")
    qtbot.wait(20)
    assert len(titles(view)) == 200
    view.verticalScrollBar().setValue(0)
    assert "question 199" in titles(view)[0]
    qtbot.waitUntil(lambda: len(titles(view)) == 400)

    top = view.indexAt(QPoint(20, 40)).data(ROLE)
    assert "question 199" in top or "question 198" in top

    view.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: len(titles(view)) == 450)
    assert titles(view)[0] == "question 449"


def test_an_empty_history_has_no_search(dock, find, make_entry):
    assert not find("historySearch").isVisible()
    dock.add_entry(make_entry())
    assert find("historySearch").isVisible()
