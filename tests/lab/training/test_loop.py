"""The loop: exact resume, curves, and stages that learn what they are shown."""

import csv
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from tests.lab.training.small_run import SmallObjective
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.training.bank import ANYTHING_BUT, IGNORE
from unirs_lab.training.caption_decoder import CaptionDecoder
from unirs_lab.training.curves import Curves
from unirs_lab.training.distributed import join
from unirs_lab.training.heads import ChangeHeads, EventHead, LandCoverHead, to_pixels
from unirs_lab.training.loop import LoopOptions, describe, fit, learning_rate
from unirs_lab.training.objectives import (
    BaseObjective,
    ChangeObjective,
    JointObjective,
    VisionObjective,
)
from unirs_lab.training.rows import Row, collate, encode_row
from unirs_lab.training.world_rows import base_rows

OPTIONS = LoopOptions(
    steps=40, learning_rate=3e-3, autocast=False, validate_every=20, checkpoint_every=10
)


def vision(bundle, banks):
    torch.manual_seed(0)
    single = {InputKind.SINGLE: banks[InputKind.SINGLE]}
    events = EventHead(32, ["fire", "flood"])
    return VisionObjective(bundle, LandCoverHead(32, 4, 2), events, single, batch_size=8)


def test_the_vision_stage_learns_the_land_cover(make_bundle, banks, tmp_path):
    curves = fit(vision(make_bundle(), banks), OPTIONS, tmp_path)

    assert curves.last("cell_accuracy") > 0.95
    assert (tmp_path / "curves.png").stat().st_size > 5_000
    with (tmp_path / "curves.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert int(float(rows[-1]["step"])) == 40
    assert float(rows[-1]["land_cover"]) < float(rows[0]["land_cover"])


def test_what_is_ruled_out_is_learnt_as_far_as_it_goes():
    head = LandCoverHead(2, 1, 3)
    torch.nn.init.zeros_(head.linear.weight)
    head.linear.bias.data = torch.tensor([2.0, 0.0, -1.0])
    share = torch.softmax(head.linear.bias, 0)
    cells = torch.tensor([[[0, ANYTHING_BUT + 1, IGNORE]]], dtype=torch.uint8)

    loss = head.loss(torch.zeros(1, 3, 2), cells)

    expected = -(torch.log(share[0]) + torch.log(1 - share[1])) / 2
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-4)


def test_the_vision_stage_learns_what_videos_show(make_bundle, banks, tmp_path):
    bundle, events = make_bundle(), EventHead(32, ["fire", "flood"])
    videos = {InputKind.VIDEO: banks[InputKind.VIDEO]}
    objective = VisionObjective(bundle, LandCoverHead(32, 4, 2), events, videos, batch_size=8)
    objective.validate = dict

    curves = fit(objective, OPTIONS, tmp_path)

    assert curves.last("event") < 0.1


@pytest.mark.parametrize("killed_at", [10, 20, 37])
def test_a_killed_run_goes_on_bit_for_bit(make_bundle, banks, tmp_path, killed_at):
    whole = make_bundle()
    fit(vision(whole, banks), OPTIONS, tmp_path / "whole")

    class KilledError(Exception):
        pass

    interrupted = vision(make_bundle(), banks)
    draw = interrupted.batch

    def batch(step):
        if step == killed_at:
            raise KilledError
        return draw(step)

    interrupted.batch = batch
    with pytest.raises(KilledError):
        fit(interrupted, OPTIONS, tmp_path / "cut")
    resumed = make_bundle()
    curves = fit(vision(resumed, banks), OPTIONS, tmp_path / "cut")

    for name, tensor in whole.model.vision_tower.state_dict().items():
        assert torch.equal(tensor, resumed.model.vision_tower.state_dict()[name]), name
    assert [row["step"] for row in curves.rows] == [10, 20, 30, 40]


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


def test_progress_tells_how_fast_a_run_is(tmp_path):
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


def test_tensorboard_shows_the_curves_or_is_said_to_be_missing(tmp_path):
    options = replace(OPTIONS, steps=2, tensorboard=True)
    if find_spec("tensorboard"):
        fit(SmallObjective(join("cpu")), options, tmp_path)
        assert list((tmp_path / "tensorboard").glob("events.*"))
    else:
        with pytest.raises(UniRSError) as caught:
            fit(SmallObjective(join("cpu")), options, tmp_path)
        assert caught.value.code == "tensorboard_missing"


@pytest.mark.parametrize("line", ["x,y", "3", "", "4,1,2,3"])
def test_curves_come_back_as_they_were_or_are_said_to_be_broken(tmp_path, line):
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


def test_where_and_how_a_run_goes_on_is_not_part_of_its_record():
    elsewhere = replace(OPTIONS, device="cuda", gradient_checkpointing=True, report_every=1)

    assert describe(elsewhere) == describe(OPTIONS)
    assert describe(replace(OPTIONS, betas=(0.9, 0.999))) != describe(OPTIONS)


def test_only_the_answers_are_learnt(make_bundle):
    processor = make_bundle().processor
    row = Row(InputKind.SINGLE, 0, "Is it bright?", "yes", clue="a dark image")
    prompt, answer = encode_row(processor, row, markers=1)

    batch = collate([[(prompt, answer)], [(prompt[3:], answer)]], visual_tokens=9)

    assert (batch.labels[0] >= 0).sum() == len(answer)
    assert batch.labels[0][batch.labels[0] >= 0].tolist() == answer.tolist()
    assert (batch.input_ids[0] == -200).sum() == 9
    assert batch.input_ids.shape[1] == len(prompt) + 8 + len(answer)  # one marker becomes nine


