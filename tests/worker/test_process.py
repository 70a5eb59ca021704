"""A worker process as another program meets it: bytes in, bytes out, and how it ends."""

import json
import random
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from unirs.worker import protocol

PATIENCE = 2
"""Seconds that a busy machine may add."""

HELLO = b'{"jsonrpc":"2.0","id":"h","method":"hello"}\n'


def ask(request_id, text):
    params = {"paths": ["a.tif"], "text": text}
    message = {"jsonrpc": "2.0", "id": request_id, "method": "ask", "params": params}
    return json.dumps(message).encode() + b"\n"


def send(process, *lines):
    process.stdin.write(b"".join(lines))
    process.stdin.flush()


def receive(process):
    return json.loads(process.stdout.readline())


def receive_answer(process):
    while "method" in (message := receive(process)):
        pass
    return message


def counting(start, command):
    """A process in the middle of a long answer."""
    process = start(command)
    send(process, ask(1, "count 5000"))
    assert receive(process)["method"] == "token"
    return process


def seconds_until(action):
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def test_hello_is_answered_within_0_3_seconds_of_the_start(start):
    """Seconds of the worker's own work: those of the clock depend on who else is at work."""

    def say_hello():
        process = start()
        send(process, HELLO)
        assert receive(process)["result"]["protocol"] == protocol.PROTOCOL_VERSION
        used = psutil.Process(process.pid).cpu_times()
        process.kill()
        return used.user + used.system

    assert min(say_hello() for _ in range(5)) < 0.3


def test_hello_comes_before_the_long_imports(start):
    program = (
        "import sys\n"
        "from unirs.worker import streams\n"
        "write = streams.MessageWriter.__call__\n"
        "def check(self, message):\n"
        "    heavy = {'pydantic', 'numpy', 'torch', 'rasterio', 'transformers'}\n"
        "    message.get('result', {})['loaded'] = sorted(heavy & set(sys.modules))\n"
        "    write(self, message)\n"
        "streams.MessageWriter.__call__ = check\n"
        "from unirs.worker.__main__ import main\n"
        "main()\n"
    )
    process = start((sys.executable, "-c", program))
    send(process, HELLO)
    assert receive(process)["result"]["loaded"] == []


def test_nothing_but_messages_reaches_the_client(start, stand_in_command):
    process = start(stand_in_command)
    send(process, HELLO, ask(1, "print"), ask(2, "echo done"))
    assert receive(process)["id"] == "h"
    assert receive(process) == {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {"text": "stdin held b''", "stopped": False},
    }
    assert receive(process)["result"]["text"] == "done"
    out, log = process.communicate(timeout=20)
    assert out == b""
    for stray in (b"a print while", b"a stray print", b"stray write", b"stray answer", b"child"):
        assert stray in log


def test_the_command_line_starts_the_same_worker(start):
    """What it imports before it takes the streams away (typer, rich) prints nothing."""
    process = start((sys.executable, "-W", "always", "-m", "unirs", "worker"))
    out, _ = process.communicate(HELLO + HELLO.replace(b"hello", b"shutdown"), timeout=60)
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["h", "h"]
    assert process.returncode == 0


def test_the_end_of_stdin_ends_the_worker(start, stand_in_command):
    process = start(stand_in_command)
    send(process, HELLO)
    receive(process)
    process.stdin.close()
    assert process.wait(5) == 0


def test_the_end_of_stdin_ends_it_in_the_middle_of_an_answer(start, stand_in_command):
    process = counting(start, stand_in_command)
    process.stdin.close()
    assert seconds_until(lambda: process.wait(5)) < 2
    assert process.returncode == 0
    *_, last = map(json.loads, process.stdout)
    assert last["result"]["stopped"]


def test_it_ends_even_if_the_work_does_not_listen(start, stand_in_command):
    process = start(stand_in_command)
    send(process, ask(1, "hang"), HELLO)
    assert receive(process)["id"] == "h"
    process.stdin.close()
    assert process.wait(5) == 0


def test_it_ends_even_if_nobody_reads_what_it_says(start, stand_in_command):
    process = start(stand_in_command)
    send(process, *(ask(number, "echo " + "x" * 50_000) for number in range(10)))
    receive_answer(process)
    time.sleep(0.3)  # the pipe is full now, and the next answer is stuck in it
    process.stdin.close()
    assert process.wait(5) == 0


