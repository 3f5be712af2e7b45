#!/usr/bin/env bash
# The paper's own networks on small pictures: do they learn, and does each z have a picture of its own? Procedural rooms of
# 96×32 on the cylinder, micro patches of 8, and handwritten digits of 64×64 on a plane, micro patches of 16; macro patches
# of 2×2; width 16 instead of 64, and the paper's losses and Adam. For so narrow networks and so few images batches of 16
# (paper: 128), 4 times the paper's rate for G and twice that for D. SPATIAL_WEIGHT is α: 100 in the paper, 1 here
# (docs/guide/train.md says why). The averaged G is on. log.jsonl has the Fréchet distance to pictures that are held out.
# With --tiny it ends after 4,000 images each, in minutes. Resumable: the same command goes on, with a larger IMAGES further.
# Usage: scripts/reproduce/paper_networks.sh [--tiny] [FOLDER_OF_RUNS] [IMAGES]
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
set -euo pipefail
tiny=; [ "${1:-}" = --tiny ] && { tiny=1; shift; }
images=60000 rooms=1792 every=5000 samples=200
[ -z "$tiny" ] || { images=4000 rooms=400 every=2000 samples=50; }
runs=${1:-runs/paper_networks} images=${2:-$images} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it

small() {  # NAME PRESET DATA ARGUMENTS…
    local name=$1 preset=$2 data=$3; shift 3
    "$cocogan" train "$preset" --data "$data" --run "$runs/$name" --images "$images" "$@" \
        --model.generator-width "${WIDTH:-16}" --model.discriminator-width "${WIDTH:-16}" \
        --spatial-weight "${SPATIAL_WEIGHT:-1}" --batch "${BATCH:-16}" --generator-rate 4e-4 --discriminator-rate 8e-4 \
        --warmup-images 1000 --ema-images 2000 --fd-every "$every" --fd-samples "$samples" --save-every 2500 \
        ${THREADS:+--threads "$THREADS"}
}

"$cocogan" rooms data/rooms96 --panorama --width 96 --count "${ROOMS:-$rooms}" --seed 3
"$python" "$(dirname "$0")/digits.py" data/digits64
small cylinder paper data/rooms96 --unpaired --model.grid.patch-px 8
small planar celeba64 data/digits64
"$cocogan" plot "$runs/cylinder" "$runs/planar" -o "$runs/curves.png" --terms fd W A
