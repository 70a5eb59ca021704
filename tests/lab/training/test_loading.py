"""Loading: the same batches for any number of workers, correct masks, errors with their code."""

import os
import signal
from dataclasses import replace
from itertools import islice
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest
import torch
from PIL import Image

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.mixture import Mixture, SamplePart
from unirs_lab.data.readers import shards
from unirs_lab.data.samples import Sample
from unirs_lab.data.shard_writer import write_shards
from unirs_lab.data.visuals import read_visual
from unirs_lab.training.answer_objective import answer_losses
from unirs_lab.training.loading import GroupReader, Reading, batches
from unirs_lab.training.rows import NO_LOSS

FRAMES = {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: 8}
ANSWERS = ("yes", "a bright image", "a dark image of fire and flood")


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """Four of each kind, with one to three answers."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    made = []
    for kind, frames in FRAMES.items():
        for number in range(4):
            paths = tuple(folder / f"{kind.value}-{number}-{frame}.png" for frame in range(frames))
            for path in paths:
                pixels = rng.integers(0, 256, (30, 30 + 10 * number, 3), np.uint8)
                Image.fromarray(pixels).save(path)
            answers = ANSWERS[: 1 + number % 3]
            name = f"{kind.value}-{number}"
            made.append(Sample(name, kind, paths, "Is it bright? " * (number + 1), answers))
    return made


@pytest.fixture
def mixture(samples):
    return Mixture(
        [SamplePart("twice", samples[::2], 2.0), SamplePart("half", samples[1::2], 0.5)], seed=4
    )


def first(count, mixture, bundle, reading, **options):
    return list(islice(batches(mixture, bundle, reading, **options), count))


def equal(one, other):
    tensors = [(batch.pixels, *batch.tokens.inputs().values()) for batch in (one, other)]
    return one.names == other.names and all(map(torch.equal, *tensors))


def visual_of(model, batch):
    features = model.encode_images(batch.pixels.flatten(0, 1))
    if batch.kind is InputKind.PAIR and model.change is not None:
        before, after = features.unflatten(0, batch.pixels.shape[:2]).unbind(1)
        return model.project_pair(before, after)
    return model.project(features)


def summed_loss(model, batch):
    """The sum over answer tokens, so that sums of parts can be compared."""
    with torch.inference_mode():
        losses, _ = answer_losses(model, batch.tokens, visual_of(model, batch))
        return (losses * batch.weights).sum()


def answer_tokens(batch):
    return int((batch.weights > 0).sum())


@pytest.mark.parametrize("rank", [0, 1])
def test_workers_change_nothing(make_bundle, mixture, rank):
    bundle, state = make_bundle(), torch.random.get_rng_state()
    count = mixture.round_count(4) + 2  # into the second epoch

    alone = first(count, mixture, bundle, Reading(4, rank, 2))
    together = first(count, mixture, bundle, Reading(4, rank, 2, workers=2))

    assert all(map(equal, alone, together))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_reader_travels_to_workers_that_are_not_forked(make_bundle, mixture):
    bundle = make_bundle()
    reader = GroupReader(mixture, bundle.processor, bundle.config, Reading(2), None)
    assert ForkingPickler.dumps(reader)


def test_a_run_goes_on_at_any_batch(make_bundle, mixture):
    bundle = make_bundle()
    whole = first(12, mixture, bundle, Reading(3))

    for position in (1, 7):
        rest = first(12 - position, mixture, bundle, Reading(3), position=position)
        assert all(map(equal, rest, whole[position:]))


def test_shards_give_the_batches_of_the_files_that_they_are_made_of(make_bundle, samples, tmp_path):
    bundle = make_bundle()
    write_shards(samples, tmp_path / "train", "mine", "train", shard_bytes=20_000)
    order = {sample.id: sample for sample in samples}
    sharded = shards.read(tmp_path, "train")
    files = Mixture([SamplePart("a", [order[sample.id] for sample in sharded])])
    mixture = Mixture([SamplePart("a", sharded)])
    mixture.order = files.order  # that of shards keeps near what is near

    count = mixture.round_count(4)
    for one, other in zip(
        first(count, files, bundle, Reading(4)),
        first(count, mixture, bundle, Reading(4, workers=2)),
        strict=True,
    ):
        assert equal(one, other)


@pytest.mark.parametrize("change_module", [True, False])
def test_padding_and_neighbours_change_no_loss(make_bundle, mixture, change_module):
    model = (bundle := make_bundle(change_module=change_module)).model
    count = mixture.round_count(5)
    kinds, padded = set(), 0
    for position in range(count):
        (whole,) = first(1, mixture, bundle, Reading(5), position=position)
        each = [
            first(1, mixture, bundle, Reading(5, rank, 5), position=position)[0]
            for rank in range(5)
        ]
        loss = sum(summed_loss(model, one) for one in each)
        torch.testing.assert_close(loss, summed_loss(model, whole))
        kinds.add(whole.kind)
        padded += int((~whole.tokens.attention_mask).sum())
    assert kinds == set(InputKind)
    assert padded


def test_a_process_without_rows_keeps_the_others_company(make_bundle, samples):
    mixture = Mixture([SamplePart("few", samples[:1])])

    (own,), (filler,) = (first(1, mixture, make_bundle(), Reading(2, r, 2)) for r in (0, 1))

    assert answer_tokens(own) > 0
    assert answer_tokens(filler) == 0
    assert filler.pixels.shape == own.pixels.shape
    assert summed_loss(make_bundle().model, filler) == 0


def test_only_answers_are_learnt(make_bundle, samples):
    bundle = make_bundle()
    mixture = Mixture([SamplePart("levir", [samples[5]])])

    (batch,) = first(1, mixture, bundle, Reading(2))

    learnt = [row[row != NO_LOSS] for row in batch.tokens.labels]
    assert sorted(map(bundle.processor.decode, learnt)) == sorted(ANSWERS[:2])
    assert batch.names == ("levir/pair-1", "levir/pair-1")
    assert answer_tokens(batch) == sum(map(len, learnt))


def test_the_clue_of_the_images_stands_in_the_prompt(make_bundle, samples):
    bundle, sample = make_bundle(), samples[0]
    mixture = Mixture([SamplePart("a", [sample])])
    clues = {read_visual(sample, 8).digest: "a dark image of a flood"}

    (batch,) = first(1, mixture, bundle, Reading(1), clues=clues)

    ids = batch.tokens.input_ids[0]
    assert "Clue: a dark image of a flood ASSISTANT:" in bundle.processor.decode(ids[ids >= 0])
    with pytest.raises(UniRSError, match="a/single-0 has no clue") as caught:
        first(1, mixture, bundle, Reading(1), clues={})
    assert caught.value.code == "clue_missing"


def test_an_answer_ends_where_the_context_ends(make_bundle, samples):
    bundle = make_bundle()
    bundle.config.text_config.max_position_embeddings = 400
    long = replace(samples[0], answers=("dark " * 300,))

    (batch,) = first(1, Mixture([SamplePart("a", [long])]), bundle, Reading(1))

    assert batch.tokens.input_ids.shape == (1, 400)


def test_an_instruction_that_is_too_long_is_refused_before_its_turn_comes(make_bundle, samples):
    bundle = make_bundle()
    bundle.config.text_config.max_position_embeddings = 400
    long = replace(samples[0], instruction="ü" * 400, id="long")
    mixtures = (Mixture([SamplePart("a", [*samples, long])], seed) for seed in range(9))
    late = next(one for one in mixtures if one.rounds(0, 1)[0][0] != len(one) - 1)

    with pytest.raises(UniRSError, match="a/long") as caught:
        first(1, late, bundle, Reading(1))
    assert caught.value.code == "row_too_long"

    fits = replace(long, instruction="Is it bright? " * 10)
    mixture = Mixture([SamplePart("a", [fits])])
    assert answer_tokens(first(1, mixture, bundle, Reading(1))[0])
    clues = {read_visual(fits, 8).digest: "dark " * 300}
    with pytest.raises(UniRSError, match="with its images and clue"):
        first(1, mixture, bundle, Reading(1), clues=clues)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_broken_image_is_named_with_and_without_workers(make_bundle, tmp_path, workers):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG nothing")
    sample = Sample("1", InputKind.SINGLE, (tmp_path / "broken.png",), "What?", ("yes",))

    with pytest.raises(UniRSError, match=r"broken\.png") as caught:
        first(1, Mixture([SamplePart("a", [sample])]), make_bundle(), Reading(1, workers=workers))
    assert caught.value.code == "image_broken"


class Killer(dict):
    """Stands for the system's memory guard: kills whoever looks up a clue."""

    def get(self, _digest):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_the_system_kills_ends_in_an_error_with_advice(make_bundle, mixture):
    with pytest.raises(UniRSError, match="fewer workers") as caught:
        first(1, mixture, make_bundle(), Reading(1, workers=1), clues=Killer())
    assert caught.value.code == "reader_killed"


