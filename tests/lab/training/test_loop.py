"""The loop: exact resume, curves, and stages that learn what they are shown."""

import csv
from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch

from tests.lab.training.small_run import SmallObjective
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.samples import Row
from unirs_lab.training.answer_objective import answer_losses
from unirs_lab.training.curves import Curves
from unirs_lab.training.distributed import join
from unirs_lab.training.loop import LoopOptions, fit, learning_rate
from unirs_lab.training.rows import collate, encode_row

OPTIONS = LoopOptions(
    steps=40, learning_rate=3e-3, autocast=False, validate_every=20, checkpoint_every=10
)


@pytest.mark.parametrize("killed_at", [10, 20, 37])
def test_a_killed_run_goes_on_bit_for_bit(tmp_path, killed_at):
    whole = SmallObjective(join("cpu"))
    fit(whole, OPTIONS, tmp_path / "whole")

    class KilledError(Exception):
        pass

    interrupted = SmallObjective(join("cpu"))
    draw = interrupted.micro_batches

    def micro_batches(step):
        if step == killed_at:
            raise KilledError
        return draw(step)

    interrupted.micro_batches = micro_batches
    with pytest.raises(KilledError):
        fit(interrupted, OPTIONS, tmp_path / "cut")
    resumed = SmallObjective(join("cpu"))
    curves = fit(resumed, OPTIONS, tmp_path / "cut")

    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, resumed.model.state_dict()[name]), name
    assert [row["step"] for row in curves.rows] == [10, 20, 30, 40]


