"""Labels of a question and its layers."""

from datetime import datetime, timezone

import pytest

from unirs_qgis.dock.entries import LayerRecord, layer_label, new_id, now, title_of


@pytest.mark.parametrize(
    ("task", "question", "title"),
    [
        ("ask", "Is there\n  a road?", "Is there a road?"),
        ("caption", "", "Caption"),
        ("change", "", "Description of change"),
        ("classify", "Rural or urban?", "Classification: Rural or urban?"),
    ],
)
def test_the_title_is_one_line(task, question, title):
    assert title_of(task, question) == title


@pytest.mark.parametrize(
    ("name", "date", "label"),
    [
        ("town", "", "town"),
        ("town", "2020-08-31", "town (2020-08-31)"),
        ("2020-08-31", "2020-08-31", "2020-08-31"),
        ("town 2020-08-31", "2020-08-31T10:15:00Z", "town 2020-08-31"),
        ("{layer}", "2020-08-31", "{layer} (2020-08-31)"),
    ],
)
def test_a_layer_label_has_the_date_unless_the_name_has_it(name, date, label):
    assert layer_label(LayerRecord(name, "source", date)) == label


def test_every_entry_has_an_id_and_a_time_of_its_own():
    assert len({new_id() for _ in range(1000)}) == 1000
    time = datetime.fromisoformat(now())
    assert abs((datetime.now(timezone.utc) - time).total_seconds()) < 60
    assert now().endswith("+00:00")
