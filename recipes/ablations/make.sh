#!/bin/sh
# Repeats the paper's ablations (Tables VIII to X) at small size: sh recipes/ablations/make.sh FOLDER
# The same command resumes where it was stopped. The report is in FOLDER/experiments/results.
set -e
folder=$1

unirs data world "$folder/world" --count 5000
unirs train base --preset ablation --data single="$folder/world/single" \
  --data video="$folder/world/video" --folder "$folder/base"
unirs experiments --base "$folder/base/model" --folder "$folder/experiments" --seeds 3
