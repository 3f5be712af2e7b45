"""The page's modules fit together, as far as TypeScript's compiler can tell from their annotations."""

import subprocess

from javascript import PACKAGES, WEB, needs_packages


@needs_packages
def test_types():
    command = ["node", "--single-threaded", PACKAGES / "typescript/bin/tsc", "--project", WEB]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
