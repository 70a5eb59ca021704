"""The algorithms: what they take, what they give, and where they can be used."""

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from tests.plugin.processing_fixtures import (
    TILE,
    Feedback,
    register_provider,
    rows_of,
    write_tiles,
)
from unirs_qgis.fields import TEXT
from unirs_qgis.processing import tiles_dialog

COLOURS = [[10, 20, 30], [40, 50, 60]]
NAMES = ("captiontiles", "answerfeatures", "describechangetiles", "answertiles", "classifytiles")


@pytest.fixture
def raster(tmp_path):
    def raster(colours=None, name="town", **how):
        return str(write_tiles(tmp_path / f"{name}.tif", colours or COLOURS, **how))

    return raster


@pytest.fixture
def run(tmp_path, qgis_new_project):
    import processing

    def run(name, feedback=None, **parameters):
        defaults = {"TILE_SIZE": TILE, "OUTPUT": str(tmp_path / f"{name}.gpkg")}
        if name == "answerfeatures":
            del defaults["TILE_SIZE"]
        parameters = {**defaults, **parameters}
        results = processing.run(f"unirs:{name}", parameters, feedback=feedback or Feedback())
        return results.get("OUTPUT")

    return run


def _polygons(*boxes, crs="EPSG:32632", fields=()):
    layer = QgsVectorLayer(f"Polygon?crs={crs}", "fields", "memory")
    layer.dataProvider().addAttributes(list(fields))
    layer.updateFields()
    for box in boxes:
        feature = QgsFeature(layer.fields())
        if box:
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(*box)))
        feature.setAttributes([f"of {box[0]:.0f}" if box else "of nothing"] * len(fields))
        layer.dataProvider().addFeature(feature)
    return layer


def _tile(row, column, inset=1):
    x, y = 500_000 + 10 * column, 5_400_000 - 10 * row
    return (x + inset, y - 10 + inset, x + 10 - inset, y - inset)


@pytest.mark.parametrize("name", NAMES)
def test_an_algorithm_can_be_found_and_explains_itself(name, qgis_processing):
    algorithm = register_provider().algorithm(name)
    assert algorithm.group() == "Ask the imagery"
    assert len(algorithm.tags()) > 5
    assert algorithm.shortHelpString()
    assert algorithm.shortDescription() not in algorithm.shortHelpString()  # help prints both
    assert not algorithm.icon().isNull()
    parameters = {parameter.name(): parameter for parameter in algorithm.parameterDefinitions()}
    assert all(parameter.description() for parameter in parameters.values())
    assert {"OUTPUT", "MODEL", "RESUME"} <= set(parameters)
    if name != "answerfeatures":
        assert {"TILE_SIZE", "OVERLAP", "EXTENT", "CLIP"} <= set(parameters)


def test_the_settings_are_the_defaults(qgis_processing):
    from unirs_qgis.settings import Settings, write_settings

    write_settings(Settings(model="big", clue=False, max_new_tokens=9))
    algorithm = register_provider().algorithm("captiontiles").create()
    defaults = {
        name: algorithm.parameterDefinition(name).defaultValue()
        for name in ("MODEL", "CLUE", "MAX_TOKENS")
    }
    assert defaults == {"MODEL": "big", "CLUE": False, "MAX_TOKENS": 9}


def test_without_a_runtime_the_dialog_shows_why_it_cannot_open(monkeypatch, qgis_processing):
    monkeypatch.setenv("UNIRS_PYTHON", "/nowhere/python")
    possible, why = register_provider().algorithm("captiontiles").canExecute()
    assert not possible
    assert "/nowhere/python" in why


