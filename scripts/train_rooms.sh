#!/usr/bin/env bash
# Repeats the default room from nothing: regression on the rooms' named parameters while the patches grow
# 8 → 16 → 32 → 64 pixels, the small ones on 8,000 rooms of 192×64 (16 times quicker to render), the large ones on
# 2,560 of 768×256; then the adversarial phase with D, A and Q; then the lower levels alone, which say what stands where,
# again by regression (patch 8; 4,864 more rooms, of one sample a pixel since they are shrunk by 8), and the adversarial
# phase once more. LOG.md has the figures of each stage. The shipped room's first stage was 33,424 images on the large
# rooms and 48,000 on the small ones, here it is 80,000 on the small ones; its tune2 had L2 beside L1.
# Resumable: run it again after an interruption. The training stages took 5 h on one thread of a busy machine; as one
# script it has not been run to the end.
# Usage: scripts/train_rooms.sh [DATA_FOLDER] [RUNS_FOLDER]
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
set -euo pipefail
data=${1:-data/rooms} runs=${2:-runs/rooms} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it

"$cocogan" rooms "$data-192" --panorama --width 192 --count 8000 --seed 4
"$cocogan" rooms "$data" --panorama --count 2560 --seed 1
"$cocogan" rooms "$data-more" --panorama --count 4864 --seed 5 --samples 1

warm() {  # name, data, patch pixels, images, rate, half-life of the average, [earlier checkpoint]
    "$cocogan" train rooms-warmup --data "$2" --run "$runs/$1" --model.grid.patch-px "$3" --batch 8 \
        --images "$4" --generator-rate "$5" --ema-images "$6" --save-every 4000 \
        ${7:+--init "$7" --warmup-images 400}
}
warm warm8 "$data-192" 8 80000 2.2e-3 1500
warm warm16 "$data-192" 16 6400 1.2e-3 500 "$runs/warm8/checkpoint.safetensors"
warm warm32 "$data" 32 4000 1e-3 400 "$runs/warm16/checkpoint.safetensors"
warm warm64 "$data" 64 1200 8e-4 300 "$runs/warm32/checkpoint.safetensors"

gan() {  # name, images, D's rate, R1, weight of L1, images of rising rates, seed, earlier checkpoints
    "$cocogan" train rooms --data "$data" --run "$runs/$1" --images "$2" --batch 8 --generator-rate 2e-4 \
        --discriminator-rate "$3" --r1 "$4" --regression-weight "$5" --beta2 0.99 --warmup-images "$6" \
        --seed "$7" --save-every 2400 --fd-every "${FD_EVERY:-4800}" --fd-samples 200 --init "${@:8}"
}
gan gan 9600 5e-4 3 10 800 0 "$runs/warm64/checkpoint.safetensors"
gan gan2 19200 8e-4 2 10 400 1 "$runs/gan/checkpoint.safetensors"
gan gan3 36000 8e-4 1.5 7 400 2 "$runs/gan2/checkpoint.safetensors"

warm tune "$data" 8 8000 1e-3 500 "$runs/gan3/checkpoint.safetensors"
warm tune2 "$data" 8 24000 1.5e-3 500 "$runs/tune/checkpoint.safetensors"
warm tune3 "$data-more" 8 14000 1.2e-3 500 "$runs/tune2/checkpoint.safetensors"
gan gan4 36000 8e-4 1.5 7 400 3 "$runs/gan3/checkpoint.safetensors" "$runs/tune3/checkpoint.safetensors"
"$python" scripts/to_half.py "$runs/gan4/checkpoint.safetensors" "$runs/rooms.safetensors"
