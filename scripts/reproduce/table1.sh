#!/usr/bin/env bash
# Table 1: COCO-GAN (N2,M2) on one of its data sets; PRESET is celeba64, celeba128, lsun64, lsun256 or celebahq1024, or
# matterport3d (§3.4). FID as the paper has it, 50,000 pictures a side that were held out:
#   cocogan evaluate RUN/best.safetensors --data HELD_OUT --features inception --samples 50000
# Usage: PRESET=celeba64 scripts/reproduce/table1.sh [--tiny] [DATA_FOLDER] [FOLDER_OF_RUNS]
set -euo pipefail
. "$(dirname "$0")/common.sh"
preset=${PRESET:-celeba64}
side=${preset##*[a-z]}
if [ -n "$tiny" ]; then reproduce celeba64 "table1-$preset" 64; else reproduce "$preset" "table1-$preset" "${side:-256}"; fi
