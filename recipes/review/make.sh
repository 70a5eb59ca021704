#!/bin/sh
# One round of review: sh recipes/review/make.sh EUROSAT FOLDER, from the root of the repository.
set -e
export QT_QPA_PLATFORM=offscreen UNIRS_PYTHON="$PWD/.venv/bin/python"
mkdir -p "$2"
.venv-qgis/bin/python -m scripts.review_round "$1" "$2" unirs-small
.venv/bin/unirs train joint --preset small --data "$2/review.jsonl" --folder "$2/run" --set epochs=5
.venv-qgis/bin/python -m scripts.review_round "$1" "$2" "$2/run/model"
