"""A whole benchmark: everything is asked once, also after a stop, and all reports are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from unirs.engines.unirs import Pipeline
from unirs.errors import UniRSError
from unirs_lab.data.examples import write_example
from unirs_lab.evaluation.asking import Observer, Options
from unirs_lab.evaluation.benchmark_run import BenchmarkOptions, evaluate_benchmark
from unirs_lab.evaluation.benchmarks import Benchmark, benchmark
from unirs_lab.evaluation.report import Evaluation

NAMES = ["rsvqa-lr", "rsvqa-hr", "crsvqa", "era"]
OF_BENCHMARKS = {"root", "split", "scored", "all_groups", "tokenisation"}


def evaluate(
    name: str, load: Callable[[], Pipeline], observer: Observer, **options: Any
) -> Evaluation:
    """Evaluate a benchmark with options of both sorts."""
    chosen = {key: options.pop(key) for key in OF_BENCHMARKS & options.keys()}
    return evaluate_benchmark(
        benchmark(name), BenchmarkOptions(**chosen), load, Options(**options), observer
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A small example of a dataset."""
    roots: dict[str, Path] = {}

    def root(name: str) -> Path:
        if name not in roots:
            count = 12 if name == "crsvqa" else 3
            roots[name] = write_example(name, tmp_path_factory.mktemp(name), count, size=64)
        return roots[name]

    return root


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question that the model is asked."""
    texts: list[str] = []
    answers = Pipeline.answers

    def recording(self: Pipeline, items: Any, **options: Any) -> Any:
        def recorded() -> Any:
            for item in items:
                texts.append(item.question.text or ", ".join(item.question.options))
                yield item

        return answers(self, recorded(), **options)

    monkeypatch.setattr(Pipeline, "answers", recording)
    return texts


@pytest.fixture
def run(example: Callable[[str], Path], pipeline: Pipeline, tmp_path: Path) -> Callable[..., Any]:
    """Evaluates the tiny model; its answers mean nothing."""

    def go(name: str, observer: Observer | None = None, **options: Any) -> Evaluation:
        options = {"root": example(name), "out": tmp_path / "out", "batch_size": 4, **options}
        return evaluate(name, lambda: pipeline, observer or Observer(), **options)

    return go


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_asked_once_and_all_reports_are_written(run, example, asked, name) -> None:
    result = run(name, gallery=name == "era")
    one = benchmark(name)
    samples = {
        sample.id: sample
        for sample in one.read(example(name), one.split)
        if sample.group not in one.left_out
    }
    kept = lines(result.folder)
    assert {line["id"] for line in kept} == set(samples)
    assert len(kept) == len(asked) == len(samples)
    for line in kept:
        sample = samples[line["id"]]
        assert (line["instruction"], line["group"]) == (sample.instruction, sample.group)
        assert tuple(line["references"]) == sample.answers
        assert line["clue"] is not None
    record = json.loads((result.folder / "scores.json").read_text())
    assert record == result.record
    assert (record["benchmark"], record["model"], record["asked"]) == (
        name, "unirs-tiny", len(samples),
    )  # fmt: skip
    assert record["protocol"]
    markdown = (result.folder / "tables.md").read_text()
    assert "unirs-tiny" in markdown
    assert "UniRS" in markdown
    assert r"\begin{table}" in (result.folder / "tables.tex").read_text()
    for picture in ("confusion.png", "gallery.png"):
        assert (result.folder / picture).is_file() == (name == "era")
    if name == "era":
        assert "unirs-tiny" in (result.folder / "gallery.html").read_text()
        with Image.open(result.folder / "gallery.png") as sheet:
            assert sheet.width > 1000


def test_the_answers_are_those_of_the_pipeline_one_by_one(run, example, pipeline) -> None:
    from unirs_lab.data.visuals import read_visual

    result = run("rsvqa-lr")
    one = benchmark("rsvqa-lr")
    stored = {line["id"]: line for line in lines(result.folder)}
    for sample in one.read(example("rsvqa-lr"), "test")[:3]:
        if sample.id in stored:
            question = one.question(sample, clue=True, scored=False)
            expected = pipeline.answer(read_visual(sample, pipeline.frame_count), question)
            assert stored[sample.id]["answer"] == expected.text.strip()
            assert stored[sample.id]["clue"] == expected.clue


def test_a_stopped_run_resumes_and_asks_nothing_twice(run, asked) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("rsvqa-lr", Observer(asking=stop))
    asked.clear()
    notes: list[str] = []
    totals: set[int] = set()
    result = run(
        "rsvqa-lr", Observer(note=notes.append, asking=lambda _done, total: totals.add(total))
    )
    count = result.record["asked"]
    assert len(asked) == count - 5
    assert totals == {count - 5}
    assert notes == [f"5 of {count} are answered already."]
    ids = [line["id"] for line in lines(result.folder)]
    assert len(ids) == len(set(ids)) == count
    again = run("rsvqa-lr")
    assert again.record == result.record


def test_a_limit_asks_all_over_the_split_and_can_be_raised(run, asked) -> None:
    few = run("rsvqa-lr", limit=3)
    assert (few.record["asked"], len(asked)) == (3, 3)
    assert "3 of" in few.tables[0].notes[-1]
    assert "do not compare" in few.tables[0].notes[-1]
    numbers = sorted(int(line["id"]) for line in lines(few.folder))
    assert numbers[-1] - numbers[0] > 3
    run("rsvqa-lr")
    ids = [line["id"] for line in lines(few.folder)]
    assert len(ids) == len(set(ids)) == len(asked)


def test_clues_types_and_closed_sets_are_options(run, asked, tmp_path) -> None:
    assert {line["clue"] for line in lines(run("rsvqa-lr", clue=False, limit=2).folder)} == {None}
    every = run("rsvqa-lr", all_groups=True, out=tmp_path / "all")
    assert "count" in every.record["by_type"]
    assert every.record["asked"] == every.record["of"]
    asked.clear()
    scored = run("era", scored=True, clue=False, limit=2, out=tmp_path / "scored")
    assert scored.record["answers_without_a_class"] == 0
    assert "classes scored" in scored.tables[0].markdown()
    with pytest.raises(UniRSError) as caught:
        run("rsvqa-lr", clue=True)
    assert caught.value.code == "settings_differ"


def test_another_split_or_copy_does_not_compare_with_the_papers(run, monkeypatch, tmp_path) -> None:
    def note(**options: Any) -> str:
        return run("rsvqa-lr", clue=False, **options).tables[0].notes[-1]

    assert "of the split 'test' and do not compare" in note(
        split="val", limit=1, out=tmp_path / "v"
    )
    assert "10004 are published: the figures do not compare" in note()
    monkeypatch.setattr(Benchmark, "published", lambda *_: None)
    assert "do not compare" not in note()


def refuse() -> Pipeline:
    pytest.fail("the model is loaded although something else is missing")


def test_missing_files_are_reported_before_the_model_is_loaded(
    example, tmp_path, monkeypatch
) -> None:
    def code(name: str, **options: Any) -> str:
        chosen = {"root": example(name), "out": tmp_path / "out", **options}
        with pytest.raises(UniRSError) as caught:
            evaluate(name, refuse, Observer(), **chosen)
        return caught.value.code

    lossy = write_example("rsvqa-lr", tmp_path / "lossy", 1, size=64)
    for image in lossy.glob("Images_LR/*.tif"):
        image.unlink()
    assert code("rsvqa-lr", root=lossy) == "dataset_layout"
    assert code("rsvqa-lr", root=tmp_path / "nowhere") == "dataset_layout"
    assert code("rsvqa-lr", split="best") == "split_unknown"
    assert code("rsvqa-lr", limit=0) == "limit_invalid"
    assert code("rsvqa-lr", batch_size=0) == "batch_size_invalid"
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert code("rsvqa-lr", out=blocked) == "output_unwritable"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    assert code("rsvqa-lr") == "disk_full"
    monkeypatch.setenv("PATH", "")
    assert code("levir-cc") == "java_missing"


def test_running_out_of_memory_is_reported(run, pipeline, monkeypatch) -> None:
    import torch

    language_model = pipeline.bundle.model.language_model
    forward = language_model.forward

    def limited(*args: Any, **kwargs: Any) -> Any:
        if len(kwargs.get("input_ids", kwargs.get("inputs_embeds"))) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(language_model, "forward", limited)
    notes: list[str] = []
    result = run("rsvqa-lr", Observer(note=notes.append), limit=4, clue=False)
    assert notes == ["Out of memory; continuing with batches of 2."]
    assert len(lines(result.folder)) == result.record["asked"]


@pytest.mark.slow  # METEOR is a Java program that takes its time to start
def test_captions_and_change_maps_are_scored_end_to_end(run, tmp_path) -> None:
    root = write_example("levir-mci", tmp_path / "mci", 4, size=64)
    result = run("levir-cc", root=root, gallery=True)
    assert len(lines(result.folder)) == 4
    assert result.record["tokenisation"] == "chg2cap"
    assert result.record["change_maps"]["pairs"] == 4
    assert "chg2cap" in result.tables[0].markdown()
    assert all(line["change_map"] for line in lines(result.folder))
