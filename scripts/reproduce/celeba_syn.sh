#!/usr/bin/env bash
# §3.8, Fig. 11: CelebA-syn, faces displaced by up to 25 pixels, at 64×64. PICTURES is CelebA's folder of aligned pictures;
# they are prepared into DATA_FOLDER first. With --tiny digits stand in, which are not displaced.
# Usage: PICTURES=img_align_celeba scripts/reproduce/celeba_syn.sh [--tiny] [DATA_FOLDER] [FOLDER_OF_RUNS]
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ -z "${PICTURES:-}" ] || "$cocogan" prepare images "$PICTURES" "$data" --side 64 --crop celeba --displacement 25
reproduce celeba64 celeba-syn 64
"$cocogan" sample "$runs/celeba-syn/checkpoint.safetensors" --sheet full --count 36 -o "$runs/celeba-syn/full.png"
