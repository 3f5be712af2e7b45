#!/usr/bin/env bash
# The recipe of the shipped room (scripts/train_rooms.sh) scaled up for a graphics card, from nothing, in calls of at most ten
# minutes: rooms on the whole sphere with room and object coordinates, all drawn while it trains, so that none comes twice.
# Regression on their numbers while the patches grow 8 → 16 → 32 pixels; then the finer levels, on crops of which most are
# at an object's edge, first above a base that stays as it is, then with it; then the adversarial phase with D, A and Q at
# 64 pixels, and the mean of G's weights before and after it.
# Each call goes on where the last one stopped, on any machine: STATE holds all of it in files of 15 MiB. A call that has
# nothing left to do writes STATE/rooms.safetensors.
# Usage: scripts/train_rooms_gpu.sh STATE [SECONDS [NEW_STATE]]
#   SECONDS (540) is what the call may take; NEW_STATE is where to write, if not to STATE itself.
# STYLE=furnished trains furnished rooms set upright, plain (the default) those of the shipped room: one family for a STATE.
# Furnished floors learn their patterns from crops alone here, without scripts/floor_textures.py.
# PYTHON=.venv/bin/python names the environment, else the path does; WORKERS (12) processes draw rooms by EGL;
# SCALE (1) times the images of every stage; BATCH replaces the batches; OPTIONS are added to every stage.
# Without a card it runs on the CPU in 32 bits, which is for trying it out, in some minutes:
#   SCALE=0.00001 BATCH=2 WORKERS=1 OPTIONS="--model.generator-width 16" scripts/train_rooms_gpu.sh out/state
# On a card it is untested.
set -euo pipefail
state=${1:?usage: scripts/train_rooms_gpu.sh STATE [SECONDS [NEW_STATE]]} seconds=${2:-540} new_state=${3:-$1}
style=${STYLE:-plain} python=${PYTHON:-python} workers=${WORKERS:-12} scale=${SCALE:-1} reserve=${RESERVE:-45}  # seconds to save in
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/runs" "$new_state"
if compgen -G "$state/part_*" > /dev/null; then cat "$state"/part_* | tar x -C "$work"; fi
case $style in
    plain) family=(--style plain) ;;
    furnished) family=(--style furnished --upright)
        OPTIONS="--object-rate 6 --object-textures --model.mixed-textures 6 --model.paint-rank 16 --model.field-width 256 \
            --model.generator-taper 0.7 ${OPTIONS:-}" ;;
    *) echo "STYLE is $style; take plain or furnished" >&2; exit 2 ;;
esac
"$cocogan" rooms "$work/rooms" --live --kind equirectangular "${family[@]}"
fast=()
if "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then
    fast=(--precision bfloat16 --channels-last)
fi

save() {
    rm -rf "$new_state/next" && mkdir "$new_state/next"
    tar c -C "$work" --exclude=events --exclude='sheet_*' runs | split -b 15M -d -a 4 - "$new_state/next/part_"
    rm -f "$new_state"/part_*
    mv "$new_state"/next/part_* "$new_state" && rmdir "$new_state/next"
    local run
    for run in "$work"/runs/*/; do  # the newest sheet of each stage, to be looked at
        find "$run" -name 'sheet_*.png' | sort | tail -1 | xargs -I{} cp {} "$new_state/$(basename "$run").png"
    done
}

stage() {  # name, preset, patch pixels, batch, images, options …
    local name=$1 preset=$2 patch=$3 batch=${BATCH:-$4} left
    local images
    images=$("$python" -c "print(max($batch, round($5 * $scale) // $batch * $batch))")
    if [ -e "$work/runs/$name/done" ]; then return; fi
    left=$((seconds - SECONDS - reserve))
    if [ "$left" -le 0 ]; then save; exit; fi
    # --foreground: the trainer alone is told to stop, and stops its workers itself
    if timeout --foreground -s TERM "$left" "$cocogan" train "$preset" --data "$work/rooms" --run "$work/runs/$name" \
        --model.grid.rows 6 --model.grid.patch-px "$patch" --batch "$batch" --images "$images" --room-coordinates \
        --object-coordinates --surface-textures --workers "$workers" --save-every "$((images > 20 ? images / 20 : 1))" "${fast[@]}" "${@:6}" ${OPTIONS:-}
    then
        touch "$work/runs/$name/done"
        rm -f "$work/runs/$name"/state*.safetensors  # the next stage starts from the checkpoint
    elif [ $? -eq 124 ]; then
        save; exit
    else
        exit 1
    fi
}

of() { echo "$work/runs/$1/checkpoint.safetensors"; }
stage warm8 rooms-warmup 8 64 2000000 --generator-rate 2.2e-3 --ema-images 4000 --final-rate 0.03
stage warm16 rooms-warmup 16 64 400000 --generator-rate 1.2e-3 --ema-images 4000 --final-rate 0.05 --init "$(of warm8)"
stage warm32 rooms-warmup 32 32 200000 --generator-rate 8e-4 --ema-images 2000 --final-rate 0.05 --init "$(of warm16)"
fine=(--model.grid.levels 5)
stage fine rooms-warmup 32 64 1000000 --generator-rate 1e-3 --ema-images 4000 --final-rate 0.2 "${fine[@]}" \
    --base-rate 0 --level-shares 0 2 1.5 1 0.7 --edge-share 0.8 --init "$(of warm32)"
stage joint rooms-warmup 32 64 640000 --generator-rate 1e-3 --ema-images 4000 --final-rate 0.15 "${fine[@]}" \
    --base-rate 0.1 --level-shares 0.25 2 1.5 1 0.7 --edge-share 0.6 --init "$(of fine)"
stage gan rooms 64 16 80000 --generator-rate 1e-4 --discriminator-rate 8e-4 --r1 2 --regression-weight 10 --beta2 0.99 \
    --final-rate 0.3 --ema-images 3000 --warmup-images 2000 --model.grid.levels 4 --base-rate 0.3 --level-shares 2 1.5 1 0.7 \
    --edge-share 0.5 --init "$(of joint)"
save
scripts=$(dirname "$0")
"$python" "$scripts/mix_checkpoints.py" "$(of joint)" "$(of gan)" "$work/mixed.safetensors" --share 0.5
"$python" "$scripts/to_half.py" "$work/mixed.safetensors" "$new_state/rooms.safetensors"
