"""The check for a GPU, on a CPU with a tiny model: so that it works the first time it meets one."""

import json

import pytest

from scripts import gpu_check


@pytest.mark.slow
def test_every_part_works_and_has_its_figures(tmp_path, capsys):
    output = tmp_path / "gpu-check.json"

    small = ["--preset", "unirs-tiny", "--steps", "2", "--batch", "2", "--tiles", "4"]
    code = gpu_check.main(["--device", "cpu", *small, "--output", str(output)])

    facts = json.loads(output.read_text())
    assert facts["problems"] == {}
    assert code == 0
    assert facts["goldens reference-7x7"]["cases"] > 3
    for precision in ("bfloat16", "int8", "int4"):
        assert facts[precision]["decode_tokens_per_second"] > 0
        assert 0 < facts[precision]["bandwidth_share"] < 1
    assert facts["bfloat16"]["tiles_per_second"] > 0
    assert facts["joint tuning"]["tokens_per_second"] > 0
    shown = capsys.readouterr().out
    assert "| joint tuning: step seconds |" in shown


def test_a_part_that_fails_is_reported_and_the_others_go_on(tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("no such kernel")

    works = {"measure": lambda *_: {"fine": 1.0}, "write": lambda *_: {}, "tune": lambda *_: {}}
    for name, part in works.items():
        monkeypatch.setattr(gpu_check, name, part)
    monkeypatch.setattr(gpu_check, "check_goldens", fails)
    monkeypatch.setattr(gpu_check, "check_default_model", lambda *_: {})
    output = tmp_path / "gpu-check.json"

    assert gpu_check.main(["--device", "cpu", "--output", str(output)]) == 1

    facts = json.loads(output.read_text())
    assert list(facts["problems"]) == ["goldens reference-7x7"]
    assert facts["int4"] == {"fine": 1.0}
