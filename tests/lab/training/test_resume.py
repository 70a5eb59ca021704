"""Runs that are killed, stopped, or out of room go on as if nothing had happened."""

import hashlib
import json
import random
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.lab.training import small_run
from tests.lab.training.small_run import SmallObjective, final_weights
from unirs.errors import UniRSError
from unirs_lab.training.checkpoints import load_weights
from unirs_lab.training.distributed import join
from unirs_lab.training.loop import LoopOptions, fit

OPTIONS = {"steps": 40, "learning_rate": 3e-3, "checkpoint_every": 3, "validate_every": 20}
SHORT = LoopOptions(steps=6, learning_rate=3e-3, checkpoint_every=2, report_every=1, autocast=False)


@pytest.fixture
def objective():
    return SmallObjective(join("cpu"))


def error_of(folder):
    code, message = json.loads((folder / "error-0.json").read_text())
    return code, message


@pytest.mark.slow
def test_a_run_killed_at_random_moments_goes_on_bit_for_bit(small_runs):
    slow = {"options": OPTIONS, "objective": {"pause": 0.01}}
    small_run.main({"folder": small_runs.folder / "whole", "options": OPTIONS})
    moments = random.Random(int(time.time()))

    for _ in range(3):
        (process,) = small_runs.start("killed", **slow)
        small_runs.wait_for_checkpoint("killed")
        process.join(moments.uniform(0.0, 0.4))
        process.kill()
        process.join()
    assert small_runs.run("killed", **slow) == [0]

    assert small_runs.curve("killed") == small_runs.curve("whole")
    whole = final_weights(small_runs.folder / "whole")
    for name, weights in final_weights(small_runs.folder / "killed").items():
        assert torch.equal(weights, whole[name]), name


@pytest.mark.slow
def test_sigterm_ends_a_run_behind_a_checkpoint_of_its_last_step(small_runs):
    rare = OPTIONS | {"steps": 500, "checkpoint_every": 20}
    (process,) = small_runs.start("stopped", options=rare, objective={"pause": 0.01})
    small_runs.wait_for_checkpoint("stopped")

    process.terminate()
    process.join(60)

    assert process.exitcode == 2
    code, message = error_of(small_runs.folder / "stopped")
    assert code == "training_stopped"
    last = max(small_runs.curve("stopped"))
    assert 20 <= last < 500
    assert f"step {last} of 500" in message
    _, step = stored(small_runs.folder / "stopped")
    assert step == last


def test_a_full_disk_leaves_the_checkpoint_before_it_whole(small_runs):
    folder = small_runs.folder / "full"
    fit(SmallObjective(join("cpu")), SHORT, folder)
    before = digest(folder)
    longer = {"steps": 12, "learning_rate": 3e-3, "checkpoint_every": 2}

    assert small_runs.run("full", options=longer, file_limit=100_000) == [2]

    code, message = error_of(folder)
    assert code == "output_unwritable"
    assert "checkpoint.safetensors of step 8" in message
    assert "make room" in message
    assert digest(folder) == before
    assert not list(folder.glob("*.partial"))


def test_a_disk_too_small_is_reported_before_the_first_step(objective, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=100_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    objective.micro_batches = pytest.fail

    with pytest.raises(UniRSError) as caught:
        fit(objective, SHORT, tmp_path)

    assert caught.value.code == "disk_full"


@pytest.mark.parametrize("harm", ["cut off", "of another model", "misshapen"])
def test_a_checkpoint_that_does_not_fit_is_refused(objective, tmp_path, harm):
    fit(objective, SHORT, tmp_path)
    path = tmp_path / "checkpoint.safetensors"
    name = "module.language_model.lm_head.weight"
    tensors = load_file(path)
    if harm == "cut off":
        path.write_bytes(path.read_bytes()[:-1000])
    else:
        tensors |= (
            {name: torch.zeros(2)} if harm == "misshapen" else {"module.stranger": torch.zeros(2)}
        )
        save_file(tensors, path, {"step": "6"})

    with pytest.raises(UniRSError) as caught:
        fit(SmallObjective(join("cpu")), SHORT, tmp_path)

    assert caught.value.code == "checkpoint_broken"
    assert str(path) in caught.value.message


def test_a_loss_that_is_no_number_stops_before_it_harms_the_weights(objective, tmp_path):
    loss = objective.loss
    seen = []

    def poisoned(content):
        seen.append(content)
        return {
            name: value * (float("nan") if len(seen) == 6 else 1)
            for name, value in loss(content).items()
        }

    objective.loss = poisoned
    objective.validate = dict
    with pytest.raises(UniRSError) as caught:
        fit(objective, SHORT, tmp_path)

    assert caught.value.code == "loss_not_finite"
    assert "step 6" in caught.value.message
    assert all(bool(p.isfinite().all()) for p in objective.model.parameters())
    assert stored(tmp_path)[1] == 4


def test_exhausted_memory_is_reported_with_advice(objective, tmp_path):
    objective.loss = lambda _content: {"words": torch.empty(1 << 46)}

    with pytest.raises(UniRSError) as caught:
        fit(objective, SHORT, tmp_path)

    assert caught.value.code == "out_of_memory"
    assert "micro-batches" in caught.value.message


def test_the_best_weights_are_those_that_the_run_ends_with(tmp_path):
    options = LoopOptions(
        steps=6, learning_rate=1e-2, checkpoint_every=3, validate_every=1, best="score"
    )
    scores, kept = iter([0.1, 0.3, 0.2, 0.3, 0.1, 0.0]), []
    objective = SmallObjective(join("cpu"))
    weights = objective.model.language_model.lm_head.weight

    def validate():
        kept.append(weights.detach().clone())
        return {"score": next(scores)}

    objective.validate = validate
    fit(objective, options, tmp_path)

    assert torch.equal(weights, kept[1])
    assert not torch.equal(weights, kept[-1])
    fresh = SmallObjective(join("cpu"))
    load_weights(tmp_path, fresh.trainable())
    assert torch.equal(fresh.model.language_model.lm_head.weight, kept[1])


def stored(folder):
    """Names and step of a checkpoint."""
    from safetensors import safe_open

    with safe_open(folder / "checkpoint.safetensors", "pt") as file:
        return set(file.keys()), int(file.metadata()["step"])


def digest(folder):
    return hashlib.sha256((folder / "checkpoint.safetensors").read_bytes()).hexdigest()