def test_without_a_set_up_the_options_page_and_the_variable_are_named(
    monkeypatch, qgis_processing, tmp_path
):
    monkeypatch.delenv("UNIRS_PYTHON", raising=False)
    monkeypatch.setattr("unirs_qgis.runtime.environment.runtime_folder", lambda: tmp_path)
    possible, why = register_provider().algorithm("captiontiles").canExecute()
    assert not possible
    assert why == (
        "Not set up yet. Set up the runtime in QGIS under Settings ▸ Options ▸ UniRS, or let the "
        "environment variable UNIRS_PYTHON name the Python of an environment that has unirs."
    )


def test_the_number_of_tiles_is_shown_before_the_model_is_loaded(worker, raster, run):
    feedback = Feedback()
    run("captiontiles", feedback, INPUT=raster())
    loading = feedback.messages.index("Loading the model…")
    assert feedback.messages.index("Tiles: 6.") < loading
    assert "0 of 6" in feedback.messages[loading:]


def test_the_number_of_features_is_shown_before_the_model_is_loaded(worker, raster, run):
    feedback = Feedback()
    polygons = _polygons(_tile(0, 1), _tile(1, 2))
    run("answerfeatures", feedback, INPUT=polygons, RASTER=raster())
    assert feedback.messages.index("Features: 2.") < feedback.messages.index("Loading the model…")


def test_a_pair_gets_a_change_caption_and_a_verdict(worker, raster, run):
    before = raster(name="place-2019-06-15")
    after = raster([[10, 21, 30], [40, 50, 61]], name="place-2021-08-02")
    rows = rows_of(run("describechangetiles", BEFORE=before, AFTER=after))
    assert rows[0, 1]["text"] == "colour 20 colour 21"
    assert {place: row["changed"] for place, row in rows.items()} == {
        (0, 0): "no", (0, 1): "yes", (0, 2): "no", (1, 0): "no", (1, 1): "no", (1, 2): "yes",
    }  # fmt: skip
    assert rows[0, 0]["layers"] == "place-2019-06-15 → place-2021-08-02"
    assert json.loads(rows[0, 0]["acquired"]) == ["2019-06-15", "2021-08-02"]
    assert {entry["method"] for entry in worker.asked} == {"change"}


def test_views_reach_the_worker(worker, raster, run):
    before, after = raster(name="before"), raster(name="after")
    run("describechangetiles", BEFORE=before, AFTER=after, VIEWS=4)
    assert {entry["views"] for entry in worker.asked} == {4}


def test_dates_in_the_wrong_order_are_taken_as_given_with_a_warning(worker, raster, run):
    later, earlier = raster(name="place-2021-08-02"), raster([[1, 2, 3]], name="place-2019-06-15")
    feedback = Feedback()
    rows = rows_of(run("describechangetiles", feedback, BEFORE=later, AFTER=earlier))
    assert rows[0, 0]["text"] == "colour 10 colour 1"
    assert any("later date comes first" in text for text in feedback.messages)


def test_dates_in_different_crs_are_compared_where_they_overlap(worker, raster, run):
    before = raster(name="before")
    # The same place in a neighbouring zone, larger, with pixels of another size.
    after = raster([[77] * 20] * 20, name="after", crs="EPSG:32631", origin=(940_800, 5_417_500))
    rows = rows_of(run("describechangetiles", BEFORE=before, AFTER=after))
    answered = {place: row["text"] for place, row in rows.items() if row["status"] == "answered"}
    assert answered
    assert set(answered.values()) <= {
        f"colour {value} colour 77" for line in COLOURS for value in line
    }


def test_dates_that_do_not_overlap_are_refused(worker, raster, run):
    before, after = raster(name="before"), raster(name="after", origin=(900_000, 5_000_000))
    with pytest.raises(QgsProcessingException, match="do not overlap"):
        run("describechangetiles", BEFORE=before, AFTER=after)


