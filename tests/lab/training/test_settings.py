"""Settings: the paper's numbers, layers of YAML, and a sentence for whatever does not fit."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs.errors import UniRSError
from unirs.model import PRESETS as MODELS
from unirs_lab.training.settings import STAGES, ChangeSettings, JointSettings
from unirs_lab.training.settings_files import (
    as_yaml,
    digest,
    keep,
    load_settings,
    portable,
    presets,
)

ALL = [(kind, preset) for kind in STAGES for preset in presets(kind)]


def code_of(call, *arguments, **names):
    with pytest.raises(UniRSError) as caught:
        call(*arguments, **names)
    return caught.value.code, caught.value.message


def test_the_paper_preset_of_the_first_stage_is_that_of_the_paper():
    settings = load_settings(ChangeSettings)

    assert (settings.learning_rate, settings.batch_size, settings.epochs) == (1e-4, 32, 50)
    assert (settings.decay_every, settings.decay_factor) == (5, 0.5)
    assert (settings.decoder.heads, settings.decoder.dropout) == (8, 0.1)
    assert (list(settings.data), settings.validation_split) == (["levir-cc"], "val")


def test_the_paper_preset_of_the_second_stage_is_that_of_the_paper():
    settings = load_settings(JointSettings)

    assert (settings.learning_rate, settings.batch_size, settings.epochs) == (1e-4, 128, 1)
    assert (settings.warmup, settings.weight_decay, settings.steps) == (0.03, 0.0, None)
    assert (settings.tuning, settings.precision) == ("full", "bfloat16")
    assert (settings.aspect_mode, settings.frame_count) == ("pad", 8)
    assert settings.with_clues
    assert settings.change_module
    repeats = {name: source.repeat for name, source in settings.data.items()}
    assert repeats == {"geochat": 1, "levir-cc": 5, "era": 10}
    assert settings.batch_size % settings.round_size == 0
    assert MODELS["unirs-3b"]().text_config.max_position_embeddings == 4096


@pytest.mark.parametrize(("kind", "preset"), ALL)
def test_what_is_written_reads_as_the_same_settings(kind, preset, tmp_path):
    settings = load_settings(kind, preset)
    (tmp_path / "mine.yaml").write_text(as_yaml(settings.model_dump(mode="json")))

    assert load_settings(kind, preset, tmp_path / "mine.yaml") == settings


def test_a_value_beats_the_file_and_the_file_beats_the_preset(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 5\nbatch_size: 64\nlora: {rank: 8}\n")

    settings = load_settings(JointSettings, "paper", file, ["batch_size=256", "lora.alpha=9"])

    assert (settings.seed, settings.batch_size) == (5, 256)
    assert (settings.lora.rank, settings.lora.alpha, settings.lora.dropout) == (8, 9, 0.05)


def test_datasets_come_and_go_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings(
        JointSettings, overrides=["data.era=null", "data.crsvqa.root=C", "data.mine.dataset=jsonl"]
    )

    assert list(settings.data) == ["geochat", "levir-cc", "crsvqa", "mine"]
    assert settings.data["crsvqa"].root == tmp_path / "C"
    assert settings.data["crsvqa"].repeat == 1
    assert settings.data["mine"].dataset == "jsonl"


def test_the_record_of_a_run_reads_as_its_settings_also_where_a_dataset_was_left_out(tmp_path):
    settings = load_settings(JointSettings, "tiny", overrides=["data.era=null"])
    keep(settings, tmp_path)

    assert load_settings(JointSettings, "tiny", tmp_path / "settings.yaml") == settings
    assert load_settings(JointSettings, "paper", tmp_path / "settings.yaml") == settings
    keep(settings, tmp_path)


def test_a_model_is_named_or_lies_in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()

    def base(place):
        return str(load_settings(JointSettings, overrides=[f"base={place}"]).base)

    assert base("unirs-small") == "unirs-small"
    assert base("here") == str(tmp_path / "here")
    assert base("models/vila") == str(tmp_path / "models/vila")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("learning_rat=1", "did you mean learning_rate?"),
        (
            "machine.devise=cpu",
            "machine.devise is not a setting of this stage",
        ),
        ("data.era.rot=x", "did you mean root?"),
        ("batch_size=0", "batch_size = 0 cannot be"),
        ("warmup=1.5", "warmup = 1.5 cannot be"),
        ("tuning=some", "tuning = 'some' cannot be"),
        ("data=3", "data = 3 cannot be"),
        ("data.era=[1]", "data.era = [1] cannot be"),
        ("decoder.heads=8", "decoder is not a setting of this stage"),
        ("data.era.repeat=.inf", "data.era.repeat = inf cannot be"),
        ("learning_rate=.nan", "learning_rate = nan cannot be"),
        ("seed", "write name=value"),
        ("=1", "write name=value"),
        ("seed=[", "no YAML"),
    ],
)
def test_a_wrong_value_is_named(override, words):
    code, message = code_of(load_settings, JointSettings, overrides=[override])

    assert code == "settings_invalid"
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"seed: [", "settings_invalid"),
        (b"- 1\n- 2\n", "settings_invalid"),
        (b"\xff\xfe", "settings_invalid"),
        (b"1: 2\n", "settings_invalid"),
        (b"a: !!python/object/apply:os.getcwd []\n", "settings_invalid"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(content, code, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)

    found, message = code_of(load_settings, JointSettings, file=file)

    assert found == code
    assert "mine.yaml" in message


def test_a_missing_file_and_an_unknown_preset_are_refused(tmp_path):
    assert code_of(load_settings, JointSettings, file=tmp_path / "no")[0] == "settings_missing"
    assert code_of(load_settings, JointSettings, file=tmp_path)[0] == "settings_missing"
    assert code_of(load_settings, JointSettings, "papper")[0] == "preset_unknown"


@given(st.text(max_size=30))
def test_no_override_is_a_defect(text):
    with suppress(UniRSError):
        load_settings(ChangeSettings, "tiny", overrides=[text])


def test_a_run_goes_on_with_its_own_settings_alone(tmp_path):
    settings = load_settings(JointSettings, "tiny")
    keep(settings, tmp_path)
    keep(settings, tmp_path)

    other = load_settings(JointSettings, "tiny", overrides=["lora.rank=5"])
    code, message = code_of(keep, other, tmp_path)

    assert code == "settings_differ"
    assert "lora.rank = 4 and not 5" in message
    assert load_settings(JointSettings, "paper", tmp_path / "settings.yaml") == settings


def test_the_machine_may_change_and_makes_no_other_run(tmp_path):
    settings = load_settings(JointSettings, "tiny")
    keep(settings, tmp_path)
    other = load_settings(JointSettings, "tiny", overrides=["machine.workers=3"])

    keep(other, tmp_path)

    assert digest(other) == digest(settings)
    assert digest(load_settings(JointSettings, "tiny", overrides=["seed=1"])) != digest(settings)


def test_where_data_lies_is_nobody_elses_business(tmp_path):
    here = load_settings(
        JointSettings, "tiny", given={"data.era.root": str(tmp_path / "a" / "ERA")}
    )
    there = load_settings(JointSettings, "tiny", given={"data.era.root": "/b: #1/ERA"})

    assert str(tmp_path) not in as_yaml(portable(here))
    assert "ERA" in as_yaml(portable(here))
    assert digest(here) == digest(there)


def test_a_broken_record_of_a_run_is_reported(tmp_path):
    (tmp_path / "settings.yaml").write_text("{")

    assert code_of(keep, load_settings(ChangeSettings, "tiny"), tmp_path)[0] == "settings_invalid"


def test_a_folder_that_takes_no_record_is_reported(tmp_path):
    code, _ = code_of(keep, load_settings(ChangeSettings, "tiny"), tmp_path / "not" / "there")

    assert code == "output_unwritable"
