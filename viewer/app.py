"""Wires worker, pipeline, window and panels together and runs the frame loop. The only file that knows everyone."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
from PIL import Image

from cocogan_core.checkpoint import Metadata, read_metadata
from cocogan_core.errors import CheckpointError, CocoganError, DisplayError
from viewer.atlas import Window
from viewer.camera import Camera, View
from viewer.pipeline import Pipeline
from viewer.renderer import Renderer
from viewer.state import Latents
from viewer.worker import Worker

__all__ = ["App", "Options"]

FRAME_S = 1 / 60
IDLE_FRAME_S = 1 / 20  # how often an unchanging window looks for events
SETTLE_FRAMES = 4  # ImGui needs a few frames to settle after an event
MOST_ATLAS_PX = 8192


@dataclass(frozen=True)
class Options:
    """What the command line says; angles in radians."""

    checkpoint: Path
    seed: int
    view: View
    size: tuple[int, int]
    device: str
    screenshot: Path | None
    headless: bool
    idle_work: bool = True


class App:
    """The viewer; the generator process starts first, then the window opens, then patches come.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        DisplayError: there is no display or no OpenGL 3.3.
    """

    def __init__(self, options: Options) -> None:
        """Start everything."""
        metadata = read_metadata(options.checkpoint)
        if metadata.projection is None:
            raise CheckpointError(f"{options.checkpoint} is a planar model, not a panorama; use `cocogan sample`")
        self.options, self.metadata, self.projection = options, metadata, metadata.projection
        self.names = metadata.model.latent_names
        self.worker = Worker(options.checkpoint, options.device, metadata.model.grid)
        try:
            self.window = _window(options)
            self.context = moderngl.create_context(require=330)
        except BaseException as error:
            self.worker.close()
            if isinstance(error, CocoganError | KeyboardInterrupt):
                raise
            raise DisplayError(f"no OpenGL 3.3 here ({error}); update the graphics driver") from error
        self.latents = Latents.of_seed(options.seed, metadata.model.z_dim)
        self.generation = 0
        self._open(metadata)

    def _open(self, metadata: Metadata) -> None:
        from viewer.controls import Controls
        from viewer.gui import Gui
        from viewer.imgui_bridge import ImGuiBridge

        atlas = Window.fitting(metadata.model.grid, min(MOST_ATLAS_PX, self.context.info["GL_MAX_TEXTURE_SIZE"]))
        self.renderer = Renderer(self.context, atlas, self.projection)
        self.pipeline = Pipeline(self.worker, self.renderer, atlas, self.projection, idle_work=self.options.idle_work)
        camera = Camera(self.options.view, self.projection.half_extent_rad).resized(*self.window.get_size()).look()
        self.controls = Controls(self.window, camera)
        self.bridge = ImGuiBridge(self.window)
        self.gui = Gui()
        self.fps = 0.0
        self._frame_s = time.monotonic()
        self._shuffles = 0
        self._awake = SETTLE_FRAMES
        self.window.push_handlers(on_expose=self._wake)

    def run(self) -> None:
        """Frames until the window is closed."""
        while not self.window.has_exit:
            began = time.monotonic()
            self.frame()
            if self.pipeline.statistics.failed and not self.pipeline.statistics.made:
                raise CheckpointError(self.pipeline.statistics.message)
            waits = self._awake or not self.pipeline.complete  # for patches: look often, draw only what has come
            rest = (FRAME_S if waits else IDLE_FRAME_S) - (time.monotonic() - began)
            if rest > 0:
                time.sleep(rest)

    def frame(self) -> None:
        """Events, motion, planning, drawing; draws only if something has changed."""
        now = time.monotonic()
        dt, self._frame_s = now - self._frame_s, now
        before = (self.controls.camera, self.bridge.events)
        self.window.switch_to()
        self.window.dispatch_events()
        self.controls.step(dt)
        while self._shuffles < self.controls.shuffles:
            self._shuffles += 1
            self._change(self.latents.shuffled())
        self.pipeline.step(self.controls.camera, self.generation, self.z, now)
        after = (self.controls.camera, self.bridge.events)
        if before != after or any(self.bridge.io.mouse_down) or self.pipeline.busy(now) or self.controls.active:
            self._wake()
        if self._awake:
            self._awake -= 1
            self._draw(now)
            self.fps = 0.9 * self.fps + 0.1 / max(dt, 1e-3)

    @property
    def z(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The vector that the generator is asked for."""
        directions = self.pipeline.directions
        return self.latents.z(directions if len(directions) else np.zeros((0, len(self.latents.base)), np.float32))

    def save_picture(self, path: Path) -> None:
        """Complete the view and write it, without panels.

        Raises:
            CheckpointError: the generator failed.
            DisplayError: the file cannot be written.
        """
        if not self.pipeline.finish(self.controls.camera, self.generation, self.z):
            raise CheckpointError(self.pipeline.statistics.message)
        try:
            Image.fromarray(self.renderer.picture(self.controls.camera.view, self.options.size)).save(path)
        except (OSError, ValueError) as error:
            raise DisplayError(f"cannot write {path} ({error}); name a .png or .jpg in a folder that exists") from error

    def close(self) -> None:
        """End the generator process and the window."""
        self.worker.close()
        with contextlib.suppress(Exception):  # the context may be gone with the window
            self.window.switch_to()
            self.bridge.close()
        self.window.close()

    def _wake(self) -> None:
        self._awake = SETTLE_FRAMES

    def _change(self, latents: Latents) -> None:
        if latents != self.latents:
            self.generation += (latents.base, latents.along) != (self.latents.base, self.latents.along)
            self.latents = latents
            self._wake()

    def _draw(self, now: float) -> None:
        from viewer.gui import Look

        size = self.window.get_framebuffer_size()  # ctx.screen.size goes stale on resize
        self.context.screen.use()
        self.context.viewport = (0, 0, *size)
        self.renderer.draw(self.controls.camera.view, now)
        self.bridge.new_frame()
        look = self.gui.draw(Look(self.latents, self.controls.camera), self._scene())
        self.bridge.render()
        self.bridge.panels = self.gui.panels
        self.controls.camera = look.camera
        self._change(look.latents)
        self.window.flip()

    def _scene(self) -> Any:  # noqa: ANN401 (viewer.gui is imported only once a window exists)
        from viewer.gui import Scene

        seen = self.pipeline.statistics
        return Scene(
            window=self.pipeline.window,
            projection=self.projection,
            texture_name=self.renderer.texture_name,
            shown=self.pipeline.shown(),
            names=self.names,
            directions=len(self.pipeline.directions),
            fps=self.fps,
            patch_s=seen.patch_s,
            made=seen.made,
            share=self.pipeline.share,
            loading=not seen.made,
            message=seen.message,
        )


def _window(options: Options) -> Any:  # noqa: ANN401 (pyglet picks its window class at run time)
    import pyglet

    pyglet.options.headless = options.headless
    try:
        from pyglet import gl, window

        choose: Any = gl.Config  # its stub claims an abstract class
        config = choose(double_buffer=True, major_version=3, minor_version=3, forward_compatible=True)
        width, height = options.size
        return window.Window(width, height, "COCO-GAN panorama", resizable=True, config=config, vsync=False)
    except ImportError as error:
        raise DisplayError(f"OpenGL libraries are missing ({error}); on Debian install libegl1 and libgl1") from error
    except Exception as error:  # pyglet raises many kinds, each for the same cause
        if options.headless:
            raise DisplayError(f"no headless OpenGL here ({error}); on Debian install libegl1 and libgl1") from error
        raise DisplayError(
            "there is no display to open a window on; for a picture without one use --headless --screenshot FILE"
        ) from error
