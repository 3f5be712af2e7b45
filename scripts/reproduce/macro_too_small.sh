#!/usr/bin/env bash
# Fig. 10: macro patches of 32×32 in 128×128 pictures, a sixteenth, of micro patches of 16: faces come out twice.
# Usage: scripts/reproduce/macro_too_small.sh [--tiny] [DATA_FOLDER] [FOLDER_OF_RUNS]
set -euo pipefail
. "$(dirname "$0")/common.sh"
reproduce celeba128-micro16 macro-64 128
reproduce celeba128-micro16 macro-32 128 --model.grid.macro-rows 2 --model.grid.macro-columns 2
"$cocogan" plot "$runs"/{macro-64,macro-32} -o "$runs/macro_too_small.png"
for name in macro-64 macro-32; do
    "$cocogan" sample "$runs/$name/checkpoint.safetensors" --sheet full --count 16 -o "$runs/$name/full.png"
done
