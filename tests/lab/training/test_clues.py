"""Clue sets: every input asked once, whatever stops the writer; found by what is seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.model import save_bundle
from unirs_lab.data.mixture import Mixture, SamplePart
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.training import clues as clues_module
from unirs_lab.training.clues import (
    ClueOptions,
    ClueSet,
    open_clues,
    write_clue_set,
    write_clues,
)
from unirs_lab.training.loading import Reading, batches

FRAMES = {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: 3}
INPUTS = 3


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Three inputs of each kind, with two questions about each."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    made = []
    for kind, frames in FRAMES.items():
        for number in range(INPUTS):
            paths = tuple(folder / f"{kind.value}-{number}-{frame}.png" for frame in range(frames))
            for path in paths:
                Image.fromarray(rng.integers(0, 256, (30, 30, 3), np.uint8)).save(path)
            for question in ("Is it bright?", "Is it dark?"):
                name = f"{kind.value}-{number}-{question}"
                made.append(Sample(name, kind, paths, question, ("yes",)))
    return made


@pytest.fixture
def base(make_bundle, tmp_path):
    bundle = make_bundle(kind="base", clue_source="self", frame_count=3)
    bundle.folder = tmp_path / "base"
    save_bundle(bundle, bundle.folder)
    return bundle


@pytest.fixture
def asked(monkeypatch):
    """How many inputs each call of the base was about. Clues end early: time is dear here."""
    counts = []

    def write(bundle, kind, visual, batch_size):
        counts.append(len(visual))
        return write_clues(bundle, kind, visual, batch_size, max_tokens=2)

    monkeypatch.setattr(clues_module, "write_clues", write)
    return counts


def test_every_input_has_the_clue_that_the_base_writes(samples, base, asked, tmp_path):
    progress = []
    options = ClueOptions(batch_size=2)
    clues = write_clue_set(
        samples, base, tmp_path / "clues", options, lambda *at: progress.append(at)
    )

    assert sum(asked) == len(clues) == 3 * INPUTS
    assert max(asked) == 2
    assert progress[-1] == (9, 9)
    assert progress == sorted(progress)
    for sample in samples[::6]:
        visual = read_visual(sample, 3)
        pixels = base.processor.images([crop.pixels for crop in visual.crops])
        tokens = base.model.project(base.model.encode_images(pixels)).unsqueeze(0)
        (text,) = write_clues(base, sample.kind, tokens.detach(), max_tokens=2)
        assert clues[visual.digest] == text
    assert dict(ClueSet(tmp_path / "clues", base.digest)) == dict(clues)


@given(stop=st.integers(0, 3 * INPUTS), torn=st.booleans(), size=st.integers(1, 4))
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_killed_writer_goes_on_and_asks_nothing_twice(
    samples, base, asked, tmp_path_factory, monkeypatch, stop, torn, size
):
    class KilledError(BaseException):
        pass

    folder, options = tmp_path_factory.mktemp("clues"), ClueOptions(size)
    write = clues_module.write_clues

    def killing(bundle, kind, visual, batch_size):
        if sum(asked) + len(visual) > stop:
            raise KilledError
        return write(bundle, kind, visual, batch_size)

    asked.clear()
    with monkeypatch.context() as patch:
        patch.setattr(clues_module, "write_clues", killing)
        try:
            write_clue_set(samples, base, folder, options)
        except KilledError:
            assert sum(asked) <= stop
    known = len(ClueSet(folder, base.digest))
    assert known == sum(asked)
    if torn and known:
        path = ClueSet(folder, base.digest).file.path
        path.write_bytes(path.read_bytes()[:-7])
        known -= 1

    asked.clear()
    whole = write_clue_set(samples, base, folder, options)

    assert sum(asked) == 3 * INPUTS - known
    assert len(whole) == 3 * INPUTS


def test_workers_change_nothing(samples, base, asked, tmp_path):
    alone = write_clue_set(samples, base, tmp_path / "a", ClueOptions(4))
    together = write_clue_set(samples, base, tmp_path / "b", ClueOptions(4, workers=2))

    assert list(alone.items()) == list(together.items())
    assert asked


@pytest.mark.usefixtures("asked")
def test_a_training_reads_them(samples, base, make_bundle, tmp_path):
    write_clue_set(samples, base, tmp_path / "clues")
    clues = open_clues(tmp_path / "clues", base.folder, [samples], frame_count=3)
    bundle = make_bundle(frame_count=3)

    batch = next(batches(Mixture([SamplePart("a", samples)]), bundle, Reading(4), clues))

    text = bundle.processor.decode(batch.tokens.input_ids[0].clamp(min=0))
    assert "Clue:" in text
    assert any(clue in text for clue in clues.values())


@pytest.mark.usefixtures("asked")
def test_a_training_does_not_begin_on_half_of_them(samples, base, tmp_path):
    with pytest.raises(UniRSError, match="unirs data clues") as caught:
        open_clues(tmp_path / "clues", base.folder, [samples], frame_count=3)
    assert caught.value.code == "clue_missing"

    write_clue_set(samples[:-2], base, tmp_path / "clues")
    with pytest.raises(UniRSError, match="video-2") as caught:
        open_clues(tmp_path / "clues", base.folder, [samples], frame_count=3)
    assert caught.value.code == "clue_missing"


@pytest.mark.usefixtures("asked")
def test_clues_are_of_one_base_and_of_one_prompt(samples, base, tmp_path, monkeypatch):
    write_clue_set(samples[:2], base, tmp_path)

    assert len(ClueSet(tmp_path, base.digest)) == 1
    assert len(ClueSet(tmp_path, "0" * 64)) == 0
    monkeypatch.setattr(clues_module, "TEMPLATE_VERSION", "unirs-2")
    assert len(ClueSet(tmp_path, base.digest)) == 0


def test_equal_images_share_a_clue_and_a_changed_one_has_none(samples, base, asked, tmp_path):
    first = samples[0]
    copy, changed = tmp_path / "copy.png", tmp_path / "changed.png"
    copy.write_bytes(first.images[0].read_bytes())
    Image.new("RGB", (30, 30), "red").save(changed)
    write_clue_set([first], base, tmp_path / "clues")

    write_clue_set([replace(first, images=(copy,))], base, tmp_path / "clues")
    assert asked == [1]
    write_clue_set([replace(first, images=(changed,))], base, tmp_path / "clues")
    assert asked == [1, 1]


def test_only_a_base_writes_clues(samples, make_bundle, tmp_path):
    with pytest.raises(UniRSError, match="not a base model") as caught:
        write_clue_set(samples, make_bundle(), tmp_path)
    assert caught.value.code == "base_unfit"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("workers", [0, 1])
def test_a_broken_image_is_named_and_written_clues_are_kept(samples, base, tmp_path, workers):
    (tmp_path / "broken.png").write_bytes(b"no image")
    broken = replace(samples[0], images=(tmp_path / "broken.png",))

    with pytest.raises(UniRSError, match=r"broken\.png") as caught:
        write_clue_set([samples[0], broken], base, tmp_path, ClueOptions(1, workers))

    assert caught.value.code == "image_broken"
    assert len(ClueSet(tmp_path, base.digest)) == 1


@pytest.mark.usefixtures("asked")
def test_clues_of_squashed_images_do_not_pass_for_padded_ones(base, samples, tmp_path):
    squashed = ClueOptions(4, aspect_mode="resize")
    write_clue_set(samples, base, tmp_path / "clues", squashed)

    with pytest.raises(UniRSError, match="--aspect-mode pad") as caught:
        open_clues(tmp_path / "clues", base.folder, [samples], frame_count=3)

    assert caught.value.code == "clue_missing"


@pytest.mark.usefixtures("asked")
def test_each_dataset_needs_its_clues(samples, base, tmp_path):
    """Though the first and the last input of all together have theirs."""
    singles = [sample for sample in samples if sample.kind is InputKind.SINGLE]
    first, *between, last = singles[::2]  # one question about each image
    write_clue_set([first, last], base, tmp_path / "clues")

    with pytest.raises(UniRSError) as caught:
        open_clues(tmp_path / "clues", base.folder, [[first], between, [last]], frame_count=3)

    assert caught.value.code == "clue_missing"
    assert between[0].id in caught.value.message


@pytest.mark.usefixtures("asked")
def test_a_base_reads_images_as_the_training_will(base, tmp_path, monkeypatch):
    """A wide image on neutral bars has grey above it; one that was squashed has none."""
    wide = tmp_path / "wide.png"
    Image.new("RGB", (64, 16), (255, 0, 0)).save(wide)
    sample = Sample("wide", InputKind.SINGLE, (wide,), "?", ("!",))
    seen = []
    encode = base.model.encode_images
    monkeypatch.setattr(base.model, "encode_images", lambda p: seen.append(p) or encode(p))

    write_clue_set([sample], base, tmp_path / "a", ClueOptions(1, aspect_mode="pad"))
    write_clue_set([sample], base, tmp_path / "b", ClueOptions(1, aspect_mode="resize"))

    padded, squashed = (float(pixels[0, 0, 0].mean()) for pixels in seen)
    assert padded == pytest.approx(0, abs=0.05)
    assert squashed == pytest.approx(1, abs=0.05)