def test_a_closed_stdout_ends_it(start, stand_in_command):
    process = counting(start, stand_in_command)
    process.stdout.close()
    assert process.wait(5) == 0


def test_a_closed_stdout_ends_it_even_if_it_has_nothing_to_say(start, stand_in_command):
    process = start(stand_in_command)
    send(process, HELLO, ask(1, "hang"))
    receive(process)
    process.stdout.close()
    assert seconds_until(lambda: process.wait(10)) < 1 + PATIENCE
    assert process.returncode == 0


def test_a_client_that_closes_stdout_and_then_speaks_ends_it(start, stand_in_command):
    process = start(stand_in_command)
    process.stdout.close()
    send(process, HELLO)
    assert process.wait(5) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start, stand_in_command, number):
    process = counting(start, stand_in_command)
    process.send_signal(number)
    assert process.wait(5) == 0
    assert b"Traceback" not in process.stderr.read()


def test_shutdown_brings_the_partial_answer_and_ends_it(start, stand_in_command):
    process = counting(start, stand_in_command)
    send(process, b'{"jsonrpc":"2.0","id":"s","method":"shutdown"}\n')
    answers = {receive_answer(process)["id"] for _ in range(2)}
    assert answers == {1, "s"}
    assert process.wait(5) == 0


def test_lines_of_16_mib_are_read_and_longer_ones_refused(start, stand_in_command):
    process = start(stand_in_command)
    longest = HELLO.strip() + b" " * (protocol.MAX_LINE_BYTES - len(HELLO.strip())) + b"\n"
    send(process, longest, b" " * 8 + longest, b"[" * 3 * 2**24 + b"\n", HELLO)
    assert [receive(process)["id"] for _ in range(4)] == ["h", None, None, "h"]


def test_a_worker_may_be_silent_while_its_client_does_not_read(start, stand_in_command):
    process = counting(start, stand_in_command)
    send(process, *(ask(number, "echo " + "x" * 50_000) for number in range(2, 12)))
    send(process, b'{"jsonrpc":"2.0","method":"cancel","params":{"id":1}}\n')
    time.sleep(0.3)
    assert [receive_answer(process)["id"] for _ in range(11)] == list(range(1, 12))


def test_hundreds_of_lines_of_any_kind(start, stand_in_command):
    lottery = random.Random(5)
    process = start(stand_in_command)
    asked, expected = {}, 0
    for number in range(400):
        kind = lottery.choice(["ask", "ask", "garbage", "cut", "unknown", "hello", "note"])
        line = ask(number, f"echo {number}")
        if kind == "garbage":
            line = b"{" + lottery.randbytes(lottery.randrange(40)).replace(b"\n", b"") + b"\n"
        elif kind == "cut":
            line = line[: lottery.randrange(1, len(line) - 1)] + b"\n"
        elif kind == "unknown":
            line = line.replace(b'"ask"', b'"what"')
        elif kind == "hello":
            line = HELLO
        elif kind == "note":
            line = line.replace(f'"id": {number}, '.encode(), b"")
        if kind == "ask":
            asked[number] = str(number)
        expected += kind != "note"
        send(process, line)
        if len(asked) % 50 == 49:
            time.sleep(0.05)  # the limit of waiting requests is not what this is about
    answers = [receive(process) for _ in range(expected)]
    busy = {a["id"] for a in answers if a.get("error", {}).get("data", {}).get("code") == "busy"}
    said = {a["id"]: a["result"]["text"] for a in answers if "text" in a.get("result", {})}
    assert said == {number: text for number, text in asked.items() if number not in busy}
    assert len(said) > 60
    process.stdin.close()
    assert process.stdout.read() == b""
    assert process.wait(5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_opens_no_port(start, stand_in_command):
    process = counting(start, stand_in_command)
    descriptors = Path(f"/proc/{process.pid}/fd").iterdir()
    targets = [str(descriptor.readlink()) for descriptor in descriptors]
    assert len(targets) >= 5
    assert not [target for target in targets if target.startswith("socket:")]
