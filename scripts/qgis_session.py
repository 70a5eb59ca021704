"""The real QGIS window, driven with a real mouse and keyboard: for `make demo` and the tests.

Example::

    profiles = make_profile(folder, package)
    with Session(profiles, python, log) as qgis:
        qgis.add_raster(path)
        qgis.click("askButton")
        qgis.picture(folder / "asked.png")
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

AGENT = Path(__file__).with_name("qgis_agent.py")
TIMEOUT = 60.0
"""Seconds to wait for anything but an answer."""
ANSWER = 180.0
"""Seconds to wait for an answer; the first one loads the model."""

SETTINGS = """[PythonPlugins]
unirs_qgis=true

[qgis]
enableMacros=0
newsFeed\\httpsfeedqgisorg\\disabled=true
checkVersion=false
showTips=false
"""
FOREIGN = (
    *("PYTHONHOME", "PYTHONPATH", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH"),
    *("QT_QPA_PLATFORM", "QGIS_CUSTOM_CONFIG_PATH", "UNIRS_PYTHON"),
)
"""Variables that another Python, or a test without a window, may have set."""


class SessionError(RuntimeError):
    """QGIS ended, or did not react in time."""


class Answered(NamedTuple):
    """An entry of the dock's history."""

    title: str
    answer: str


def make_profile(folder: Path, package: Path) -> Path:
    """Create a profile with the plugin's package, enabled.

    Args:
        folder: Folder of the profiles; it is replaced.
        package: The zip of the plugin.
    """
    shutil.rmtree(folder, ignore_errors=True)
    profile = folder / "profiles" / "default"
    (profile / "QGIS").mkdir(parents=True)
    (profile / "QGIS" / "QGIS3.ini").write_text(SETTINGS, encoding="utf-8")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(profile / "python" / "plugins")
    return folder


def qgis_command(profiles: Path, *words: object) -> list[str]:
    """The command that opens QGIS with a folder of profiles."""
    return ["qgis", "--nologo", "--profiles-path", str(profiles), *map(str, words)]


