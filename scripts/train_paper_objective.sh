#!/usr/bin/env bash
# The paper's objective, unpaired, on small procedural rooms (96×32, micro patches of 8, macro patches of 16): patch
# Wasserstein loss, λ = 10, α = 100, Adam (0, 0.999) at 1e-4 and 4e-4, z ~ U[−1, 1]. Only the networks are not the
# paper's, for two CPU cores: with those, width 16, the distance stayed at 640 to 700 for 130,000 images (LOG.md). The
# rooms all face the same way, so no roll: else head A could not know the angle.
# α = 100 costs z its meaning here, all rooms becoming one; SPATIAL_WEIGHT=1 keeps them apart (LOG.md, docs/guide/train.md).
# log.jsonl holds the Fréchet distance to held-out rooms every 20,000 images. Resumable; give a larger IMAGES to go on.
# Usage: scripts/train_paper_objective.sh [DATA_FOLDER] [RUN_FOLDER] [IMAGES]
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
set -euo pipefail
data=${1:-data/rooms96} run=${2:-runs/paper96} images=${3:-320000} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it

"$cocogan" rooms "$data" --panorama --style plain --width 96 --count "${ROOMS:-6000}" --seed 3
"$cocogan" train paper --data "$data" --run "$run" --images "$images" --unpaired --no-roll \
    --model.architecture compact --model.generator-width 128 --model.discriminator-width 16 --model.grid.patch-px 8 \
    --batch 16 --ema-images 10000 --warmup-images 2000 --gradient-clip 10 \
    --fd-every "${FD_EVERY:-20000}" --fd-samples 500 --save-every 20000 \
    ${SPATIAL_WEIGHT:+--spatial-weight "$SPATIAL_WEIGHT"} ${THREADS:+--threads "$THREADS"}
