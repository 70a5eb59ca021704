"""The lock of the plugin's set-up: complete, as the tests have seen it, and without an address."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import lock

ROOT = Path(__file__).parents[1]
ALL = pytest.mark.parametrize("platform", lock.PLATFORMS)


def locked(platform: str, python: str) -> dict[str, str]:
    """Version of each package that is installed on a platform."""
    paths = [lock.LOCKS / f"{platform}{part}.txt" for part in ("", "-torch")]
    files = [file for path in paths for file in lock.read_lock(path) if python in file.pythons]
    versions = {file.package: file.version for file in files}
    assert len(versions) == len(files), "a package stands twice"
    return versions


def pinned(python: str) -> dict[str, str]:
    """Version of each package in constraints.txt."""
    versions = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        requirement, _, marker = line.partition("#")[0].partition(";")
        if not requirement.strip():
            continue
        environment = {"python_version": python, "python_full_version": f"{python}.0"}
        if not marker or Marker(marker).evaluate(environment):
            name, _, version = requirement.strip().partition("==")
            versions[canonicalize_name(name)] = version
    return versions


def base_requirements() -> list[Requirement]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert block is not None
    return [Requirement(each) for each in re.findall(r'^ +"([^"]+)"', block[1], re.MULTILINE)]


@ALL
@pytest.mark.parametrize("python", lock.PYTHONS)
def test_the_locked_versions_are_those_that_the_tests_have_seen(platform, python):
    pins = pinned(python)
    versions = locked(platform, python)
    other = {name: each for name, each in versions.items() if pins.get(name, each) != each}
    assert not other, "run `make lock`"
    for requirement in base_requirements():
        environment = {"python_version": python, "python_full_version": f"{python}.0"}
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        name = canonicalize_name(requirement.name)
        assert name in versions, "run `make lock`"
        assert requirement.specifier.contains(versions[name]), "run `make lock`"
    assert set(lock.WEIGHTS) <= versions.keys()


def test_whatever_a_locked_package_needs_is_locked():
    """On this platform, by what the installed packages ask for."""
    python = "{}.{}".format(*sys.version_info)
    versions = locked("linux-x86_64", python)
    for name, version in versions.items():
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if found.version.partition("+")[0] != version or name in lock.WEIGHTS:
            continue
        for text in found.requires or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonicalize_name(need.name) in versions, f"{name} needs {need}"


@ALL
def test_every_requirement_has_the_digests_of_its_files(platform):
    for part in ("", "-torch"):
        path = lock.LOCKS / f"{platform}{part}.txt"
        files = lock.read_lock(path)
        digests = re.findall(r"--hash=sha256:([0-9a-f]{64})", path.read_text(encoding="utf-8"))
        assert sorted(digests) == sorted(file.sha256 for file in files)
        assert all(file.size > 0 for file in files)


def test_uv_is_locked_for_every_platform():
    files = lock.read_lock(lock.LOCKS / "uv.txt")
    assert {file.version for file in files} == {pinned("3.12")["uv"]}
    for platform in lock.PLATFORMS:
        assert sum(lock.UV_TAGS[platform] in file.name for file in files) == 1


def test_no_address_is_stored():
    for path in lock.LOCKS.iterdir():
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_the_best_wheel_is_the_one_that_an_installation_chooses():
    names = [
        "x-1-cp310-abi3-manylinux_2_17_x86_64.whl",
        "x-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "x-1-cp312-cp312-manylinux_2_34_x86_64.whl",
        "x-1-py3-none-any.whl",
    ]
    wheels = [{"name": name} for name in names]

    def chosen(platform: str, python: str) -> str:
        ranks = {tag: rank for rank, tag in enumerate(lock.tags(platform, python))}
        return lock.best(wheels, ranks)["name"]

    assert chosen("linux-x86_64", "3.12") == names[1]
    assert chosen("linux-x86_64", "3.13") == names[0]
    assert chosen("windows-x86_64", "3.13") == names[3]
