"""Plans: figures worked out by hand, figures counted on a real model, and advice that fits."""

import pytest
import torch

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.model import PRESETS, UniRSForConditionalGeneration, replace_config
from unirs_lab.training.change_objective import CaptionDecoder
from unirs_lab.training.costs import (
    GIB,
    GPUS,
    Load,
    Sizes,
    adapter_size,
    gpu_named,
    load_of,
    row_operations,
    row_tokens,
    saved_bytes,
)
from unirs_lab.training.plan import advice, plan_change, plan_joint, total
from unirs_lab.training.settings import ChangeSettings, JointSettings
from unirs_lab.training.settings_files import load_settings

JOINT, CHANGE = load_settings(JointSettings), load_settings(ChangeSettings)


@pytest.fixture(scope="module")
def sizes():
    return Sizes.of(PRESETS["unirs-3b"]())


def amounts(items):
    return {item.name: item.amount for item in items}


def with_machine(settings, **machine):
    return settings.model_copy(update={"machine": settings.machine.model_copy(update=machine)})


def test_the_weights_of_the_paper_s_model_are_counted_by_hand(sizes):
    attention, ffn, norms = 4 * 2560**2, 3 * 2560 * 6912, 2 * 2560
    layer = attention + ffn + norms

    assert sizes.language == 32 * layer + 2 * 32000 * 2560 + 2560
    assert sizes.embedding == 32000 * 2560
    assert sizes.layer == pytest.approx(layer, rel=1e-4)
    assert sizes.projector == 2 * 4608 + (4608 + 1) * 2560 + (2560 + 1) * 2560
    assert sizes.change == pytest.approx(7.0e6, rel=0.01)


def test_full_tuning_takes_sixteen_bytes_a_weight_shared_by_the_gpus(sizes):
    load = load_of(JOINT)

    one = amounts(plan_joint(JOINT, sizes, load, GPUS["h200"], 1).memory)
    four = amounts(plan_joint(JOINT, sizes, load, GPUS["h200"], 4).memory)

    # A weight, its gradient and two moments in float32, and a copy for bfloat16 products.
    assert one["LLM"] == 2_701_560_320 * (4 + 4 + 4 + 4)
    assert one["LLM in bfloat16"] == 2_701_560_320 * 2
    assert four["LLM"] == one["LLM"] / 4
    assert four["LLM in bfloat16"] < one["LLM in bfloat16"] / 4
    assert four["frozen parts"] == one["frozen parts"] == 2 * 423_116_320


def test_an_adapter_has_rank_times_both_sides_of_each_matrix(sizes):
    # q, k, v, o are 2560 to 2560; gate and up 2560 to 6912; down back.
    by_hand = 64 * 32 * (4 * (2560 + 2560) + 3 * (2560 + 6912))

    assert adapter_size(JOINT, sizes) == by_hand
    lora = JOINT.model_copy(update={"tuning": "lora"})
    memory = amounts(plan_joint(lora, sizes, load_of(lora), GPUS["rtx-4090"]).memory)
    assert memory["LLM"] == 2 * 2_701_560_320
    assert memory["adapter"] == 16 * by_hand


def test_the_adapter_is_as_large_as_the_one_that_peft_makes():
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    config = PRESETS["unirs-tiny"]()
    settings = load_settings(JointSettings, "tiny")
    lora = LoraConfig(
        r=settings.lora.rank, target_modules=r".*layers\.\d+\.(self_attn|mlp)\.\w+_proj"
    )
    with torch.device("meta"):
        made = get_peft_model(LlamaForCausalLM(config.text_config), lora)

    learning = sum(p.numel() for p in made.parameters() if p.requires_grad)
    assert adapter_size(settings, Sizes.of(config)) == learning


def test_a_row_has_the_tokens_of_its_images_its_text_and_its_clue(sizes):
    assert row_tokens(JOINT, sizes, InputKind.SINGLE) == 196 + 110 + 90
    assert row_tokens(JOINT, sizes, InputKind.PAIR) == 196 + 85 + 90
    assert row_tokens(JOINT, sizes, InputKind.VIDEO) == 8 * 196 + 190 + 90
    bare = JOINT.model_copy(update={"with_clues": False, "change_module": False})
    assert row_tokens(bare, sizes, InputKind.PAIR) == 2 * 196 + 85


