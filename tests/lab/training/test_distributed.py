"""Several processes train what one trains: the same losses, and a resume of their own."""

import json
import shutil

import pytest
import torch
from torch import nn

from tests.lab.training import small_run
from tests.lab.training.small_run import final_weights
from tests.lab.training.torchrun import torchrun
from unirs.errors import UniRSError
from unirs_lab.training.distributed import Place, join, shard

OPTIONS = {
    **{"steps": 4, "learning_rate": 3e-3, "checkpoint_every": 2, "validate_every": 4},
    # Adam hides a wrong scale of the gradient, but not beside a weight decay; and of these four
    # steps the norm bounds two, so that it has to be that of all shards.
    **{"optimizer": "adam", "weight_decay": 0.5, "clip": 1.35},
}
TOLERANCE = 2e-5
"""Relative. Sums in another order differ in float32's last places, and every step adds to that."""


@pytest.fixture
def whole(small_runs):
    """The losses of one process that computes each step at once."""
    small_run.main({"folder": small_runs.folder / "whole", "options": OPTIONS})
    return pytest.approx(small_runs.curve("whole"), rel=TOLERANCE)


@pytest.mark.slow
def test_two_sharded_processes_have_the_losses_of_one(small_runs, whole):
    settings = {
        "folder": str(small_runs.folder / "two"),
        "options": OPTIONS | {"gradient_checkpointing": True},
        "objective": {"micro": 2},
    }

    torchrun(2, small_run.__file__, json.dumps(settings), folder=small_runs.folder)

    assert small_runs.curve("two") == whole
    alone = final_weights(small_runs.folder / "whole")
    for name, weights in final_weights(small_runs.folder / "two").items():
        torch.testing.assert_close(weights, alone[name], rtol=1e-3, atol=1e-4)


def test_micro_batches_do_not_change_the_losses(small_runs, whole):
    options = OPTIONS | {"gradient_checkpointing": True}
    settings = {"folder": small_runs.folder / "parts", "options": options}

    small_run.main({**settings, "objective": {"micro": 3}})

    assert small_runs.curve("parts") == whole


@pytest.mark.slow
def test_two_killed_processes_go_on_bit_for_bit_and_one_can_take_over(small_runs, whole):
    slow = {"options": OPTIONS, "objective": {"pause": 0.1}}
    small_runs.run("two", 2, **slow)

    processes = small_runs.start("cut", 2, **slow)
    small_runs.wait_for_checkpoint("cut")
    for process in processes:
        process.kill()
        process.join()
    shutil.copytree(small_runs.folder / "cut", small_runs.folder / "moved")
    assert small_runs.run("cut", 2, **slow) == [0, 0]
    small_run.main({"folder": small_runs.folder / "moved", "options": OPTIONS})

    assert small_runs.curve("cut") == small_runs.curve("two")
    uncut = final_weights(small_runs.folder / "two")
    for name, weights in final_weights(small_runs.folder / "cut").items():
        assert torch.equal(weights, uncut[name]), name
    assert small_runs.curve("moved") == whole


def test_a_single_process_is_alone_on_the_device_it_names():
    assert join("cpu") == Place(0, 1, torch.device("cpu"))


@pytest.mark.parametrize("learning", [nn.Linear(2, 2), nn.BatchNorm2d(2)])
def test_what_processes_cannot_share_is_refused(learning):
    objective = small_run.SmallObjective(join("cpu"))
    if isinstance(learning, nn.BatchNorm2d):
        objective.model.norm = learning
    modules = nn.ModuleDict({"learning": learning})

    with pytest.raises(UniRSError) as caught:
        shard(objective.model, modules, Place(0, 2, torch.device("cpu")))

    assert caught.value.code == "one_process_only"
