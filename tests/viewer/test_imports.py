"""What the commands load before they know which of them is to run."""

import subprocess
import sys

HEAVY = ("OpenGL", "glcontext", "imgui_bundle", "moderngl", "pyglet", "torch")


def test_the_commands_load_no_opengl_and_no_window():
    code = f"import sys, viewer.__main__; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