def test_rows_that_share_an_image_have_the_losses_of_each_by_itself(make_bundle, samples):
    bundle = make_bundle()
    several = [samples[8], replace(samples[8], instruction="Is it dark?", id="again")]
    apart = Mixture([SamplePart("a", several)])
    shared = Mixture([SamplePart("a", several, rows_per_group=4)])

    (together,) = first(1, shared, bundle, Reading(1))
    each = first(apart.round_count(1), apart, bundle, Reading(1))

    assert len(together.pixels) == 1
    assert answer_tokens(together) == sum(map(answer_tokens, each))
    loss = sum(summed_loss(bundle.model, one) for one in each)
    torch.testing.assert_close(summed_loss(bundle.model, together), loss)


def test_a_loss_is_weighed_by_the_kind_of_its_row_and_by_the_length_of_its_answer(
    make_bundle, samples
):
    bundle = make_bundle()
    asked = replace(samples[0], answers=("a bright image",), group="caption")
    reading = Reading(1, weights={"caption": 2.0}, length_power=0.5)

    (batch,) = first(1, Mixture([SamplePart("a", [asked])]), bundle, reading)

    tokens = len(bundle.processor.encode_answer("a bright image"))
    assert batch.weights.tolist() == pytest.approx([2.0 * tokens**-0.5] * tokens)
