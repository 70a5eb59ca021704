import io
import json
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs.worker import protocol, streams
from unirs.worker.protocol import ClientGone
from unirs.worker.streams import MessageWriter, read_lines


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b""))))
def test_lines_come_out_whole_and_in_order(lines):
    stream = io.BytesIO(b"".join(line + b"\n" for line in lines))
    assert [line.rstrip(b"\n") for line in read_lines(stream)] == [
        line for line in lines if line.strip()
    ]


@pytest.fixture
def short_limit(monkeypatch):
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 10)
    monkeypatch.setattr(protocol, "MAX_LINE_BYTES", 10)


@pytest.mark.usefixtures("short_limit")
@pytest.mark.parametrize("excess", [1, 2, 3, 100])
def test_of_a_line_that_is_too_long_no_more_is_kept_than_shows_it(excess):
    long_line = b"x" * (10 + excess)
    first, second = read_lines(io.BytesIO(long_line + b"\nnext\n"))
    assert second == b"next\n"
    assert len(first) <= 14
    with pytest.raises(protocol.RPCError) as refusal:
        protocol.parse_request(first)
    assert refusal.value.code == "line_too_long"


@pytest.mark.usefixtures("short_limit")
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_of_the_longest_length_is_read(end):
    assert list(read_lines(io.BytesIO(b"x" * 10 + end))) == [b"x" * 10 + end]


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream:
        yield stream, writer


def test_messages_of_many_threads_do_not_mix(pipe):
    stream, descriptor = pipe
    write = MessageWriter(descriptor)

    def send(number):
        for count in range(50):
            write({"from": number, "count": count, "padding": "x" * 150_000})

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    lines = [json.loads(stream.readline()) for _ in range(200)]
    for thread in threads:
        thread.join()
    os.close(descriptor)
    for number in range(4):
        assert [line["count"] for line in lines if line["from"] == number] == list(range(50))


def test_a_closed_stream_means_that_the_client_is_gone():
    reader, descriptor = os.pipe()
    os.close(reader)
    with pytest.raises(ClientGone):
        MessageWriter(descriptor)({})
    os.close(descriptor)


def test_of_a_message_without_a_form_in_json_nothing_is_written(pipe):
    stream, descriptor = pipe
    write = MessageWriter(descriptor)
    with pytest.raises(TypeError):
        write({"text": "fine", "what": object()})
    write({"text": "fine"})
    assert json.loads(stream.readline()) == {"text": "fine"}
    os.close(descriptor)
