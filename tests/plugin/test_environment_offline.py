"""A folder saved on one computer, and another computer set up from it without a network."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin.setup_fixtures import Place, find_uv, write_python
from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError
from unirs_qgis.runtime.environment import RuntimeState
from unirs_qgis.runtime.locks import UV_TAGS
from unirs_qgis.runtime.offline import LIST_NAME, Saving, read_folder
from unirs_qgis.runtime.platforms import this_platform
from unirs_qgis.runtime.runtime_setup import find_payload
from unirs_qgis.runtime.uv import SetupReport
from unirs_qgis.settings import SetupOptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")

SYSTEM = "{}.{}".format(*sys.version_info)


def saving(place: Place, platform: str = "", stopped=lambda: False) -> Saving:
    options = SetupOptions(index=place.write_index(), uv=str(find_uv()))
    report = SetupReport(place.stages.append, place.lines.append, place.progress.append, stopped)
    return Saving(
        target=place.root / "stick of Zoë",
        platform=platform or this_platform(),
        runtime=place.folder,
        payload=find_payload(place.package),
        options=options,
        variables={},
        report=report,
        python=SYSTEM,
    )


@pytest.fixture
def known_python(place, monkeypatch) -> None:
    """uv knows one Python: a copy of the system's on a mirror."""
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", write_python(place.root / "mirror"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def test_another_computer_is_set_up_without_network_and_python(place, known_python):
    place.uv_wheel()
    folder = saving(place).run()
    shutil.rmtree(place.root / "simple")
    shutil.rmtree(place.root / "mirror" / "20261110")
    shutil.rmtree(place.root / "cache of Zoë")  # that of the other computer is empty
    shutil.rmtree(place.wheels)
    code = f"""
        from pathlib import Path
        from unirs_qgis.runtime import installation
        from unirs_qgis.runtime.environment import find_payload
        from unirs_qgis.runtime.uv import SetupReport
        from unirs_qgis.settings import SetupOptions
        installation.search_path = lambda: {str(place.root)!r}  # no Python there
        report = SetupReport(print, print, lambda _: None, lambda: False)
        options = SetupOptions(wheels_folder={str(folder)!r})
        payload = find_payload(Path({str(place.package)!r}))
        installation.Setup(Path({str(place.folder)!r}), payload, options, {{}}, report).run()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    if os.geteuid() == 0 and shutil.which("unshare"):
        command = ["unshare", "-n", *command]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert place.state is RuntimeState.READY
    assert list((place.folder / "python").glob(f"cpython-{SYSTEM}.1-*"))


def test_a_second_try_fetches_only_what_is_missing(place, known_python):
    place.uv_wheel()
    folder = saving(place).run()
    (folder / "wheels" / place.part.name).write_bytes(b"cut off")
    place.lines.clear()
    saving(place).run()
    assert [line for line in place.lines if line.endswith(".whl")] == [place.part.name]


def test_a_folder_for_another_platform_is_named_before_anything_is_done(place, known_python):
    wheel = place.uv_wheel()
    other = wheel.with_name(wheel.name.replace(UV_TAGS["linux-x86_64"], UV_TAGS["windows-x86_64"]))
    shutil.copy(wheel, other)
    options = replace(saving(place).options, uv=str(find_uv()))
    work = saving(place, "windows-x86_64")
    work.options = options
    folder = work.run()
    with pytest.raises(UserError, match="saved for windows-x86_64") as caught:
        place.setup(options=SetupOptions(wheels_folder=str(folder))).run()
    assert caught.value.code == "folder"
    assert any("No Python could be saved" in line for line in place.lines)


@pytest.mark.parametrize("name", ["wheels/unirs_part-1.0-py3-none-any.whl", LIST_NAME])
def test_a_damaged_copy_is_named(place, known_python, name):
    place.uv_wheel()
    folder = saving(place).run()
    assert read_folder(folder).python == SYSTEM
    (folder / name).write_bytes(b"{")
    with pytest.raises(UserError, match="copy or save the folder anew"):
        read_folder(folder)


def test_a_list_that_points_elsewhere_is_no_way_out_of_the_folder(place):
    folder = place.root / "stick"
    folder.mkdir()
    digest = hashlib.sha256(b"").hexdigest()
    facts = {"platform": this_platform(), "python": SYSTEM, "files": {"gone.whl": [0, digest]}}
    (folder / LIST_NAME).write_text(json.dumps(facts))
    with pytest.raises(UserError, match="missing or damaged"):
        read_folder(folder)


def test_collected_wheels_are_no_saved_folder(place):
    assert read_folder(place.wheels) is None


def test_an_index_that_lacks_a_file_is_named(place):
    place.uv_wheel()
    place.part.rename(place.part.with_name("elsewhere.zip"))
    with pytest.raises(UserError, match="unirs_part") as caught:
        saving(place).run()
    assert caught.value.code == "no_build"


def test_it_is_stopped_at_once(place):
    place.uv_wheel()
    stops: list[int] = []

    def stopped() -> bool:
        stops.append(1)
        return len(stops) > 2

    with pytest.raises(Stopped):
        saving(place, stopped=stopped).run()
    assert not (Path(place.root) / "stick of Zoë" / LIST_NAME).exists()
