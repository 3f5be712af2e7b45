#!/usr/bin/env bash
# Repeats the shipped furnished rooms (assets/furnished.safetensors) from nothing: regression on the rooms' named
# parameters while the patches grow 8 → 16 pixels, then the finer levels on crops of rooms that are drawn while it trains,
# of 64 × 64 pixels, half of them at an object's edge. No adversarial phase yet. The shipped weights are those of two hours
# of two cores; they had their first stage in pieces (LOG.md), of which the first ones were not told of colours, and in the
# last one the base at 0.15 of the rate but for its last stage. As one script it was run at a tiny scale only.
# Resumable: run it again after an interruption.
# Usage: scripts/train_furnished.sh [DATA_FOLDER] [RUNS_FOLDER]
# PYTHON=.venv/bin/python names the environment, else the path does; SCALE (1) times rooms and images, for trying it out;
# PRECISION=float32 where the CPU has no instructions for bfloat16; OPTIONS are added to every stage.
set -euo pipefail
data=${1:-data/furnished} runs=${2:-runs/furnished} python=${PYTHON:-python} scale=${SCALE:-1}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
export LP_NUM_THREADS=0 OMP_NUM_THREADS=1

scaled() { "$python" -c "print(max($2, round($1 * $scale) // $2 * $2))"; }
of() { echo "$runs/$1/checkpoint.safetensors"; }

stage() {  # name, data, patch pixels, batch, images, rate of G, half-life of the average, options …
    "$cocogan" train rooms-warmup --data "$2" --run "$runs/$1" --model.grid.rows 6 --model.grid.patch-px "$3" \
        --batch "$4" --images "$(scaled "$5" "$4")" --generator-rate "$6" --ema-images "$7" --room-coordinates \
        --object-coordinates --model.field-width 256 --model.paint-rank 16 --threads 1 --gradient-clip 1 --final-rate 0.1 \
        --precision "${PRECISION:-bfloat16}" --warmup-images "$(scaled 300 "$4")" "${@:8}" ${OPTIONS:-}
}

family=(--kind equirectangular --style furnished --upright)
"$cocogan" rooms "$data" --panorama --width 192 --seed 31 --count "$(scaled 6000 8)" "${family[@]}"
"$cocogan" rooms "$data-live" --live "${family[@]}"
stage warm8 "$data" 8 8 24000 1.5e-3 700 --object-rate 6
stage warm16 "$data" 16 8 9600 8e-4 600 --object-rate 5 --init "$(of warm8)"
stage fine "$data-live" 32 32 52000 1e-3 2500 --object-rate 3 --model.grid.levels 5 --level-shares 0 2 1.8 1 0.7 \
    --edge-share 0.5 --base-rate 0.3 --init "$(of warm16)"
"$python" scripts/regrid.py "$(of fine)" "$runs/fine64.safetensors" --patch-px 64
"$python" scripts/to_half.py "$runs/fine64.safetensors" "$runs/furnished.safetensors"
