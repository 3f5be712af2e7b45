#!/usr/bin/env bash
# The default room's next version, on the whole sphere (±90°) with room and object coordinates, begun from the shipped one: regression on
# the rooms' named parameters while the patches grow 8 → 16 → 32 pixels, then the adversarial phase at 64 with D, A and Q on
# rooms that are drawn while it trains. assets/sphere_base.safetensors came of the first three stages in several runs (LOG.md,
# 2026-11-28 and 29); they are left out while that file is there, and BASE= (empty) trains them. Run
# at full length was none of it yet.
# Resumable: run it again after an interruption. On one core of an EPYC with AVX512-BF16: 5 rooms/s to render, then 20, 12
# and 6 images/s. A core to itself: `taskset -c 1 chrt -r 1 scripts/train_sphere.sh`; LP_NUM_THREADS=0 keeps software
# OpenGL's work in the same thread: beside other jobs on its core a batch of rooms took 20 s without it, 0.8 s with it.
# Usage: scripts/train_sphere.sh [DATA_FOLDER] [RUNS_FOLDER]
# PYTHON=.venv/bin/python names the environment, else the path does; SCALE (1) times rooms and images, for trying it out;
# PRECISION=float32 where the CPU has no instructions for bfloat16; OPTIONS are added to every stage.
set -euo pipefail
data=${1:-data/sphere} runs=${2:-runs/sphere} python=${PYTHON:-python} scale=${SCALE:-1}
shipped=assets/rooms.safetensors base=${BASE-assets/sphere_base.safetensors}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
export LP_NUM_THREADS=0 OMP_NUM_THREADS=1

scaled() { "$python" -c "print(max(8, round($1 * $scale) // 8 * 8))"; }

stage() {  # name, preset, data, patch pixels, images, rate of G, half-life of the average, options …
    "$cocogan" train "$2" --data "$3" --run "$runs/$1" --model.grid.rows 6 --model.grid.patch-px "$4" --batch 8 \
        --images "$(scaled "$5")" --generator-rate "$6" --ema-images "$7" --room-coordinates --object-coordinates --threads 1 \
        --precision "${PRECISION:-bfloat16}" --warmup-images "$(scaled 400)" "${@:8}" ${OPTIONS:-}
}
of() { echo "$runs/$1/checkpoint.safetensors"; }

if [ ! -e "$base" ]; then
    "$cocogan" rooms "$data" --panorama --kind equirectangular --width 384 --seed 21 --count "$(scaled 6000)"
    stage warm8 rooms-warmup "$data" 8 30000 1.2e-3 800 --final-rate 0.03 --init "$shipped"
    stage warm16 rooms-warmup "$data" 16 6000 9e-4 400 --final-rate 0.05 --init "$shipped" "$(of warm8)"
    stage warm32 rooms-warmup "$data" 32 4000 6e-4 300 --final-rate 0.05 --init "$shipped" "$(of warm16)"
    base=$(of warm32)
fi
"$cocogan" rooms "$data-live" --live --kind equirectangular
stage gan rooms "$data-live" 64 60000 3e-4 1500 --discriminator-rate 8e-4 --r1 2 --regression-weight 10 --beta2 0.99 \
    --final-rate 0.3 --save-every 2000 --init "$shipped" "$base"
"$python" scripts/to_half.py "$(of gan)" "$runs/rooms.safetensors"
