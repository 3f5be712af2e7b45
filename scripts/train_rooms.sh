#!/usr/bin/env bash
# Repeats the default room from nothing: regression on the rooms' named parameters while the patches grow
# 8 → 16 → 32 → 64 pixels, the small ones on 8,000 rooms of 192×64 (16 times quicker to render), the large ones on
# 2,560 of 768×256; then the adversarial phase with D, A and Q. LOG.md has the figures of each stage. The shipped room's
# first stage was 33,424 images on the large rooms and 48,000 on the small ones; here it is 80,000 on the small ones.
# Resumable: run it again after an interruption. The training stages took 2 h 40 min on one thread of a busy machine; as
# one script it has not been run to the end.
# Usage: scripts/train_rooms.sh [DATA_FOLDER] [RUNS_FOLDER]
set -euo pipefail
data=${1:-data/rooms} runs=${2:-runs/rooms} python=${PYTHON:-python}

"$python" -m cocogan_core.cli rooms "$data-192" --panorama --width 192 --count 8000 --seed 4
"$python" -m cocogan_core.cli rooms "$data" --panorama --count 2560 --seed 1

warm() {  # data, patch pixels, images, rate, half-life of the average, [earlier checkpoint]
    "$python" train.py rooms-warmup --data "$1" --run "$runs/warm$2" --model.grid.patch-px "$2" --batch 8 \
        --images "$3" --generator-rate "$4" --ema-images "$5" --save-every 4000 \
        ${6:+--init "$6" --warmup-images 400}
}
warm "$data-192" 8 80000 2.2e-3 1500
warm "$data-192" 16 6400 1.2e-3 500 "$runs/warm8/checkpoint.safetensors"
warm "$data" 32 4000 1e-3 400 "$runs/warm16/checkpoint.safetensors"
warm "$data" 64 1200 8e-4 300 "$runs/warm32/checkpoint.safetensors"

gan() {  # name, images, D's rate, R1, images of rising rates, seed, earlier checkpoint
    "$python" train.py rooms --data "$data" --run "$runs/$1" --images "$2" --batch 8 --generator-rate 2e-4 \
        --discriminator-rate "$3" --r1 "$4" --regression-weight 10 --beta2 0.99 --warmup-images "$5" \
        --seed "$6" --save-every 2400 --init "$7"
}
gan gan 9600 5e-4 3 800 0 "$runs/warm64/checkpoint.safetensors"
gan gan2 19200 8e-4 2 400 1 "$runs/gan/checkpoint.safetensors"
"$python" scripts/to_half.py "$runs/gan2/checkpoint.safetensors" "$runs/rooms.safetensors"
