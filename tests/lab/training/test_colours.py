"""Water of any colour: what learns, what is held, and what is shown."""

import pytest
import torch

from tests.lab.data import dated_rasters
from unirs.inputs import InputKind
from unirs_lab.training import colour_objective
from unirs_lab.training.bank import ANYTHING_BUT, IGNORE, build_bank, training_count
from unirs_lab.training.colour_objective import (
    GENERATED_PAIRS,
    REAL_PAIRS,
    ColourObjective,
    ProbeObjective,
)
from unirs_lab.training.heads import to_pixels
from unirs_lab.training.loop import LoopOptions, fit
from unirs_lab.training.options import Report
from unirs_lab.training.raster_items import WATER, raster_item
from unirs_lab.training.world_rows import world_item
from unirs_lab.training.world_stages import land_cover_head, teach_colours

SIZE, PAIRS = 40, 90


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    rasters = dated_rasters.write_rasters(tmp_path_factory.mktemp("dated"))

    def item(index):
        if index % 2:
            return raster_item(InputKind.PAIR, rasters, SIZE, index)
        return world_item(InputKind.PAIR, "train", SIZE, index)

    return build_bank(tmp_path_factory.mktemp("bank") / "pair", item, PAIRS, processes=1)


def encoded(bundle, images):
    with torch.no_grad():
        features = bundle.model.encode_images(to_pixels(torch.tensor(images).flatten(0, 1)))
    return features.unflatten(0, (-1, 2))


@pytest.fixture
def bundle(make_bundle):
    return make_bundle()


@pytest.fixture
def features(bundle, bank):
    return encoded(bundle, bank.images)


def make_probe(bundle):
    torch.manual_seed(0)
    return land_cover_head(bundle.config.vision_config.hidden_size)


def test_only_the_tower_learns(bundle, features, bank, tmp_path):
    before = {name: weights.clone() for name, weights in bundle.model.state_dict().items()}
    loop = LoopOptions(2, 1e-3)

    teach_colours(bundle, features, bank, {"probe": loop, "colours": loop}, tmp_path, 0, Report())

    moved = {n for n, weights in bundle.model.state_dict().items() if (weights != before[n]).any()}
    assert {name.split(".")[0] for name in moved} == {"vision_tower"}
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_generated_pairs_look_nearly_as_before_because_they_are_held(
    make_bundle, bank, tmp_path, monkeypatch
):
    def distance(name):
        bundle = make_bundle()
        features = encoded(bundle, bank.images)
        probe = make_probe(bundle)
        loop = LoopOptions(30, 3e-3)
        fit(ProbeObjective(bundle, features, bank, probe), loop, tmp_path / name / "probe")
        objective = ColourObjective(bundle, features, bank, probe)
        assert objective.validate()["features_moved"] < 1e-6
        curves = fit(objective, loop, tmp_path / name / "colours")
        return curves.rows[-1]["features_moved"]

    held = distance("held")
    monkeypatch.setattr(colour_objective, "HOLD", 0.0)
    free = distance("free")

    assert 0 < held < 0.5 * free


def test_a_batch_holds_real_images_first_and_then_generated_ones(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probe(bundle))

    batch, again, other = objective.batch(3), objective.batch(3), objective.batch(4)

    assert len(batch.images) == 2 * (REAL_PAIRS + GENERATED_PAIRS)
    assert (len(batch.cells), len(batch.old)) == (2 * REAL_PAIRS, 2 * GENERATED_PAIRS)
    assert set(batch.cells.unique().tolist()) <= {WATER, ANYTHING_BUT + WATER, IGNORE}
    assert torch.equal(batch.images, again.images)
    assert not torch.equal(batch.images, other.images)


def test_a_generated_image_is_held_to_what_it_was_in_its_own_colours(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probe(bundle))
    known = features.flatten(0, 1)
    images, labels = (array.reshape(-1, *array.shape[2:]) for array in (bank.images, bank.cells))
    tinted = 0

    for step in range(20):
        batch = objective.batch(step)
        for shown, old in zip(batch.images[len(batch.cells) :], batch.old, strict=True):
            number = int(torch.nonzero((known == old).flatten(1).all(1))[0])
            changed = (shown.numpy() != images[number]).any(-1)
            wet = (labels[number] == WATER).repeat(2, 0).repeat(2, 1)
            if changed.any():
                tinted += 1
                assert changed[wet].mean() > 0.9
                assert changed[~wet].sum() < 0.6 * wet.sum() + 20, "no more than the shore"
    assert tinted > 10


def test_held_back_pairs_are_never_learnt_from(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probe(bundle))
    held_back = features[training_count(PAIRS) :].flatten(0, 1)

    for step in range(20):
        for old in objective.batch(step).old:
            assert not (held_back == old).flatten(1).all(1).any()


def test_the_probe_stays_as_it_is(bundle, features, bank):
    probe = make_probe(bundle)

    objective = ColourObjective(bundle, features, bank, probe)

    learning = {id(weights) for weights in objective.trainable().parameters()}
    assert not learning & {id(weights) for weights in probe.parameters()}
    assert not any(weights.requires_grad for weights in probe.parameters())


def test_figures_tell_water_found_from_land_taken_for_it(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probe(bundle))
    objective.probe.linear.bias.data.view(-1, 8)[:, WATER] = 50.0  # it sees water everywhere

    with torch.no_grad():
        figures = objective.validate()

    assert (figures["water_found"], figures["land_taken_for_water"]) == (1.0, 1.0)
