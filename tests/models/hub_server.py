"""A model hub on this computer: the protocol that ``huggingface_hub`` speaks, with faults to order.

Run as a program it serves a folder of models (``FOLDER/owner/model/…``) and prints its address::

    python tests/models/hub_server.py FOLDER

It is of the standard library alone, so that any test can load it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", ".model", ".bin")
"""Files that a hub keeps in its large file store: redirected, and known by their SHA-256."""


class Faults:
    """What goes wrong, by file name where it is about files.

    Attributes:
        cut: A transfer ends after so many bytes, this many times: ``{name: (bytes, times)}``.
        flip: Files whose first byte comes wrong, this many times.
        status: Status that a file is answered with, this many times: ``{name: (status, times)}``.
        endless: Files behind whose bytes others come for ever.
        whole_only: Whether ranges are ignored, as some proxies do.
        api: Status, headers and body that every question about a model is answered with.
        slow: Seconds between two pieces of 64 kB.
    """

    def __init__(self) -> None:
        self.cut: dict[str, tuple[int, int]] = {}
        self.flip: dict[str, int] = {}
        self.status: dict[str, tuple[int, int]] = {}
        self.endless: set[str] = set()
        self.whole_only = False
        self.api: tuple[int, dict[str, str], bytes] | None = None
        self.slow = 0.0


class HubServer:
    """Serves models from memory, in a thread of its own.

    Attributes:
        url: What ``HF_ENDPOINT`` has to be.
        models: Files by ``owner/model``; ``commit`` of each is made of its contents.
        faults: What is to go wrong from now on.
        asked: Every request: method, path, and its ``Range``.
        sent: Bytes of each file that went out.
    """

    def __init__(self) -> None:
        self.models: dict[str, dict[str, bytes]] = {}
        self.extra_names: list[str] = []
        self.faults = Faults()
        self.asked: list[tuple[str, str, str | None]] = []
        self.sent: Counter[str] = Counter()
        self.tokens: list[str | None] = []
        self.gone = threading.Event()
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> HubServer:
        """Serve."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def add_folder(self, repository: str, folder: Path) -> None:
        """Offer the files of a folder."""
        self.models[repository] = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def commit(self, repository: str) -> str:
        """The version: it changes with any file."""
        hasher = hashlib.sha1(usedforsecurity=False)
        for name, content in sorted(self.models[repository].items()):
            hasher.update(name.encode() + b"\0" + content)
        return hasher.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_HEAD(self) -> None:
        """Headers of a file."""
        self._answer()

    def do_GET(self) -> None:
        """Facts of a model, or a file."""
        self._answer()

    def _answer(self) -> None:
        hub = self.server_hub
        path = unquote(urlsplit(self.path).path)
        hub.asked.append((self.command, path, self.headers.get("Range")))
        hub.tokens.append(self.headers.get("Authorization"))
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            self._answer_facts("/".join(parts[2:4]), "/".join(parts[5:]) or "main")
        elif parts[0] == "store":
            self._send_file("/".join(parts[1:3]), "/".join(parts[3:]))
        elif parts[2:3] == ["resolve"]:
            repository, name = "/".join(parts[:2]), "/".join(parts[4:])
            content = hub.models[repository][name]
            if name.endswith(LARGE):  # they lie on another server of the hub
                headers = {
                    "Location": f"{hub.url}/store/{repository}/{name}",
                    "X-Linked-Size": str(len(content)),
                    "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"',
                    "X-Repo-Commit": hub.commit(repository),
                }
                self._send(302, headers, b"")
            else:
                self._send_file(repository, name)
        else:
            self._send(404, {"X-Error-Code": "EntryNotFound"}, b"")

    def _answer_facts(self, repository: str, revision: str) -> None:
        hub = self.server_hub
        if hub.faults.api:
            self._send(*hub.faults.api)
        elif repository not in hub.models:
            self._send(404, {"X-Error-Code": "RepoNotFound"}, b"{}")
        elif revision not in {"main", hub.commit(repository)}:
            self._send(404, {"X-Error-Code": "RevisionNotFound"}, b"{}")
        else:
            facts = {
                "id": repository,
                "sha": hub.commit(repository),
                "cardData": {"license": "cc-by-4.0"},
                "siblings": [
                    *map(_sibling, *zip(*hub.models[repository].items(), strict=True)),
                    *(_sibling(name, b"evil") for name in hub.extra_names),
                ],
            }
            body = json.dumps(facts).encode()
            self._send(200, {"Content-Type": "application/json"}, body)

    def _send_file(self, repository: str, name: str) -> None:
        hub, faults = self.server_hub, self.server_hub.faults
        status, times = faults.status.get(name, (0, 0))
        if times:
            faults.status[name] = (status, times - 1)
            self._send(status, {}, b"")
            return
        content = hub.models[repository][name]
        if faults.flip.get(name):
            faults.flip[name] -= 1
            content = bytes([content[0] ^ 1]) + content[1:]
        wanted = self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "Accept-Ranges": "bytes"}
        if start and not faults.whole_only:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, headers, content[start:], name)
        else:
            self._send(200, headers, content, name)

    def _send(self, status: int, headers: dict[str, str], body: bytes, name: str = "") -> None:
        self.send_response(status)
        endless = name in self.server_hub.faults.endless
        length = {} if endless else {"Content-Length": str(len(body))}
        for key, value in {**length, **headers}.items():
            self.send_header(key, value)
        self.close_connection = endless  # what has no length ends with the connection
        self.end_headers()
        if self.command == "HEAD":
            return
        faults = self.server_hub.faults
        limit, times = faults.cut.get(name, (len(body), 0))
        if times:
            faults.cut[name] = (limit, times - 1)
            self.close_connection = True
        for begin in range(0, len(body), 65536):
            piece = body[begin : begin + 65536][: (limit - begin) if times else None]
            if times and begin >= limit:
                return
            try:
                self.wfile.write(piece)
            except ConnectionError:
                return
            self.server_hub.sent[name] += len(piece)
            if faults.slow and self.server_hub.gone.wait(faults.slow):
                return
        with suppress(ConnectionError):
            while endless and not self.server_hub.gone.is_set():
                self.server_hub.sent[name] += self.wfile.write(bytes(65536))


def _sibling(name: str, content: bytes) -> dict[str, object]:
    facts: dict[str, object] = {
        "rfilename": name,
        "size": len(content),
        "blobId": hashlib.sha1(
            b"blob %d\0" % len(content) + content, usedforsecurity=False
        ).hexdigest(),
    }
    if name.endswith(LARGE):
        sha256 = hashlib.sha256(content).hexdigest()
        facts["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
    return facts


def main() -> None:
    """Serve the models of a folder until stdin ends."""
    with HubServer() as hub:
        for config in Path(sys.argv[1]).glob("*/*/config.json"):
            owner, model = config.parts[-3:-1]
            hub.add_folder(f"{owner}/{model}", config.parent)
        print(hub.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
