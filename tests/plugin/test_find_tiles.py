"""``unirs:indextiles`` and ``unirs:findtiles`` with the real worker and the default model."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

from tests.plugin.processing_fixtures import Feedback, register_provider
from unirs_qgis.index import index_file


@pytest.fixture
def run(worker_python, monkeypatch, qgis_processing, qgis_new_project):
    import processing

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    register_provider()

    def run(name, feedback=None, **parameters):
        return processing.run(f"unirs:{name}", parameters, feedback=feedback or Feedback())

    return run


@pytest.mark.slow
def test_tiles_are_indexed_and_found(run, raster, tmp_path):
    path = str(raster(tmp_path / "place.tif"))
    index = str(tmp_path / "tiles.gpkg")
    made = run("indextiles", INPUT=[path], OUTPUT=index)
    layer = QgsVectorLayer(made["OUTPUT"])
    assert layer.featureCount() == made["ADDED"] > 0
    assert index_file(layer) == index
    again = run("indextiles", INPUT=[path], OUTPUT=index)
    assert (again["ADDED"], again["KEPT"]) == (0, made["ADDED"])
    found = run("findtiles", INDEX=index, WORDS="trees", RESCORE=0, OUTPUT="memory:")
    (first, *_) = found["OUTPUT"].getFeatures()
    assert (first["rank"], first["rasters"], first["sought"]) == (1, path, "trees")
    assert first.geometry().intersects(next(layer.getFeatures()).geometry())
    feedback = Feedback()
    with pytest.raises(QgsProcessingException) as caught:
        run("findtiles", feedback, INDEX=index, OUTPUT="memory:")
    assert "enter words" in " ".join([*feedback.messages, str(caught.value)])
