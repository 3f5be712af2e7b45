#!/usr/bin/env bash
# Repeats the default room from nothing: 2,432 procedural rooms, regression on their named parameters while the patches
# grow 8 → 16 → 32 → 64 pixels. The shipped file is warm64's checkpoint in float16; the adversarial phase with D, A and Q
# that follows is not shipped yet (LOG.md says why). Resumable: run it again after an interruption.
# About an hour on two CPU cores. Usage: scripts/train_rooms.sh [DATA_FOLDER] [RUNS_FOLDER]
set -euo pipefail
data=${1:-data/rooms} runs=${2:-runs/rooms} python=${PYTHON:-python}

"$python" -m cocogan_core.cli rooms "$data" --panorama --count 2432 --seed 1

warm() {  # patch pixels, images, batch, rate, [earlier checkpoint]
    "$python" train.py rooms-warmup --data "$data" --run "$runs/warm$1" --model.grid.patch-px "$1" \
        --images "$2" --batch "$3" --generator-rate "$4" --save-every 2000 ${5:+--init "$5"}
}
warm 8 16000 16 3e-3
warm 16 9600 16 2e-3 "$runs/warm8/checkpoint.safetensors"
warm 32 6400 8 1.5e-3 "$runs/warm16/checkpoint.safetensors"
warm 64 1600 4 1e-3 "$runs/warm32/checkpoint.safetensors"
"$python" train.py rooms --data "$data" --run "$runs/rooms" --init "$runs/warm64/checkpoint.safetensors" \
    --images 4000 --batch 8 --save-every 1000
