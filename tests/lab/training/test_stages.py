"""Both stages through the program, on data in published layouts: ended, killed, refused."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch

from tests.lab.training.torchrun import torchrun
from unirs.cli import main
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.files import alone_in
from unirs.inputs import Crop, Question, VisualInput
from unirs.model import load_bundle
from unirs_lab.data.datasets import dataset
from unirs_lab.data.examples import write_example
from unirs_lab.training.change_stage import loop_options, train_change
from unirs_lab.training.clues import write_clue_set
from unirs_lab.training.distributed import Place
from unirs_lab.training.features import PairFeatures
from unirs_lab.training.joint_stage import train_joint
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import ChangeSettings, JointSettings
from unirs_lab.training.settings_files import load_settings

NAMES = ("geochat", "levir-cc", "era")
QUIET = Report()


@pytest.fixture(scope="module")
def base(make_model):
    return make_model("base", kind="base", clue_source="self", aspect_mode="resize")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    return {name: write_example(name, root / name, count=3) for name in NAMES}


@pytest.fixture(scope="module")
def clues(base, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clues")
    samples = [s for name in NAMES for s in dataset(name).read(data[name], "train")]
    bundle = load_bundle(base)
    bundle.processor.aspect_mode = "pad"
    write_clue_set(samples, bundle, folder)
    return folder


@pytest.fixture(scope="module")
def change_words(base, data):
    return ["change", "--preset", "tiny", "--base", base, "--data", f"levir-cc={data['levir-cc']}"]


@pytest.fixture(scope="module")
def change(change_words, tmp_path_factory):
    """The folder of a whole run of stage 1."""
    folder = tmp_path_factory.mktemp("runs") / "change"
    assert train(*change_words, "--folder", folder) == 0
    return folder


@pytest.fixture(scope="module")
def joint_words(base, data, clues, change):
    named = [word for name in NAMES for word in ("--data", f"{name}={data[name]}")]
    words = ["joint", "--preset", "tiny", "--base", base, "--clues", clues]
    return [*words, "--from", change / "model", *named]


@pytest.fixture(scope="module")
def joint(joint_words, tmp_path_factory):
    """The folder of a whole run of stage 2."""
    folder = tmp_path_factory.mktemp("runs") / "joint"
    assert train(*joint_words, "--folder", folder) == 0
    return folder


@pytest.fixture
def change_settings(base, data):
    given = {"base": str(base), "data.levir-cc.root": str(data["levir-cc"])}

    def make(*overrides, **more):
        return load_settings(ChangeSettings, "tiny", None, overrides, {**given, **more})

    return make


@pytest.fixture
def joint_settings(base, data, clues, change):
    given = {"base": str(base), "clues": str(clues), "start": str(change / "model")}
    given |= {f"data.{name}.root": str(root) for name, root in data.items()}

    def make(*overrides, **more):
        return load_settings(JointSettings, "tiny", None, overrides, {**given, **more})

    return make


def train(*words):
    return main(["train", *map(str, words)])


def kill_after_first_checkpoint(words, folder):
    """Run the program, and end it the hard way once it has written a checkpoint."""
    command = [sys.executable, "-m", "unirs", "train", *map(str, words), "--folder", str(folder)]
    process = subprocess.Popen(
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, text=True
    )
    while not (folder / "checkpoint.safetensors").is_file():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (folder / "model").exists()


def curve(folder):
    """The figures of a run that do not depend on the machine."""
    with (folder / "curves.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    return [float(row[name]) for row in rows for name in ("step", "words")]


def refused(call, *arguments):
    with pytest.raises(UniRSError) as caught:
        call(*arguments)
    assert "\n" not in caught.value.message
    return caught.value.code, caught.value.message


def same_weights(one, two):
    one, two = load_bundle(one).model.state_dict(), load_bundle(two).model.state_dict()
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.slow
def test_a_killed_first_stage_goes_on_bit_for_bit(change_words, change, tmp_path):
    folder = tmp_path / "cut"
    kill_after_first_checkpoint(change_words, folder)

    assert train(*change_words, "--folder", folder) == 0

    assert curve(folder) == curve(change)
    assert same_weights(folder / "model", change / "model")


def test_the_first_stage_ends_in_a_base_with_a_change_module(change, base):
    before, after = load_bundle(base).model.state_dict(), load_bundle(change / "model")
    config = after.config

    assert (config.kind, config.clue_source, config.aspect_mode) == ("unirs", "none", "pad")
    new = {name for name in after.model.state_dict() if name not in before}
    assert {name.split(".")[0] for name in new} == {"change"}
    assert all(torch.equal(before[name], after.model.state_dict()[name]) for name in before)
    assert {path.name for path in change.iterdir()} >= {"settings.yaml", "curves.csv", "curves.png"}
    card = (change / "model" / "README.md").read_text()
    assert "LEVIR-CC" in card
    assert str(change.parent) not in card
    assert str(base.parent) not in card


def test_the_change_module_learns_and_its_statistics_with_it(change, change_settings, tmp_path):
    state = load_bundle(change / "model").model.change.state_dict()
    settings = change_settings("epochs=1", "learning_rate=1e-30")
    folder = train_change(settings, tmp_path / "run", QUIET)
    untaught = load_bundle(folder).model.change.state_dict()

    for name in ("fuse.weight", "mix.weight", "h_embedding.weight"):
        assert not torch.equal(state[name], untaught[name])
    assert state["mix_norm.running_mean"].abs().max() > 0


def test_features_are_the_same_kept_or_made_again(change_settings, change, tmp_path):
    settings = change_settings("machine.keep_features=false")

    folder = train_change(settings, tmp_path / "again", QUIET).parent

    assert not (folder / "features").exists()
    assert (change / "features" / "train").is_dir()
    assert curve(folder) == pytest.approx(curve(change), rel=1e-4)


def test_kept_features_are_of_the_images_that_are_asked_for(base, data, tmp_path):
    samples = dataset("levir-cc").read(data["levir-cc"], "train")
    bundle = load_bundle(base)
    folder = tmp_path / "features"
    PairFeatures(bundle, samples, folder, workers=1).keep(QUIET.making)
    other = samples[::-1] + samples[:1]

    for harm in (lambda _: None, lambda path: os.truncate(path, 300)):
        harm(next(folder.iterdir()))
        kept = PairFeatures(bundle, other, folder, workers=1)
        kept.keep(QUIET.making)
        for item, sample in enumerate(other):
            alone = PairFeatures(bundle, [sample], None, workers=1)
            assert torch.allclose(kept.of([item]), alone.of([0]), atol=1e-5)

    before = next(folder.iterdir()).stat().st_mtime_ns
    PairFeatures(bundle, other, folder, workers=1).keep(QUIET.making)
    assert next(folder.iterdir()).stat().st_mtime_ns == before


def test_an_epoch_of_the_paper_is_every_caption_once():
    options = loop_options(load_settings(ChangeSettings), 1_065, "cpu")

    assert options.steps == 53_250
    assert (options.optimizer, options.schedule, options.warmup) == ("adam", "step", 0.0)
    assert (options.decay_every, options.decay_factor) == (5 * 1_065, 0.5)
    assert (options.validate_every, options.best) == (1_065, "validation_bleu4")
    assert options.clip == float("inf")


@pytest.mark.slow
def test_a_killed_second_stage_goes_on_bit_for_bit(joint_words, joint, tmp_path):
    folder = tmp_path / "cut"
    kill_after_first_checkpoint(joint_words, folder)

    assert train(*joint_words, "--folder", folder) == 0

    assert curve(folder) == curve(joint)
    assert same_weights(folder / "model", joint / "model")


def test_the_first_stage_refuses_several_processes(change_settings, tmp_path, monkeypatch):
    place = Place(0, 2, torch.device("cpu"))
    monkeypatch.setattr("unirs_lab.training.checks.take_place", lambda _settings: place)

    code, _ = refused(train_change, change_settings(), tmp_path / "run", QUIET)

    assert code == "one_process_only"


@pytest.mark.slow
def test_two_processes_train_what_one_trains(joint_words, joint, tmp_path):
    torchrun(2, "-m", "unirs", "train", *joint_words, "--folder", tmp_path / "two")

    assert curve(tmp_path / "two") == pytest.approx(curve(joint), rel=1e-4)
    assert load_bundle(tmp_path / "two" / "model").config.clue_source == "second"


def ask(folder, data, capsys):
    """Ask a model folder by the program."""
    image = next((data["geochat"] / "final_images_llava").iterdir())
    words = ["ask", image, "Is there a road?", "--model", folder, "--max-tokens", 3, "--json"]
    assert main([*map(str, words), "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out)


def test_full_tuning_ends_in_a_model_that_answers_with_its_base_s_clues(
    joint, change, base, data, capsys
):
    answer = ask(joint / "model", data, capsys)

    bundle = load_bundle(joint / "model")
    assert bundle.config.clue_source == "second"
    assert answer["clue"] is not None
    old, new = load_bundle(change / "model").model.state_dict(), bundle.model.state_dict()
    changed = {name for name in new if not torch.equal(new[name], old[name])}
    assert changed
    assert all(name.startswith("language_model.") for name in changed)
    frozen = load_bundle(base).model.language_model.state_dict()
    assert all(torch.equal(bundle.clue_language_model.state_dict()[n], frozen[n]) for n in frozen)


def test_an_adapter_ends_in_a_model_whose_llm_is_its_base_s(
    joint_settings, base, data, tmp_path, capsys
):
    folder = train_joint(joint_settings("tuning=lora", "steps=3"), tmp_path / "lora", QUIET)

    answer = ask(folder, data, capsys)

    assert answer["clue"] is not None
    assert (folder / "adapter").is_dir()
    assert not (folder / "clue").exists()
    frozen, own = load_bundle(base).model.language_model, load_bundle(folder)
    with own.language_model("clue") as language_model:
        name = "model.layers.0.self_attn.q_proj.base_layer.weight"
        weights = language_model.get_parameter(name)
    assert torch.equal(weights, frozen.model.layers[0].self_attn.q_proj.weight)


def test_without_clues_and_change_module_a_model_asks_for_neither(joint_settings, tmp_path):
    settings = joint_settings(
        "with_clues=false", "change_module=false", "steps=2", "clues=null", "start=null"
    )

    killed_while_written = tmp_path / "bare" / "start.part"
    killed_while_written.mkdir(parents=True)
    (killed_while_written / "config.json").write_text("{")

    pipeline = load_pipeline(train_joint(settings, tmp_path / "bare", QUIET))

    assert not killed_while_written.exists()
    crop = Crop(np.zeros((40, 40, 3), np.uint8))
    answer = pipeline.answer(VisualInput.pair(crop, crop), Question(text="?", max_new_tokens=2))
    assert answer.clue is None
    assert answer.change_map is None
    assert answer.tokens.visual == 18
    assert not pipeline.config.change_module


def test_a_run_with_other_settings_is_refused(joint_settings, change_settings, joint, change):
    assert refused(train_joint, joint_settings("seed=1"), joint, QUIET)[0] == "settings_differ"
    assert refused(train_change, change_settings("seed=1"), change, QUIET)[0] == "settings_differ"


def break_layout(data, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(data["levir-cc"], broken)
    (broken / "LevirCCcaptions.json").unlink()
    return broken


def lose_an_image(data, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(data["levir-cc"], broken)
    next((broken / "images" / "train" / "B").iterdir()).unlink()
    return broken


def cut_an_image(data, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(data["levir-cc"], broken)
    for path in (broken / "images" / "train" / "A").iterdir():
        path.write_bytes(path.read_bytes()[:99])
    return broken


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (break_layout, "dataset_layout"),
        (lose_an_image, "image_broken"),
        (cut_an_image, "image_broken"),
        (lambda _data, tmp_path: tmp_path / "nowhere", "dataset_layout"),
    ],
)
def test_a_broken_dataset_is_refused_before_the_start(harm, code, data, change_settings, tmp_path):
    settings = change_settings(**{"data.levir-cc.root": str(harm(data, tmp_path))})

    assert refused(train_change, settings, tmp_path / "run", QUIET)[0] == code
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("base=null", "base_missing"),
        ("base=/nowhere", "model_missing"),
        ("data.levir-cc=null", "data_missing"),
        ("data.levir-cc.repeat=0", "data_missing"),
        ("decoder.heads=3", "settings_invalid"),
        ("data.levir-cc.root=null", "data_missing"),
        ("data.geochat.dataset=levir-mci", "data_missing"),
        ("data.levir-cc.split=tset", "split_unknown"),
        ("validation_split=vall", "split_unknown"),
        ("machine.device=voodoo", "device_missing"),
        ("machine.tensorboard=true", "tensorboard_missing"),
    ],
)
def test_the_change_stage_refuses_to_start_without_what_it_needs(
    override, code, base, data, tmp_path, monkeypatch
):
    monkeypatch.setattr("unirs_lab.training.checks.find_spec", lambda name: name != "tensorboard")
    given = [f"base={base}", f"data.levir-cc.root={data['levir-cc']}", override]
    settings = load_settings(ChangeSettings, "tiny", None, given)

    assert refused(train_change, settings, tmp_path / "run", QUIET)[0] == code
    assert not (tmp_path / "run").exists()


def test_what_is_no_pair_does_not_teach_the_change_module(change_settings, data, tmp_path):
    settings = change_settings(**{"data.geochat.root": str(data["geochat"])})

    code, message = refused(train_change, settings, tmp_path / "run", QUIET)

    assert code == "data_unfit"
    assert "--set data.geochat=null" in message


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("start=null", "start_missing"),
        ("clues=null", "clue_missing"),
        ("clues=/nowhere", "clue_missing"),
        ("aspect_mode=resize", "settings_differ"),
        ("frame_count=4", "settings_differ"),
        ("round_size=3", "settings_invalid"),
        ("data.era.root=null", "data_missing"),
    ],
)
def test_joint_tuning_refuses_to_start_without_what_it_needs(
    override, code, base, data, clues, change, tmp_path
):
    given = [f"base={base}", f"clues={clues}", f"start={change / 'model'}"]
    given += [f"data.{name}.root={root}" for name, root in data.items()]
    settings = load_settings(JointSettings, "tiny", None, [*given, override])

    assert refused(train_joint, settings, tmp_path / "run", QUIET)[0] == code
    assert not (tmp_path / "run").exists()


def test_an_adapter_without_clues_is_refused(joint_settings, tmp_path):
    settings = joint_settings("tuning=lora", "with_clues=false")

    assert refused(train_joint, settings, tmp_path / "run", QUIET)[0] == "settings_invalid"


def test_a_model_that_does_not_fit_its_role_is_refused(
    joint_settings, change_settings, joint, base, make_model, tmp_path
):
    run = tmp_path / "run"
    tuned = change_settings(base=str(joint / "model"))
    assert refused(train_change, tuned, run, QUIET)[0] == "base_unfit"
    for wrong in (base, joint / "model"):
        settings = joint_settings(start=str(wrong))
        assert refused(train_joint, settings, run, QUIET)[0] == "start_unfit"
    narrow = make_model("narrow", kind="base", clue_source="self")
    config = json.loads((narrow / "config.json").read_text())
    config["text_config"]["vocab_size"] = 50
    (narrow / "config.json").write_text(json.dumps(config))
    assert refused(train_change, change_settings(base=str(narrow)), run, QUIET)[0] == "base_unfit"
    assert refused(train_joint, joint_settings(base=str(narrow)), run, QUIET)[0] == "base_unfit"


def test_a_base_with_other_words_is_refused(joint_settings, make_bundle, tmp_path):
    from unirs.model import save_bundle

    other = tmp_path / "other"
    save_bundle(make_bundle(kind="base", clue_source="self"), other)

    assert refused(train_joint, joint_settings(base=str(other)), tmp_path, QUIET)[0] == "base_unfit"


def test_a_full_disk_is_reported_before_the_start(change_settings, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=1000))

    code, message = refused(train_change, change_settings(), tmp_path / "run", QUIET)

    assert code == "disk_full"
    assert "only 1.0 kB is free" in message


def test_too_little_memory_is_reported_with_advice(
    change_settings, joint_settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=9, total=9))

    assert refused(train_change, change_settings(), tmp_path, QUIET)[0] == "memory_short"
    code, message = refused(train_joint, joint_settings(), tmp_path / "run", QUIET)

    assert code == "memory_short"
    assert "take a GPU with more memory" in message


def test_a_second_run_in_one_folder_is_refused(change_settings, joint_settings, tmp_path):
    with alone_in(tmp_path / "run"):
        for run, settings in ((train_change, change_settings()), (train_joint, joint_settings())):
            code, message = refused(run, settings, tmp_path / "run", QUIET)
            assert code == "folder_in_use"
            assert str(tmp_path / "run") in message
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_written_is_reported(change_settings, tmp_path):
    (tmp_path / "file").write_text("")

    code, _ = refused(train_change, change_settings(), tmp_path / "file" / "run", QUIET)

    assert code == "output_unwritable"


def test_a_plan_counts_the_data_and_the_base_that_are_there(base, data, capsys):
    named = [word for name in NAMES for word in ("--data", f"{name}={data[name]}")]

    words = ["--plan", "--gpu", "h200", "--preset", "tiny", "--base", base, *named]
    assert train("joint", *words) == 0

    out = capsys.readouterr().out
    assert "of base on NVIDIA H200" in out
    assert "pair 15" in out  # 3 pairs of 5 captions
    assert "video 6" in out  # 3 clips twice
    assert "numbers of rows as counted" in out
    assert train("joint", *words, "--gpus", 3) == 2
    assert "number of processes, 3" in capsys.readouterr().err


def test_the_file_of_a_run_is_all_that_it_takes_to_go_on(joint):
    assert train("joint", "--settings", joint / "settings.yaml", "--folder", joint) == 0


def test_a_base_is_made_from_random_weights_and_can_start_the_other_stages(data, tmp_path):
    named = [f"--data={name}={data[name]}" for name in ("geochat", "era")]

    words = ["base", "--preset", "tiny", "--set", "steps=2", "--folder", tmp_path / "base"]
    assert train(*words, *named) == 0

    bundle = load_bundle(tmp_path / "base" / "model")
    assert (bundle.config.kind, bundle.config.clue_source) == ("base", "self")
    samples = dataset("levir-cc").read(data["levir-cc"], "train")
    assert len(write_clue_set(samples, bundle, tmp_path / "clues")) == len(samples)
    given = {"base": str(tmp_path / "base" / "model"), "data.levir-cc.root": data["levir-cc"]}
    settings = load_settings(ChangeSettings, "tiny", None, ["epochs=1"], given)
    assert train_change(settings, tmp_path / "change", QUIET).is_dir()
    assert train(*words, *named) == 0  # a finished run writes its model again


def test_a_base_without_texts_has_no_tokenizer_to_make(tmp_path):
    assert train("base", "--preset", "tiny", "--folder", tmp_path / "base") == 2
