"""A long drive through the viewer: ``python -m benchmarks.drive --minutes 10`` (headless, 640×360).

Drags, wheel, sliders, lenses, X-ray, resizes, comparing, new rooms, undo and redo, in a fixed random order; then the
same with nothing to make. Says how the frames kept their pace, and whether memory or OpenGL objects grew.

Without a display a window cannot change its framebuffer, so that only what is drawn into it changes its size. With
``--windowed``, on a real or a virtual screen (``xvfb-run -s "-screen 0 1280x800x24" python -m benchmarks.drive …``),
the framebuffer follows. With ``--levels 4`` it is the shipped room with three finer levels, of random
weights. With ``--faults`` one thing after another goes wrong (:mod:`benchmarks.faults`).
"""

import resource as process
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.faults import Faults, small_disk
from benchmarks.faults import table as table_of_faults
from benchmarks.level_checkpoint import write_level_checkpoint
from cocogan_core.shipped import shipped_model
from viewer.app import App
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.state.logging import start_log
from viewer.state.options import Options
from viewer.state.paths import config_path, log_path
from viewer.ui.actions import Command, MoveDivider

SIZE = (640, 360)
SIZES = (SIZE, (480, 270), (640, 240), (360, 360), (320, 240))  # none larger: a pixel of software OpenGL has its price
ACTION_FRAMES = 12
WARM_FRAMES = 900  # until every panel and every lens has been seen
LONG_S = 0.1
NAMES = 4096  # OpenGL gives the lowest free ones

Action = Literal[
    "drag", "wheel", "lens", "X-ray", "resize", "hold", "wipe", "fold", "slider", "direction", "room", "undo", "redo"
]
ACTIONS: tuple[Action, ...] = ("drag", "drag", "drag", "wheel", *get_args(Action))
MAKING: set[Action] = {"slider", "direction", "room", "undo", "redo"}