def test_layers_without_crs_can_be_captioned_and_compared_with_each_other(worker, raster, run):
    plain, other = raster(name="plain", crs=""), raster(name="other", crs="")
    assert rows_of(run("captiontiles", INPUT=plain))[1, 2]["text"] == "colour 60"
    assert rows_of(run("describechangetiles", BEFORE=plain, AFTER=other))[1, 2]["changed"] == "no"
    with pytest.raises(QgsProcessingException, match="has no CRS"):
        run("describechangetiles", BEFORE=plain, AFTER=raster(), OUTPUT="memory:")


def test_a_question_with_options_gives_a_probability_for_each(worker, raster, run):
    output = run("answertiles", INPUT=raster(), QUESTION="Is there water?", OPTIONS="yes, no")
    row = rows_of(output)[1, 1]
    assert (row["question"], row["text"], row["probability"]) == ("Is there water?", "yes", 0.5)
    assert (row["p_yes"], row["p_no"]) == (0.5, 0.25)
    assert json.loads(row["options"]) == {"yes": 0.5, "no": 0.25}
    assert row["unsure"] is True
    assert worker.asked[0]["text"] == "Is there water?"
    assert worker.asked[0]["options"] == ["yes", "no"]


def test_two_dates_and_series_of_tiles_are_asked_about(worker, raster, run):
    layers = [raster([[10]], name=f"place-{year}0601") for year in (2021, 2019)]
    rows = rows_of(run("answertiles", INPUT=layers, QUESTION="New houses?", OPTIONS="yes,no"))
    assert rows[0, 0]["layers"] == "place-20190601 → place-20210601"
    assert worker.asked[0]["dates"] == ["2019-06-01", "2021-06-01"]
    assert worker.asked[0]["method"] == "ask"


def test_a_free_question_goes_out_as_it_is_written(worker, raster, run):
    question = "What about <image> & <b>this</b>? " + "x" * 3000
    rows = rows_of(run("answertiles", INPUT=raster([[10]]), QUESTION=question))
    assert rows[0, 0]["question"] == question
    assert worker.asked[0]["text"] == question


@pytest.mark.parametrize(("options", "why"), [("yes", "no choice"), ("yes,yes", "no choice")])
def test_options_that_leave_no_choice_are_refused(worker, raster, run, options, why):
    with pytest.raises(QgsProcessingException, match=why):
        run("answertiles", INPUT=raster(), QUESTION="Water?", OPTIONS=options)


def test_dates_are_corrected_where_that_is_wanted_and_one_layer_never(worker, raster, run):
    run("answertiles", INPUT=[raster()], QUESTION="Water?", ALIGN=True)
    pair = [raster(name="place-20190601"), raster(name="place-20210601")]
    run("answertiles", INPUT=pair, QUESTION="Water?", ALIGN=True)
    run("describechangetiles", BEFORE=pair[0], AFTER=pair[1], MATCH_COLOURS=True)
    crops = [entry.get("crop") for entry in worker.asked]
    wanted = [
        None,
        {"align": True, "match_colours": False},
        {"align": False, "match_colours": True},
    ]
    assert [each for n, each in enumerate(crops) if not n or each != crops[n - 1]] == wanted


def test_one_layer_is_classified_by_classes_of_the_user(worker, raster, run):
    rows = rows_of(run("classifytiles", INPUT=[raster()], OPTIONS="rural,urban"))
    assert (rows[0, 0]["text"], rows[0, 0]["p_urban"]) == ("rural", 0.25)
    assert {entry["method"] for entry in worker.asked} == {"classify"}
    assert worker.asked[0]["classes"] == ["rural", "urban"]


def test_a_question_may_replace_the_request_to_classify(worker, raster, run):
    run("classifytiles", INPUT=[raster()], OPTIONS="rural,urban", QUESTION="Town or country?")
    assert {entry["text"] for entry in worker.asked} == {"Town or country?"}


