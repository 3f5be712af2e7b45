#!/usr/bin/env bash
# Table 2, Fig. 26 and 27: the ablations of §3.7 on CelebA 64×64, and their curves in one figure.
# Usage: scripts/reproduce/ablations.sh [--tiny] [DATA_FOLDER] [FOLDER_OF_RUNS]
set -euo pipefail
. "$(dirname "$0")/common.sh"
reproduce celeba64 coco-gan 64
reproduce celeba64 continuous-sampling 64 --continuous-sampling
reproduce celeba64 optimal-d 64 --optimal-d
reproduce celeba64 optimal-g 64 --optimal-g
reproduce celeba64 multiple-g 64 --multiple-g
"$cocogan" plot "$runs"/{coco-gan,continuous-sampling,optimal-d,optimal-g,multiple-g} -o "$runs/ablations.png"
