"""Reports of chosen answers: pages with maps, wording, model, confidence; texts are only texts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from qgis.core import (
    QgsGeometry,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsProcessingException,
    QgsRasterLayer,
)
from qtpy.QtGui import QColor

from tests.plugin.processing_fixtures import Feedback, register_provider
from tests.plugin.test_change_map import write_map
from unirs_qgis.answer import Answer
from unirs_qgis.dock.entries import Entry, LayerRecord, new_id, now
from unirs_qgis.history.answer_file import AnswerFile
from unirs_qgis.history.places import map_folder
from unirs_qgis.map.footprints import PAST
from unirs_qgis.report import Report
from unirs_qgis.report.contents import MOST_MAPS, Contents
from unirs_qgis.report.page import EntryPages
from unirs_qgis.report.pictures import Drawing, draw_all
from unirs_qgis.report.text import Style

TIMEOUT = 60_000
HOSTILE = "<script>alert(1)</script> [% 40 + 2 %] “ünï” 🛰"
FOOTPRINT = "POLYGON((500020 5399900,500100 5399900,500100 5399980,500020 5399980,500020 5399900))"


@pytest.fixture
def entry(dated_layers) -> Entry:
    """A question about two dates, whose texts would do harm if they were more than texts."""
    return Entry(
        id=new_id(),
        created=now(),
        kind="pair",
        task="change",
        question=HOSTILE,
        answer=Answer(
            f"A house was built. {HOSTILE}",
            "unirs-small",
            "cpu",
            1.25,
            options=(("yes", 0.93), ("no", 0.07)),
            model_digest="5f" * 32,
            engine="unirs",
            acquired=("2019-06-15", "2021-08-02"),
            unsure=True,
            confidence=0.93,
            warnings=("The dates are 7 m apart.",),
        ),
        footprint=FOOTPRINT,
        crs="EPSG:32632",
        layers=tuple(LayerRecord(layer.name(), layer.source()) for layer in dated_layers),
    )


@pytest.fixture
def change_map(tmp_path) -> Path:
    return write_map(tmp_path / "map.tif", {(1, 1): 90, (2, 1): 90})


@pytest.fixture
def write(qtbot, dated_layers, change_map):
    """Writes a report of entries."""

    def write(entries, path, found=dated_layers):
        def find(name: str, source: str):
            return next((layer for layer in found if layer.source() == source), None)

        report = Report(entries, path, find, lambda _id: change_map)
        with qtbot.waitSignals([report.written], timeout=TIMEOUT):
            report.start()
        return path

    return write


class Texts(HTMLParser):
    """The texts and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts, self.tags = [], []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list) -> None:  # noqa: ARG002
        self.tags.append(tag)


def test_an_html_report_has_maps_wording_model_and_confidence(entry, write, tmp_path) -> None:
    later = replace(entry, id=new_id(), task="caption", question="", kind="single")
    page = write([later, entry], tmp_path / "report.html").read_text(encoding="utf-8")
    parsed = Texts(page)
    assert parsed.tags.count("article") == 2
    assert parsed.tags.count("img") == 4
    assert "script" not in parsed.tags
    assert 'src="http' not in page
    text = "\n".join(parsed.texts)
    for part in (HOSTILE, "A house was built.", "yes 93 %", "5f" * 32, "unirs-small", "not sure"):
        assert part in text
    assert "stayed on this computer" in text
    assert "Confidence: 93 %" in text
    assert "The dates are 7 m apart." in text
    assert "2019-06-15" in text


def test_a_pdf_has_a_page_for_each_answer(entry, write, tmp_path) -> None:
    target = tmp_path / "report.pdf"
    target.write_text("an earlier one")
    long = replace(entry, id=new_id(), answer=replace(entry.answer, text="many words " * 3000))
    content = write([entry, long], target).read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) >= 4
    assert [path.name for path in tmp_path.glob(".unirs*")] == []


