# Sourced by the scripts beside it: `reproduce PRESET NAME SIDE [train's arguments …]` trains one setting of the paper on
# DATA, pictures of SIDE pixels, into runs/NAME. Full runs need a graphics card and days; with --tiny the same settings
# train small networks for minutes on scikit-learn's handwritten digits, which shows that they run, and nothing of the
# paper's figures.
# IMAGES, FD_EVERY and FD_SAMPLES make a tiny run shorter or longer.
# PYTHON=.venv/bin/python names the environment whose python and cocogan run; else the path does.
tiny=; [ "${1:-}" = --tiny ] && { tiny=1; shift; }
data=${1:-} runs=${2:-runs/reproduce} python=${PYTHON:-python}
cocogan=$(dirname "$(command -v "$python")")/cocogan  # beside it
here=$(dirname "${BASH_SOURCE[0]}")
[ -n "$tiny" ] || [ -n "$data" ] || { echo "name a folder of prepared pictures, or --tiny" >&2; exit 2; }

reproduce() {  # PRESET NAME SIDE ARGUMENTS…
    local preset=$1 name=$2 side=$3; shift 3
    local folder=$data small=()
    if [ -n "$tiny" ]; then
        folder=${data:-data/digits$side}
        [ -n "$data" ] || "$python" "$here/digits.py" "$folder" --side "$side"
        small=(--model.generator-width 4 --model.discriminator-width 4 --images "${IMAGES:-2000}" --batch 16
            --fd-every "${FD_EVERY:-1000}" --fd-samples "${FD_SAMPLES:-200}" --save-every 1000 --threads 1)
    else
        small=(--fd-every 500000 --fd-samples 5000)
    fi
    echo "== $name"
    "$cocogan" train "$preset" --data "$folder" --run "$runs/$name" "${small[@]}" "$@"
}
