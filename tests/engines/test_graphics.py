"""What `unirs doctor` says about graphics cards."""

from __future__ import annotations

import sys

import pytest

from unirs.engines.graphics import Graphics, find_graphics

CARD = "NVIDIA T4 (driver 535.10)"


@pytest.mark.parametrize(
    ("graphics", "words"),
    [
        (Graphics("CUDA 13.0", ("NVIDIA H200",), "NVIDIA H200 (driver 580.1)"), "uses NVIDIA H200"),
        (Graphics("CPU", (), ""), "no graphics card"),
        (Graphics("CPU", (), CARD), "leaves NVIDIA T4 (driver 535.10) unused"),
        (Graphics("CUDA 13.0", (), CARD), "update its driver"),
    ],
)
def test_the_sentence_names_what_to_do(graphics, words):
    assert words in graphics.sentence


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
@pytest.mark.parametrize(("status", "driver"), [(0, CARD), (9, "")])
def test_the_driver_is_asked(tmp_path, monkeypatch, status, driver):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho 'NVIDIA T4, 535.10'\nexit {status}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_graphics()
    assert found.driver == driver
    assert found.build


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_a_driver_that_hangs_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("unirs.engines.graphics._SECONDS", 0.2)
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_graphics().driver == ""
