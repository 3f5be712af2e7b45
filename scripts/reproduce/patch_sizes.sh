#!/usr/bin/env bash
# Fig. 4 and 18 to 21: CelebA 128×128 of micro patches of 32, 16, 8 and 4 pixels, the macro patch always 64.
# Usage: scripts/reproduce/patch_sizes.sh [--tiny] [DATA_FOLDER] [FOLDER_OF_RUNS]
set -euo pipefail
. "$(dirname "$0")/common.sh"
reproduce celeba128 micro32 128
reproduce celeba128-micro16 micro16 128
reproduce celeba128-micro8 micro8 128
reproduce celeba128-micro4 micro4 128
"$cocogan" plot "$runs"/{micro32,micro16,micro8,micro4} -o "$runs/patch_sizes.png"
for name in micro32 micro16 micro8 micro4; do
    "$cocogan" sample "$runs/$name/checkpoint.safetensors" --sheet figure --count 10 -o "$runs/$name/figure.png"
done
