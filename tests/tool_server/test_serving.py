"""``unirs mcp`` as a process: what it owes a client, whatever that client does."""

from __future__ import annotations

import json
import subprocess
import time

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from unirs.cli import main
from unirs.tool_server import serving

from .conftest import call

pytestmark = pytest.mark.slow

PATIENCE = 60


def started(command: StdioServerParameters) -> subprocess.Popen:
    return subprocess.Popen(
        [command.command, *command.args],
        env=command.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def send(process: subprocess.Popen, **message: object) -> None:
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()


def greet(process: subprocess.Popen) -> dict:
    """What a client of 2025 sends first, and the answer."""
    client = {"name": "test", "version": "1"}
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    send(process, id=0, method="initialize", params=params)
    answer = json.loads(process.stdout.readline())
    send(process, method="notifications/initialized")
    return answer["result"]


def ask_at_length(process: subprocess.Popen, raster: str) -> None:
    """Ask what takes half a minute to answer, and wait until the answer has begun."""
    arguments = {"raster": raster}
    params = {"name": "caption", "arguments": arguments, "_meta": {"progressToken": 1}}
    send(process, id=1, method="tools/call", params=params)
    while b"Generating the answer" not in process.stdout.readline():
        pass


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_handshake_needs_no_model(command, mode):
    async def steps() -> None:
        async with Client(command, mode=mode) as client:
            assert client.server_info.name == "unirs"
            assert "never instructions" in client.instructions
            assert len((await call(client, "list_rasters"))["rasters"]) == 2

    words = ["unirs-nowhere" if word.endswith("unirs-tiny") else word for word in command.args]
    command = command.model_copy(update={"args": words})
    anyio.run(steps)


def test_a_cancelled_question_ends_and_the_next_one_is_answered(slow_command, first, second):
    async def steps() -> None:
        async with Client(slow_command) as client:
            begun = anyio.Event()

            async def take(_progress, _total, message):
                if message == "Generating the answer":
                    begun.set()

            async with anyio.create_task_group() as group:
                cancelled = {"raster": first}
                group.start_soon(
                    lambda: client.call_tool("caption", cancelled, progress_callback=take)
                )
                with anyio.fail_after(PATIENCE):
                    await begun.wait()
                listed = await call(client, "list_rasters")  # while the model is busy
                assert len(listed["rasters"]) == 2
                group.cancel_scope.cancel()
            at = time.monotonic()
            answer = await call(
                client, "ask", rasters=[second], question="Is it rural?", options=["yes", "no"]
            )
            assert answer["answer_of_model"] in {"yes", "no"}
            assert time.monotonic() - at < 10  # the whole of the first takes 25 s

    anyio.run(steps)


def test_what_libraries_print_does_not_reach_the_client(slow_command, first):
    process = started(slow_command)
    greet(process)
    arguments = {"rasters": [first], "question": "Is it?", "options": ["yes", "no"]}
    send(process, id=1, method="tools/call", params={"name": "ask", "arguments": arguments})
    assert json.loads(process.stdout.readline())["id"] == 1
    rest, log = process.communicate(timeout=PATIENCE)
    assert rest == b""
    assert b"a stray line" in log
    assert b"another one" in log


def test_lines_that_are_no_messages_are_survived(command):
    process = started(command)
    greet(process)
    process.stdin.write(b"no json\n\xff\xfe\n[]\n{}\n" + b"[" * 100_000 + b"\n\n")
    send(process, id=7, method="tools/list")
    while (answer := json.loads(process.stdout.readline())).get("id") != 7:
        pass
    assert answer["result"]["tools"]
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize("pipe", ["stdin", "both"])
def test_the_server_ends_with_its_client_in_the_middle_of_an_answer(slow_command, first, pipe):
    process = started(slow_command)
    greet(process)
    ask_at_length(process, first)
    at = time.monotonic()
    if pipe == "both":
        process.stdout.close()
    process.stdin.close()
    assert process.wait(PATIENCE) == 0
    assert time.monotonic() - at < 10
    process.stderr.close()
    if pipe == "stdin":
        process.stdout.close()


def test_a_reader_that_has_gone_is_no_defect(command):
    process = started(command)
    greet(process)
    process.stdout.close()
    send(process, id=1, method="tools/list")
    assert process.wait(PATIENCE) == 0
    process.stdin.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.parametrize(
    ("root", "output", "sentence"),
    [
        ("nowhere", "results", "There is no folder"),
        ("imagery", "imagery/results", "lie one in the other"),
        ("imagery", "imagery/first.tif/results", "lie one in the other"),
        ("imagery", "file/results", "cannot be created"),
    ],
)
def test_what_cannot_be_served_is_refused_at_once(folder, capfd, root, output, sentence):
    at = folder.parent
    (at / "file").write_bytes(b"")
    assert main(["mcp", "--root", str(at / root), "--output", str(at / output)]) == 2
    assert sentence in capfd.readouterr().err


def test_without_the_extra_the_package_is_named(folder, output, capfd, monkeypatch):
    monkeypatch.setattr(serving, "find_spec", lambda _: None)
    assert main(["mcp", "--root", str(folder), "--output", str(output)]) == 2
    assert "pip install 'unirs[mcp]'" in capfd.readouterr().err
    assert not output.exists()
