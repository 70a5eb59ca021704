"""A tiny model with random weights, small dated rasters, a short video, and the program itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from tests.rasters import write_raster
from unirs.cli import main


@pytest.fixture(scope="session")
def models_folder(make_model: Callable[..., Path]) -> Path:
    """A folder of models that holds ``unirs-tiny``."""
    card = "---\ntags: [demonstration]\n---\nA tiny model.\n"
    return make_model(card=card, clue_source="second").parent


@pytest.fixture(autouse=True)
def known_models(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program, also as a process, finds ``unirs-tiny`` by its name."""
    monkeypatch.setenv("UNIRS_MODELS", str(models_folder))
    monkeypatch.setenv("COLUMNS", "100")


@dataclass
class Outcome:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def unirs(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs the command line in this process."""

    def run(*words: object) -> Outcome:
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def ask(unirs: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Runs a command with the tiny model and short answers."""

    def run(*words: object) -> Outcome:
        return unirs(*words, "--model", "unirs-tiny", "--max-tokens", 6, "--device", "cpu")

    return run


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A raster of 2012."""
    return write_raster(tmp_path / "first.tif", dt.date(2012, 7, 31), seed=1)


@pytest.fixture
def after(tmp_path: Path) -> Path:
    """The same ground in 2020."""
    return write_raster(tmp_path / "second.tif", dt.date(2020, 8, 31), seed=2)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Twelve frames."""
    path = tmp_path / "flight.mp4"
    frames = np.random.default_rng(3).integers(0, 255, (12, 64, 64, 3), dtype=np.uint8)
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=4)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path
