#!/usr/bin/env bash
# The paper's objective, unpaired, on small procedural rooms (96×32, micro patches of 8, macro patches of 16): patch
# Wasserstein loss, λ = 10, α = 100, Adam (0, 0.999) at 1e-4 and 4e-4, z ~ U[−1, 1]. Only the networks are narrower than
# the paper's, for two CPU cores. The rooms all face the same way, so no roll: else head A could not know the angle.
# log.jsonl holds the Fréchet distance to held-out rooms every 20,000 images. Resumable; give a larger IMAGES to go on.
# Usage: scripts/train_paper_objective.sh [DATA_FOLDER] [RUN_FOLDER] [IMAGES]
set -euo pipefail
data=${1:-data/rooms96} run=${2:-runs/paper96} images=${3:-400000} python=${PYTHON:-python}

"$python" -m cocogan_core.cli rooms "$data" --panorama --width 96 --count "${ROOMS:-3000}" --seed 3
"$python" train.py paper --data "$data" --run "$run" --images "$images" --unpaired --no-roll \
    --model.grid.patch-px 8 --model.generator-width 16 --model.discriminator-width 16 --batch 16 \
    --fd-every "${FD_EVERY:-20000}" --fd-samples 500 --save-every 20000 ${THREADS:+--threads "$THREADS"}
