"""What surrounds a set-up: proxy, sources, build of PyTorch, platform, failures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsNetworkAccessManager,
    QgsSettings,
)
from qtpy.QtNetwork import QNetworkProxy

from unirs_qgis.errors import UserError
from unirs_qgis.runtime import platforms
from unirs_qgis.runtime.graphics import Graphics
from unirs_qgis.runtime.housekeeping import setup_lock
from unirs_qgis.runtime.locks import LockedFile, read_lock
from unirs_qgis.runtime.plan import TorchSource, _sources, choose_build, make_plan
from unirs_qgis.runtime.platforms import this_platform
from unirs_qgis.runtime.programs import Redactor, proxy_variables
from unirs_qgis.runtime.setup_failures import explain_check, explain_os_error, explain_uv
from unirs_qgis.runtime.sources import check_address, find_sources, mirror_address
from unirs_qgis.runtime.uv import SetupReport, UvProgress
from unirs_qgis.settings import SetupOptions


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


# The texts are uv's own, each made by its cause.
REFUSED = [
    "error: Request failed after 3 retries in 6.2s",
    "  cause: Failed to fetch: http://127.0.0.1:9/simple/six/",
    "  cause: error sending request for url (http://127.0.0.1:9/simple/six/)",
    "  cause: tcp connect error",
    "  cause: Connection refused (os error 111)",
]
TUNNEL = [
    *REFUSED[:3],
    "  cause: tunnel error: failed to create underlying connection",
    "  cause: tcp connect error",
]
TLS = [*REFUSED[1:3], "  cause: invalid peer certificate: UnknownIssuer"]
MISSING = [
    "error: No solution found when resolving dependencies",
    "  cause: Because there is no version of torch==2.13.0+cpu and you require "
    "torch==2.13.0+cpu, we can conclude that your requirements are unsatisfiable.",
]
LOGIN = [
    "  cause: Because six was not found in the package registry and you require six==1.17.0, "
    "we can conclude that your requirements are unsatisfiable.",
    "hint: An index URL (http://127.0.0.1/simple) could not be queried due to a lack of valid "
    "authentication credentials (401 Unauthorized)",
]
FULL = [
    "error: Failed to download `pyproj==3.7.2`",
    "  cause: Failed to extract archive: pyproj-3.7.2-cp311-cp311-manylinux_2_28_x86_64.whl",
    "  cause: failed to write to file `/x/_crs.so`: No space left on device (os error 28)",
]
HASH = ["error: Failed to download `six==1.17.0`", "  cause: Hash mismatch for `six==1.17.0`"]
ANTIVIRUS = [
    "error: Failed to install: torch-2.13.0-cp312-cp312-win_amd64.whl (torch==2.13.0)",
    "  cause: failed to rename file from C:\\a to C:\\b: Access is denied. (os error 5)",
]
LOCKED = [
    "  cause: failed to remove file `C:\\a\\_C.pyd`: The process cannot access the file "
    "because it is being used by another process. (os error 32)",
]
LONG = ["  cause: The filename or extension is too long. (os error 206)"]


class TestPlainWords:
    @pytest.mark.parametrize(
        ("lines", "code", "words"),
        [
            (REFUSED, "network", "Network"),
            (TUNNEL, "proxy", "proxy"),
            (TLS, "certificate", "certificate"),
            (LOGIN, "login", "login"),
            (FULL, "disk_full", "space"),
            (ANTIVIRUS, "permission", "antivirus"),
            (LOCKED, "locked", "other QGIS windows"),
            (LONG, "long_path", "long"),
            (MISSING, "no_build", "torch==2.13.0+cpu"),
            (HASH, "damaged", "again"),
            (["some line", "error: Something new"], "uv_failed", "Something new."),
        ],
    )
    def test_uvs_output_becomes_one_sentence_with_a_next_step(self, lines, code, words):
        error = explain_uv(lines, 1, offline=False)
        assert error.code == code
        assert words in error.message
        assert "os error" not in error.message

    def test_a_missing_wheel_of_the_folder_is_named(self):
        error = explain_uv(MISSING, 1, offline=True)
        assert error.code == "wheel_missing"
        assert "torch" in error.message

    def test_an_installation_killed_by_the_system_reports_memory(self):
        assert "memory" in explain_uv(["Downloading torch"], -9, offline=False).message

    @pytest.mark.parametrize(
        ("number", "code"), [(28, "disk_full"), (13, "permission"), (5, "files")]
    )
    def test_file_errors_are_distinguished(self, number, code):
        assert explain_os_error(OSError(number, os.strerror(number), "/x")).code == code

    def test_a_missing_runtime_of_visual_cpp_is_named_with_its_download(self):
        lines = [
            "OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed"
        ]
        assert "vc_redist.x64.exe" in explain_check(lines, 1).message

    def test_an_antivirus_program_is_named(self):
        lines = ["PermissionError: [WinError 5] Access is denied: 'C:\\x\\torch.dll'"]
        assert "antivirus" in explain_check(lines, 1).message


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


class TestSources:
    @pytest.fixture(autouse=True)
    def no_configuration(self, monkeypatch):
        for name in [*os.environ]:
            if name.startswith(("UV_", "PIP_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    def test_without_a_configuration_the_index_of_the_package_is_used(self):
        sources = find_sources(SetupOptions(), "https://index.example.org/simple")
        assert sources.words == ["--default-index", "https://index.example.org/simple"]

    def test_pips_configuration_is_taken_over(self, tmp_path, monkeypatch):
        config = tmp_path / "pip.conf"
        config.write_text(
            "[global]\nindex-url = https://mirror.example.org/simple\ncert = /etc/company.pem\n"
            "[install]\nfind_links = /wheels\n    /more wheels\n".replace(" wheels", "-wheels")
        )
        monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://extra.example.org/simple")
        sources = find_sources(SetupOptions(), "https://index.example.org/simple")
        assert sources.index == "https://mirror.example.org/simple"
        assert sources.extra_indexes == ("https://extra.example.org/simple",)
        assert sources.folders == ("/wheels", "/more-wheels")
        assert sources.certificate == "/etc/company.pem"

    def test_the_options_take_precedence(self, monkeypatch):
        monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
        chosen = SetupOptions(index="https://own.example.org/simple")
        assert find_sources(chosen, "").index == "https://own.example.org/simple"

    def test_a_folder_needs_no_network(self, tmp_path):
        (tmp_path / "wheels").mkdir()
        words = find_sources(SetupOptions(wheels_folder=str(tmp_path)), "https://x/simple").words
        assert words[:2] == ["--offline", "--no-index"]
        assert str(tmp_path / "wheels") in words
        with pytest.raises(UserError, match="does not exist"):
            find_sources(SetupOptions(wheels_folder=str(tmp_path / "gone")), "")

    @pytest.mark.parametrize("address", ["", "https://example.org/simple", "file:///media/wheels"])
    def test_addresses_of_an_index_are_accepted(self, address):
        check_address(address)

    @pytest.mark.parametrize(
        "address", ["--index-url x", "example.org", "https://me:secret@example.org/simple"]
    )
    def test_anything_else_is_refused_before_it_reaches_uv(self, address):
        with pytest.raises(UserError, match="without user and password") as caught:
            find_sources(SetupOptions(extra_index=address), "")
        assert "secret" not in caught.value.message

    def test_a_mirror_may_be_a_folder_with_blanks(self, tmp_path):
        folder = tmp_path / "Pythons de Zoë"
        folder.mkdir()
        address = mirror_address(str(folder))
        assert address.startswith("file:///")
        assert " " not in address


class TestBuilds:
    """Which PyTorch is chosen, and how it is got."""

    NEW = Graphics("nvidia", "NVIDIA RTX 4000", "580.65.06")
    OLD = Graphics("nvidia", "NVIDIA T4", "535.10")
    AMD = Graphics("amd", "AMD GPU")

    @pytest.mark.parametrize(
        ("platform", "chosen", "graphics", "build"),
        [
            ("linux-x86_64", "auto", Graphics(), "cpu"),
            ("linux-x86_64", "auto", NEW, "cu130"),
            ("linux-x86_64", "auto", OLD, "cuda"),
            ("linux-x86_64", "auto", AMD, "rocm"),
            ("windows-x86_64", "auto", NEW, "cu130"),
            ("windows-x86_64", "cpu", NEW, "cpu"),
            ("linux-x86_64", "xpu", Graphics(), "xpu"),
            ("macos-arm64", "cpu", Graphics(), "mps"),
        ],
    )
    def test_the_driver_decides_unless_the_user_does(self, platform, chosen, graphics, build):
        found, why = choose_build(platform, chosen, graphics)
        assert found == build
        assert why

    def sources(self, platform, chosen, graphics):
        build, _ = choose_build(platform, chosen, graphics)
        locked = TorchSource((), 1)
        return [
            source.words[-1] if source.words else "lock"
            for source in _sources(platform, chosen, build, "2.13.0", locked)
        ]

    def test_an_automatic_choice_ends_with_what_the_package_index_has(self):
        assert self.sources("linux-x86_64", "auto", Graphics()) == ["cpu", "lock"]
        assert self.sources("linux-x86_64", "auto", self.NEW) == ["lock"]
        assert self.sources("linux-x86_64", "auto", self.OLD) == ["auto", "cpu", "lock"]
        assert self.sources("windows-x86_64", "auto", self.NEW) == ["cu130", "cpu", "lock"]
        assert self.sources("windows-x86_64", "auto", Graphics()) == ["lock"]
        assert self.sources("macos-arm64", "auto", Graphics()) == ["lock"]

    def test_a_build_that_was_chosen_is_never_replaced(self):
        assert self.sources("linux-x86_64", "cu126", self.NEW) == ["cu126"]
        assert self.sources("linux-x86_64", "rocm7.2", Graphics()) == ["rocm7.2"]


class TestPlatforms:
    @pytest.mark.parametrize(
        ("system", "machine", "name"),
        [
            ("linux", "x86_64", "linux-x86_64"),
            ("linux", "aarch64", "linux-aarch64"),
            ("win32", "AMD64", "windows-x86_64"),
            ("win32", "ARM64", "windows-x86_64"),
            ("darwin", "arm64", "macos-arm64"),
        ],
    )
    def test_this_computer_is_named_as_in_the_lock(self, monkeypatch, system, machine, name):
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr("platform.machine", lambda: machine)
        assert this_platform() == name

    def test_an_intel_mac_is_refused_with_a_way_out(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        monkeypatch.setattr(platforms, "_is_translated", lambda: False)
        with pytest.raises(UserError, match="Intel processor") as caught:
            this_platform()
        assert caught.value.code == "platform"
        monkeypatch.setattr(platforms, "_is_translated", lambda: True)  # Rosetta
        assert this_platform() == "macos-arm64"

    def test_a_system_of_32_bits_is_refused(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr("platform.machine", lambda: "i686")
        with pytest.raises(UserError, match="linux-i686"):
            this_platform()


class TestPlan:
    def test_the_sums_are_those_of_the_lock(self, tmp_path):
        locks = Path(__file__).parents[2] / "resources" / "locks"
        options = SetupOptions(build="cu130")
        plan = make_plan("linux-x86_64", locks, options, tmp_path / "not there", lambda: False)
        assert plan.download_bytes == sum(
            file.size
            for name in ("linux-x86_64.txt", "linux-x86_64-torch.txt")
            for file in read_lock(locks / name)
            if "3.12" in file.pythons
        )
        assert plan.needed_bytes(plan.sources[0]) > plan.download_bytes
        for word in ("GB", "CU130", str(tmp_path)):
            assert word in plan.text

    def test_the_progress_is_in_bytes(self, tmp_path):
        stages, percents = [], []
        report = SetupReport(stages.append, lambda _: None, percents.append, lambda: False)
        files = [LockedFile("torch", "1", "t.whl", 200 * 10**6, "", ("3.12",))]
        progress = UvProgress(files, tmp_path, (10, 90), report)
        progress.read("Downloading torch (190.7MiB)")
        (tmp_path / ".tmpAbc").mkdir()
        (tmp_path / ".tmpAbc" / "part").write_bytes(bytes(33 * 10**6))
        progress.count()
        assert stages == ["Downloading torch… 10 MB of 200 MB"]
        assert percents == [14.0]
        progress.read(" Downloaded torch")
        progress.read("Prepared 1 package in 3.08s")
        assert percents[-1] == 90
