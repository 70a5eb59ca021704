"""What surrounds a set-up: the proxy of QGIS, failures in plain words, the lock, constraints."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsNetworkAccessManager,
    QgsSettings,
)
from qtpy.QtNetwork import QNetworkProxy

from unirs_qgis.background import UserError
from unirs_qgis.runtime.installation import setup_lock
from unirs_qgis.runtime.pip import (
    check_index,
    constrained_names,
    explain_os_error,
    explain_pip,
    pinned_version,
)
from unirs_qgis.runtime.programs import Redactor, proxy_variables


class TestProxy:
    @pytest.fixture(autouse=True)
    def own_proxy(self):
        manager = QgsNetworkAccessManager.instance()
        before = manager.fallbackProxy(), manager.excludeList(), manager.noProxyList()
        yield manager
        manager.setFallbackProxyAndExcludes(*before)

    def test_without_a_proxy_there_are_no_variables(self, own_proxy):
        own_proxy.setFallbackProxyAndExcludes(QNetworkProxy(), [], [])
        assert proxy_variables() == {}

    def test_login_and_exceptions_become_variables(self, own_proxy):
        kind = QNetworkProxy.ProxyType.HttpProxy
        proxy = QNetworkProxy(kind, "proxy.example.org", 8080, "maria", "p@ss:w/rd")
        own_proxy.setFallbackProxyAndExcludes(proxy, ["http://intranet.example.org/x"], ["wms.lan"])
        variables = proxy_variables()
        address = "http://maria:p%40ss%3Aw%2Frd@proxy.example.org:8080"
        assert variables["HTTPS_PROXY"] == variables["http_proxy"] == address
        assert set(variables["NO_PROXY"].split(",")) >= {"intranet.example.org", "wms.lan"}

    def test_the_proxy_of_qgis_options_has_its_authentication(self, own_proxy):
        manager = QgsApplication.authManager()
        if manager.isDisabled() or not manager.setMasterPassword("of this test", True):
            pytest.skip("QGIS's authentication does not work here")
        login = QgsAuthMethodConfig("Basic")
        login.setName("proxy")
        login.setConfig("username", "maria")
        login.setConfig("password", "from the vault")
        stored = manager.storeAuthenticationConfig(login)
        assert stored[0] if isinstance(stored, tuple) else stored
        settings = QgsSettings()
        values = {
            "proxyEnabled": True,
            "proxyType": "HttpProxy",
            "proxyHost": "proxy.example.org",
            "proxyPort": "3128",
            "authcfg": login.id(),
        }
        for name, value in values.items():
            settings.setValue(f"proxy/{name}", value)
        try:
            own_proxy.setupDefaultProxyAndCache()
            variables = proxy_variables()
        finally:
            settings.remove("proxy")
            manager.removeAuthenticationConfig(login.id())
        address = "http://maria:from%20the%20vault@proxy.example.org:3128"
        assert variables["HTTPS_PROXY"] == address

    def test_a_login_reaches_no_log(self):
        redact = Redactor({"HTTPS_PROXY": "http://maria:p%40ss@proxy.example.org:8080"})
        line = redact("tried http://maria:p%40ss@proxy.example.org:8080 (p@ss, p%40ss)")
        assert "p@ss" not in line
        assert "p%40ss" not in line
        assert "proxy.example.org:8080" in line


class TestPlainWords:
    RETRY = "WARNING: Retrying (Retry(total=4)) after connection broken by '{}': /simple/torch/"
    NO_MATCH = "ERROR: No matching distribution found for torch==2.13.0"

    @pytest.mark.parametrize(
        ("lines", "code", "words"),
        [
            ([RETRY.format("NewConnectionError(...)"), NO_MATCH], "network", "Network"),
            ([RETRY.format("ProxyError('407 Proxy Authentication')"), NO_MATCH], "proxy", "proxy"),
            (
                [RETRY.format("SSLError(CERTIFICATE_VERIFY_FAILED)"), NO_MATCH],
                "certificate",
                "certificate",
            ),
            (["ERROR: [Errno 28] No space left on device"], "disk_full", "GB"),
            (["ERROR: [WinError 5] Access is denied: 'x'"], "permission", "permissions"),
            (["HINT: … does not have Windows Long Path support enabled."], "long_path", "long"),
            ([NO_MATCH], "no_build", "torch"),
            (
                [
                    "    The user requested (constraint) av==18.1.0",
                    "ERROR: ResolutionImpossible: …",
                ],
                "no_build",
                "av==18.1.0",
            ),
            (["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"], "damaged", "again"),
            (["ERROR: 403 Client Error: Forbidden for url"], "login", "login"),
            (["some line", "ERROR: Something new"], "pip_failed", "Something new."),
        ],
    )
    def test_pips_output_becomes_one_sentence_with_a_next_step(self, lines, code, words):
        error = explain_pip(lines, 1, offline=False)
        assert error.code == code
        assert words in error.message
        assert "Traceback" not in error.message

    def test_a_missing_wheel_of_the_folder_is_named(self):
        error = explain_pip([self.NO_MATCH], 1, offline=True)
        assert error.code == "wheel_missing"
        assert "torch" in error.message

    def test_an_installation_killed_by_the_system_reports_memory(self):
        assert (
            "memory"
            in explain_pip(["Installing collected packages: torch"], -9, offline=False).message
        )

    @pytest.mark.parametrize(
        ("number", "code"), [(28, "disk_full"), (13, "permission"), (5, "files")]
    )
    def test_file_errors_are_distinguished(self, number, code):
        assert explain_os_error(OSError(number, os.strerror(number), "/x")).code == code


class TestLock:
    def test_one_holder_at_a_time(self, tmp_path):
        path = tmp_path / "unirs" / "runtime.lock"
        with setup_lock(path):
            with pytest.raises(UserError, match="Another QGIS window") as caught, setup_lock(path):
                pass
            assert caught.value.code == "setup_running"
        with setup_lock(path):
            assert path.exists()

    def test_the_lock_of_a_dead_window_is_replaced(self, tmp_path):
        path = tmp_path / "runtime.lock"
        code = f"""if True:
            import os
            from qtpy.QtCore import QLockFile
            lock = QLockFile({str(path)!r})
            lock.setStaleLockTime(0)
            assert lock.tryLock(0)
            os._exit(9)"""
        variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ended = subprocess.run([sys.executable, "-c", code], env=variables, check=False)
        assert ended.returncode == 9
        assert path.exists()
        with setup_lock(path):
            pass

    def test_a_read_only_profile_is_reported(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(UserError, match="permissions"), setup_lock(tmp_path / "file" / "x"):
            pass


class TestConstraints:
    def test_names_and_pins_are_read(self, tmp_path):
        path = tmp_path / "constraints.txt"
        path.write_text(
            "# comment\ntorch==2.13.0\nNumpy==2.4.6; python_version >= '3.11'\n"
            "numpy==2.2.6; python_version < '3.11'\n"
        )
        assert constrained_names(path) == {"torch", "numpy"}
        assert pinned_version(path, "torch") == "2.13.0"
        assert pinned_version(path, "rasterio") == ""

    @pytest.mark.parametrize("address", ["", "https://example.org/simple", "file:///media/wheels"])
    def test_addresses_of_an_index_are_accepted(self, address):
        check_index(address)

    @pytest.mark.parametrize(
        "address", ["--index-url x", "example.org", "https://me:secret@example.org/simple"]
    )
    def test_anything_else_is_refused_before_it_reaches_pip(self, address):
        with pytest.raises(UserError, match="without user and password") as caught:
            check_index(address)
        assert "secret" not in caught.value.message