def test_maps_show_the_layers_the_footprint_and_what_changed(
    entry, dated_layers, change_map, tmp_path
) -> None:
    from unirs_qgis.crops.snapshot import LayerSnapshot

    layers = {number: LayerSnapshot.of(layer) for number, layer in enumerate(dated_layers)}
    (pictures,) = draw_all([Drawing(FOOTPRINT, "EPSG:32632", layers, {}, change_map)], tmp_path)
    pages = EntryPages(entry, Contents.of(entry), pictures)
    assert pages.pages == 1
    exporter = QgsLayoutExporter(pages.layout)
    before, after = (
        exporter.renderRegionToImage(item.mapRectToScene(item.rect()), dpi=100)
        for item, _ in pages.maps
    )
    for image in (before, after):
        left, middle = image.pixelColor(24, 180), image.pixelColor(image.width() // 2, 100)
        assert left != QColor("white")
        assert middle != QColor("white")
    blue = sum(
        image.pixelColor(column, row) == PAST
        for image in (before, after)
        for row in range(0, image.height(), 2)
        for column in range(image.width())
    )
    assert blue > 100
    assert before != after
    texts = [
        item.currentText() for item in pages.layout.items() if isinstance(item, QgsLayoutItemLabel)
    ]
    assert any("[% 40 + 2 %]" in text for text in texts)
    assert not any("42" in text for text in texts)


def test_what_cannot_be_shown_is_stated(entry, write, dated_layers, tmp_path) -> None:
    outside = replace(entry, footprint="POLYGON((0 0,1 0,1 1,0 1,0 0))")
    page = write([outside], tmp_path / "a.html").read_text(encoding="utf-8")
    assert "outside" in page
    page = write([entry], tmp_path / "b.html", found=dated_layers[:1]).read_text(encoding="utf-8")
    assert page.count("<img") == 1
    assert "is not in this project" in page


@pytest.mark.parametrize("name", ["report.pdf", "report.html"])
def test_a_folder_that_is_gone_fails_in_one_sentence(qtbot, entry, tmp_path, name) -> None:
    report = Report([entry], tmp_path / "gone" / name, lambda *_: None, lambda _id: None)
    with qtbot.waitSignal(report.failed, timeout=TIMEOUT) as failed:
        report.start()
    assert name in failed.args[0]


def test_of_a_long_series_the_ends_are_shown(entry) -> None:
    record = entry.layers[0]
    series = replace(entry, layers=tuple(replace(record, name=str(n)) for n in range(9)))
    shown = [number for number, _ in Contents.of(series).maps]
    assert len(shown) == MOST_MAPS
    assert (shown[0], shown[-1]) == (0, 8)
    assert Contents.of(replace(entry, footprint="")).maps == ()


def test_lines_keep_every_character(qapp) -> None:
    text = "🛰 word " * 40 + "x" * 400
    lines = Style(8).lines(text, 60)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(lines) > 5


def test_layers_without_a_crs_and_around_the_world_have_maps(
    qtbot, entry, raster, tmp_path, qgis_new_project
) -> None:
    for name, crs, origin, pixel in (
        ("plan.tif", "", (0, 256), 1),
        ("world.tif", "EPSG:4326", (-180, 180), 360 / 256),
    ):
        path = raster(tmp_path / name, crs=crs, origin=origin, pixel=pixel)
        options = QgsRasterLayer.LayerOptions(False)
        options.skipCrsValidation = True
        layer = QgsRasterLayer(str(path), name, "gdal", options)
        asked = replace(
            entry,
            layers=(LayerRecord(name, str(path)),),
            footprint=QgsGeometry.fromRect(layer.extent()).asWkt(),
            crs=crs,
        )
        for suffix in (".pdf", ".html"):
            target = tmp_path / f"{name}{suffix}"
            report = Report([asked], target, lambda *_, layer=layer: layer, lambda _id: None)
            with qtbot.waitSignal(report.written, timeout=TIMEOUT):
                report.start()
        assert target.read_text(encoding="utf-8").count("<img") == 1


@pytest.fixture
def run_report(tmp_path, qgis_processing):
    """Runs the algorithm on a history of entries; returns the results."""
    import processing

    register_provider()

    def run(entries, name, **parameters):
        history = tmp_path / "history.gpkg"
        if entries:
            AnswerFile(history).append(entries)
        values = {"HISTORY": str(history), "OUTPUT": str(tmp_path / name), **parameters}
        return processing.run("unirs:report", values, feedback=Feedback())

    return run


def test_an_algorithm_writes_a_report_of_the_latest_answers(entry, run_report, tmp_path) -> None:
    write_map(map_folder(tmp_path / "history.gpkg") / f"{entry.id}.tif", {(1, 1): 90})
    town = replace(entry, id=new_id(), created="2020-01-01T00:00:00.000+00:00", question="A town?")
    results = run_report([town, entry], "both.html")
    page = Texts(Path(results["OUTPUT"]).read_text(encoding="utf-8"))
    assert (results["COUNT"], page.tags.count("article"), page.tags.count("img")) == (2, 2, 4)
    results = run_report([], "latest.html", LATEST=1)
    assert "A town?" not in Path(results["OUTPUT"]).read_text(encoding="utf-8")
    results = run_report([], "town", QUESTION="TOWN")  # without an ending it is a PDF
    assert results["COUNT"] == 1
    assert Path(results["OUTPUT"]).read_bytes().startswith(b"%PDF")
    with pytest.raises(QgsProcessingException, match="no such answers"):
        run_report([], "none.pdf", QUESTION="river")
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        run_report([], "missing/report.pdf")