def test_a_run_leaves_its_curves_as_table_and_picture(tmp_path):
    fit(SmallObjective(join("cpu")), OPTIONS, tmp_path)

    assert (tmp_path / "curves.png").stat().st_size > 5_000
    with (tmp_path / "curves.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert int(float(rows[-1]["step"])) == 40
    assert float(rows[-1]["validation_words"]) > 0


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    options = LoopOptions(steps=100, learning_rate=1.0, warmup=0.1)
    rates = [learning_rate(step, options) for step in range(100)]

    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.001
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_a_rate_can_stay_at_its_peak_or_fall_in_steps():
    constant = LoopOptions(steps=100, learning_rate=1.0, warmup=0.1, schedule="constant")
    steps = LoopOptions(
        steps=30, learning_rate=1.0, warmup=0, schedule="step", decay_every=10, decay_factor=0.5
    )

    assert [learning_rate(step, constant) for step in (0, 9, 10, 99)] == [0.1, 1.0, 1.0, 1.0]
    falling = [learning_rate(step, steps) for step in (0, 9, 10, 19, 20, 29)]
    assert falling == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_a_step_is_that_of_the_optimiser_asked_for(tmp_path, name):
    options = LoopOptions(
        steps=1, learning_rate=0.1, weight_decay=0.5, clip=1e9, betas=(0.8, 0.9), optimizer=name
    )
    objective = SmallObjective(join("cpu"))
    other = SmallObjective(join("cpu"))
    (batch,) = other.micro_batches(0)
    (other.loss(batch.content)["words"] / batch.weight).backward()
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    learning = other.model.language_model.parameters()
    kinds[name](learning, lr=0.1, weight_decay=0.5, betas=(0.8, 0.9)).step()

    fit(objective, replace(options, autocast=False), tmp_path)

    expected = other.model.state_dict()
    for key, weights in objective.model.state_dict().items():
        torch.testing.assert_close(weights, expected[key], rtol=1e-5, atol=1e-6)


def test_gradient_checkpointing_computes_each_layer_again(tmp_path):
    calls = {}
    for checkpointing in (False, True):
        objective = SmallObjective(join("cpu"))
        seen = calls.setdefault(checkpointing, [])
        layer = objective.model.language_model.model.layers[0]
        layer.mlp.register_forward_pre_hook(lambda *_, seen=seen: seen.append(1))
        objective.validate = dict
        options = replace(OPTIONS, steps=2, gradient_checkpointing=checkpointing)
        fit(objective, options, tmp_path / str(checkpointing))

    assert len(calls[True]) == 2 * len(calls[False]) == 4


def test_progress_includes_the_speed(tmp_path):
    told = []
    options = replace(OPTIONS, steps=4, report_every=2, peak_flops=1e9)
    objective = SmallObjective(join("cpu"), micro=4)

    curves = fit(objective, options, tmp_path, told.append)

    tokens = sum(batch.tokens for step in (2, 3) for batch in objective.micro_batches(step))
    speed = told[-1].speed
    assert [each.step for each in told] == [2, 4]
    assert speed.tokens_per_second * speed.step_seconds * 2 == pytest.approx(tokens)
    assert speed.utilisation * speed.step_seconds * 1e9 == pytest.approx(2e6)
    assert speed.peak_memory > 10e6
    assert curves.last("tokens_per_second") == speed.tokens_per_second
    assert curves.last("utilisation") == speed.utilisation


def test_tensorboard_gets_the_curves_or_is_reported_missing(tmp_path):
    options = replace(OPTIONS, steps=2, tensorboard=True)
    if find_spec("tensorboard"):
        fit(SmallObjective(join("cpu")), options, tmp_path)
        assert list((tmp_path / "tensorboard").glob("events.*"))
    else:
        with pytest.raises(UniRSError) as caught:
            fit(SmallObjective(join("cpu")), options, tmp_path)
        assert caught.value.code == "tensorboard_missing"


@pytest.mark.parametrize("line", ["x,y", "3", "", "4,1,2,3"])
def test_curves_are_read_as_written_or_reported_broken(tmp_path, line):
    path = tmp_path / "curves.csv"
    curves = Curves(path, [])
    for step in (1, 2, 3):
        curves.add(step, step / 4, {"words": step / 8})
    curves.save()
    whole = path.read_text()
    assert [row["step"] for row in Curves.open(path, 2).rows] == [1, 2]
    again = Curves.open(path, 3)
    again.save()
    assert path.read_text() == whole

    path.write_text(f"step,seconds\n{line}\n\0,\n")
    with pytest.raises(UniRSError) as caught:
        Curves.open(path, 3)
    assert caught.value.code == "curves_broken"


def test_only_the_answers_are_learnt(make_bundle):
    processor = make_bundle().processor
    row = Row("Is it bright?", "yes")
    prompt, answer = encode_row(processor, InputKind.SINGLE, row, 1, clue="a dark image")

    batch = collate([[(prompt, answer)], [(prompt[3:], answer)]], visual_tokens=9)

    assert (batch.labels[0] >= 0).sum() == len(answer)
    assert batch.labels[0][batch.labels[0] >= 0].tolist() == answer.tolist()
    assert (batch.input_ids[0] == -200).sum() == 9
    assert batch.input_ids.shape[1] == len(prompt) + 8 + len(answer)  # one marker becomes nine


def test_rows_that_share_a_sequence_have_the_loss_of_each_by_itself(make_bundle):
    bundle = make_bundle()
    visual = torch.randn(1, 9, 48)
    rows = [
        encode_row(bundle.processor, InputKind.SINGLE, row, 1)
        for row in (
            Row("Is it bright?", "yes"),
            Row("Is it dark, or is it bright?", "a bright image"),
            Row("Describe it.", "It is dark."),
        )
    ]

    with torch.inference_mode():
        alone = [answer_losses(bundle.model, collate([[row]], 9), visual)[0] for row in rows]
        together, _ = answer_losses(bundle.model, collate([rows], 9), visual)

    torch.testing.assert_close(together, torch.cat(alone))


def test_a_row_for_the_base_has_no_tag_and_no_clue(make_bundle):
    processor = make_bundle().processor
    row = Row("Is it bright?", "yes")

    prompt, _ = encode_row(processor, InputKind.PAIR, row, 2, clue="dark", base=True)

    text = processor.decode(prompt[prompt >= 0])
    assert "Clue" not in text
    assert "change captioning" not in text
    assert (prompt == -200).sum() == 2