def test_a_series_is_classified_in_the_order_of_its_dates(worker, raster, run):
    layers = [
        raster([[colour]], name=f"place-{year}0601")
        for year, colour in ((2021, 30), (2019, 10), (2020, 20))
    ]
    rows = rows_of(run("classifytiles", INPUT=layers))
    assert {entry["method"] for entry in worker.asked} == {"classify"}
    assert rows[0, 0]["clue"] == "clue 10"  # the first of the crops
    assert len(worker.asked[0]["paths"]) == 3


@pytest.mark.parametrize(("dates", "default"), [(1, "forest"), (3, "traffic congestion")])
def test_without_classes_those_of_the_model_are_taken(worker, raster, run, dates, default):
    layers = [raster([[10]], name=f"place-{2019 + number}0601") for number in range(dates)]
    row = rows_of(run("classifytiles", INPUT=layers))[0, 0]
    assert default in json.loads(row["options"])
    assert f"p_{default.replace(' ', '_')}" in row.fields().names()
    assert len([entry for entry in worker.log if entry["method"] == "load"]) == 1


def test_extent_clip_overlap_and_map_units(worker, raster, run):
    town = raster()
    wgs84 = QgsReferencedRectangle(
        QgsRectangle(9, 48, 10, 49), QgsCoordinateReferenceSystem("EPSG:4326")
    )
    assert len(rows_of(run("captiontiles", INPUT=town, EXTENT=wgs84))) == 6
    clip = _polygons(_tile(0, 0), _tile(1, 2))
    assert set(rows_of(run("captiontiles", INPUT=town, CLIP=clip, OUTPUT="memory:"))) == {
        (0, 0),
        (1, 2),
    }
    output = run("captiontiles", INPUT=town, TILE_SIZE=10, UNIT=1, OVERLAP=5, OUTPUT="memory:")
    rows = rows_of(output)
    assert set(rows) == {(row, column) for row in range(3) for column in range(5)}
    assert rows[2, 4]["text"] == "colour 60"


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"TILE_SIZE": 0}, "greater than 0"),
        ({"OVERLAP": 20}, "less than the tile"),
        ({"TILE_SIZE": 0.001}, "million tiles"),
        ({"EXTENT": "0,1,0,1 [EPSG:32632]"}, "do not overlap"),
        ({"EXTENT": "500000,500000,5399990,5400000 [EPSG:32632]"}, "do not overlap"),
    ],
)
def test_tiles_that_make_no_sense_are_refused_before_anything_is_asked(
    worker, raster, run, parameters, why
):
    with pytest.raises(QgsProcessingException, match=why):
        run("captiontiles", INPUT=raster(), **parameters)
    assert not worker.log


def test_a_raster_in_degrees_is_tiled_in_degrees(worker, raster, run):
    town = raster(crs="EPSG:4326", origin=(9, 49), pixel=0.001)
    rows = rows_of(run("captiontiles", INPUT=town, TILE_SIZE=0.02, UNIT=1))
    assert rows[1, 2]["text"] == "colour 60"


def test_a_raster_whose_file_was_removed_is_named(worker, raster, run, tmp_path):
    layer = QgsRasterLayer(raster(), "town")
    QgsProject.instance().addMapLayer(layer)
    (tmp_path / "town.tif").unlink()
    with pytest.raises(QgsProcessingException, match="town"):
        run("captiontiles", INPUT=layer.id())


def test_features_get_the_caption_of_their_extent(worker, raster, run):
    polygons = _polygons(
        _tile(0, 1), _tile(1, 2), None, (0, 0, 9, 9), fields=[QgsField("name", TEXT)]
    )
    output = run("answerfeatures", INPUT=polygons, RASTER=raster())
    rows = list(QgsVectorLayer(output, "rows", "ogr").getFeatures())
    assert sorted(row["status"] for row in rows) == ["answered", "answered", "failed", "failed"]
    answered = {row["name"]: row["text"] for row in rows if row["status"] == "answered"}
    assert answered == {"of 500011": "colour 20", "of 500021": "colour 60"}
    assert all(row["error"] for row in rows if row["status"] == "failed")
    assert {row["source_id"] for row in rows} == {1, 2, 3, 4}
    asked = len(worker.asked)
    run("answerfeatures", INPUT=polygons, RASTER=raster())
    assert len(worker.asked) == asked