def test_training_takes_three_forwards_and_checkpointing_a_fourth(sizes):
    kept = with_machine(JOINT, gradient_checkpointing=False)
    adapter = kept.model_copy(update={"tuning": "lora"})
    tokens = row_tokens(JOINT, sizes, InputKind.SINGLE)
    forward = 2 * (2_701_560_320 - 32000 * 2560) * tokens + 4 * 32 * 2560 * tokens**2
    image = row_operations(kept, sizes, InputKind.SINGLE) - 3 * forward

    assert image == pytest.approx(2 * 397_745_440 * 729, rel=0.15)
    assert row_operations(JOINT, sizes, InputKind.SINGLE) == pytest.approx(4 * forward + image)
    assert row_operations(adapter, sizes, InputKind.SINGLE) == pytest.approx(2 * forward + image)


def test_operations_are_those_that_torch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    settings = with_machine(load_settings(JointSettings, "tiny"), gradient_checkpointing=False)
    config = replace_config(PRESETS["unirs-tiny"](), change_module=True)
    sizes = Sizes.of(config)
    tokens = row_tokens(settings, sizes, InputKind.SINGLE)
    with torch.device("meta"):
        model = UniRSForConditionalGeneration(config)
        pixels = torch.zeros(1, 3, config.image_size, config.image_size)
        ids, labels = torch.ones(1, tokens, dtype=torch.long), torch.ones(1, tokens).long()
    model.vision_tower.requires_grad_(False)
    model.projector.requires_grad_(False)

    with FlopCounterMode(display=False) as counter:
        model.project(model.encode_images(pixels))
        words = model.language_model.get_input_embeddings()(ids)
        model.language_model(inputs_embeds=words, labels=labels).loss.backward()

    planned = row_operations(settings, sizes, InputKind.SINGLE)
    assert planned == pytest.approx(counter.get_total_flops(), rel=0.1)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_activations_are_those_that_torch_keeps(make_bundle, precision, checkpointing):
    """The wider the model is, the smaller is the share of what the estimate leaves out."""
    settings = with_machine(
        load_settings(JointSettings, "tiny", overrides=[f"precision={precision}"]),
        gradient_checkpointing=checkpointing,
    )
    text = {**PRESETS["unirs-tiny"]().text_config.to_dict(), "hidden_size": 128,
            "intermediate_size": 344, "num_hidden_layers": 4}  # fmt: skip
    bundle = make_bundle(text_config=text)
    llm = bundle.model.language_model.train()
    if checkpointing:
        llm.gradient_checkpointing_enable({"use_reentrant": False})
    weights = {p.untyped_storage().data_ptr() for p in llm.parameters()}
    copies = {size for p in llm.parameters() for size in (p.shape, p.shape[::-1])}
    kept = {}

    def keep(tensor):
        place = tensor.untyped_storage().data_ptr()
        if place not in weights and tensor.shape not in copies:
            kept[place] = tensor  # held, so that no other tensor gets its place
        return tensor

    tokens = 60
    embedded = torch.randn(1, tokens, 128, requires_grad=True)
    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, precision == "bfloat16"),
    ):
        llm.model(inputs_embeds=embedded, use_cache=False)

    measured = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    sizes = Sizes.of(bundle.config)
    planned = saved_bytes(settings, sizes, tokens)
    if checkpointing:  # the layer that is computed again is planned for, and not kept here
        planned -= saved_bytes(with_machine(settings, gradient_checkpointing=False), sizes, 60) / 4
    assert planned == pytest.approx(measured, rel=0.3)


def test_the_caption_decoder_is_as_large_as_planned():
    config = PRESETS["unirs-3b"]()
    with torch.device("meta"):
        decoder = CaptionDecoder(1152, config.text_config.vocab_size)

    weights = sum(p.numel() for p in decoder.parameters())
    assert Sizes.of(config).decoder == pytest.approx(weights, rel=0.01)


def test_the_published_mixture_has_the_paper_s_steps(sizes):
    load = load_of(JOINT)
    work = amounts(plan_joint(JOINT, sizes, load, GPUS["rtx-4090"], 4).work)

    assert load.rows[InputKind.PAIR] == 5 * 34_075
    assert load.rows[InputKind.VIDEO] == 10 * 1_473
    assert work["optimiser steps"] == pytest.approx(3_858, abs=5)


