"""Folders of dated rasters, something beside them that is secret, and the server as a process."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.rasters import write_raster
from unirs.tool_server.questions import Questions
from unirs.tool_server.results import Results
from unirs.tool_server.roots import Roots
from unirs.tool_server.server import ToolServer
from unirs.tool_server.tools import Tools

SLOW_SERVER = str(Path(__file__).with_name("slow_server.py"))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes back what a server forbids its process, where that is the tests' own."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that may be read."""
    write_raster(tmp_path / "imagery" / "first.tif", dt.date(2012, 7, 31), seed=1)
    write_raster(tmp_path / "imagery" / "later" / "second.tif", dt.date(2020, 8, 31), seed=2)
    return (tmp_path / "imagery").resolve()


@pytest.fixture
def first(folder: Path) -> str:
    """A raster of 2012."""
    return str(folder / "first.tif")


@pytest.fixture
def second(folder: Path) -> str:
    """The same ground in 2020."""
    return str(folder / "later" / "second.tif")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A raster beside the folder, which may not be read."""
    return write_raster(tmp_path.resolve() / "secret.tif", seed=3)


@pytest.fixture(scope="session")
def model(make_model: Callable[..., Path]) -> str:
    """A tiny model with random weights."""
    return str(make_model())


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where results go."""
    return tmp_path.resolve() / "results"


Steps = Callable[[Client], Awaitable[None]]


@pytest.fixture
def talk(folder: Path, output: Path, model: str) -> Callable[..., None]:
    """Has a client of the SDK talk to a server in this process."""

    def run(steps: Steps, **chosen: str) -> None:
        server = ToolServer("unirs")
        roots = Roots([folder])
        questions = Questions({"model": model, "device": "cpu", **chosen}, roots.raster)
        Tools(server, roots, Results(output, roots), questions)

        async def main() -> None:
            async with Client(server, mode="legacy") as client:
                await steps(client)

        anyio.run(main)

    return run


@pytest.fixture
def command(folder: Path, output: Path, model: str) -> StdioServerParameters:
    """The real program."""
    words = ["mcp", "--root", str(folder), "--output", str(output), "--model", model]
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "unirs", *words, "--device", "cpu"],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture
def slow_command(command: StdioServerParameters) -> StdioServerParameters:
    """The same, taking its time over each token, and printing what it should not."""
    return command.model_copy(update={"args": [SLOW_SERVER, *command.args[2:]]})


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured result of a tool, which is its first text, too."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """The sentence of a tool that refuses."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text