def test_features_in_another_crs_are_found_in_the_raster(worker, raster, run):
    town = raster([[44]], crs="EPSG:4326", origin=(9, 49), pixel=0.001)
    polygons = _polygons((500_100, 5_426_500, 500_900, 5_427_200))
    output = run("answerfeatures", INPUT=polygons, RASTER=town, PREFIX="unirs_")
    layer = QgsVectorLayer(output, "rows", "ogr")
    assert layer.crs().authid() == "EPSG:32632"
    assert [row["unirs_text"] for row in layer.getFeatures()] == ["colour 44"]


def test_features_get_a_verdict_of_two_dates_with_a_margin_of_context(worker, raster, run):
    before = raster(name="place-2019-06-15")
    after = raster([[10, 21, 30], [40, 50, 61]], name="place-2021-08-02")
    question = {"QUESTION": "Is this building damaged?", "OPTIONS": "none, partly, destroyed"}
    place = {"INPUT": _polygons(_tile(0, 1, inset=3)), "RASTER": [after, before]}
    for margin in (0, 50):
        output = run("answerfeatures", **place, **question, MARGIN=margin, PREFIX="b_")
    rows = {row["b_margin_percent"]: row for row in QgsVectorLayer(output).getFeatures()}
    assert set(rows) == {0, 50}  # another margin is another row
    assert rows[0]["b_question"] == question["QUESTION"]
    assert (rows[0]["b_text"], rows[0]["b_p_destroyed"]) == ("none", 0.125)
    assert rows[0]["b_layers"] == "place-2019-06-15 → place-2021-08-02"
    narrow, wide = worker.asked
    assert {entry["method"] for entry in worker.asked} == {"ask"}
    assert narrow["dates"] == ["2019-06-15", "2021-08-02"]
    assert wide["widths"] == [2 * width for width in narrow["widths"]]


def test_without_a_question_features_are_described_or_their_change_is(worker, raster, run):
    polygons, before = _polygons(_tile(0, 1)), raster(name="before")
    after = raster([[10, 21, 30], [40, 50, 61]], name="after")
    output = run("answerfeatures", INPUT=polygons, RASTER=[before, after], OUTPUT="memory:")
    assert [(row["text"], row["changed"]) for row in output.getFeatures()] == [
        ("colour 20 colour 21", "yes")
    ]
    for extra in ({"OPTIONS": "yes,no"}, {"RASTER": [before, after, raster(name="later")]}):
        given = {"INPUT": polygons, "RASTER": [before], **extra}
        with pytest.raises(QgsProcessingException, match="question is needed"):
            run("answerfeatures", **given, OUTPUT="memory:")


def test_odd_geometries_do_not_end_a_run_about_features(worker, raster, run):
    layer = QgsVectorLayer("MultiPolygon?crs=EPSG:32632", "odd", "memory")
    x, y = 500_000, 5_400_000
    for wkt in (
        f"MULTIPOLYGON((({x} {y}, {x + 10} {y - 10}, {x + 10} {y}, {x} {y - 10}, {x} {y})))",
        f"MULTIPOLYGON((({x + 11} {y - 1}, {x + 12} {y - 1}, {x + 12} {y - 2}, {x + 11} {y - 1})), "
        f"(({x + 19} {y - 9}, {x + 18} {y - 9}, {x + 18} {y - 8}, {x + 19} {y - 9})))",
        f"MULTIPOLYGON((({x} {y}, {x + 10} {y}, {x} {y})))",
        "MULTIPOLYGON EMPTY",
        f"MULTIPOLYGON((({x} {y}, nan nan, {x} {y - 10}, {x} {y})))",
        f"MULTIPOLYGON((({x - 9e6} {y}, {x + 9e6} {y}, {x + 9e6} {y - 2e6}, {x - 9e6} {y})))",
    ):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        layer.dataProvider().addFeature(feature)
    feedback = Feedback()
    output = run("answerfeatures", feedback, INPUT=layer, RASTER=raster(), MARGIN=0)
    rows = {row["source_id"]: row for row in QgsVectorLayer(output).getFeatures()}
    assert {number: row["status"] for number, row in rows.items()} == {
        1: "answered", 2: "answered", 3: "failed", 4: "failed", 5: "failed", 6: "nodata",
    }  # fmt: skip
    assert [rows[1]["text"], rows[2]["text"]] == ["colour 10", "colour 20"]
    assert all("no geometry with an area" in rows[number]["error"] for number in (3, 4, 5))
    assert any(
        "longer than 4096 pixels of the layer: 1." in message for message in feedback.messages
    )


