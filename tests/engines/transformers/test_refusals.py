"""Folders that cannot be used are refused with a sentence, before their weights are read."""

import json
import re
import shutil
import time
from dataclasses import replace

import pytest
from safetensors.torch import load_file, save_file

from unirs.engines.transformers import load_transformers_engine, loading
from unirs.engines.transformers.template import ChatTemplate
from unirs.errors import UniRSError
from unirs.inputs import Question, Turn
from unirs.model.vlm_folder import read_vlm_folder, vlm_name

ENDLESS = (
    "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}"
    "{% endfor %}{% endfor %}{% endfor %}"
)


@pytest.fixture
def folder(vlm_folder, tmp_path):
    """A copy of a tiny model, to be spoiled."""
    return shutil.copytree(vlm_folder(), tmp_path / "vlm")


def change(path, **fields):
    content = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({name: each for name, each in content.items() if each is not None}))


def refusal(folder, **options):
    """The error that loading raises, without having read weights."""
    read = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "open_weights", lambda *_: read.append(1))
        with pytest.raises(UniRSError) as refused:
            load_transformers_engine(folder, "cpu", **{"precision": "float32"} | options)
    assert not read
    assert refused.value.message.endswith(".")
    return refused.value


def test_a_folder_without_a_configuration_is_missing(tmp_path):
    assert refusal(tmp_path).code == "model_missing"


@pytest.mark.parametrize(
    "name", ["model.safetensors", "tokenizer.json", "preprocessor_config.json"]
)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    if name == "preprocessor_config.json":
        (folder / "processor_config.json").unlink()
    error = refusal(folder)
    assert error.code == "model_invalid"
    assert name in error.message or "weights" in error.message


def test_a_missing_shard_is_named(folder):
    names = list(load_file(folder / "model.safetensors"))
    places = {
        name: f"model-0000{1 + index % 2}-of-00002.safetensors" for index, name in enumerate(names)
    }
    tensors = load_file(folder / "model.safetensors")
    for file in set(places.values()):
        save_file({name: tensors[name] for name in names if places[name] == file}, folder / file)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    assert read_vlm_folder(folder).parameters > 0
    (folder / "model-00002-of-00002.safetensors").unlink()
    assert "model-00002-of-00002.safetensors is missing" in refusal(folder).message


def test_an_index_cannot_name_files_elsewhere(folder):
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "../other.safetensors"}})
    )
    assert "does not list files of the folder" in refusal(folder).message


def test_a_truncated_weight_file_is_named(folder):
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    assert "model.safetensors is truncated" in refusal(folder).message


def test_a_missing_tensor_is_named(folder):
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if "q_proj" in name)
    save_file(
        {key: value for key, value in tensors.items() if key != name}, folder / "model.safetensors"
    )
    with pytest.raises(UniRSError, match="q_proj"):
        load_transformers_engine(folder, "cpu", "float32")


def test_pickled_weights_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "pickled" in refusal(folder).message


def test_code_that_comes_with_a_model_is_never_run(folder, tmp_path):
    witness = tmp_path / "ran"
    (folder / "modeling_own.py").write_text(f"open({str(witness)!r}, 'w')\n")
    own = {"AutoConfig": "modeling_own.Own", "AutoModelForImageTextToText": "modeling_own.Own"}
    change(folder / "config.json", model_type="own", auto_map=own)
    error = refusal(folder)
    assert error.code == "architecture_unknown"
    assert "auto_map" in error.message
    change(folder / "config.json", model_type="idefics3", auto_map=own)
    change(folder / "processor_config.json", auto_map={"AutoProcessor": "modeling_own.Own"})
    change(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["modeling_own.Own", None]})
    load_transformers_engine(folder, "cpu", "float32").close()
    assert not witness.exists()


def test_an_unknown_architecture_is_named(folder):
    change(folder / "config.json", model_type="nonesuch")
    error = refusal(folder)
    assert error.code == "architecture_unknown"
    assert '"nonesuch"' in error.message


def test_a_model_without_images_is_refused(folder):
    change(folder / "config.json", model_type="llama")
    assert refusal(folder).code == "architecture_unknown"


def test_quantised_weights_are_refused(folder):
    change(folder / "config.json", quantization_config={"quant_method": "gptq"})
    assert "quantised" in refusal(folder).message


@pytest.mark.parametrize("field", ["num_hidden_layers", "hidden_size"])
def test_impossible_sizes_are_refused(folder, field):
    config = json.loads((folder / "config.json").read_text())
    config["text_config"][field] = 10**9
    (folder / "config.json").write_text(json.dumps(config))
    assert field in refusal(folder).message


def test_an_impossible_depth_is_refused(vlm_folder, tmp_path):
    folder = shutil.copytree(vlm_folder("qwen2_5_vl"), tmp_path / "deep")
    config = json.loads((folder / "config.json").read_text())
    config["vision_config"]["depth"] = 10**9
    (folder / "config.json").write_text(json.dumps(config))
    assert "depth" in refusal(folder).message


def test_a_configuration_that_does_not_fit_the_weights_is_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UniRSError) as refused:
        load_transformers_engine(folder, "cpu", "float32")
    assert refused.value.code == "model_invalid"


def test_a_model_that_memory_has_no_room_for_is_refused(folder, monkeypatch):
    from types import SimpleNamespace

    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10**6))
    error = refusal(folder)
    assert error.code == "model_too_large"
    assert error.details["needs_bytes"] > error.details["free_bytes"]


def test_a_model_without_a_chat_template_is_refused(folder):
    (folder / "chat_template.jinja").unlink()
    assert "no chat template" in refusal(folder).message


