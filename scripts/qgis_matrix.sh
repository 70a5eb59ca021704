#!/usr/bin/env bash
# Tests the plugin in every QGIS that can be had: the installed one, and those of newer Debians.
#
#   scripts/qgis_matrix.sh [here] [trixie] [sid]        all of them by default, one after the other
#
# The package is built once. In each QGIS: a fresh profile from the zip, set up by the button, to the
# first answer; then the tests of the dock (Qt 5, Qt 6), of the plugin and of the window, with the
# runtime that the button has made. Newer Debians are chroots in $QGIS_CHROOTS (~/chroots); they are
# made once and kept, some 5 GB each, and 7 GB while the runtime is there. Only root can make them.
# *Warnings*: those of the plugin in the message log and on stderr, from the zip to the first answer.
# Reports, logs and screenshots: matrix-output/. The table is printed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
chroots=${QGIS_CHROOTS:-$HOME/chroots}
output=$root/matrix-output
packages=(ca-certificates make python3 python3-venv qgis python3-qgis xvfb xauth xdotool
    libegl1 libgl1 libxkbcommon0 procps fonts-open-sans)

fail() {
    printf 'make test-matrix: %s\n' "$1" >&2
    exit 2
}

# ---------------------------------------------------------------- in one QGIS

# Runs in a copy of the sources; its arguments are the package, a folder with two dates and one for
# reports. The set-up has no laboratory, which makes the dates.
test_here() {
    local package=$1 place=$2 reports=$3 work
    work=$(mktemp -d)
    trap "rm -rf '$work'" EXIT
    mkdir -p "$reports"
    scripts/make_qgis_env.sh
    if [ ! -e .venv/bin/uv ]; then # the tests of the set-up look for it there, and not on PATH
        python3 -m venv --clear .venv
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            "$(grep -o '"uv[^"]*"' pyproject.toml | tr -d '"')"
    fi
    /usr/bin/python3 -m scripts.fresh_profile "$package" "$place/2021-08-02.tif" "$work" \
        >"$reports/fresh.json" ||
        echo '{}' >"$reports/fresh.json"
    cp "$work"/*.png "$work"/*.log "$reports" || true
    UNIRS_PYTHON=$(sed -n 's/.*"runtime": "\([^"]*\)".*/\1/p' "$reports/fresh.json")
    UNIRS_PACKAGE=$package
    UNIRS_PLACE=$place
    export UNIRS_PYTHON UNIRS_PACKAGE UNIRS_PLACE OMP_NUM_THREADS=1 UNIRS_TEST_PATIENCE=10
    run_tests dock-qt5 .venv-qgis tests/dock
    run_tests dock-qt6 .venv-qt6 tests/dock tests/qt6
    run_tests plugin .venv-qgis tests/plugin
    # The window's tests follow each other: after the first failures the others wait in vain.
    PYTHONWARNINGS=default run_tests window .venv-qgis --maxfail 4 tests/window
    cp window-output/*.png "$reports" 2>/dev/null || true
}

# One line of the report: how many tests passed.
run_tests() {
    local name=$1 environment=$2 status=0
    shift 2
    "$environment/bin/pytest" "$@" >"$reports/$name.log" 2>&1 || status=$?
    tail -n 1 "$reports/$name.log" | tr -d '=' | sed 's/ in [0-9.]*s.*//' >"$reports/$name.txt"
    [ "$status" -le 1 ] || echo "and exit status $status" >>"$reports/$name.txt"
}

# ---------------------------------------------------------------- chroots

# Mounts are those of this process alone (unshare), and go with it.
in_chroot() {
    local chroot=$1
    shift
    unshare --mount --propagation private bash -euc '
        chroot=$1 mounts=$2 && shift 2
        mount -t proc proc "$chroot/proc"
        mount --rbind /dev "$chroot/dev"
        for path in $mounts; do
            if [ -d "$path" ]; then mkdir -p "$chroot$path"; else
                mkdir -p "$chroot$(dirname "$path")"; touch "$chroot$path"; fi
            mount --bind "$path" "$chroot$path"
        done
        exec chroot "$chroot" "$@"
    ' in_chroot "$chroot" "$(pip_paths)" "$@"
}

# The files and folders that pip is configured with here, and the names of hosts.
pip_paths() {
    local word
    for word in $(python3 -m pip config list | sed "s/^[^=]*=//" | tr -d "'") \
        /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip" "$HOME/.pip" /etc/ssl/certs /etc/resolv.conf; do
        word=${word#file://}
        word=${word%/simple} # the files of an index lie beside its pages
        [[ $word != /* || ! -e $word ]] || readlink -f "$word"
    done | sort -u
}

make_chroot() {
    local suite=$1 chroot=$chroots/$1
    [ "$(cat "$chroot/.made" 2>/dev/null)" != "${packages[*]}" ] || return 0
    [ "$(id -u)" -eq 0 ] || fail "only root can make the chroot $chroot."
    command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap
    mkdir -p "$chroots"
    [ -e "$chroot/usr/bin/apt-get" ] ||
        debootstrap --variant=minbase "$suite" "$chroot" "$(debian_mirror)" >/dev/null
    printf '#!/bin/sh\nexit 101\n' >"$chroot/usr/sbin/policy-rc.d" # no service starts in there
    chmod +x "$chroot/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$chroot/etc/dpkg/dpkg.cfg.d/unsafe-io" # it can be made again
    apt-config dump Acquire::Check-Valid-Until >"$chroot/etc/apt/apt.conf.d/as-outside"
    in_chroot "$chroot" apt-get update -qq
    in_chroot "$chroot" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    in_chroot "$chroot" apt-get clean
    echo "${packages[*]}" >"$chroot/.made"
}

# The mirror that apt uses here.
debian_mirror() {
    apt-get indextargets --format '$(SITE)' | grep '/debian/*$' | head -n 1
}

# The sources as they are in this tree, beside the environments of an earlier run.
copy_sources() {
    mkdir -p "$1"
    find "$1" -mindepth 1 -maxdepth 1 ! -name '.venv*' -exec rm -rf {} +
    git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null |
        tar --create --files-from - | tar --extract --directory "$1"
}

test_in_chroot() {
    local chroot=$chroots/$1
    copy_sources "$chroot/unirs"
    mkdir -p "$chroot/matrix"
    rm -rf "$chroot/matrix/"*
    cp -r "$package" "$place" "$chroot/matrix"
    in_chroot "$chroot" env -C /unirs PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        scripts/qgis_matrix.sh --in-this-copy "/matrix/$(basename "$package")" \
        /matrix/place /matrix/reports
    cp -r "$chroot/matrix/reports/." "$output/$1"
}

# ---------------------------------------------------------------- table

table() {
    printf '\n| QGIS | Python | Qt | GDAL | set-up | on disk | first answer | dock, Qt 5 | Qt 6 | plugin | window | warnings |\n'
    printf '| --- | --- | --- | --- | ---: | ---: | ---: | --- | --- | --- | --- | ---: |\n'
    for name in "$@"; do
        python3 - "$output/$name" <<'END'
import json, pathlib, sys

folder = pathlib.Path(sys.argv[1])
fresh = json.loads((folder / "fresh.json").read_text() or "{}")
keys = ("qgis", "python", "qt", "gdal")
cells = [str(fresh.get(key, "failed")) for key in keys]
cells += [f"{fresh.get('set_up_seconds', '–')} s", f"{fresh.get('megabytes', '–')} MB"]
cells += [f"{fresh.get('first_answer_seconds', '–')} s"]
for part in ("dock-qt5", "dock-qt6", "plugin", "window"):
    cells.append(" ".join((folder / f"{part}.txt").read_text().split()))
cells.append(str(len(fresh["warnings"])) if "warnings" in fresh else "–")
print("|", " | ".join(cells), "|")
END
    done
}

# ---------------------------------------------------------------- all

main() {
    [ $# -gt 0 ] || set -- here trixie sid
    local work name
    work=$(mktemp -d)
    trap "rm -rf '$work'" EXIT
    .venv/bin/python -m scripts.package "$work"
    package=$(ls "$work"/*.zip)
    place=$work/place
    .venv/bin/python -m unirs world "$place" --demo >/dev/null
    for name in "$@"; do
        printf '\n== %s ==\n' "$name"
        rm -rf "${output:?}/$name"
        mkdir -p "$output/$name"
        if [ "$name" = here ]; then
            (test_here "$package" "$place" "$output/here")
        else
            make_chroot "$name"
            test_in_chroot "$name"
        fi
    done
    table "$@" | tee "$output/table.md"
}

# A run takes hours: with `exit` read already, bash goes on with nothing that was edited meanwhile.
if [ "${1:-}" = --in-this-copy ]; then
    shift
    test_here "$@"
    exit
else
    main "$@"
    exit
fi