@pytest.mark.parametrize("background", [False, True])
def test_in_place_all_captions_are_one_step_that_can_be_undone(
    worker, raster, run, background, qtbot, gap_timer
):
    layer = _polygons(_tile(0, 1), _tile(1, 2), fields=[QgsField("name", TEXT)])
    QgsProject.instance().addMapLayer(layer)
    layer.startEditing()
    parameters = {"INPUT": layer.id(), "RASTER": raster(), "IN_PLACE": True}
    if background:
        with gap_timer:
            _run_as_task("unirs:answerfeatures", parameters, qtbot)
        assert gap_timer.longest < 0.1
    else:
        run("answerfeatures", **parameters, OUTPUT=None)
    captions = {feature["name"]: feature["text"] for feature in layer.getFeatures()}
    assert captions == {"of 500011": "colour 20", "of 500021": "colour 60"}
    assert layer.undoStack().count() == 1
    assert layer.undoStack().undoText() == "Answer features"
    layer.undoStack().undo()
    assert layer.fields().names() == ["name"]
    layer.undoStack().redo()
    assert layer.commitChanges()
    assert [feature["status"] for feature in layer.getFeatures()] == ["answered"] * 2


def _run_as_task(name, parameters, qtbot, context=None):
    context, feedback = context or QgsProcessingContext(), Feedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    with qtbot.waitSignal(task.executed, timeout=60_000) as executed:
        QgsApplication.taskManager().addTask(task)
    assert executed.args[0], feedback.messages
    return algorithm


def test_in_place_takes_selected_features_and_existing_columns(worker, raster, run):
    layer = _polygons(_tile(0, 1), _tile(1, 2), fields=[QgsField("text", TEXT)])
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([2])
    source = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    run("answerfeatures", INPUT=source, RASTER=raster(), IN_PLACE=True, OUTPUT=None)
    assert layer.isEditable()
    assert {f.id(): f["text"] for f in layer.getFeatures()} == {1: "of 500011", 2: "colour 60"}


@pytest.mark.parametrize(
    ("name", "parameters", "labels"),
    [
        ("captiontiles", {}, ["answered", "no data", "failed"]),
        ("answertiles", {"QUESTION": "?", "OPTIONS": "yes,no"}, ["yes", "no", "no answer"]),
    ],
)
@pytest.mark.parametrize("output", ["out.gpkg", "memory:"])
def test_in_the_project_the_output_is_coloured_and_shows_the_imagery_below(
    worker, raster, tree, qtbot, tmp_path, name, parameters, labels, output
):
    from processing.gui.Postprocessing import handleAlgorithmResults

    sink = str(tmp_path / output) if "." in output else output
    destination = QgsProcessingOutputLayerDefinition(sink, QgsProject.instance())
    context = QgsProcessingContext()
    parameters = {"INPUT": raster(), "TILE_SIZE": TILE, "OUTPUT": destination, **parameters}
    algorithm = _run_as_task(f"unirs:{name}", parameters, qtbot, context)
    assert handleAlgorithmResults(algorithm, context, Feedback())
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == 6
    categories = layer.renderer().categories()
    assert [category.label() for category in categories] == labels
    assert all(category.symbol().color().alpha() < 128 for category in categories)
    assert layer.displayExpression() == '"text"'
    assert layer.attributeTableConfig().sortExpression() == '"confidence"'


