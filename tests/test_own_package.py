"""Packages that install a top-level ``tests`` of their own, as torch-fidelity does, are never taken for ours."""

import os
import subprocess
import sys
from pathlib import Path

import tests

ROOT = Path(__file__).parents[1]


def test_ours_is_the_one_that_is_imported():
    assert Path(tests.__file__) == ROOT / "tests" / "__init__.py"


def test_another_one_is_passed_by_even_where_it_is_found_first(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text("raise ImportError('not ours')")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    command += [str(ROOT / "tests" / "e2e" / "test_level_drive.py")]  # imports tests.conftest
    for cwd in (ROOT, tmp_path):
        done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
