"""Downloads on a background thread, through QGIS: its proxy, its logins, its certificates."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin

from qgis.core import QgsNetworkAccessManager
from qtpy.QtCore import QCoreApplication, QEventLoop, QTimer, QUrl
from qtpy.QtNetwork import QNetworkReply, QNetworkRequest

from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError

Progress = Callable[[int], None]
"""Called with the number of bytes that are there."""

_POLL_MILLISECONDS = 100
_QUIET_MILLISECONDS = 60_000
_LINK = re.compile(r"""<a\s[^>]*href\s*=\s*["']([^"']+)["'][^>]*>\s*([^<\s]+)\s*</a>""", re.I)
_JSON = "application/vnd.pypi.simple.v1+json"


def fetch_file(
    address: str,
    target: Path,
    sha256: str,
    stopped: Callable[[], bool],
    progress: Progress = lambda _bytes: None,
) -> None:
    """Download a file, and check it. What an earlier try has left is continued.

    Args:
        address: Its URL.
        target: Where it goes; there is a file only once it is complete and right.
        sha256: Its digest.
        stopped: Whether to stop.
        progress: Receives the number of bytes that are there.

    Raises:
        UserError: ``network``, ``proxy``, ``certificate``, ``login``, ``missing`` or ``damaged``.
        Stopped: It was stopped.
        OSError: The file cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    local = QUrl(address).toLocalFile()
    if local:
        try:
            shutil.copyfile(local, part)
        except FileNotFoundError as error:
            raise UserError("network", sentence("network")) from error
    else:
        with part.open("ab") as file:
            _Transfer(address, file.write, stopped, progress, file.tell(), file.truncate).run()
    if digest_of(part) != sha256:
        part.unlink()
        raise UserError("damaged", sentence("damaged"))
    part.replace(target)


def fetch_text(address: str, stopped: Callable[[], bool]) -> str:
    """The text of a page, with the errors of ``fetch_file``, and ``missing``."""
    local = QUrl(address).toLocalFile()
    if local:
        path = Path(local)
        try:
            return (path / "index.html" if path.is_dir() else path).read_text(encoding="utf-8")
        except OSError as error:
            raise UserError("missing", sentence("network")) from error
    parts: list[bytes] = []
    _Transfer(address, parts.append, stopped).run()
    return b"".join(parts).decode("utf-8", errors="replace")


def index_links(index: str, package: str, stopped: Callable[[], bool]) -> dict[str, str]:
    """Addresses of the files that a package index has of a package, by their name."""
    page = f"{index.rstrip('/')}/{package}/"
    try:
        text = fetch_text(page, stopped)
    except UserError as error:
        if error.code == "missing":
            return {}
        raise
    try:
        files = json.loads(text)["files"]
        return {file["filename"]: urljoin(page, file["url"]) for file in files}
    except (ValueError, KeyError, TypeError):
        links = _LINK.findall(text)
        return {unquote(name): urljoin(page, html.unescape(link)) for link, name in links}


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


class _Transfer:
    """One request, whose bytes go to ``write`` as they arrive."""

    def __init__(
        self,
        address: str,
        write: Callable[[bytes], object],
        stopped: Callable[[], bool],
        progress: Progress = lambda _bytes: None,
        present: int = 0,
        restart: Callable[[int], object] | None = None,
    ) -> None:
        self._request = QNetworkRequest(QUrl(address))
        self._request.setAttribute(
            QNetworkRequest.Attribute.RedirectPolicyAttribute,
            QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy,
        )
        self._request.setRawHeader(b"Accept", f"{_JSON}, */*;q=0.5".encode())
        if present:
            self._request.setRawHeader(b"Range", f"bytes={present}-".encode())
        self._write, self._stopped, self._progress = write, stopped, progress
        self._present, self._restart = present, restart
        self._quiet = 0

    def run(self) -> None:
        """Wait for it on this thread."""
        if self._stopped():
            raise Stopped
        reply = QgsNetworkAccessManager.instance().get(self._request)
        loop, timer = QEventLoop(), QTimer()
        self._was_stopped = False
        reply.finished.connect(loop.quit)
        reply.readyRead.connect(lambda: self._take(reply))
        timer.timeout.connect(lambda: self._look(reply))
        timer.start(_POLL_MILLISECONDS)
        if not reply.isFinished():
            loop.exec()
        timer.stop()
        try:
            if self._was_stopped:
                raise Stopped
            if self._status(reply) == 416:  # it was complete already
                return
            if reply.error() != QNetworkReply.NetworkError.NoError:
                raise _explain(reply)
            self._take(reply)
        finally:
            reply.deleteLater()

    def _take(self, reply: QNetworkReply) -> None:
        status = self._status(reply)
        if status not in (200, 206):
            return
        if status == 200 and self._present and self._restart:
            self._restart(0)  # the server sends the whole again
            self._present = 0
        self._restart = None
        block = bytes(reply.readAll())
        self._quiet = 0
        self._present += len(block)
        self._write(block)
        self._progress(self._present)

    def _look(self, reply: QNetworkReply) -> None:
        self._quiet += _POLL_MILLISECONDS
        if self._stopped():
            self._was_stopped = True
        if self._was_stopped or self._quiet > _QUIET_MILLISECONDS:
            reply.abort()

    @staticmethod
    def _status(reply: QNetworkReply) -> int:
        attribute = QNetworkRequest.Attribute.HttpStatusCodeAttribute
        return int(reply.attribute(attribute) or 0)


def _explain(reply: QNetworkReply) -> UserError:
    errors = QNetworkReply.NetworkError
    code = {
        errors.SslHandshakeFailedError: "certificate",
        errors.AuthenticationRequiredError: "login",
        errors.ContentAccessDenied: "login",
        errors.ProxyAuthenticationRequiredError: "proxy",
        errors.ProxyConnectionRefusedError: "proxy",
        errors.ProxyConnectionClosedError: "proxy",
        errors.ProxyNotFoundError: "proxy",
        errors.ProxyTimeoutError: "proxy",
        errors.ContentNotFoundError: "missing",
    }.get(reply.error(), "network")
    return UserError(code, sentence("network" if code == "missing" else code))


def sentence(code: str) -> str:
    """The sentence of a failure of the network."""
    return {
        "proxy": QCoreApplication.translate(
            "Setup",
            "The proxy has refused the connection; check it in Settings ▸ Options ▸ Network "
            "(address, port, user), or set up from a folder.",
        ),
        "certificate": QCoreApplication.translate(
            "Setup",
            "The certificate of the package index cannot be verified. Behind a company's "
            "gateway, add its certificate to those of the system, or name it as 'cert' in pip's "
            "configuration, or set up from a folder.",
        ),
        "network": QCoreApplication.translate(
            "Setup",
            "The package index cannot be reached; check the network and the proxy in Settings ▸ "
            "Options ▸ Network and set up again, or set up from a folder.",
        ),
        "login": QCoreApplication.translate(
            "Setup",
            "The package index requires a login, or refuses this computer; check pip's "
            "configuration, or set up from a folder.",
        ),
        "damaged": QCoreApplication.translate(
            "Setup",
            "A downloaded file is damaged, or not the one that was expected; set up again.",
        ),
    }[code]