def test_rows_that_share_a_sequence_have_the_loss_of_each_by_itself(make_bundle):
    bundle = make_bundle()
    visual = torch.randn(1, 9, 48)
    rows = [
        encode_row(bundle.processor, row, markers=1)
        for row in (
            Row(InputKind.SINGLE, 0, "Is it bright?", "yes", clue="a dark image"),
            Row(InputKind.SINGLE, 0, "Is it dark, or is it bright?", "a bright image"),
            Row(InputKind.SINGLE, 0, "Describe it.", "It is dark."),
        )
    ]

    with torch.inference_mode():
        alone = [
            bundle.model(visual=visual, **collate([[row]], 9).inputs()).loss * len(row[1])
            for row in rows
        ]
        together = bundle.model(visual=visual, **collate([rows], 9).inputs()).loss

    tokens = sum(len(answer) for _, answer in rows)
    torch.testing.assert_close(together, torch.stack(alone).sum() / tokens)


def test_a_row_for_the_base_has_no_tag_and_no_clue(make_bundle):
    processor = make_bundle().processor
    row = Row(InputKind.PAIR, 0, "Is it bright?", "yes", clue="dark", base=True)

    prompt, _ = encode_row(processor, row, markers=2)

    text = processor.decode(prompt[prompt >= 0])
    assert "Clue" not in text
    assert "change captioning" not in text
    assert (prompt == -200).sum() == 2


def test_the_base_stage_learns_words_of_every_kind(make_bundle, banks, tmp_path):
    bundle = make_bundle(kind="base", clue_source="self")
    shares = {InputKind.SINGLE: 4, InputKind.PAIR: 1, InputKind.VIDEO: 1}
    head = LandCoverHead(32, 4, 2)
    objective = BaseObjective(bundle, head, banks, base_rows, shares)

    curves = fit(objective, replace(OPTIONS, steps=30), tmp_path)

    assert curves.rows[-1]["words"] < 0.7 * curves.rows[0]["words"]


@pytest.mark.parametrize(
    ("after", "taught"),
    [(0, "same"), (1, "other"), (ANYTHING_BUT, "other"), (ANYTHING_BUT + 1, None), (IGNORE, None)],
)
def test_a_cell_teaches_a_change_where_both_dates_leave_no_doubt(after, taught):
    """Before it is of class 0; behind ``ANYTHING_BUT`` stands what it is surely not."""
    heads = ChangeHeads(2, 1, 2)
    cells = torch.tensor([0, after], dtype=torch.uint8).reshape(1, 2, 1, 1)
    with torch.no_grad():
        heads.changed.linear.weight.zero_()
        heads.changed.linear.bias.fill_(8.0)

    with torch.no_grad():
        loss = heads._changed_loss(torch.randn(1, 1, 2), *cells.unbind(1)).item()

    assert loss == pytest.approx({"same": 8.0, "other": 0.0, None: 0.0}[taught], abs=0.01)


def test_the_change_stage_trains_the_change_module_alone(make_bundle, banks, tmp_path):
    bundle, bank = make_bundle(), banks[InputKind.PAIR]
    with torch.inference_mode():
        pixels = to_pixels(torch.from_numpy(np.array(bank.images)).flatten(0, 1))
        features = bundle.model.encode_images(pixels).unflatten(0, (-1, 2)).clone()
    encode = bundle.processor.encode_answer
    captions = [[encode(c) for c in truth["captions"]] for truth in bank.truths]
    heads = ChangeHeads(32, 4, 2)
    decoder = CaptionDecoder(48, len(bundle.processor.tokenizer), heads=2)
    before = {name: tensor.clone() for name, tensor in bundle.model.state_dict().items()}

    objective = ChangeObjective(bundle, features, bank, captions, heads, decoder, batch_size=16)
    curves = fit(objective, replace(OPTIONS, steps=100), tmp_path)

    changed = {
        name
        for name, tensor in bundle.model.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    assert changed
    assert all(name.startswith("change.") for name in changed)
    assert curves.last("validation_bleu4") > 0.9


def test_the_joint_stage_trains_the_llm_alone(make_bundle, tmp_path):
    bundle = make_bundle()
    visual = {InputKind.SINGLE: torch.randn(4, 1, 9, 48), InputKind.VIDEO: torch.randn(4, 8, 9, 48)}
    rows = [Row(kind, i, "Is it bright?", "yes" if i else "no") for kind in visual for i in (0, 1)]
    before = {name: tensor.clone() for name, tensor in bundle.model.state_dict().items()}

    objective = JointObjective(bundle, visual, lambda _rng, _step: rows, rows)
    curves = fit(objective, replace(OPTIONS, steps=150), tmp_path)

    changed = {
        name
        for name, tensor in bundle.model.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    assert all(name.startswith("language_model.") for name in changed)
    assert curves.last("validation_words") < 0.2


def test_an_input_with_few_rows_is_not_padded_to_one_with_many(make_bundle):
    visual = {InputKind.SINGLE: torch.randn(4, 1, 9, 48)}
    few = [Row(InputKind.SINGLE, item, "Is it dark?", "no") for item in (0, 1)]
    many = [Row(InputKind.SINGLE, 2, "Is it bright?", "yes")] * 5
    objective = JointObjective(make_bundle(), visual, lambda _rng, _step: few + many, few)

    batch = objective.batch(0)

    lengths = [tuple(tokens.input_ids.shape) for tokens, _ in batch]
    assert [sequences for sequences, _ in lengths] == [2, 1]
    assert lengths[0][1] < lengths[1][1]
    apart = [objective.batch(0)[part : part + 1] for part in (0, 1)]
    counted = [int((tokens.labels >= 0).sum()) for tokens, _ in batch]
    losses = [float(objective.loss(part)["words"]) for part in apart]
    together = float(objective.loss(batch)["words"])
    assert together == pytest.approx(np.average(losses, weights=counted), rel=1e-4)
