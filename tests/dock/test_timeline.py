"""The chart of a series below its answer."""

from __future__ import annotations

from qtpy.QtCore import QPoint, Qt

from unirs_qgis.answer import DatedScore

DATES = (
    DatedScore("2014-07-20", 0.02, 0.1),
    DatedScore("2015-09-26", 0.97, None),
    DatedScore("2016-08-16", None, None),
    DatedScore("2018-07-16", 0.99, 0.6),
)


def test_it_is_there_for_a_series_alone(dock, find, make_entry):
    dock.begin_answer("When: lake")
    dock.finish_answer(make_entry(task="when", kind="video", timeline=DATES))
    chart = find("timelineChart")
    assert chart.isVisible()
    assert chart.accessibleDescription() == (
        "2014-07-20: 2.0\u2009%, asked alone 10\u2009%; 2015-09-26: 97\u2009%; "
        "2016-08-16: not asked; 2018-07-16: 99\u2009%, asked alone 60\u2009%"
    )
    dock.begin_answer("Is there water?")
    assert not chart.isVisible()


def test_a_click_and_the_keys_choose_a_date(qtbot, dock, find, make_entry):
    entry = make_entry(task="when", kind="video", timeline=DATES)
    dock.begin_answer("When: lake")
    dock.finish_answer(entry)
    chart = find("timelineChart")
    chosen = []
    dock.date_chosen.connect(lambda *each: chosen.append(each))
    at = QPoint(round(chart.width() * 0.3), 20)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(chart, key)
    assert chosen == [(entry.id, index) for index in (1, 2, 3, 3, 2)]


def test_when_is_asked_about_a_series_of_layers(qtbot, dock, find):
    dock.set_kind("video")
    dock.set_question("lake")
    button = find("whenButton")
    assert not button.isHidden()
    assert not find("changeButton").isHidden()
    dock.set_video_path("/data/flight.mp4")
    assert button.isHidden()
    assert find("changeButton").isHidden()
    dock.set_kind("single")
    assert button.isHidden()
