"""A worker answers every tile of a part once, in batches, and what is broken fails alone."""

from __future__ import annotations

import json
import threading
from itertools import chain, islice

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from unirs.batch.answering import PartWorker
from unirs.batch.sources import survey
from unirs.batch.tiling import parts
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.imagery import read_crop
from unirs.inputs import CropOptions, Question, VisualInput


def rows_of(plan, worker=None):
    worker = worker or PartWorker(plan)
    results = [worker.run(part) for part in parts(plan, survey(plan))]
    return list(chain.from_iterable(result.table.to_pylist() for result in results)), results


def test_rows_are_what_the_model_answers_tile_by_tile(write_raster, tiny_plan, tiny_model) -> None:
    path = write_raster("a.tif", 48, 64)
    rows, _ = rows_of(tiny_plan("a.tif"))
    assert len({row["tile"] for row in rows}) == len(rows) == 12
    pipeline = load_pipeline(tiny_model, "cpu", "float32")
    question = Question(text="is there a road?", options=("yes", "no"))
    for row in rows:
        extent = tuple(row[name] for name in ("min_x", "min_y", "max_x", "max_y"))
        crop = read_crop(path, pipeline.image_size, CropOptions(extent=extent))
        answer = pipeline.answer(VisualInput.single(crop), question)
        assert row["answer"] == answer.text
        assert row["confidence"] == pytest.approx(answer.options[0].probability, abs=1e-4)
        assert json.loads(row["probabilities"]).keys() == {"yes", "no"}
        assert (row["status"], row["digest"], row["engine"]) == ("ok", pipeline.digest, "unirs")


def test_every_question_about_a_tile_has_a_row(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 32, date="2020-05-01")
    questions = [{"task": "caption", "max_tokens": 3}, {"task": "classify"}]
    rows, (result,) = rows_of(tiny_plan("a.tif", questions=questions))
    assert [(row["ask"], row["task"]) for row in rows] == 2 * [(0, "caption"), (1, "classify")]
    assert (result.facts.tiles, result.facts.rows) == (2, 4)
    assert {row["after"] for row in rows} == {"2020-05-01"}
    assert {row["before"] for row in rows} == {None}
    assert [row["probabilities"] is None for row in rows] == 2 * [True, False]


def test_pairs_have_both_dates_and_a_verdict(write_raster, tiny_plan) -> None:
    write_raster("a_2012.tif", 16, 16, date="2012-05-01")
    write_raster("b_2020.tif", 16, 16, date="2020-05-01")
    plan = tiny_plan(
        "a_2012.tif", "b_2020.tif", questions=[{"task": "change"}], pairs="earliest-latest"
    )
    ((row,), _) = rows_of(plan)
    assert (row["before"], row["after"]) == ("2012-05-01", "2020-05-01")
    assert len(row["paths"]) == 2
    assert row["changed"] in (True, False)


def test_a_broken_tile_fails_alone_with_the_reason(write_raster, tiny_plan) -> None:
    path = write_raster("a.tif", 48, 64)
    write_raster("b.tif", 16, 16)
    plan = tiny_plan("a.tif", "b.tif")
    (part,) = parts(plan, list(survey(plan)))
    with path.open("r+b") as stream:  # after it was found
        stream.truncate(path.stat().st_size * 9 // 10)
    result = PartWorker(plan).run(part)
    rows = result.table.to_pylist()
    failed = [row for row in rows if row["status"] == "failed"]
    assert 0 < len(failed) < 12
    assert len(rows) == 13
    assert result.facts.failed == {"raster_unreadable": len(failed)}
    assert all("a.tif" in row["error"] and row["answer"] is None for row in failed)
    assert all(row["geometry"] for row in failed)


def test_a_raster_that_could_not_be_opened_has_one_failed_row(
    tmp_path, write_raster, tiny_plan
) -> None:
    write_raster("a.tif", 16, 16)
    (tmp_path / "b.tif").write_text("no raster")
    rows, _ = rows_of(tiny_plan("a.tif", "b.tif"))
    assert sorted((row["status"], row["code"] or "") for row in rows) == [
        ("failed", "raster_unreadable"),
        ("ok", ""),
    ]


def test_tiles_with_too_little_data_have_no_row(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 40)  # the third tile reaches beyond the raster by half
    rows, (result,) = rows_of(tiny_plan("a.tif", tiles={"size": 16, "minimum_data": 0.8}))
    assert (len(rows), result.facts.tiles, result.facts.skipped) == (2, 2, 1)


def test_one_question_that_fails_does_not_take_its_batch_along(
    write_raster, tiny_plan, monkeypatch
) -> None:
    write_raster("a.tif", 16, 64)
    worker = PartWorker(tiny_plan("a.tif"))
    answer, calls = worker.engine.answer, []

    def fail_batch(items, **_):
        list(islice(items, 3))
        raise UniRSError("out_of_memory", "Too much.")

    def fail_second(*args):
        calls.append(args)
        if len(calls) == 2:
            raise ValueError("strange")
        return answer(*args)

    monkeypatch.setattr(worker.engine, "answers", fail_batch)
    monkeypatch.setattr(worker.engine, "answer", fail_second)
    rows, (result,) = rows_of(worker.plan, worker)
    assert [row["status"] for row in rows] == ["ok", "failed", "ok", "ok"]
    assert result.facts.failed == {"internal_error": 1}
    assert "ValueError: strange" in rows[1]["error"]


def test_an_engine_that_answers_nothing_fails_the_part_and_not_its_tiles(
    write_raster, tiny_plan, monkeypatch
) -> None:
    write_raster("a.tif", 16, 32)
    worker = PartWorker(tiny_plan("a.tif"))

    def fail(*_args, **_named):
        raise UniRSError("server_unreachable", "The server is gone.")

    monkeypatch.setattr(worker.engine, "answers", fail)
    monkeypatch.setattr(worker.engine, "answer", fail)
    with pytest.raises(UniRSError, match="The server is gone"):
        rows_of(worker.plan, worker)


def test_storage_that_hangs_is_waited_for_once(write_raster, tiny_plan, monkeypatch) -> None:
    write_raster("a.tif", 16, 128)
    reads, end = [], threading.Event()

    def hang(*_):
        reads.append(1)
        end.wait()

    monkeypatch.setattr("unirs.tasks.read_visual", hang)
    monkeypatch.setattr("unirs.batch.reading.READING_SECONDS", 0.2)
    rows, _ = rows_of(tiny_plan("a.tif"))
    assert {row["code"] for row in rows} == {"reading_timeout"}
    assert len(rows) == 8
    assert len(reads) <= 2, "only what the threads had begun"
    end.set()


def test_tiles_without_any_data_are_skipped(write_raster, tiny_plan) -> None:
    path = write_raster("a.tif", 16, 32)
    with rasterio.open(path, "r+") as dataset:
        dataset.nodata = 0
        dataset.write(np.zeros((3, 16, 16), np.uint8), window=Window(0, 0, 16, 16))
    rows, (result,) = rows_of(tiny_plan("a.tif"))
    assert (len(rows), result.facts.skipped) == (1, 1)
