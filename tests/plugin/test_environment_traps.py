"""Where set-ups fail elsewhere: networks, proxies, certificates, odd Pythons, and how uv is had."""

from __future__ import annotations

import hashlib
import http.server
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin.setup_fixtures import UV_VERSION, Place, find_uv, write_python
from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError
from unirs_qgis.runtime import download, installation
from unirs_qgis.runtime.download import fetch_file
from unirs_qgis.runtime.environment import RuntimeState
from unirs_qgis.settings import SetupOptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")

SYSTEM = "{}.{}".format(*sys.version_info)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


@contextmanager
def served(folder: Path, certificate: Path | None = None) -> Iterator[str]:
    """The address of a server for the files of a folder; it knows byte ranges."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **words):
            super().__init__(*args, directory=str(folder), **words)

        def do_GET(self):
            path, span = Path(self.translate_path(self.path)), self.headers.get("Range")
            if not (span and path.is_file()):
                super().do_GET()
                return
            first = int(span.partition("=")[2].rstrip("-"))
            self.server.ranges.append(first)
            body = path.read_bytes()[first:]
            self.send_response(206)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ranges = []
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        served.ranges = server.ranges
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def unknown_certificate(folder: Path) -> Path:
    """A certificate that nobody trusts, as of a gateway that reads along."""
    path = folder / "gateway.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*make, "-keyout", path, "-out", path], check=True, capture_output=True)
    return path


class TestFetchingUv:
    def test_it_comes_from_the_package_index_and_is_kept(self, place):
        place.uv_wheel()
        place.write_index()
        with served(place.root) as address:
            options = SetupOptions(index=f"{address}/simple")
            assert place.setup(options=options).run().torch == "9.9.9"
            assert any("Downloading uv" in stage for stage in place.stages)
            place.stages.clear()
            place.setup(options=options).run()
            assert not any("Downloading uv" in stage for stage in place.stages)

    def test_one_that_is_not_the_locked_one_is_never_run(self, place):
        wheel = place.uv_wheel()
        index = place.write_index()
        wheel.write_bytes(wheel.read_bytes() + b"more")
        with pytest.raises(UserError, match="damaged") as caught:
            place.setup(options=SetupOptions(index=index)).run()
        assert caught.value.code == "damaged"
        assert not list(place.root.rglob("uv.part"))

    def test_an_index_without_it_is_named(self, place, monkeypatch):
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        monkeypatch.setattr(Path, "home", lambda: place.root)
        with pytest.raises(UserError, match=UV_VERSION) as caught:
            place.setup(options=SetupOptions(index=place.write_index())).run()
        assert caught.value.code == "uv"

    def test_a_wheel_of_the_user_is_taken(self, place):
        options = replace(place.options, uv=str(place.uv_wheel()))
        assert place.setup(options=options).run().torch == "9.9.9"

    def test_an_installed_one_is_used_if_its_version_fits(self, place, monkeypatch):
        folder = place.root / "bin"
        folder.mkdir()
        (folder / "uv").symlink_to(find_uv())
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        assert place.setup(options=replace(place.options, uv="")).run().torch == "9.9.9"

    @pytest.mark.parametrize("version", ["uv 0.12.9", "uv 0.14.0", "uv 0.13.1", "no uv"])
    def test_another_version_is_refused(self, place, version):
        program = place.root / "uv"
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(0o755)
        with pytest.raises(UserError, match=f"is not uv {UV_VERSION}"):
            place.setup(options=replace(place.options, uv=str(program))).run()


class TestNetworks:
    def options(self, index: str) -> SetupOptions:
        return SetupOptions(index=index, uv=str(find_uv()))

    def test_without_a_network_the_next_step_is_named(self, place):
        with pytest.raises(UserError, match="Network") as caught:
            place.setup(options=self.options("http://127.0.0.1:9/simple")).run()
        assert caught.value.code == "network"
        assert place.environments() == []

    def test_a_proxy_that_is_not_there_is_named(self, place):
        setup = place.setup(options=self.options("https://index.invalid/simple"))
        proxy = "http://maria:secret@127.0.0.1:9"
        setup.variables = {"HTTPS_PROXY": proxy, "https_proxy": proxy}
        setup.__post_init__()
        with pytest.raises(UserError, match="proxy") as caught:
            setup.run()
        assert caught.value.code == "proxy"
        assert not any("secret" in line for line in place.lines)

    def test_a_gateway_that_breaks_tls_is_named_and_can_be_trusted(self, place, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        place.write_index()
        certificate = unknown_certificate(place.root)
        with served(place.root, certificate) as address:
            with pytest.raises(UserError, match="company") as caught:
                place.setup(options=self.options(f"{address}/simple")).run()
            assert caught.value.code == "certificate"
            with pytest.raises(UserError) as caught:
                place.setup(options=SetupOptions(index=f"{address}/simple")).run()
            assert caught.value.code == "certificate", "QGIS's own network refuses it as well"

    def test_an_index_without_the_build_for_the_processor_gives_the_usual_one(
        self, place, monkeypatch
    ):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # PyTorch's own is out of reach
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert place.setup(options=self.options(place.write_index())).run().torch == "9.9.9"
        assert any("trying another one" in line for line in place.lines)

    def test_a_build_that_was_chosen_is_not_replaced(self, place, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        options = replace(self.options(place.write_index()), build="xpu")
        with pytest.raises(UserError) as caught:
            place.setup(options=options).run()
        assert caught.value.code in ("proxy", "network")
        assert place.state is RuntimeState.MISSING


class TestPythons:
    def test_one_is_fetched_from_a_mirror_if_none_is_complete(self, place, monkeypatch):
        monkeypatch.setattr(installation, "USUAL_PYTHON", SYSTEM)
        probes = [installation._PROBE, "import ssl_is_missing_here"]
        monkeypatch.setattr(installation, "probe", probes.pop)
        known = write_python(place.root / "Pythons de Zoë")
        monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", known)
        place.setup().run()
        assert list((place.folder / "python").glob(f"cpython-{SYSTEM}.1-*"))

    def test_a_chosen_one_is_used_or_refused_but_never_replaced(self, place):
        good = replace(place.options, base_python=f"/usr/bin/python{SYSTEM}")
        assert place.setup(options=good).run().python.startswith(SYSTEM)
        with pytest.raises(UserError, match="64 bits") as caught:
            place.setup(options=replace(place.options, base_python="/bin/true")).run()
        assert caught.value.code == "no_python"

    def test_without_any_python_the_next_step_is_named(self, place, monkeypatch):
        monkeypatch.setattr(installation, "search_path", lambda: str(place.root))
        monkeypatch.setattr(installation, "PYTHONS", ("3.98", "3.99"))
        monkeypatch.setattr(installation, "USUAL_PYTHON", "3.99")
        with pytest.raises(UserError, match=r"install Python 3\.12") as caught:
            place.setup().run()
        assert caught.value.code == "no_python"


class TestDownloads:
    CONTENT = bytes(range(256)) * 4096

    def fetch(self, place: Place, address: str, stopped=lambda: False) -> tuple[Path, list[int]]:
        target, seen = place.root / "there" / "file", []
        target.parent.mkdir(exist_ok=True)
        digest = hashlib.sha256(self.CONTENT).hexdigest()
        fetch_file(address, target, digest, stopped, seen.append)
        return target, seen

    def test_an_interrupted_one_is_continued(self, place):
        (place.root / "file").write_bytes(self.CONTENT)
        (place.root / "there").mkdir()
        (place.root / "there" / "file.part").write_bytes(self.CONTENT[:1000])
        with served(place.root) as address:
            target, seen = self.fetch(place, f"{address}/file")
            assert served.ranges == [1000]
        assert target.read_bytes() == self.CONTENT
        assert seen[-1] == len(self.CONTENT)

    def test_a_damaged_one_is_deleted(self, place):
        (place.root / "file").write_bytes(b"something else")
        with served(place.root) as address, pytest.raises(UserError, match="damaged"):
            self.fetch(place, f"{address}/file")
        assert list((place.root / "there").iterdir()) == []

    def test_it_is_stopped(self, place):
        with served(place.root) as address, pytest.raises(Stopped):
            self.fetch(place, f"{address}/file", lambda: True)

    @pytest.mark.parametrize("kind", ["json", "html"])
    def test_both_forms_of_an_index_are_read(self, place, kind):
        name = "uv-0.13.9-py3-none-win_amd64.whl"
        page = place.root / "simple" / "uv" / "index.html"
        page.parent.mkdir(parents=True)
        files = {"files": [{"filename": name, "url": f"../../files/{name}"}]}
        html = f'<a class="x" href="../../files/{name}#sha256=1&amp;x">{name}</a>'
        page.write_text(json.dumps(files) if kind == "json" else html)
        with served(place.root) as address:
            links = download.index_links(f"{address}/simple", "uv", lambda: False)
            assert links[name].startswith(f"{address}/files/{name}")
