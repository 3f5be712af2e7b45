#!/usr/bin/env bash
# The paper's own networks on small procedural rooms: do they learn, and does each z have a picture of its own? 96×32,
# cylindrical, micro patches of 8 (the three blocks of 16, Appendix C), macro patches of 16, width 16 instead of 64, the
# paper's losses, rates and Adam. SPATIAL_WEIGHT is α: 100 in the paper, 1 here (docs/guide/train.md says why).
# The averaged G is on, since it is what later pictures are made by. log.jsonl has the Fréchet distance to held-out rooms.
# With --tiny it ends after 4,000 images, in minutes. Resumable: the same command goes on, with a larger IMAGES further.
# Usage: scripts/reproduce/paper_networks.sh [--tiny] [DATA_FOLDER] [RUN_FOLDER] [IMAGES]
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
set -euo pipefail
tiny=; [ "${1:-}" = --tiny ] && { tiny=1; shift; }
images=400000 rooms=6000 every=20000 samples=500
[ -z "$tiny" ] || { images=4000 rooms=400 every=2000 samples=50; }
data=${1:-data/rooms96} run=${2:-runs/paper_networks} images=${3:-$images} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it

"$cocogan" rooms "$data" --panorama --width 96 --count "${ROOMS:-$rooms}" --seed 3
"$cocogan" train paper --data "$data" --run "$run" --images "$images" --unpaired \
    --model.grid.patch-px 8 --model.generator-width "${WIDTH:-16}" --model.discriminator-width "${WIDTH:-16}" \
    --spatial-weight "${SPATIAL_WEIGHT:-1}" --batch "${BATCH:-32}" --ema-images 10000 \
    --fd-every "$every" --fd-samples "$samples" --save-every "$every" ${THREADS:+--threads "$THREADS"}
"$cocogan" plot "$run" -o "$run/curves.png" --terms fd W A