def qgis_environment(python: Path | None) -> dict[str, str]:
    """Environment variables without those of another Python; the worker runs on ``python``."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    chosen = {"UNIRS_PYTHON": str(python)} if python else {}
    return {**kept, "PATH": "/usr/bin:/bin", **chosen}


class Session:
    """A QGIS window on a screen of its own, with mouse and keyboard.

    Args:
        profiles: Result of ``make_profile``; it can be used by several sessions.
        python: The Python with the runtime; ``None``: the one that the plugin has set up.
        log: File for the output of QGIS and Xvfb.
        opened: Files that QGIS opens at its start, such as a project.
        screen: Size of the screen in pixels.
        patience: Factor of all time limits; 1 on an idle machine.

    Raises:
        SessionError: QGIS ended, or was not ready in time.
    """

    def __init__(
        self,
        profiles: Path,
        python: Path | None,
        log: Path,
        opened: Sequence[Path] = (),
        screen: tuple[int, int] = (1400, 920),
        patience: float = 1.0,
    ) -> None:
        self._opened = opened
        self._profiles, self._log, self._size, self._patience = profiles, log, screen, patience
        self._private = Path(tempfile.mkdtemp(prefix="unirs-session-"))
        self._environment = qgis_environment(python) | {
            "UNIRS_AGENT": str(self._private / "agent"),
            "XAUTHORITY": str(self._private / "none"),  # that of another screen
            "XDG_RUNTIME_DIR": str(self._private),
        }
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._processes: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Session:
        try:
            self._environment["DISPLAY"] = self._open_screen()
            self._start(*qgis_command(self._profiles, "--code", AGENT, *self._opened))
            self.wait(self._reach, "QGIS's window")
            self.ask("size", width=self._size[0], height=self._size[1])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._lines.close()
        self._socket.close()
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._private, ignore_errors=True)

    def kill(self) -> None:
        """Kill QGIS, as in a crash."""
        self._processes[-1].kill()
        self._processes[-1].wait()

    @contextmanager
    def held_worker(self) -> Iterator[None]:
        """Suspend the worker meanwhile, so that an answer takes as long as needed."""
        found = subprocess.run(
            ["pgrep", "--full", "--parent", str(self._processes[-1].pid), "unirs.worker"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        worker = int(found.stdout)
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker, signal.SIGCONT)

    # -- state

    def ask(self, what: str, **words: object) -> Any:
        """Send a request to the agent in QGIS.

        Raises:
            SessionError: The agent failed, or QGIS has ended.
        """
        self._socket.sendall(json.dumps({"ask": what, **words}).encode() + b"\n")
        line = self._lines.readline()
        if not line:
            raise SessionError(f"QGIS ended; {self._log} has the details.")
        answer = json.loads(line)
        if "error" in answer:
            raise SessionError(answer["error"])
        return answer["answer"]

    def wait(self, look: Callable[[], T], what: str, seconds: float = TIMEOUT) -> T:
        """Wait until a function returns something true; return it."""
        end = time.monotonic() + seconds * self._patience
        while time.monotonic() < end:
            if found := look():
                return found
            if ended := [x for x in self._processes if x.poll() is not None]:
                raise SessionError(f"{ended[0].args} ended; {self._log} has the details.")
            time.sleep(0.1)
        raise SessionError(f"{what} did not appear in time; {self._log} may have the reason.")

    def widget(self, name: str) -> dict[str, Any]:
        """A visible widget: x, y (middle), width, height, text, enabled."""
        return self.wait(lambda: self.ask("widget", name=name), f"the widget {name}")

    def text(self, name: str) -> str:
        """Text of a visible widget."""
        return self.widget(name)["text"]

    def history(self) -> list[Answered]:
        """The answers in the dock's history without their marks, the newest last."""
        rows = [row.split("\n") for row in reversed(self.ask("rows", name="historyView"))]
        return [Answered(*row[:2]) for row in rows if len(row) > 1]  # others name a day

    def answer(self, count: int) -> Answered:
        """Wait until so many answers are in the history; return the last one."""
        return self.wait(lambda: self.history()[count - 1 :], "the answer", ANSWER)[-1]

    def layers(self) -> list[dict[str, Any]]:
        """The project's layers, from top to bottom."""
        return self.ask("layers")

    def picture(self, path: Path) -> Path:
        """Save a screenshot."""
        self.ask("picture", path=str(path))
        return path

    # -- scripts, mouse and keyboard

    def run(self, script: Path, **environment: str) -> None:
        """Run a script inside of QGIS, as its ``--code`` does."""
        self.ask("run", script=str(script), environment=environment)

    def add_raster(self, path: Path, name: str = "") -> str:
        """Open a raster file; return the layer's name."""
        if not self.ask("add_raster", path=str(path), name=name or path.stem):
            raise SessionError(f"QGIS cannot open {path}.")
        return name or path.stem

    def open_project(self, path: Path) -> None:
        """Open a project."""
        if not self.ask("open_project", path=str(path)):
            raise SessionError(f"QGIS cannot open {path}.")

    def save_project(self, path: Path) -> Path:
        """Save the project."""
        if not self.ask("save_project", path=str(path)):
            raise SessionError(f"QGIS cannot save {path}.")
        return path

    def close_project(self) -> None:
        """Begin a new project."""
        self.ask("close_project")

    def click(self, name: str, button: int = 1) -> None:
        """Click a widget as soon as it is enabled."""
        usable = self.wait(lambda: _usable(self.ask("widget", name=name)), f"a usable {name}")
        self.click_at(usable, button)

    def click_button(self, action: str) -> None:
        """Click the toolbar button of an action."""
        found = self.wait(lambda: self.ask("button", action=action), f"the button of {action}")
        self.click_at(found)

    def click_text(self, text: str) -> None:
        """Click the button with a text, in any window, as soon as it is enabled."""
        self.click_at(self.wait(lambda: _usable(self.ask("push_button", text=text)), text))

    def click_layer(self, name: str, button: int = 1, also: bool = False) -> None:
        """Click a layer in the layer tree; ``also`` keeps the selection."""
        layer = self.wait(lambda: self.ask("layer", name=name), f"the layer {name}")
        self.click_at(layer, button, hold="ctrl" if also else "")

    def choose(self, *texts: str) -> None:
        """Choose from the open menu and its submenus; the entries are named by their beginnings."""
        for text in texts:
            self.click_at(self.wait(lambda text=text: self._entry(text), f"the entry {text}"))

    def click_at(self, place: dict[str, Any], button: int = 1, hold: str = "") -> None:
        """Click in the middle of a widget or an entry."""
        words: list[object] = ["mousemove", "--sync", place["x"], place["y"], "sleep", 0.2]
        click = ["click", button]
        self._xdotool(*words, *(["keydown", hold, *click, "keyup", hold] if hold else click))
        time.sleep(0.3)

    def type(self, text: str) -> None:
        """Type a text into the focused widget."""
        self._xdotool("type", "--delay", 20, text)

    def press(self, *keys: str) -> None:
        """Press keys, by their names in X11: ``Return``, ``Escape``, ``ctrl+a``."""
        self._xdotool("key", *keys)

    # -- processes

    def _open_screen(self) -> str:
        """Start Xvfb on a free display; return its name."""
        width, height = self._size
        reading, writing = os.pipe()
        screen = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        self._start("Xvfb", "-displayfd", str(writing), *screen, pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as file:
            number = file.readline().strip()
        if not number:
            raise SessionError(f"Xvfb did not start; {self._log} has the details.")
        return f":{number}"

    def _start(self, *words: str, pass_fds: tuple[int, ...] = ()) -> None:
        quiet = {"stdin": subprocess.DEVNULL, "env": self._environment, "pass_fds": pass_fds}
        with self._log.open("ab") as log:
            self._processes.append(subprocess.Popen(words, stdout=log, stderr=log, **quiet))

    def _reach(self) -> bool:
        try:
            self._socket.connect(str(self._private / "agent"))
        except OSError:
            return False
        return True

    def _entry(self, text: str) -> dict[str, Any] | None:
        entries = [x for x in self.ask("menu") if x["text"].startswith(text)]
        return entries[0] if entries and entries[0]["enabled"] else None

    def _xdotool(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self._environment, check=True)


def _usable(widget: dict[str, Any] | None) -> dict[str, Any] | None:
    return widget if widget and widget["enabled"] else None