def test_a_template_is_found_where_older_files_have_it(folder):
    source = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": source}))
    assert read_vlm_folder(folder).template == source
    (folder / "chat_template.json").unlink()
    change(
        folder / "tokenizer_config.json",
        chat_template=[{"name": "tools", "template": "x"}, {"name": "default", "template": source}],
    )
    assert read_vlm_folder(folder).template == source


def test_a_huge_template_is_refused(folder):
    (folder / "chat_template.jinja").write_text("{# " + "x" * 200_000 + " #}")
    assert "larger than any" in refusal(folder).message


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ messages", "unexpected|expected|end of print statement"),
        ("{{ 2 ** 10 ** 10 }}", r"\*\*"),
        ("{{ 'a' * 10000000000 }}", "10000000000"),
    ],
)
def test_a_template_that_cannot_be_run_is_refused_at_once(folder, template, reason):
    (folder / "chat_template.jinja").write_text(template)
    error = refusal(folder)
    assert error.code in {"template_invalid", "model_invalid"}
    assert re.search(reason, error.message)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (ENDLESS, "does not end"),
        (
            "{% set s = namespace(a='x' * 99999) %}{% for i in range(40) %}"
            "{% set s.a = s.a ~ s.a %}{% endfor %}{{ s.a }}",
            "memory",
        ),
        ("{{ raise_exception('only one image') }}", "only one image"),
        ("{{ messages[7].content }}", "undefined|element"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_template_that_loops_or_fails_is_ended_with_a_sentence(
    folder, template, reason, monkeypatch
):
    limits = "unirs.engines.transformers.template."
    monkeypatch.setattr(limits + "RENDER_SECONDS", 0.3 if template == ENDLESS else 10)
    monkeypatch.setattr(limits + "_RENDER_BYTES", 64 * 2**20)
    (folder / "chat_template.jinja").write_text(template)
    started = time.monotonic()
    error = refusal(folder)
    assert error.code == "template_invalid"
    assert re.search(reason, error.message)
    assert time.monotonic() - started < 20


def test_a_template_that_loops_later_is_ended_and_the_engine_stays_usable(
    folder, images, monkeypatch
):
    source = (folder / "chat_template.jinja").read_text()
    evil = "{% if messages | length > 1 %}" + ENDLESS + "{% endif %}"
    (folder / "chat_template.jinja").write_text(evil + source)
    engine = load_transformers_engine(folder, "cpu", "float32")
    monkeypatch.setattr("unirs.engines.transformers.template.RENDER_SECONDS", 0.3)
    question = Question(text="Why?", max_new_tokens=2)
    with pytest.raises(UniRSError, match="does not end"):
        engine.answer(images.single(), replace(question, conversation=(Turn("What?", "It."),)))
    assert engine.answer(images.single(), question).tokens.answer == 2
    engine.close()


@pytest.mark.parametrize(
    "template",
    [
        "{% for message in messages %}{{ message['role'] }}: no image\n{% endfor %}",
        "{% for message in messages %}<image><image>{{ message['role'] }}\n{% endfor %}",
    ],
)
def test_a_template_that_does_not_fit_the_images_gives_a_sentence(folder, template, images):
    (folder / "chat_template.jinja").write_text(template)
    engine = load_transformers_engine(folder, "cpu", "float32")
    with pytest.raises(UniRSError) as refused:
        engine.answer(images.single(), Question(text="Why?", max_new_tokens=2))
    assert refused.value.code == "images_unreadable"
    engine.close()


def test_a_processor_that_does_not_fit_the_model_gives_a_sentence(folder, images):
    change(folder / "processor_config.json", image_seq_len=7)
    engine = load_transformers_engine(folder, "cpu", "float32")
    with pytest.raises(UniRSError, match="image") as refused:
        engine.answer(images.single(), Question(text="Why?", max_new_tokens=2))
    assert refused.value.code in {"images_unreadable", "model_failed"}
    engine.close()


def test_an_ordinary_template_is_rendered_quickly(engine):
    template = engine.processing.template
    assert isinstance(template, ChatTemplate)
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Why?"}]}]
    started = time.monotonic()
    for _ in range(10):
        template.render(chat)
    assert time.monotonic() - started < 5


def test_the_digest_names_the_weights_and_not_the_folder(folder, vlm_folder):
    before = read_vlm_folder(folder).digest
    assert before == read_vlm_folder(vlm_folder()).digest
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if "q_proj" in name)
    tensors[name][0, 0] += 1
    save_file(tensors, folder / "model.safetensors")
    assert read_vlm_folder(folder).digest != before


def test_a_model_in_the_cache_of_a_hub_has_the_name_of_its_repository(tmp_path):
    snapshot = tmp_path / "models--Qwen--Qwen2.5-VL-3B-Instruct" / "snapshots" / ("a" * 40)
    assert vlm_name(snapshot) == "Qwen2.5-VL-3B-Instruct"


@pytest.mark.parametrize("precision", ["bfloat16", "float16", "int8"])
def test_a_precision_is_that_of_the_weights(folder, precision, images):
    engine = load_transformers_engine(folder, "cpu", precision)
    assert engine.precision == precision
    wide = load_transformers_engine(folder, "cpu", "float32")
    question = Question(text="Is it a road?", options=("yes", "no"))
    narrow, exact = (each.answer(images.single(), question).options for each in (engine, wide))
    assert engine.memory_bytes < wide.memory_bytes / 1.9
    assert abs(narrow[0].probability - exact[0].probability) < 0.1
    engine.close()
    wide.close()


def test_memory_is_estimated_from_the_headers_of_the_weights(folder):
    found = read_vlm_folder(folder)
    needs = found.needs_bytes
    assert needs["float32"] > needs["bfloat16"] > needs["int8"] > needs["int4"]
    assert found.memory.products == 2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 48)
