"""Names of layers in little room."""

from __future__ import annotations

import pytest
from qtpy.QtGui import QFont, QFontMetrics

from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.dock.parts.layers_label import LayersLabel, short_label
from unirs_qgis.dock.parts.text import WrapLabel

LONG = "S2A_MSIL2A_20200115T103401_N0213_R108_T32UNA_20200115T123456"
PAIR = (LayerRecord(LONG, "", "2020-01-15"), LayerRecord(LONG, "", "2021-07-02"))


@pytest.fixture
def metrics(qapp) -> QFontMetrics:
    return QFontMetrics(QFont())


def test_names_that_fit_are_not_elided(metrics):
    layers = (LayerRecord("town", "", "2019"), LayerRecord("town_2021", "", "2021"))
    assert short_label(layers, 1000, metrics) == "town (2019) → town_2021"


@pytest.mark.parametrize("letters", [30, 45, 60])
def test_long_names_of_a_pair_lose_their_middle_and_keep_their_dates(metrics, letters):
    room = metrics.horizontalAdvance("n" * letters)

    text = short_label(PAIR, room, metrics)

    assert metrics.horizontalAdvance(text) <= room
    assert "2020-01-15" in text
    assert "2021-07-02" in text


def test_a_long_name_without_a_date_is_cut_in_its_middle(metrics):
    text = short_label((LayerRecord(LONG, ""),), metrics.horizontalAdvance("n" * 30), metrics)

    assert text.startswith("S2A")
    assert text.endswith("456")
    assert "…" in text


def test_a_series_names_its_ends(metrics):
    layers = tuple(LayerRecord(f"town {year}", "", str(year)) for year in range(2001, 2021))

    text = short_label(layers, metrics.horizontalAdvance("n" * 30), metrics)

    assert text == "town 2001 … town 2020"


def test_a_date_that_the_name_has_already_is_not_repeated(metrics):
    layers = (LayerRecord("naip_20120731", "", "2012-07-31"),)
    assert short_label(layers, 1000, metrics) == "naip_20120731"


def test_no_layer_is_no_text(metrics):
    assert short_label((), 100, metrics) == ""


@pytest.mark.parametrize("points", [9, 10, 11, 14])
def test_the_line_is_high_enough_for_underscores(qtbot, points):
    label = LayersLabel()
    qtbot.addWidget(label)
    label.setFont(QFont("DejaVu Sans", points))
    label.show_layers((LayerRecord("town_2021", ""),))
    assert label.heightForWidth(300) >= WrapLabel.heightForWidth(label, 300)
