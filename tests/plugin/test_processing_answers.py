"""Algorithms that ask about one extent, and give values that scripts and models can use."""

from __future__ import annotations

import json

import pytest
from osgeo import gdal
from qgis.core import (
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
    QgsProject,
)

from tests.plugin.processing_fixtures import Feedback, register_provider, write_tiles

VALUES = {
    *("ANSWER", "CONFIDENCE", "PROBABILITIES", "UNSURE", "CHANGED", "MODEL_NAME"),
    *("DIGEST", "ENGINE", "HOST", "FOOTPRINT", "DATES", "WARNINGS"),
}


@pytest.fixture
def raster(tmp_path):
    """Writes a raster of one colour."""

    def raster(colour=10, name="town", **how):
        return str(write_tiles(tmp_path / f"{name}.tif", [[colour]], **how))

    return raster


@pytest.fixture
def run(qgis_new_project, qgis_processing):
    import processing

    register_provider()

    def run(name, feedback=None, **parameters):
        return processing.run(f"unirs:{name}", parameters, feedback=feedback or Feedback())

    return run


@pytest.fixture
def failure(run):
    """The sentences of a run that fails."""

    def failure(name, **parameters):
        feedback = Feedback()
        with pytest.raises(QgsProcessingException) as caught:
            run(name, feedback, **parameters)
        return " ".join([*feedback.messages, str(caught.value)])

    return failure


@pytest.mark.parametrize("name", ["ask", "describechange", "status"])
def test_an_algorithm_can_be_found_and_explains_itself(name, qgis_processing):
    algorithm = register_provider().algorithm(name)
    assert algorithm.group() == "Ask the imagery"
    assert len(algorithm.tags()) > 5
    assert algorithm.shortDescription() not in algorithm.shortHelpString()
    assert not algorithm.icon().isNull()
    described = [*algorithm.parameterDefinitions(), *algorithm.outputDefinitions()]
    assert all(each.description() for each in described)
    outputs = {each.name() for each in algorithm.outputDefinitions()}
    assert name == "status" or outputs >= VALUES


def test_a_free_question_about_one_raster(worker, raster, run):
    found = run("ask", INPUT=[raster(30)], QUESTION="What is there?")
    assert set(found) == VALUES
    assert found["ANSWER"] == "colour 30"
    assert (found["MODEL_NAME"], found["ENGINE"], found["HOST"]) == ("stand-in", "unirs", "")
    assert (found["CONFIDENCE"], found["PROBABILITIES"], found["CHANGED"]) == (0.75, "", None)
    [asked] = worker.asked
    assert (asked["method"], asked["text"], asked["options"]) == ("ask", "What is there?", [])
    assert "background" not in asked, "a person or a program waits for it"


def test_options_have_probabilities(worker, raster, run):
    found = run("ask", INPUT=[raster()], QUESTION="Water?", OPTIONS="yes, no", VIEWS=4)
    assert (found["ANSWER"], found["CONFIDENCE"], found["UNSURE"]) == ("yes", 0.5, True)
    assert json.loads(found["PROBABILITIES"]) == {"yes": 0.5, "no": 0.25}
    assert worker.asked[0]["views"] == 4


def test_several_rasters_are_read_in_the_order_of_their_dates(worker, raster, run):
    late, early = raster(20, "town_20200601"), raster(10, "town_20100601")
    found = run("ask", INPUT=[late, early], QUESTION="What is new?")
    assert found["ANSWER"] == "colour 10 colour 20"
    assert json.loads(found["DATES"]) == ["2010-06-01", "2020-06-01"]
    assert json.loads(found["WARNINGS"]) == []
    assert worker.asked[0]["dates"] == ["2010-06-01", "2020-06-01"], "the model gets them, too"
    found = run("ask", INPUT=[late, early, raster(15, "town_2015")], QUESTION="And then?")
    assert found["ANSWER"] == "colour 10 colour 15 colour 20"


def test_an_extent_is_asked_about_in_its_own_crs(worker, tmp_path, run):
    path = str(write_tiles(tmp_path / "town.tif", [[10, 20]]))
    east = "500010,500020,5399990,5400000"
    found = run("ask", INPUT=[path], QUESTION="What?", EXTENT=f"{east} [EPSG:32632]")
    assert found["ANSWER"] == "colour 20"
    assert found["FOOTPRINT"].startswith("Polygon ((500010 ")
    whole = run("ask", INPUT=[path], QUESTION="What?")
    assert whole["FOOTPRINT"].startswith("Polygon ((500000 ")


def test_a_change_has_a_sentence_a_verdict_and_no_map_unless_it_is_wanted(worker, raster, run):
    found = run("describechange", BEFORE=raster(10, "a"), AFTER=raster(20, "b"))
    assert set(found) == VALUES
    assert (found["ANSWER"], found["CHANGED"]) == ("colour 10 colour 20", True)
    [asked] = worker.asked
    assert asked["method"] == "change"
    assert "change_map" not in asked


def test_what_is_wrong_is_one_sentence(worker, raster, failure, tmp_path):
    town, empty = raster(), raster(None, "empty")
    away = raster(10, "away", origin=(900_000.0, 5_400_000.0))
    pair = {"BEFORE": town, "AFTER": raster(20, "later")}
    assert "question is empty" in failure("ask", INPUT=[town], QUESTION=" ")
    assert "leave no choice" in failure("ask", INPUT=[town], QUESTION="?", OPTIONS="yes")
    assert "no data" in failure("ask", INPUT=[empty], QUESTION="?")
    assert "do not overlap" in failure("ask", INPUT=[town, away], QUESTION="?")
    assert "overwrite" in failure("describechange", **pair, CHANGE_MAP=town)
    assert failure("ask", INPUT=[str(tmp_path / "none.tif")], QUESTION="?")
    assert worker.asked == []
    worker.orders(fail_on={"10": "image_refused"})
    assert "Sentence of image_refused" in failure("ask", INPUT=[town], QUESTION="?")
    worker.orders(die_on={"10": 1})
    assert "memory ran out" in failure("ask", INPUT=[town], QUESTION="?")


