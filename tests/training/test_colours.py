"""Water of any colour: what learns, what is held, and what the rest of the model may rely on."""

import pytest
import torch

from tests.data import dated_rasters
from unirs.inputs import InputKind
from unirs.training import colour_objective
from unirs.training.bank import build_bank
from unirs.training.colour_objective import (
    GENERATED_PAIRS,
    REAL_PAIRS,
    ColourObjective,
    ProbeObjective,
    Probes,
)
from unirs.training.heads import to_pixels
from unirs.training.loop import LoopOptions, fit
from unirs.training.options import Report
from unirs.training.raster_items import WATER, raster_item
from unirs.training.world_rows import world_item
from unirs.training.world_stages import CELLS_PER_PATCH, teach_colours
from unirs.world import CLASSES

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


def make_probes(bundle):
    torch.manual_seed(0)
    return Probes(bundle.config.vision_config.hidden_size, CELLS_PER_PATCH, len(CLASSES))


def test_only_tower_and_change_module_learn(bundle, features, bank, tmp_path):
    before = {name: weights.clone() for name, weights in bundle.model.state_dict().items()}
    loop = LoopOptions(2, 1e-3)

    teach_colours(bundle, features, bank, {"probes": loop, "colours": loop}, tmp_path, 0, Report())

    moved = {n for n, weights in bundle.model.state_dict().items() if (weights != before[n]).any()}
    assert {name.split(".")[0] for name in moved} == {"vision_tower", "change"}
    statistics = [name for name in before if "running" in name]
    assert statistics
    assert not moved & set(statistics), "BatchNorm keeps what stage 1 has measured"
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_generated_pairs_look_nearly_as_before_because_they_are_held(
    make_bundle, bank, tmp_path, monkeypatch
):
    def distance(name):
        bundle = make_bundle()
        features = encoded(bundle, bank.images)
        probes = make_probes(bundle)
        loop = LoopOptions(30, 3e-3)
        fit(ProbeObjective(bundle, features, bank, probes), loop, tmp_path / name / "probes")
        objective = ColourObjective(bundle, features, bank, probes)
        assert objective.validate()["features_moved"] < 1e-6
        curves = fit(objective, loop, tmp_path / name / "colours")
        return curves.rows[-1]["features_moved"]

    held = distance("held")
    monkeypatch.setattr(colour_objective, "TOWER_HOLD", 0.0)
    monkeypatch.setattr(colour_objective, "MODULE_HOLD", 0.0)
    free = distance("free")

    assert 0 < held < 0.5 * free


def test_a_batch_holds_real_pairs_first_and_then_generated_ones(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probes(bundle))

    batch, again, other = objective.batch(3), objective.batch(3), objective.batch(4)

    assert (batch.real, len(batch.old)) == (REAL_PAIRS, GENERATED_PAIRS)
    assert set(batch.cells[: batch.real].unique().tolist()) <= {WATER, 128 + WATER, 255}
    assert torch.equal(batch.images, again.images)
    assert not torch.equal(batch.images, other.images)


def test_a_generated_pair_is_held_to_what_it_was_in_its_own_colours(bundle, features, bank):
    objective = ColourObjective(bundle, features, bank, make_probes(bundle))
    tinted = 0

    for step in range(20):
        batch = objective.batch(step)
        for pair, cells, old in zip(
            batch.images[batch.real :], batch.cells[batch.real :], batch.old, strict=True
        ):
            (item,) = torch.nonzero((features == old).flatten(1).all(1)).flatten().tolist()
            for date in range(2):
                changed = (pair[date].numpy() != bank.images[item, date]).any(-1)
                wet = (cells[date] == WATER).numpy().repeat(2, 0).repeat(2, 1)
                if changed.any():
                    tinted += 1
                    assert changed[wet].mean() > 0.9
                    assert changed[~wet].sum() < 0.6 * wet.sum() + 20, "no more than the shore"
    assert tinted > 10


def test_the_probe_behind_the_tower_stays_and_the_heads_behind_the_module_learn(
    bundle, features, bank
):
    probes = make_probes(bundle)
    objective = ColourObjective(bundle, features, bank, probes)

    learning = {id(weights) for weights in objective.trainable().parameters()}

    assert not learning & {id(weights) for weights in probes.cover.parameters()}
    assert learning >= {id(weights) for weights in probes.change.parameters()}
    assert not any(weights.requires_grad for weights in probes.cover.parameters())


def test_a_model_without_change_module_is_refused(make_bundle, features, bank):
    without = make_bundle(change_module=False)

    with pytest.raises(ValueError, match="no change extraction module"):
        ColourObjective(without, features, bank, make_probes(without))
