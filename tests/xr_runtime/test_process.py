"""The headset from a window of its own on X11: by GLX, and what becomes of the window when a runtime crashes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e.command import COMMAND, environment
from tests.xr_runtime.test_pictures import ATOL, GOLDEN, STRAY
from viewer.session.crash_guard import CrashGuard, last_room_before_crash
from viewer.ui.texts import text

WINDOW = """
import sys
from pathlib import Path
from tests.xr_runtime.driving import FIRST_VIEW, come_back, enter, settle
from viewer.app import App
from viewer.state.options import Options

if __name__ == "__main__":  # the generator's process reads this too
    app = App(Options(Path(sys.argv[1]), 0, FIRST_VIEW, (96, 64), "cpu", None, headless=False))
    come_back(app)
    enter(app)
    settle(app)
    assert hasattr(app.window.context, "glx_context")
    print("ready", flush=True)
    while not Path(sys.argv[2]).exists():
        app.turn()
    app.close()
"""


def wait_for(what, seconds=120):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "timed out"
        time.sleep(0.1)
    return found


def test_on_x11_the_runtime_gets_the_window_s_glx_context(runtime, screen, tiny_checkpoint, tmp_path):
    (tmp_path / "window.py").write_text(WINDOW)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "window.py", tiny_checkpoint, tmp_path / "stop"],
        env=environment(DISPLAY=screen), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "ready\n"
        for side, picture in zip(("left", "right"), runtime.take_pictures(lambda: time.sleep(0.05)), strict=True):
            golden = np.asarray(Image.open(GOLDEN / f"ahead-{side}.png").convert("RGB"))
            assert (np.abs(picture.astype(int) - golden) > ATOL).any(-1).mean() <= STRAY
        (tmp_path / "stop").touch()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ended(number):
    """Whether a process that is nobody's child has ended: the machine's first one may take its time to bury it."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return True


def viewers(folder):
    """Processes whose settings are in a folder and who show the room of seed 7, and what their commands are.

    Not the guard, which has the command to come among its own arguments, but not the room. What a window starts bears
    the window's name until it is another program, and a higher number.
    """
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = (path / "cmdline").read_bytes().split(b"\0"), (path / "environ").read_bytes()
        except OSError:  # it has ended
            continue
        seeded = any(b'"seed":7' in word.replace(b" ", b"") for word in command)
        if str(folder).encode() in variables and b"view" in command and seeded:
            found[int(path.name)] = command
    return found


def test_after_a_runtime_s_crash_the_window_comes_back_with_its_room(runtime, screen, tiny_checkpoint, tmp_path):
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "CACHE", "STATE", "DATA")}
    process = subprocess.Popen(
        [*COMMAND, str(tiny_checkpoint), "--seed", "7", "--vr", "--size", "160x120"],
        env=environment(DISPLAY=screen, **folders),
    )
    again = None
    try:
        wait_for(lambda: len(runtime.frames) > 3)
        runtime.say("crash xrEndFrame")
        assert process.wait(60) == -signal.SIGSEGV
        again, command = wait_for(lambda: min(viewers(tmp_path).items(), default=None))
        assert b"--vr" not in command
        log = wait_for(lambda: next(tmp_path.rglob("viewer.log"), None))
        wait_for(lambda: text("headset.crashed") in log.read_text())
        search = ["xdotool", "search", "--onlyvisible", "--name", "."]
        assert subprocess.run(search, env=environment(DISPLAY=screen), capture_output=True, check=True).stdout
    finally:
        process.kill()
        process.wait()
        if again is not None:
            subprocess.run(["kill", str(again)], check=True)
            wait_for(lambda: ended(again))


AGAIN = """
import os, sys
open("again", "w").write(repr((sys.argv[1:], os.environ.get("COCOGAN_AFTER_CRASH"))))
"""
GUARDED = f"""
import os, sys
from viewer.session.crash_guard import CrashGuard
guard = CrashGuard([sys.executable, "-c", {AGAIN!r}])
guard.note("a room")
guard.note("another café")
"""


@pytest.mark.parametrize(
    ("words", "again"),
    [
        ("os.abort()", True),
        ("os.kill(os.getpid(), 11)", True),
        ("os.kill(os.getpid(), 9)", False),
        ("os._exit(3)", False),
        ("guard.close()", False),
        ("guard.close(); os.abort()", False),
    ],
)
def test_the_guard_acts_on_a_crash_only(tmp_path, words, again):
    subprocess.run(
        [sys.executable, "-c", GUARDED + words], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    path = tmp_path / "again"
    if again:
        wait_for(lambda: path.exists() and path.read_text())
        assert path.read_text() == repr((["another café"], "1"))
    else:
        time.sleep(0.3)
        assert not path.exists()


def test_a_guard_that_is_gone_is_no_reason_to_stop():
    guard = CrashGuard(["true"])
    guard._process.kill()
    guard._process.wait()
    for number in range(3):
        guard.note(str(number))
    guard.close()


def test_what_the_guard_hears(capsys):
    fatal = ["Fatal Python error: Segmentation fault\n", "\n", "Current thread 0x1 (most recent call first):\n"]
    assert last_room_before_crash(iter(['"a"\n', '"b"\n', *fatal])) == "b"
    assert capsys.readouterr().err == "".join(fatal)
    assert last_room_before_crash(iter(fatal)) == ""
    assert last_room_before_crash(iter(['"a"\n'])) is None
    assert last_room_before_crash(iter(['"a"\n', "over\n"])) is None
