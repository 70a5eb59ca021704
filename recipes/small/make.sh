#!/bin/sh
# Makes the default model: sh recipes/small/make.sh REAL NAIP FOLDER
#   REAL    folder of the collections of real images, as 'unirs evaluate real' takes it
#   NAIP    folder of the dated NAIP rasters
#   FOLDER  takes checkpoints and curves, and the model folder unirs-small
# The same command resumes where it was stopped. START=FOLDER begins joint tuning with that model
# folder instead of the vision stage.
set -e
real=$1 naip=$2 folder=$3
here=$(dirname "$0")

if [ -z "$START" ]; then
  unirs train vision --preset small --data real="$real" --data naip="$naip" --folder "$folder/vision"
  START=$folder/vision/model
fi
unirs train joint --preset small --from "$START" --data real="$real" --data naip="$naip" \
  --card "$here/card.md" --folder "$folder/joint"
rm -rf "$folder/unirs-small"
cp -r "$folder/joint/model" "$folder/unirs-small"
cp "$here/LICENSE" "$folder/unirs-small/"
python -m recipes.small.sentence_map "$real" "$folder/unirs-small" "$folder/sentence-map"

# Its figures, and with them calibration and the card's table:
#   unirs evaluate real --data REAL --model FOLDER/unirs-small --json > figures.json
#   python -m unirs_lab.evaluation.model_card FOLDER/unirs-small figures.json
