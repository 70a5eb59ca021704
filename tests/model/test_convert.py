"""Foreign folders in every form they come in, and every way in which they can be wrong."""

import json
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from unirs.errors import UniRSError
from unirs.model import load_bundle
from unirs.model.convert import convert

GOLDENS = Path(__file__).resolve().parents[1] / "model" / "reference-7x7"


@pytest.fixture
def unirs(tmp_path):
    return Path(shutil.copytree(GOLDENS / "unirs", tmp_path / "unirs"))


@pytest.fixture
def vila(tmp_path):
    return Path(shutil.copytree(GOLDENS / "vila", tmp_path / "vila"))


def change_weights(part, change):
    path = part / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def logits(bundle):
    ids = torch.arange(3, 40).unsqueeze(0)
    with torch.inference_mode():
        return bundle.model.language_model(input_ids=ids).logits


def test_a_vila_folder_becomes_a_base_only_model(vila, tmp_path):
    convert(vila, tmp_path / "out")

    bundle = load_bundle(tmp_path / "out")

    assert (bundle.config.kind, bundle.config.clue_source) == ("base", "self")
    assert bundle.model.change is None
    assert bundle.processor.aspect_mode == "resize"


def test_layers_after_the_feature_layer_are_not_loaded(vila, tmp_path):
    convert(vila, tmp_path / "out")

    layers = load_bundle(tmp_path / "out").model.vision_tower.encoder.layers

    written = json.loads((vila / "vision_tower" / "config.json").read_text())
    assert len(layers) == written["num_hidden_layers"] - 1


def test_without_a_base_there_is_no_clue(unirs, tmp_path):
    convert(unirs, tmp_path / "out")

    bundle = load_bundle(tmp_path / "out")

    assert (bundle.config.kind, bundle.config.clue_source) == ("unirs", "none")
    with pytest.raises(UniRSError, match="no base model"), bundle.language_model("clue"):
        pass


def test_with_its_base_the_base_writes_the_clue(unirs, vila, tmp_path):
    give_projector(unirs, vila)

    convert(unirs, tmp_path / "out", base=vila)
    bundle = load_bundle(tmp_path / "out")

    assert bundle.config.clue_source == "second"
    base_llm = load_file(vila / "llm" / "model.safetensors")
    with bundle.language_model("clue") as clue_model, bundle.language_model("answer") as tuned:
        assert torch.equal(clue_model.lm_head.weight, base_llm["lm_head.weight"])
        assert tuned is not clue_model


def test_a_base_of_another_model_is_refused(unirs, vila, tmp_path):
    change_weights(
        vila / "vision_tower",
        lambda tensors: tensors["vision_model.embeddings.patch_embedding.bias"].add_(1),
    )

    with pytest.raises(UniRSError, match="is not the latter's base"):
        convert(unirs, tmp_path / "out", base=vila)


@pytest.mark.parametrize("form", ["bin", "sharded safetensors", "sharded bin"])
def test_every_form_of_weights_gives_the_same_model(unirs, tmp_path, form):
    convert(unirs, tmp_path / "plain")
    part = unirs / "llm"
    tensors = load_file(part / "model.safetensors")
    (part / "model.safetensors").unlink()
    names = sorted(tensors)
    shards = [names[::2], names[1::2]] if "sharded" in form else [names]
    suffix, stem = ("bin", "pytorch_model") if "bin" in form else ("safetensors", "model")
    where = {}
    for index, shard in enumerate(shards):
        name = f"{stem}.{suffix}" if len(shards) == 1 else f"{stem}-{index}.{suffix}"
        chosen = {key: tensors[key] for key in shard}
        if suffix == "bin":
            torch.save(chosen, part / name)
        else:
            save_file(chosen, part / name)
        where.update(dict.fromkeys(shard, name))
    if len(shards) > 1:
        index_file = part / f"{stem}.{suffix}.index.json"
        index_file.write_text(json.dumps({"weight_map": where}))

    convert(unirs, tmp_path / "out")

    assert torch.equal(
        logits(load_bundle(tmp_path / "out")), logits(load_bundle(tmp_path / "plain"))
    )


