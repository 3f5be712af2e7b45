"""A screen of its own for every test that opens a window."""

import os
import shutil
import subprocess
import sys

import pytest
from command import environment


@pytest.fixture
def screen(request):
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{getattr(request, 'param', '800x600')}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    display = f":{os.read(read, 16).decode().strip()}"
    yield display
    server.terminate()
    server.wait()
    os.close(read)
    os.close(write)


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