def test_hours_are_operations_by_speed(sizes):
    load = Load({InputKind.SINGLE: 1280}, {InputKind.SINGLE: 100}, "made up")
    plan = plan_joint(JOINT, sizes, load, GPUS["a100-80"], 4, utilisation=0.5)

    operations = 1280 * row_operations(JOINT, sizes, InputKind.SINGLE)
    assert amounts(plan.time)["training"] == pytest.approx(operations / (312e12 * 0.5 * 4))


def test_steps_cut_the_run_short(sizes):
    load = Load({InputKind.SINGLE: 1280}, {InputKind.SINGLE: 100}, "made up")
    whole = plan_joint(JOINT, sizes, load, GPUS["h100"])
    half = plan_joint(JOINT.model_copy(update={"steps": 5}), sizes, load, GPUS["h100"])

    assert amounts(whole.work)["optimiser steps"] == 10
    assert amounts(half.time)["training"] == pytest.approx(amounts(whole.time)["training"] / 2)


def test_what_the_paper_trained_on_is_enough_and_one_of_them_is_not(sizes):
    def plan(settings, gpus):
        return plan_joint(settings, sizes, load_of(settings), GPUS["rtx-4090"], gpus)

    assert plan(JOINT, 4).fits
    assert not plan(JOINT, 1).fits
    assert advice(plan, JOINT, 1) == (
        "train on 4 GPUs with round_size=4, or set tuning=lora and round_size=1"
    )
    assert plan(JOINT.model_copy(update={"round_size": 4}), 4).fits
    assert plan(JOINT.model_copy(update={"tuning": "lora", "round_size": 1}), 1).fits


def test_advice_begins_with_what_costs_least(sizes):
    wide = with_machine(JOINT.model_copy(update={"round_size": 64}), gradient_checkpointing=False)

    def plan(settings, gpus):
        return plan_joint(settings, sizes, load_of(settings), GPUS["h100"], gpus)

    assert not plan(wide, 1).fits
    assert advice(plan, wide, 1) == "set round_size=1 and machine.gradient_checkpointing=true"


def test_the_first_stage_keeps_features_on_disk_or_encodes_again(sizes):
    load = load_of(CHANGE)
    kept = plan_change(CHANGE, sizes, load, GPUS["rtx-4090"])
    again = plan_change(with_machine(CHANGE, keep_features=False), sizes, load, GPUS["rtx-4090"])

    assert amounts(kept.disk)["features"] == 6_815 * 2 * 729 * 1152 * 2
    assert amounts(again.disk)["features"] == 0
    assert amounts(again.time)["features"] == pytest.approx(50 * amounts(kept.time)["features"])
    assert amounts(kept.work)["optimiser steps"] == 50 * 1_065
    assert kept.fits
    assert total(kept.memory) < 8 * GIB


def test_a_dataset_without_published_size_needs_its_folder():
    settings = load_settings(JointSettings, overrides=["data.jsonl.repeat=1"])

    with pytest.raises(UniRSError) as caught:
        load_of(settings)

    assert caught.value.code == "plan_unknown"
    assert "--data jsonl=FOLDER" in caught.value.message


@pytest.mark.parametrize(
    ("plan", "kind", "overrides"),
    [
        (plan_joint, JointSettings, [f"data.{name}.repeat=0" for name in JOINT.data]),
        (plan_joint, JointSettings, [f"data.{name}=null" for name in JOINT.data]),
        (plan_change, ChangeSettings, ["data.levir-cc=null"]),
        (plan_change, ChangeSettings, ["data.levir-cc.repeat=0"]),
    ],
)
def test_without_any_rows_there_is_nothing_to_plan(sizes, plan, kind, overrides):
    settings = load_settings(kind, overrides=overrides)

    with pytest.raises(UniRSError) as caught:
        plan(settings, sizes, load_of(settings), GPUS["h200"])

    assert caught.value.code == "data_missing"


def test_the_error_for_an_unknown_gpu_names_the_known_ones():
    with pytest.raises(UniRSError) as caught:
        gpu_named("voodoo")

    assert caught.value.code == "gpu_unknown"
    assert "rtx-4090" in caught.value.message