@dataclass
class Driver:
    """Does things to an app, drawn from a seeded generator; what makes patches only if ``making``."""

    app: App
    rng: np.random.Generator
    making: bool
    frame_s: float = 1 / 60
    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """each frame's seconds, and the CPU seconds of all our threads: what others take of the machine is not in those"""
    done: list[Action] = field(default_factory=list)
    """the action before each frame of ``times``"""

    def frames(self, number: int) -> Iterator[int]:
        """So many frames, :attr:`frame_s` each, and an action, which counts as part of its frame, every twelfth."""
        for frame in range(number):
            self.app._wake()  # draw every frame: one that draws nothing is no measure
            began, began_cpu = time.perf_counter(), time.process_time()
            if frame % ACTION_FRAMES == 0:
                action = self._act()
            self.app.frame()
            self.times.append(time.perf_counter() - began)
            self.cpu.append(time.process_time() - began_cpu)
            self.done.append(action)
            yield frame
            time.sleep(max(0.0, self.frame_s - self.times[-1]))

    def _act(self) -> Action:
        """One of what a user does, and at the same places of the random order whether ``making`` or not."""
        from pyglet.window import key  # only now: the app has told pyglet whether there is a display

        app, action = self.app, ACTIONS[self.rng.integers(len(ACTIONS))]
        number, share = int(self.rng.integers(len(app.session.latents.base))), float(self.rng.uniform(-1, 1))
        ways: dict[Action, Callable[[], object]] = {
            "drag": lambda: self._drag(round(60 * share), round(20 * share), number),
            "wheel": lambda: app.window.dispatch_event("on_mouse_scroll", *self._place(number), 0, round(3 * share)),
            "lens": lambda: app.controls.through(VIEW_PROJECTIONS[number % len(VIEW_PROJECTIONS)]),
            "X-ray": lambda: self._press(key.X),
            "resize": lambda: self._resize(*SIZES[number % len(SIZES)]),
            "hold": lambda: app.handler.act(Command.COMPARE),
            "wipe": lambda: app.handler.act(MoveDivider(abs(share))),
            "fold": lambda: app.handler.act(Command.TOGGLE_VISITED),
            "slider": lambda: app.session.change(app.session.latents.with_entry(number, share)),
            "direction": lambda: app.session.change(app.session.latents.with_along(number % 4, share)),
            "room": lambda: self._press(key.SPACE),
            "undo": lambda: self._press(key.Z, key.MOD_CTRL),
            "redo": lambda: self._press(key.Y, key.MOD_CTRL),
        }
        if self.making or action not in MAKING:
            ways[action]()
        return action

    def _place(self, number: int) -> tuple[int, int]:
        """Somewhere right of the sliders, and not twice the same: that would be a double click."""
        width, height = self.app.window.get_size()
        return round(width * (0.6 + number % 7 / 40)), round(height * (0.4 + number % 5 / 40))

    def _drag(self, dx: int, dy: int, number: int) -> None:
        from pyglet.window import mouse  # see _act

        window, (x, y) = self.app.window, self._place(number)
        window.dispatch_event("on_mouse_press", x, y, mouse.LEFT, 0)
        for _ in range(3):
            x, y = x + dx // 3, y + dy // 3
            window.dispatch_event("on_mouse_drag", x, y, dx // 3, dy // 3, mouse.LEFT, 0)
        window.dispatch_event("on_mouse_release", x, y, mouse.LEFT, 0)

    def _press(self, symbol: int, modifiers: int = 0) -> None:
        self.app.window.dispatch_event("on_key_press", symbol, modifiers)
        self.app.window.dispatch_event("on_key_release", symbol, modifiers)

    def _resize(self, width: int, height: int) -> None:
        window = self.app.window
        window.set_size(width, height)
        if self.app.options.headless:  # there it does nothing
            window._width, window._height = width, height
            window.dispatch_event("on_resize", width, height)


def opened(checkpoint: Path, *, windowed: bool, settings: Path | None = None) -> App:
    """The app with its first room complete, its programs compiled, and its cache as full as after a long day."""
    app = App(Options(checkpoint, 0, View(), SIZE, "cpu", None, headless=not windowed, settings=settings))
    while app.session.streamer.share < 1:
        app.turn()
    while app.warm_up():
        pass
    fill_cache(app)
    return app


def fill_cache(app: App) -> None:
    """As full as after a long day, so that whatever grows from now on is not the cache; nothing has to go for it."""
    grid, cache = app.session.streamer.grid, app.session.streamer._cache
    patch = np.ones((grid.patch_px, grid.patch_px, 3), np.uint8)
    for room in count():
        for row, column in grid.micro_ids().tolist():
            if cache.bytes + patch.nbytes > cache.budget_bytes:
                return
            cache.put(("of another day", room), (0, row, column), patch)


def memory_mb() -> float:
    """Resident memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * process.getpagesize() / 2**20


def settle_at_home(app: App) -> None:
    """The first look, all of it made and nothing fading, so that the same levels are held as every time here."""
    app.controls.run(Command.FIRST_LOOK)
    app.frame()
    while not app.session.streamer.complete or app.session.streamer.levels.former is not None:
        app.turn()


def gl_objects(app: App) -> dict[str, int]:
    """How many OpenGL objects of each kind there are, whoever made them, when no room is held to compare."""
    from pyglet import gl  # see Driver._act

    app.session.job.cancel()
    app.session.job.end_comparison()
    settle_at_home(app)
    kinds = {
        "textures": gl.glIsTexture,
        "framebuffers": gl.glIsFramebuffer,
        "renderbuffers": gl.glIsRenderbuffer,
        "buffers": gl.glIsBuffer,
        "vertex arrays": gl.glIsVertexArray,
        "programs": gl.glIsProgram,
        "shaders": gl.glIsShader,
        "samplers": gl.glIsSampler,
    }
    return {kind: sum(bool(there(name)) for name in range(1, NAMES)) for kind, there in kinds.items()}


def paces(busy: Driver, idle: Driver) -> Iterator[tuple[str, str, str]]:
    """Rows about the frames."""
    p99 = [float(np.percentile(driver.times, 99)) for driver in (busy, idle)]
    yield "frame time p99, making / not", f"{p99[0] / p99[1]:.2f} ({p99[0] * 1e3:.0f} / {p99[1] * 1e3:.0f} ms)", "1.25"
    for what, driver in (("making", busy), ("nothing to make", idle)):
        for kind, seconds in (("frame", driver.times), ("CPU time", driver.cpu)):
            longest, action = max(zip(seconds, driver.done, strict=True))
            yield f"longest {kind}, {what}", f"{longest * 1e3:.0f} ms (after: {action})", f"{LONG_S * 1e3:.0f} ms"
            yield "frames over that", f"{sum(took > LONG_S for took in seconds)} of {len(seconds)}", "0"


def drive(*, minutes: float = 10.0, levels: int = 1, windowed: bool = False, faults: bool = False) -> None:
    """Drive, then print what it came to.

    Args:
        minutes: length of the drive; half of it makes patches, half does not.
        levels: of detail.
        windowed: in a window on the display, not headless.
        faults: all of it makes patches of the shipped room, ten frames a second, while one thing after another goes
            wrong (:mod:`benchmarks.faults`).
    """
    if faults:
        with tempfile.TemporaryDirectory() as place:
            drive_through_faults(Path(place), minutes, windowed=windowed)
        return
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = shipped_model()
        if levels > 1:
            checkpoint = Path(folder) / "levels.safetensors"
            write_level_checkpoint(checkpoint, levels)
        run(opened(checkpoint, windowed=windowed), minutes, f"{levels} level(s){', windowed' if windowed else ''}")


def drive_through_faults(folder: Path, minutes: float, *, windowed: bool) -> None:
    """A drive in which things go wrong; prints what it came to, memory every few minutes included."""
    checkpoint = folder / "rooms.safetensors"
    shutil.copy(shipped_model(), checkpoint)
    with small_disk(folder / "disk") as mounted:
        start_log(log_path())
        app = opened(checkpoint, windowed=windowed, settings=config_path())
        wrong, driver = (
            Faults(app, checkpoint, folder / "disk", mounted=mounted),
            Driver(app, np.random.default_rng(1), making=True, frame_s=1 / 10),
        )
        began, memory, errors = time.monotonic(), [memory_mb()], Counter[str]()
        session, openings = app.session, 0
        for _ in driver.frames(sys.maxsize):
            wrong.step()
            if app.session is not session:
                session, openings = app.session, openings + 1
                fill_cache(app)
            errors[app.context.error] += 1
            passed_s = time.monotonic() - began
            if passed_s > 60 * len(memory):
                memory.append(memory_mb())
                print(f"{len(memory) - 1} min: {memory[-1]:.0f} MB", flush=True)
            if passed_s > 60 * minutes and wrong.present is None:
                break
        rooms = app.session.streamer.statistics.rooms
        app.close()
    Console(width=160).print(table_of_faults(wrong))
    settled = memory[len(memory) // 6 :]
    tenth = max(1, len(settled) // 10)
    first, last = np.mean(settled[:tenth]), np.mean(settled[-tenth:])
    print(f"{passed_s / 60:.0f} minutes, {len(driver.times)} frames, {openings} openings, {rooms} rooms since the last")
    print(
        f"memory after the first sixth {first:.0f} MB, at the end {last:.0f} MB ({last / first:.3f}, goal 0.95 to 1.05)"
    )
    print(f"OpenGL errors: {dict(errors)}")


def run(app: App, minutes: float, what: str) -> None:
    """Drive an app, print what it came to, and close it."""
    number = max(ACTION_FRAMES, round(minutes * 60 * 60 / 2))
    warm = Driver(app, np.random.default_rng(1), making=True)
    list(track(warm.frames(WARM_FRAMES), "warming up", WARM_FRAMES))
    memory, objects, made = memory_mb(), gl_objects(app), app.session.streamer.statistics.made
    busy, idle = (Driver(app, np.random.default_rng(2), making) for making in (True, False))
    for doing, driver in (("driving", busy), ("nothing to make", idle)):
        list(track(driver.frames(number), doing, number))
    rows = list(paces(busy, idle))
    rows += [("memory", f"{memory:.0f} → {memory_mb():.0f} MB ({memory_mb() / memory:.3f})", "1.10")]
    rows += [(kind, f"{objects[kind]} → {after}", "the same") for kind, after in gl_objects(app).items()]
    rows += [("last OpenGL error", app.context.error, "GL_NO_ERROR")]
    rows += [("patches made", f"{app.session.streamer.statistics.made - made}", "")]
    app.close()
    table = Table("", f"{minutes:g} minutes, {what}", "goal, at most")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    tyro.cli(drive)
