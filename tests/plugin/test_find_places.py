"""``unirs:findplaces`` with the real worker and the default model."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer, QgsVectorLayer

from tests.plugin.processing_fixtures import Feedback, register_provider


@pytest.fixture
def run(worker_python, monkeypatch, qgis_processing, qgis_new_project):
    import processing

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    register_provider()

    def run(feedback=None, **parameters):
        return processing.run("unirs:findplaces", parameters, feedback=feedback or Feedback())

    return run


@pytest.mark.slow
def test_places_and_a_map_are_written(run, raster, tmp_path):
    path = str(raster(tmp_path / "place.tif"))
    files = {"MAP": str(tmp_path / "map.tif"), "PLACES": str(tmp_path / "places.gpkg")}
    found = run(INPUT=[path], QUESTION="trees", THRESHOLD=0.01, **files)
    assert "squares of" in found["ANSWER"]
    assert found["MODEL_NAME"] == "unirs-small"
    places = QgsVectorLayer(found["PLACES"])
    assert places.isValid()
    assert places.featureCount() == found["COUNT"] > 0
    features = list(places.getFeatures())
    assert sum(feature["area_m2"] for feature in features) == pytest.approx(found["AREA"])
    assert all(0 < feature["probability"] <= feature["highest"] <= 1 for feature in features)
    assert {feature["question"] for feature in features} == {"Are there trees in the image?"}
    raster_map = QgsRasterLayer(found["MAP"])
    assert raster_map.isValid()
    assert raster_map.crs() == places.crs() == QgsRasterLayer(path).crs()


@pytest.mark.slow
def test_what_is_wrong_is_one_sentence(run, raster, tmp_path):
    path = str(raster(tmp_path / "place.tif"))
    for options, sentence in (
        ({"QUESTION": "How many trees?"}, "yes or no"),
        ({"QUESTION": "trees", "MAX_WINDOWS": 1}, "more than 1"),
        ({"QUESTION": "trees", "INPUT": [path] * 3}, "two dates"),
    ):
        feedback = Feedback()
        with pytest.raises(QgsProcessingException) as caught:
            run(feedback, **{"INPUT": [path], "PLACES": "memory:", **options})
        assert sentence in " ".join([*feedback.messages, str(caught.value)])
