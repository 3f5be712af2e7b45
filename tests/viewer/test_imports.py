"""What the commands load before they know which of them is to run."""

import subprocess
import sys

HEAVY = ("OpenGL", "email", "glcontext", "http", "imgui_bundle", "moderngl", "pyglet", "rich", "torch")


def test_the_commands_load_no_opengl_and_no_window():
    loaded = f"[name for name in {HEAVY} if name in sys.modules]"
    code = f"import sys, viewer.__main__, cocogan_core.commands.main; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_process_that_makes_patches_loads_nothing_of_the_command_line(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run([sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=True)
    assert done.stdout == "run\n[]\nrestored True\n"


PROGRAM = """
print("run", flush=True)
import multiprocessing, sys
import viewer.__main__  # noqa
from viewer.streaming.child_process import starting
from viewer.streaming.worker_process import serve

context = multiprocessing.get_context("spawn")
names = ("viewer.__main__", "viewer.render", "tyro", "rich")
code = f"import sys; print([name for name in {names} if name in sys.modules], flush=True)"
child = context.Process(target=exec, args=(code, {"serve": serve}))  # its module is imported to hand that over
with starting():
    child.start()
child.join()
print("restored", sys.modules["__main__"].__file__ == __file__)
"""
