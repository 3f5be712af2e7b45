#!/usr/bin/env bash
# Writes the four lock files anew, with the hashes of every file that the package index has of each pinned version.
# First install what is wanted into an empty environment and run the tests: `pip install ".[train,exr,test,docs]" hatchling`,
# then `pip freeze > all.in`; likewise `pip install . hatchling` for view.in. Then: scripts/renew_locks.sh all.in view.in
# torch is not among them: its build for CPUs only, if one is at hand, is taken before the index's (see the Makefile).
set -euo pipefail
cd "$(dirname "$0")/.."
all=$1 view=$2 uv=${UV:-uv}
hashed() { "$uv" pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11.7 "$@"; }
torch=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$all")

{ echo "# Every package that \`make test\` and \`make docs\` install, pinned, but torch. Written by scripts/renew_locks.sh."
  { grep -v '^#\|^torch==\|^-e\|@' "$all"; echo "setuptools"; } | hashed --no-deps -; } > requirements.lock
{ echo "# Every package that \`make view\` installs, pinned: no torch. Written by scripts/renew_locks.sh."
  grep -v '^#\|^-e\|@' "$view" | hashed --no-deps -; } > requirements-view.lock
{ echo "# torch as the package index has it, with what its builds for CUDA need. Written by scripts/renew_locks.sh."
  echo "torch==$torch" | hashed --universal --constraint requirements.lock -; } > requirements-torch.lock
{ echo "# torch's build for CPUs only, where its wheel is at hand. Written by scripts/renew_locks.sh."
  echo "torch==$torch \\"
  pip download --quiet --no-index --no-deps "torch==$torch" --dest "${TMPDIR:-/tmp}/torch-cpu"
  pip hash "${TMPDIR:-/tmp}"/torch-cpu/torch-*.whl | sed -n 's/^--hash/    --hash/p'; } > requirements-torch-cpu.lock
