#!/usr/bin/env bash
# Repeats the plain rooms (assets/rooms.safetensors) from nothing: rooms of one plan on the whole sphere, with room and
# object coordinates. Regression on the rooms' named parameters while the patches grow 8 → 16 → 32 pixels; then the finer
# levels, on crops of rooms that are drawn while it trains, most of them at an object's edge, first above a base that stays
# as it is, then with it; textures on the room's faces; then the adversarial phase with D, A and Q at 64 pixels, and G half
# way between before and after.
# LOG.md has what each stage gave. The shipped room's first stage began from the room that was shipped before it (240,136
# images of ±51°), its colours were learned after the fine levels, by 9,000 whole rooms of 192 columns, its D comes of
# three adversarial phases, and its textures learned at four times the rate in the last. As one script it was run at
# a tenth of its length (SCALE=0.1): 34 minutes on one core, LOG.md says with what result.
# Resumable: run it again after an interruption. On one core of an EPYC with AVX512-BF16: 5 rooms/s to render, then 20, 12,
# 4 and 35 images/s. Beside other jobs give it a core of its own; LP_NUM_THREADS=0 keeps software OpenGL's work in the
# trainer's thread: else a batch of rooms took 20 s there, and 0.8 s with it.
# Usage: scripts/train_rooms.sh [DATA_FOLDER] [RUNS_FOLDER]
# PYTHON=.venv/bin/python names the environment, else the path does; SCALE (1) times rooms and images, for trying it out;
# PRECISION=float32 where the CPU has no instructions for bfloat16; OPTIONS are added to every stage.
set -euo pipefail
data=${1:-data/rooms} runs=${2:-runs/rooms} python=${PYTHON:-python} scale=${SCALE:-1}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
export LP_NUM_THREADS=0 OMP_NUM_THREADS=1

scaled() { "$python" -c "print(max($2, round($1 * $scale) // $2 * $2))"; }
of() { echo "$runs/$1/checkpoint.safetensors"; }

stage() {  # name, preset, data, patch pixels, batch, images, rate of G, half-life of the average, options …
    "$cocogan" train "$2" --data "$3" --run "$runs/$1" --model.grid.rows 6 --model.grid.patch-px "$4" --batch "$5" \
        --images "$(scaled "$6" "$5")" --generator-rate "$7" --ema-images "$8" --room-coordinates --object-coordinates \
        --threads 1 --precision "${PRECISION:-bfloat16}" --warmup-images "$(scaled 400 "$5")" "${@:9}" ${OPTIONS:-}
}

"$cocogan" rooms "$data" --panorama --style plain --kind equirectangular --width 384 --seed 21 --count "$(scaled 6000 8)"
"$cocogan" rooms "$data-live" --live --style plain --kind equirectangular
stage warm8 rooms-warmup "$data" 8 8 60000 2.2e-3 1500 --final-rate 0.03
stage warm16 rooms-warmup "$data" 16 8 16000 9e-4 400 --final-rate 0.05 --init "$(of warm8)"
stage warm32 rooms-warmup "$data" 32 8 4000 6e-4 300 --final-rate 0.05 --init "$(of warm16)"
fine=(--model.grid.levels 5)
stage fine rooms-warmup "$data-live" 32 32 100000 1e-3 2000 --final-rate 0.2 "${fine[@]}" \
    --base-rate 0 --level-shares 0 2 1.5 1 0.7 --edge-share 0.8 --init "$(of warm32)"
stage joint rooms-warmup "$data-live" 32 32 64000 1e-3 2500 --final-rate 0.15 "${fine[@]}" \
    --base-rate 0.1 --level-shares 0.25 2 1.5 1 0.7 --edge-share 0.6 --init "$(of fine)"
stage textures rooms-warmup "$data-live" 32 32 15000 1e-3 2500 --final-rate 0.15 "${fine[@]}" --surface-textures \
    --base-rate 0.1 --level-shares 0.25 2 1.5 1 0.7 --edge-share 0.3 --init "$(of joint)"
stage gan rooms "$data-live" 64 8 13000 1e-4 4000 --discriminator-rate 8e-4 --r1 2 --regression-weight 10 --beta2 0.99 \
    --final-rate 0.15 --model.grid.levels 4 --surface-textures --base-rate 0.5 --level-shares 2 1.5 1 0.7 --edge-share 0.3 \
    --init "$(of textures)"
"$python" scripts/mix_checkpoints.py "$(of textures)" "$(of gan)" "$runs/mixed.safetensors" --share 0.5
"$python" scripts/to_half.py "$runs/mixed.safetensors" "$runs/rooms.safetensors"
