"""Finding servers on this computer, and reading the lists of each program."""

from __future__ import annotations

import socket
import time

import pytest

from tests.engines.servers import models, scripted_server
from unirs.errors import UniRSError
from unirs.models.server_client import Limits
from unirs.models.servers import ServedModel, find_servers, read_server

LIMITS = Limits(0.5, 0.5, 0.5, 2**20, 0.5)


@pytest.fixture
def server():
    with scripted_server() as server:
        yield server


def reply(value, status=200):
    return lambda exchange: exchange.send_json(value, status)


def test_ollama_states_sizes_and_which_models_read_images(server):
    server.replies["/v1/models"] = models("qwen2.5vl:7b", "llama3:8b", "nomic-embed-text")
    sizes = [{"name": "qwen2.5vl:7b", "size": 5969245856}, {"name": "llama3:8b", "size": "big"}]
    server.replies["/api/tags"] = reply({"models": sizes})
    abilities = {
        "qwen2.5vl:7b": ["completion", "vision"],
        "llama3:8b": ["completion"],
        "nomic-embed-text": ["embedding"],
    }
    server.replies["/api/show"] = lambda exchange: exchange.send_json(
        {"capabilities": abilities[exchange.body["model"]]}
    )
    found = read_server(server.url)
    assert (found.kind, found.url) == ("ollama", server.url)
    assert found.models == (
        ServedModel("qwen2.5vl:7b", True, 5969245856),
        ServedModel("llama3:8b", False, None),
    )


def test_lm_studio_states_types(server):
    server.replies["/v1/models"] = models("gemma-3-4b", "llama", "embedder")
    types = {"gemma-3-4b": "vlm", "llama": "llm", "embedder": "embeddings"}
    own = [{"id": name, "type": kind} for name, kind in types.items()]
    server.replies["/api/v0/models"] = reply({"data": own})
    found = read_server(server.url)
    assert found.kind == "lm-studio"
    assert found.models == (ServedModel("gemma-3-4b", True), ServedModel("llama", False))


def test_others_are_told_apart_and_leave_vision_open(server):
    server.replies["/v1/models"] = models("Qwen/Qwen2.5-VL-3B-Instruct", owned_by="vllm")
    assert read_server(server.url).kind == "vllm"
    server.replies["/v1/models"] = models("a", "b\x1b[2J", "c" * 999)
    found = read_server(server.url)
    assert (found.kind, found.models) == ("openai", (ServedModel("a"),))


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"[]", b'{"data": 3}', b'{"data": [', b"x" * 2**21]
)
def test_what_is_no_list_of_models_is_one_sentence(server, answer):
    server.replies["/v1/models"] = lambda exchange: exchange.send(answer)
    with pytest.raises(UniRSError) as caught:
        read_server(server.url, limits=LIMITS)
    assert caught.value.code == "server_reply_invalid"
    assert f"127.0.0.1:{server.port}" in caught.value.message


def test_servers_are_found_quickly_and_other_programs_passed_over(server):
    with scripted_server() as web, scripted_server() as locked, socket.socket() as dumb:
        dumb.bind(("127.0.0.1", 0))
        dumb.listen()  # accepts, and never replies
        web.replies["/v1/models"] = lambda exchange: exchange.send(b"<html>", 404)
        locked.replies["/v1/models"] = reply({"error": "no key"}, 401)
        ports = [server.port, web.port, locked.port, dumb.getsockname()[1], 9]
        began = time.monotonic()
        found, problems = find_servers(ports, LIMITS)
    assert time.monotonic() - began < 3
    assert [each.url for each in found] == [f"http://localhost:{server.port}"]
    assert [each.code for each in problems] == ["key_refused"]


def test_a_server_at_the_ipv6_loopback_address_alone_is_found():
    from http.server import ThreadingHTTPServer

    class OverIPv6(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    with scripted_server() as server:
        handler = server._http.RequestHandlerClass
        other = OverIPv6(("::1", 0), handler)
        other.scripted = server
        import threading

        threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True).start()
        found, _ = find_servers([other.server_address[1]], LIMITS)
        other.shutdown()
        other.server_close()
    assert len(found) == 1