def test_without_an_output_captions_are_refused_unless_in_place(worker, raster, run):
    with pytest.raises(QgsProcessingException, match="no output"):
        run("answerfeatures", INPUT=_polygons(_tile(0, 0)), RASTER=raster(), OUTPUT=None)


def test_it_is_a_part_of_a_model(worker, raster, tmp_path, qgis_new_project):
    import processing

    model = QgsProcessingModelAlgorithm("captions", "models")
    model.addModelParameter(
        QgsProcessingParameterRasterLayer("RASTER"), QgsProcessingModelParameter("RASTER")
    )
    child = QgsProcessingModelChildAlgorithm("unirs:captiontiles")
    child.setChildId("tiles")
    value, parameter = (
        QgsProcessingModelChildParameterSource.fromStaticValue,
        QgsProcessingModelChildParameterSource.fromModelParameter,
    )
    child.addParameterSources("INPUT", [parameter("RASTER")])
    child.addParameterSources("TILE_SIZE", [value(TILE)])
    model.addChildAlgorithm(child)
    count = QgsProcessingModelChildAlgorithm("native:extractbyattribute")
    count.setChildId("one")
    source = QgsProcessingModelChildParameterSource.fromChildOutput("tiles", "OUTPUT")
    count.addParameterSources("INPUT", [source])
    count.addParameterSources("FIELD", [value("text")])
    count.addParameterSources("VALUE", [value("colour 50")])
    output = QgsProcessingModelOutput("found")
    output.setChildId("one")
    output.setChildOutputName("OUTPUT")
    count.setModelOutputs({"found": output})
    model.addChildAlgorithm(count)
    model.updateDestinationParameters()
    parameters = {"RASTER": raster(), "one:found": str(tmp_path / "found.gpkg")}
    results = processing.run(model, parameters, feedback=Feedback())
    assert set(rows_of(results["one:found"])) == {(1, 1)}


def test_the_dock_opens_the_algorithm_that_fits_its_layers(qgis_new_project, raster, worker, run):
    layers = [QgsRasterLayer(raster(name=name), name) for name in "abc"]
    QgsProject.instance().addMapLayers(layers)
    extent = QgsReferencedRectangle(
        QgsRectangle(500_000, 5_399_990, 500_010, 5_400_000), layers[0].crs()
    )
    algorithm, parameters = tiles_dialog(layers[:1], extent)
    assert algorithm == "unirs:captiontiles"
    assert set(rows_of(run("captiontiles", **parameters))) == {(0, 0)}
    assert tiles_dialog(layers[:2])[1] == {"BEFORE": layers[0].id(), "AFTER": layers[1].id()}
    assert tiles_dialog(layers)[0] == "unirs:classifytiles"
    assert tiles_dialog([]) == ("unirs:captiontiles", {})


def test_the_dock_opens_the_algorithm_that_asks_its_question(qgis_new_project, raster, worker, run):
    layer = QgsRasterLayer(raster(), "town")
    QgsProject.instance().addMapLayer(layer)
    algorithm, parameters = tiles_dialog([layer], None, "Is there water?", ["yes", "no"])
    assert algorithm == "unirs:answertiles"
    rows = rows_of(run("answertiles", **parameters)).values()
    assert {row["question"] for row in rows} == {"Is there water?"}
    assert tiles_dialog([layer] * 2, None, "Is there water?")[0] == "unirs:answertiles"
    assert all(row["p_yes"] is not None for row in rows)