@pytest.mark.parametrize(
    ("part", "change", "sentence"),
    [
        ("llm", lambda t: t.pop("lm_head.weight"), "lm_head.weight is missing"),
        (
            "mm_projector",
            lambda t: t.pop("layers.single.2.bias"),
            "projector.linear_1.bias is missing",
        ),
        (
            "mm_projector",
            lambda t: t.update(stray=torch.zeros(1)),
            "unexpected tensor mm_projector/stray",
        ),
        (
            "mm_projector",
            lambda t: t.update({"layers.single.4.bias": torch.zeros(3)}),
            r"projector.linear_2.bias has shape \[3\] instead of \[64\]",
        ),
        ("vision_tower", lambda t: t.update({"vision_model.x": torch.zeros(1)}), "vision_model.x"),
    ],
)
def test_a_missing_unexpected_or_misshapen_tensor_is_named(unirs, tmp_path, part, change, sentence):
    change_weights(unirs / part, change)

    with pytest.raises(UniRSError, match=sentence):
        convert(unirs, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_raw_vila_weights_do_not_pass_for_unirs(vila, tmp_path):
    config = json.loads((vila / "config.json").read_text())
    (vila / "config.json").write_text(json.dumps({**config, "chg": True}))

    with pytest.raises(UniRSError, match=r"unexpected tensor mm_projector/layers\.1"):
        convert(vila, tmp_path / "out")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda folder: (folder / "llm" / "config.json").unlink(), "model_missing"),
        (lambda folder: (folder / "llm" / "model.safetensors").unlink(), "model_missing"),
        (lambda folder: (folder / "config.json").write_text("{"), "model_invalid"),
        (
            lambda folder: (folder / "llm" / "model.safetensors").write_bytes(b"x" * 99),
            "model_invalid",
        ),
    ],
)
def test_a_broken_folder_gets_one_sentence(unirs, tmp_path, damage, code):
    damage(unirs)

    with pytest.raises(UniRSError) as caught:
        convert(unirs, tmp_path / "out")

    assert caught.value.code == code
    assert "\n" not in caught.value.message


def test_a_shard_outside_the_folder_is_refused(unirs, tmp_path):
    part = unirs / "llm"
    (part / "model.safetensors").rename(unirs / "outside.safetensors")
    index = {"weight_map": {"lm_head.weight": "../outside.safetensors"}}
    (part / "model.safetensors.index.json").write_text(json.dumps(index))

    with pytest.raises(UniRSError, match="outside the folder"):
        convert(unirs, tmp_path / "out")


def test_a_pickle_with_code_is_refused(unirs, tmp_path):
    part = unirs / "mm_projector"
    (part / "model.safetensors").unlink()
    torch.save({"layers.single.1.bias": Path}, part / "pytorch_model.bin")

    with pytest.raises(UniRSError, match=r"pytorch_model\.bin"):
        convert(unirs, tmp_path / "out")


def test_an_existing_folder_is_not_overwritten(unirs, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("mine")

    with pytest.raises(UniRSError, match="already exists"):
        convert(unirs, tmp_path / "out")


def test_attention_layers_in_the_change_module_are_refused(unirs, tmp_path):
    path = unirs / "mm_projector" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "cc_n_layers": 3}))

    with pytest.raises(UniRSError, match="attention layers"):
        convert(unirs, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "value"), [("image_aspect_ratio", "anyres"), ("mm_vision_select_layer", -99)]
)
def test_settings_that_the_reference_code_lacks_are_refused(vila, tmp_path, name, value):
    config = json.loads((vila / "config.json").read_text())
    (vila / "config.json").write_text(json.dumps({**config, name: value}))

    with pytest.raises(UniRSError) as caught:
        convert(vila, tmp_path / "out")

    assert caught.value.code == "model_unsupported"


def test_a_folder_without_its_tokenizer_is_refused(vila, tmp_path):
    (vila / "llm" / "tokenizer.model").unlink()

    with pytest.raises(UniRSError, match=r"tokenizer\.model"):
        convert(vila, tmp_path / "out")