def test_a_model_that_reads_no_pairs_is_refused(worker, raster, failure):
    worker.orders(inputs=["single"])
    pair = {"BEFORE": raster(10, "a"), "AFTER": raster(20, "b")}
    assert "reads no pairs" in failure("describechange", **pair)
    assert worker.asked == []


def test_a_cancel_gives_nothing(worker, raster, run):
    worker.orders(seconds=30)

    class Impatient(Feedback):
        def isCanceled(self):  # noqa: N802
            return bool(worker.asked)

    assert run("ask", Impatient(), INPUT=[raster()], QUESTION="?") == {}


def test_an_extent_across_180_degrees_is_one_side_at_a_time(worker, tmp_path, failure):
    whole = str(
        write_tiles(tmp_path / "w.tif", [[10, 10]], (-180.0, 90.0), 9.0, "EPSG:4326", tile=20)
    )
    text = failure("ask", INPUT=[whole], QUESTION="?", EXTENT="170,-170,-20,0 [EPSG:4326]")
    assert "one side at a time" in text


def test_a_model_of_processing_uses_the_values(worker, raster, run):
    import processing

    model = QgsProcessingModelAlgorithm("asking", "tests")
    model.addModelParameter(
        QgsProcessingParameterRasterLayer("LAYER"), QgsProcessingModelParameter("LAYER")
    )
    source = QgsProcessingModelChildParameterSource
    first = QgsProcessingModelChildAlgorithm("unirs:ask")
    first.setChildId("first")
    first.addParameterSources("INPUT", [source.fromModelParameter("LAYER")])
    first.addParameterSources("QUESTION", [source.fromStaticValue("What is there?")])
    model.addChildAlgorithm(first)
    second = QgsProcessingModelChildAlgorithm("unirs:ask")
    second.setChildId("second")
    second.addParameterSources("INPUT", [source.fromModelParameter("LAYER")])
    second.addParameterSources("QUESTION", [source.fromChildOutput("first", "ANSWER")])
    model.addChildAlgorithm(second)
    found = processing.run(model, {"LAYER": raster(30)}, feedback=Feedback())
    assert [each["text"] for each in worker.asked] == ["What is there?", "colour 30"]
    assert found is not None


@pytest.mark.usefixtures("worker")
class TestStatus:
    def test_the_loaded_model_is_described(self, run):
        found = run("status")
        assert (found["READY"], found["SET_UP"], found["CHANGE_MAPS"]) == (True, True, True)
        assert (found["MODEL_NAME"], found["ENGINE"], found["DEVICE_USED"]) == (
            "stand-in",
            "unirs",
            "cpu",
        )
        assert (found["VERSION"], found["MEMORY_BYTES"], found["HOST"]) == ("1.2", 1000, "")
        assert found["MESSAGE"] == "Ready: stand-in answers on cpu."

    def test_the_runtime_alone_is_tried_without_a_model(self, worker, run):
        found = run("status", LOAD=False, MODEL="any")
        assert (found["READY"], found["VERSION"], found["MODEL_NAME"]) == (True, "1.2", "any")
        assert "MEMORY_BYTES" not in found
        assert worker.log == []

    def test_a_model_that_cannot_be_loaded_is_a_value(self, worker, run):
        worker.orders(load="model_missing")
        found = run("status")
        assert (found["READY"], found["SET_UP"]) == (False, True)
        assert found["MESSAGE"] == "Sentence of model_missing."
        assert found["VERSION"] == "1.2"

    def test_that_nothing_is_set_up_is_a_value(self, monkeypatch, run):
        monkeypatch.setenv("UNIRS_PYTHON", "/nowhere/python")
        found = run("status")
        assert (found["READY"], found["SET_UP"]) == (False, False)
        assert "/nowhere/python" in found["MESSAGE"]

    def test_another_computer_is_not_asked_without_permission(self, worker, run):
        found = run("status", MODEL="server:https://example.org/v1#qwen")
        assert not found["READY"]
        assert "example.org:443" in found["MESSAGE"]
        assert worker.log == []


@pytest.mark.slow
@pytest.mark.usefixtures("worker_python", "qgis_processing", "qgis_new_project")
def test_the_real_worker_describes_a_change_and_its_map_joins_the_project(
    dated_rasters, tree, tmp_path, monkeypatch
):
    import processing

    register_provider()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before, after = map(str, dated_rasters)
    target = tmp_path / "change.tif"
    parameters = {"BEFORE": before, "AFTER": after, "CHANGE_MAP": str(target)}
    found = processing.runAndLoadResults("unirs:describechange", parameters, feedback=Feedback())
    [layer] = QgsProject.instance().mapLayersByName("Change map")
    assert layer.renderer().type() == "singlebandpseudocolor", "in the colours of change maps"
    assert found["ANSWER"]
    assert found["CHANGED"] in {True, False}
    assert found["MODEL_NAME"] == "unirs-small"
    assert len(found["DIGEST"]) == 64
    assert found["CHANGE_MAP"] == str(target)
    written = gdal.Open(str(target))
    left, _, _, top, _, _ = written.GetGeoTransform()
    assert (left, top) == pytest.approx((500_000, 5_400_000), abs=1)
    assert "32632" in written.GetProjection() or "UTM zone 32N" in written.GetProjection()
    assert json.loads(found["DATES"]) == ["2019-06-15", "2021-08-02"]
