"""Java that is missing, fails or hangs is reported in one sentence, and never waited for."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores import java
from unirs_lab.evaluation.scores.java import meteor, ptb_tokenise, require_java

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that is found as Java."""
    path = tmp_path / "java"
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


def test_without_java_captions_are_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (require_java, lambda: ptb_tokenise(["a"])):
        with pytest.raises(UniRSError, match="Java") as caught:
            call()
        assert caught.value.code == "java_missing"


def test_a_java_that_does_not_start_is_missing(program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'No Java runtime present' >&2\nexit 1\n")
    with pytest.raises(UniRSError) as caught:
        require_java()
    assert caught.value.code == "java_missing"


def test_the_output_of_a_failing_program_is_reported(program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'Could not reserve\nenough space' >&2\nexit 1\n")
    with pytest.raises(UniRSError, match="Could not reserve enough space") as caught:
        meteor(["a"], [["a"]])
    assert caught.value.code == "java_failed"


def test_a_program_that_hangs_is_killed(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "START_SECONDS", 0.5)
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    start = time.monotonic()
    with pytest.raises(UniRSError, match="less busy") as caught:
        meteor(["a"], [["a"]])
    assert caught.value.code == "java_timeout"
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("call", [lambda: meteor(["a"], [["a"]]), lambda: ptb_tokenise(["a", "b"])])
@pytest.mark.usefixtures("program")
def test_missing_output_is_an_error(call: object) -> None:
    with pytest.raises(UniRSError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == "java_failed"
