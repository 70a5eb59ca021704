#!/usr/bin/env bash
# Makes what the plugin is tested with (`make qgis-env` calls it when it is missing or out of date):
# QGIS itself with apt, .venv-qgis on QGIS's own Python and Qt 5, and .venv-qt6 for the plugin on Qt 6.
# Usage: scripts/make_qgis_env.sh
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH

# Debian's QGIS runs on Debian's Python, whatever the first python3 on PATH may be.
python=/usr/bin/python3

packages=(
    qgis python3-qgis python3-venv
    xvfb xauth xdotool             # a screen, and hands, where there are none
    libegl1 libgl1 libxkbcommon0   # what the wheels of Qt expect of a system
)

fail() {
    printf 'make qgis-env: %s\n' "$1" >&2
    exit 2
}

installed() {
    dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

install_with_apt() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "$* are missing; run 'sudo apt-get install --no-install-recommends $*' and try again."
    fi
    echo "make qgis-env: installing $* with apt-get (QGIS takes some minutes)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

make_venv() {
    local folder=$1
    shift
    "$folder/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$@" "$folder"
}

install() {
    local folder=$1
    shift
    echo "make qgis-env: installing $* into $folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
        --constraint constraints-qgis.txt "$@"
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] || install_with_apt "${missing[@]}"
"$python" -c 'import qgis.core' 2>/dev/null ||
    fail "$python cannot import QGIS's Python modules; reinstall python3-qgis."

make_venv .venv-qgis --system-site-packages
install .venv-qgis pytest pytest-qgis pytest-qt pytest-xdist qtpy
make_venv .venv-qt6
# PySide6 has the tools of translations; QGIS 4 runs on PyQt6.
install .venv-qt6 PyQt6 PySide6-Essentials pytest pytest-qt pytest-xdist qtpy
install .venv-qt6 --no-deps qgis-stubs # its dependency is for PyQt5
if .venv-qt6/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
    install .venv-qt6 PyQt6-QScintilla qgis-pyqt5to6 # the latter reads Python's newer syntax
fi