def rewrite(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


MALFORMED = {
    "a word as a size": ("llm/config.json", {"hidden_size": "wide"}),
    "no layers": ("llm/config.json", {"num_hidden_layers": None}),
    "a negative size": ("llm/config.json", {"hidden_size": -8}),
    "heads that do not divide": ("vision_tower/config.json", {"num_attention_heads": 7}),
    "patches of nothing": ("vision_tower/config.json", {"patch_size": 0}),
    "patches as a list": ("vision_tower/config.json", {"patch_size": [14]}),
    "layers as a word": ("vision_tower/config.json", {"num_hidden_layers": "many"}),
    "an activation nobody knows": ("vision_tower/config.json", {"hidden_act": "magic"}),
    "frames as a word": ("config.json", {"num_video_frames": "eight"}),
    "frames below zero": ("config.json", {"num_video_frames": -8}),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_an_impossible_value_is_refused_with_one_sentence(vila, tmp_path, what):
    name, changes = MALFORMED[what]
    rewrite(vila / name, **changes)
    with pytest.raises(UniRSError) as caught:
        convert(vila, tmp_path / "out")
    assert caught.value.code == "model_invalid"
    assert "\n" not in caught.value.message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "index", ["{}", '{"weight_map": 7}', '{"weight_map": {"a": 7}}', "[" * 9999]
)
def test_an_index_without_a_map_is_refused(vila, tmp_path, index):
    (vila / "llm" / "model.safetensors").unlink()
    (vila / "llm" / "model.safetensors.index.json").write_text(index)
    with pytest.raises(UniRSError) as caught:
        convert(vila, tmp_path / "out")
    assert caught.value.code == "model_invalid"


def test_a_damaged_tokenizer_is_refused(vila, tmp_path):
    (vila / "llm" / "tokenizer.model").write_bytes(b"noise" * 100)
    with pytest.raises(UniRSError) as caught:
        convert(vila, tmp_path / "out")
    assert caught.value.code == "model_invalid"


def tie(folder):
    """Make the output layer of a checkpoint's LLM its token embedding."""
    rewrite(folder / "llm" / "config.json", tie_word_embeddings=True)
    change_weights(
        folder / "llm",
        lambda tensors: tensors.update(
            {"lm_head.weight": tensors["model.embed_tokens.weight"].clone()}
        ),
    )


@pytest.mark.parametrize("kind", ["unirs", "vila"])
def test_a_tied_llama_needs_no_output_layer(kind, request, tmp_path):
    source = request.getfixturevalue(kind)
    tie(source)
    rewrite(source / "llm" / "config.json", tie_word_embeddings=False)
    convert(source, tmp_path / "untied")
    rewrite(source / "llm" / "config.json", tie_word_embeddings=True)
    change_weights(source / "llm", lambda tensors: tensors.pop("lm_head.weight"))

    convert(source, tmp_path / "tied")

    tied = load_bundle(tmp_path / "tied")
    assert torch.equal(logits(tied), logits(load_bundle(tmp_path / "untied")))
    llm = tied.model.language_model
    assert llm.lm_head.weight is llm.model.embed_tokens.weight


def give_projector(unirs, vila):
    """Let the golden base have the same projector as the golden UniRS, whose base it then is."""
    projector = load_file(unirs / "mm_projector" / "model.safetensors")
    single = {
        name.replace("layers.single.", "layers."): tensor
        for name, tensor in projector.items()
        if name.startswith("layers.single.")
    }
    change_weights(vila / "mm_projector", lambda tensors: tensors.update(single))


def test_the_llm_that_writes_clues_may_be_tied(unirs, vila, tmp_path):
    give_projector(unirs, vila)
    for folder in (unirs, vila):
        tie(folder)
        change_weights(folder / "llm", lambda tensors: tensors.pop("lm_head.weight"))

    convert(unirs, tmp_path / "out", base=vila)

    clue = load_bundle(tmp_path / "out").clue_language_model
    assert clue.lm_head.weight is clue.model.embed_tokens.weight


def test_an_output_layer_that_contradicts_its_tie_is_refused(unirs, tmp_path):
    rewrite(unirs / "llm" / "config.json", tie_word_embeddings=True)
    with pytest.raises(UniRSError, match="tie_word_embeddings"):
        convert(unirs, tmp_path / "out")


def test_an_untied_llama_without_its_output_layer_is_refused(unirs, tmp_path):
    change_weights(unirs / "llm", lambda tensors: tensors.pop("lm_head.weight"))
    with pytest.raises(UniRSError, match="lm_head"):
        convert(unirs, tmp_path / "out")


@contextmanager
def disk_of(size):
    """Within it no file can be longer than so many bytes: as on a full disk, a write fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_sentence_and_leaves_no_files(vila, tmp_path):
    with disk_of(20_000), pytest.raises(UniRSError, match="cannot be written") as caught:
        convert(vila, tmp_path / "out")
    assert caught.value.code == "output_unwritable"
    assert "\n" not in caught.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["vila"]
