#!/usr/bin/env bash
# Repeats the shipped furnished rooms (assets/furnished.safetensors) from nothing: regression on the rooms' named
# parameters while the patches grow 8 → 16 pixels, then the finer levels on crops of rooms that are drawn while it trains,
# of 64 × 64 pixels, a part of them at an object's edge, with textures on the room's faces and on its objects; floors'
# textures begun as what 700 panoramas show of them, and more crops; then a short adversarial phase, whose D begins as the
# plain rooms' (or afresh, where PLAIN names no file), and G part of the way between before and after. Whole rooms teach what light and colours are like many times as fast as crops. The shipped
# weights had the first stage in pieces (LOG.md), of which the first ones were not told of colours, and the last 26,000
# images after 225,000 crops; their crops had no textures and shadows at first, later no textures on objects, and for the
# longest time narrower stages and no tiles. As one script it was run at a tenth of its length (SCALE=0.1) before floors
# had a stage of their own: 34 minutes on one core, LOG.md says with what result; with it at a thousandth.
# Resumable: run it again after an interruption.
# Usage: scripts/train_furnished.sh [DATA_FOLDER] [RUNS_FOLDER]
# PYTHON=.venv/bin/python names the environment, else the path does; SCALE (1) times rooms and images, for trying it out;
# PRECISION=float32 where the CPU has no instructions for bfloat16; OPTIONS are added to every stage.
set -euo pipefail
data=${1:-data/furnished} runs=${2:-runs/furnished} python=${PYTHON:-python} scale=${SCALE:-1}
plain=${PLAIN-$(dirname "$0")/../assets/rooms.safetensors}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
export LP_NUM_THREADS=0 OMP_NUM_THREADS=1

scaled() { "$python" -c "print(max($2, round($1 * $scale) // $2 * $2))"; }
of() { echo "$runs/$1/checkpoint.safetensors"; }

stage() {  # name, preset, data, patch pixels, batch, images, rate of G, half-life of the average, options …
    "$cocogan" train "$2" --data "$3" --run "$runs/$1" --model.grid.rows 6 --model.grid.patch-px "$4" \
        --batch "$5" --images "$(scaled "$6" "$5")" --generator-rate "$7" --ema-images "$8" --room-coordinates \
        --object-coordinates --surface-textures --object-textures --model.mixed-textures 6 --model.field-width 256 \
        --model.paint-rank 16 --model.generator-taper 0.7 --threads 1 --precision "${PRECISION:-bfloat16}" \
        --warmup-images "$(scaled 400 "$5")" "${@:9}" ${OPTIONS:-}
}

family=(--kind equirectangular --style furnished --upright)
# 384 columns: rendered light is coarser below; one ray a pixel is 16 and 4 a pixel of what they are shrunk to
"$cocogan" rooms "$data" --panorama --width 384 --samples 1 --seed 31 --count "$(scaled 6000 8)" "${family[@]}"
"$cocogan" rooms "$data-live" --live "${family[@]}"
warm=(--gradient-clip 1 --final-rate 0.1)
stage warm8 rooms-warmup "$data" 8 16 50000 1.5e-3 1500 --object-rate 6 "${warm[@]}"
stage warm16 rooms-warmup "$data" 16 8 9600 8e-4 600 --object-rate 5 --init "$(of warm8)" "${warm[@]}"
stage fine rooms-warmup "$data-live" 32 32 220000 1e-3 2500 --object-rate 3 --model.grid.levels 5 \
    --level-shares 0 2.6 1.8 1 0.7 --edge-share 0.35 --base-rate 0.35 --init "$(of warm16)" "${warm[@]}"
"$python" scripts/regrid.py "$(of fine)" "$runs/bare.safetensors" --patch-px 64
"$cocogan" rooms "$data-floors" --panorama --width 768 --seed 4242 --count "$(scaled 700 20)" "${family[@]}"
"$python" scripts/floor_textures.py "$runs/bare.safetensors" "$data-floors" "$runs/laid64.safetensors"
"$python" scripts/regrid.py "$runs/laid64.safetensors" "$runs/laid.safetensors" --patch-px 32
stage floors rooms-warmup "$data-live" 32 32 44000 7e-4 2500 --object-rate 3 --model.grid.levels 5 \
    --level-shares 0 2.6 1.8 1 0.7 --edge-share 0.35 --base-rate 0.35 --init "$runs/laid.safetensors" "${warm[@]}"
"$python" scripts/regrid.py "$(of floors)" "$runs/fine64.safetensors" --patch-px 64
stage gan rooms "$data-live" 64 8 7000 1e-4 1500 --discriminator-rate 8e-4 --r1 2 --regression-weight 10 --beta2 0.99 \
    --final-rate 0.15 --object-rate 3 --model.grid.levels 4 --base-rate 0.5 --level-shares 2 1.5 1 0.7 --edge-share 0.3 \
    --init ${plain:+"$plain"} "$runs/fine64.safetensors"
"$python" scripts/mix_checkpoints.py "$runs/fine64.safetensors" "$(of gan)" "$runs/mixed.safetensors" --share 0.5
"$python" scripts/regrid.py "$runs/mixed.safetensors" "$runs/without_d.safetensors" --patch-px 64
"$python" scripts/to_half.py "$runs/without_d.safetensors" "$runs/furnished.safetensors"
