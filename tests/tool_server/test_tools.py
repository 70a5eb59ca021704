"""Questions by tools: a client of the SDK and the server in one process, with a tiny model."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
from pathlib import Path

import anyio
import numpy as np
import pytest
import rasterio
from PIL import Image

from tests.rasters import write_raster
from unirs.errors import UniRSError
from unirs.tool_server.results import Results
from unirs.tool_server.roots import Roots

from .conftest import call, refusal


def opened(content):
    return Image.open(io.BytesIO(base64.b64decode(content.data)))


def test_every_tool_and_parameter_is_described(talk):
    async def steps(client):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) >= {
            *("list_rasters", "describe_raster", "ask", "caption", "describe_change", "classify"),
            *("where", "when", "find"),
        }
        for tool in tools.values():
            assert tool.description
            assert tool.output_schema["type"] == "object"
            for name, parameter in tool.input_schema["properties"].items():
                assert parameter.get("description"), (tool.name, name)
            assert tool.annotations.destructive_hint is not True

    talk(steps)


def test_options_come_with_probabilities(talk, first):
    async def steps(client):
        answer = await call(
            client, "ask", rasters=[first], question="Is there a road?", options=["yes", "no"]
        )
        assert answer["answer_of_model"] in {"yes", "no"}
        assert sum(each["probability"] for each in answer["options"]) == pytest.approx(1, abs=1e-3)
        assert answer["dates"] == ["2012-07-31"]
        assert answer["model"] == "unirs-tiny"
        assert answer["sent_to"] is None

    talk(steps)


def test_caption_classify_and_a_series_are_answered(talk, first, second):
    async def steps(client):
        assert (await call(client, "caption", raster=first))["answer_of_model"]
        chosen = await call(client, "classify", rasters=[first, second], classes=["a", "b"])
        assert {option["text"] for option in chosen["options"]} == {"a", "b"}
        assert chosen["dates"] == ["2012-07-31", "2020-08-31"]

    talk(steps)


def test_the_images_that_were_read_are_returned(talk, first, output):
    async def steps(client):
        extent = [500_000, 5_000_030, 500_030, 5_000_060]
        result = await client.call_tool(
            "caption", {"raster": first, "extent": extent, "images": True}
        )
        (image,) = [each for each in result.content if each.type == "image"]
        assert image.mime_type == "image/png"
        width, height = opened(image).size
        assert width == height
        (file,) = result.structured_content["files"]
        assert Path(file["path"]).is_relative_to(output)
        read = (await client.read_resource(file["uri"])).contents[0]
        assert base64.b64decode(read.blob) == Path(file["path"]).read_bytes()

    talk(steps)


def test_change_comes_with_a_picture_and_with_places(talk, first, second, output):
    async def steps(client):
        result = await client.call_tool("describe_change", {"before": second, "after": first})
        answer = result.structured_content
        assert answer["dates"] == ["2012-07-31", "2020-08-31"]
        assert answer["changed"] in {True, False}
        (picture,) = [each for each in result.content if each.type == "image"]
        assert max(opened(picture).size) == 512
        (places,) = [each for each in result.content if each.type == "resource"]
        assert places.resource.mime_type == "application/geo+json"
        features = json.loads(places.resource.text)["features"]
        assert len(features) == answer["place_count"]
        names = {Path(file["path"]).name for file in answer["files"]}
        assert names == {"places.geojson", "change.png", "change.tif"}
        assert all(Path(file["path"]).is_relative_to(output) for file in answer["files"])
        resources = {str(each.uri) for each in (await client.list_resources()).resources}
        assert resources == {file["uri"] for file in answer["files"]}
        read = (await client.read_resource(places.resource.uri)).contents[0]
        assert json.loads(read.text)["features"] == features

    talk(steps)


def test_nothing_is_written_but_in_the_output_folder(talk, first, second, folder, output):
    before = sorted(folder.rglob("*"))

    async def steps(client):
        await call(client, "describe_change", before=first, after=second, images=True)
        await call(client, "ask", rasters=[first], question="Where?", images=True)

    talk(steps)
    assert sorted(folder.rglob("*")) == before
    assert sorted(each.name for each in folder.parent.iterdir()) == ["imagery", "results"]
    assert len(list(output.iterdir())) == 2


@pytest.mark.parametrize("tool", ["ask", "caption", "classify", "describe_change", "where", "when"])
def test_no_tool_reads_outside(talk, first, secret, tool):
    async def steps(client):
        for path in (str(secret), "/vsicurl/https://example.org/a.tif"):
            arguments = {
                "ask": {"rasters": [first, path], "question": "What?"},
                "caption": {"raster": path},
                "classify": {"rasters": [path]},
                "describe_change": {"before": first, "after": path},
                "where": {"rasters": [first, path], "question": "boats"},
                "when": {"rasters": [first, path], "question": "boats"},
            }[tool]
            assert "[path_outside]" in await refusal(client, tool, **arguments)

    talk(steps)


def test_resources_are_the_results_and_nothing_else(talk, secret):
    async def steps(client):
        for uri in (
            f"file://{secret}",
            "unirs://results/../../secret.tif",
            "unirs://results/x/change.tif",
        ):
            with pytest.raises(Exception, match="Unknown resource"):
                await client.read_resource(uri)

    talk(steps)


def test_wrong_arguments_are_refused_in_a_sentence(talk, first, folder):
    (folder / "film.mp4").write_bytes(b"")

    async def steps(client):
        ask = {"rasters": [first], "question": "What?"}
        for changed, code in (
            ({"question": " "}, "question_empty"),
            ({"extent": [1, 1, 0, 0]}, "extent_empty"),
            ({"extent": [0, 0, 1, 1]}, "no_overlap"),
            ({"extent": [0, 0, 1, 1], "extent_crs": "EPSG:0"}, "crs_invalid"),
            ({"bands": [9]}, "bands_unsupported"),
            ({"options": ["a", "a"]}, "options_invalid"),
        ):
            assert f"[{code}]" in await refusal(client, "ask", **{**ask, **changed}), code
        assert "rasters" in await refusal(client, "ask", rasters=[], question="What?")
        assert "extent" in await refusal(client, "ask", **ask, extent=[0, 0, 1])
        assert "[raster_unreadable]" in await refusal(client, "caption", raster="film.mp4")

    talk(steps)


def test_a_missing_model_is_named_and_the_lists_still_work(talk, first):
    async def steps(client):
        sentence = await refusal(client, "caption", raster=first)
        assert "unirs-nowhere" in sentence
        assert len((await call(client, "list_rasters"))["rasters"]) == 2

    talk(steps, model="unirs-nowhere")


def test_rasters_without_georeference_have_no_places_but_a_picture(talk, folder):
    for name, value in (("a_2010.png", 50), ("b_2020.png", 200)):
        Image.fromarray(np.full((60, 60, 3), value, np.uint8)).save(folder / name)

    async def steps(client):
        answer = await call(client, "describe_change", before="a_2010.png", after="b_2020.png")
        assert answer["places"] == []
        assert answer["places_m2"] is None
        assert "no georeference" in answer["where_unknown"]

    talk(steps)


def test_a_search_comes_with_places_and_a_map(talk, first, output):
    async def steps(client):
        steps = []

        async def take(progress, _total, message):
            steps.append((progress, message))

        arguments = {"rasters": [first], "question": "roads", "window_m": 20, "windows": 12}
        result = await client.call_tool("where", arguments, progress_callback=take)
        answer = result.structured_content
        assert answer["asked"].endswith("?")
        assert 0 < answer["windows"] <= 12
        assert answer["window_m"] == 20
        assert answer["where_unknown"] is None
        (places,) = [each for each in result.content if each.type == "resource"]
        features = json.loads(places.resource.text)["features"]
        assert len(features) == answer["place_count"]
        assert (answer["places_m2"] > 0) == bool(features)
        names = {Path(file["path"]).name for file in answer["files"]}
        assert names == {"places.geojson", "where.tif"}
        assert all(Path(file["path"]).is_relative_to(output) for file in answer["files"])
        windows = [message for _, message in steps if message.startswith("Window ")]
        assert len(windows) == answer["windows"]
        assert [number for number, _ in steps] == list(range(len(steps)))

    talk(steps)


def test_a_series_has_a_row_for_each_date_and_progress(talk, first, second, folder):
    write_raster(folder / "third.tif", dt.date(2016, 6, 1), seed=3)

    async def steps(client):
        steps = []

        async def take(_progress, _total, message):
            steps.append(message)

        arguments = {"rasters": [second, first, "third.tif"], "question": "Is there a lake?"}
        result = await client.call_tool("when", arguments, progress_callback=take)
        answer = result.structured_content
        assert answer["asked"] == "Is there a lake?"
        dates = ["2012-07-31", "2016-06-01", "2020-08-31"]
        assert answer["dates"] == [row["date"] for row in answer["rows"]] == dates
        assert answer["rows"][0]["raster"] == first
        assert all(0 <= row["probability"] <= 1 for row in answer["rows"])
        assert answer["first_true"] in {None, *dates}
        assert len(answer["turns"]) >= (answer["first_true"] not in {None, dates[0]})
        assert "Asking about the dates: 5 of 5" in steps

    talk(steps)


def test_progress_counts_up(talk, first, second):
    async def steps(client):
        steps = []

        async def take(progress, _total, message):
            steps.append((progress, message))

        await client.call_tool(
            "describe_change", {"before": first, "after": second}, progress_callback=take
        )
        numbers = [number for number, _ in steps]
        assert numbers == list(range(len(steps)))
        assert steps[0][1] == "Loading the model"
        assert "Generating the answer" in dict(steps).values()

    talk(steps)


def test_calls_at_once_are_all_answered(talk, first, second):
    async def steps(client):
        answers = {}

        async def ask(number):
            rasters = [first, second][: 1 + number % 2]
            answers[number] = await call(client, "ask", rasters=rasters, question=f"What {number}?")

        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(ask, number)
            group.start_soon(call, client, "list_rasters")
        assert [len(answers[number]["dates"]) for number in range(6)] == [1, 2] * 3

    talk(steps)


@pytest.mark.slow
def test_an_image_of_a_hundred_megabytes_is_answered(talk, folder):
    path = write_raster(folder / "seed.tif")
    with rasterio.open(path) as dataset:
        profile = {**dataset.profile, "width": 6000, "height": 6000}
    with rasterio.open(folder / "large.tif", "w", **profile) as dataset:
        dataset.write(np.random.default_rng(1).integers(1, 255, (3, 6000, 6000), dtype=np.uint8))
    assert (folder / "large.tif").stat().st_size > 100e6

    async def steps(client):
        result = await client.call_tool("caption", {"raster": "large.tif", "images": True})
        assert not result.is_error
        assert sum(len(each.model_dump_json()) for each in result.content) < 1e6

    talk(steps)


def test_the_output_lies_apart_from_the_roots(folder):
    for output in (folder, folder / "results", folder.parent):
        with pytest.raises(UniRSError) as caught:
            Results(output, Roots([folder]))
        assert caught.value.code == "output_conflict"


def test_a_full_or_missing_output_is_refused(talk, first, second, output):
    async def steps(client):
        output.rmdir()
        output.write_bytes(b"")
        assert "[output_unwritable]" in await refusal(
            client, "describe_change", before=first, after=second
        )
        assert (await call(client, "caption", raster=first))["files"] == []

    talk(steps)
