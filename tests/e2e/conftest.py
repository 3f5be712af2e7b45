"""A real window for tests that drive one."""

import subprocess
import sys

import pytest
from command import environment


@pytest.fixture
def window(request, screen, tiny_checkpoint, tmp_path):
    """A real window driven by the test module's own program ``WINDOW``, which says on its output how it goes."""
    (tmp_path / "window.py").write_text(request.module.WINDOW)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "window.py", tiny_checkpoint],
        env=environment(DISPLAY=screen), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
