#!/usr/bin/env bash
# A sanity check of planar training on real pictures in a few minutes: scikit-learn's 1,797 handwritten digits, 8×8,
# enlarged to 16×16 and made of 4×4 micro patches of 4 pixels. The compact networks with a cheap loss; the sheets in the
# run's folder show strokes after 10,000 images and digits after 20,000. One thread: these networks are too small for two.
# Usage: scripts/train_digits.sh [DATA_FOLDER] [RUN_FOLDER]
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
set -euo pipefail
data=${1:-data/digits} run=${2:-runs/digits} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it

[ -e "$data/dataset.json" ] || "$python" - "$data" <<'PY'
import sys

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from cocogan_core.data.dataset import DatasetWriter

about = {"projection": None, "source": "scikit-learn's digits (UCI ML hand-written digits)", "licence": "CC-BY-4.0"}
with DatasetWriter(sys.argv[1], height_px=16, width_px=16, **about) as writer:
    for digit in load_digits().images:
        picture = Image.fromarray(np.uint8(digit * 255 / 16)).resize((16, 16), Image.Resampling.BICUBIC)
        writer.append(np.asarray(picture.convert("RGB")))
PY

"$cocogan" train celeba64 --data "$data" --run "$run" --images "${IMAGES:-60000}" --no-flip --threads 1 \
    --model.architecture compact --model.grid.patch-px 4 --model.generator-width 64 --model.discriminator-width 8 \
    --loss nonsaturating --gradient-penalty 0 --r1 0.3 --spatial-weight 1 --batch 32 --warmup-images 1000 \
    --generator-rate 5e-4 --discriminator-rate 1e-3 --beta2 0.9 --ema-images 3000 \
    --save-every 10000 --fd-every 10000 --fd-samples 350
