"""Wires worker, pipeline, window and panels together and runs the frame loop. The only file that knows everyone."""

import contextlib
import time
from pathlib import Path

import moderngl
from PIL import Image

from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import CheckpointError, CocoganError, DisplayError
from viewer.camera.camera import Camera, View
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import Renderer
from viewer.rendering.shader_variants import ShaderVariants
from viewer.rendering.snapshot import Snapshot
from viewer.session.checkpoint_loader import CheckpointLoader, chosen_room
from viewer.session.inspector import Inspector
from viewer.state.latents import Latents
from viewer.state.options import Options
from viewer.state.recipe_files import new_path
from viewer.streaming.patch_status import Cell
from viewer.streaming.streamer import PatchStreamer
from viewer.streaming.worker import Worker
from viewer.ui.view_model import ViewStatus
from viewer.window.opengl import refusal
from viewer.window.window import open_window, pump

__all__ = ["App"]

FRAME_S, SAFE_FRAME_S = 1 / 60, 1 / 20
IDLE_FRAME_S = 1 / 20  # how often an unchanging window looks for events
SHARP_S = (0.010, 0.060)  # a sharp picture may take so long: while the view moves, and while it rests
SETTLE_FRAMES = 4  # ImGui needs a few frames to settle after an event
MOST_ATLAS_PX = 8192


class App:
    """The viewer; the generator process starts first, then the window opens, then patches come.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        DisplayError: there is no display or no OpenGL 3.3.
    """

    def __init__(self, options: Options) -> None:
        """Start everything."""
        metadata, latents = chosen_room(options.checkpoint, options.recipe, options.seed)
        self.options, self.device = options, options.device
        self.worker = Worker(options.checkpoint, options.device, metadata.model.grid)
        try:
            exact = options.recipe is not None  # its size is that of its picture
            self.window = open_window(options.size, headless=options.headless, safe=options.safe, exact=exact)
            self.context = moderngl.create_context(require=330)
        except BaseException as error:
            self.worker.close()
            if isinstance(error, CocoganError | KeyboardInterrupt):
                raise
            raise DisplayError(refusal(error, headless=options.headless, safe=options.safe)) from error
        self.programs = ShaderVariants(self.context, plain=options.safe)
        self.generation = 0
        self._enter(options.checkpoint, metadata, latents)
        self._furnish(options.recipe.view if options.recipe else options.view)

    def _enter(self, checkpoint: Path, metadata: Metadata, latents: Latents) -> None:
        """Make what belongs to a checkpoint; ``self.worker`` has it."""
        assert metadata.projection is not None
        self.checkpoint, self.metadata, self.projection = checkpoint, metadata, metadata.projection
        self.names, self.latents = metadata.model.latent_names, latents
        atlas = AtlasWindow.fitting(metadata.model.grid, min(MOST_ATLAS_PX, self.context.info["GL_MAX_TEXTURE_SIZE"]))
        self.renderer = Renderer(self.context, atlas, self.projection, self.programs)
        self.pipeline = PatchStreamer(
            self.worker, self.renderer, atlas, self.projection, idle_work=self.options.idle_work
        )
        self.inspection = Inspector(self.pipeline, self.renderer, self.projection)

    def take_over(self, opening: CheckpointLoader) -> None:
        """Show the checkpoint whose generator has come up."""
        self.worker.close()
        self.renderer.release()
        self.worker = opening.worker
        self.generation += 1
        self._enter(opening.checkpoint, opening.metadata, opening.latents)
        if opening.directions is not None:
            self.pipeline.hear(opening.directions)
        self.settle(opening.recipe.view if opening.recipe else View())
        self.notice = ""

    def settle(self, view: View) -> None:
        """Look there, in the window's shape, and come back to it on Home."""
        camera = Camera(view, self.projection.half_extent_rad).resized(*self.window.get_size()).look()
        self.controls.settle(camera)
        self._wake()

    def _furnish(self, view: View) -> None:
        """Make what stays when another checkpoint is opened."""
        from viewer.session.session import Studio
        from viewer.ui.imgui_backend import ImGuiBackend
        from viewer.ui.input import Controls
        from viewer.ui.panels import Panels

        camera = Camera(view, self.projection.half_extent_rad).resized(*self.window.get_size()).look()
        self.controls = Controls(self.window, camera)
        self.notice = ""  # for the user, until the next
        self.studio = Studio(self, self.window, self.options.settings, reduced_motion=self.options.reduced_motion)
        self.bridge = ImGuiBackend(self.window)
        self.studio.clipboard.serve_imgui()
        self.gui = Panels()
        self.fps = 0.0
        self.xray = self.help = self.bare = False  # bare: the panels are hidden
        self._sharp_s = 0.0  # what the last sharp picture took; software OpenGL is the slow one
        self._frame_s = time.monotonic()
        self._awake = SETTLE_FRAMES
        self.window.push_handlers(on_expose=self._wake, on_resize=self._resized)

    def take_still(self) -> Snapshot:
        """What is made of the room now, in an atlas of its own."""
        return Snapshot(self.renderer, self.pipeline.window, self.projection, self.pipeline.pixels())

    def new_texture(self, size: tuple[int, int]) -> moderngl.Texture:
        """An empty one with three channels."""
        return self.context.texture(size, 3)

    def run(self) -> None:
        """Frames until the window is closed."""
        while not self.window.has_exit:
            self.turn()

    def turn(self) -> None:
        """A frame, and then a rest that keeps the pace and leaves the time between to the generator.

        Raises:
            CheckpointError: the generator failed before there was anything to see.
        """
        began = time.monotonic()
        self.frame()
        if self.pipeline.statistics.failed and not self.pipeline.statistics.made:
            raise CheckpointError(self.pipeline.statistics.message)
        waits = self._awake or not self.pipeline.complete  # for patches: look often, draw only what has come
        pace = (SAFE_FRAME_S if self.options.safe else FRAME_S) if waits else IDLE_FRAME_S
        time.sleep(max(0.0, pace - (time.monotonic() - began)))

    def frame(self) -> None:
        """Events, motion, planning, drawing; draws only if something has changed."""
        now = time.monotonic()
        dt, self._frame_s = now - self._frame_s, now
        before = (self.controls.camera, self.bridge.events)
        self.window.switch_to()
        pump(self.window)
        self.controls.step(dt)
        while self.controls.pressed:
            self._press(self.controls.pressed.pop(0))
        if self.studio.step(now):
            self._wake()
        self.pipeline.fades = not self.controls.reduced_motion
        self.pipeline.step(self.controls.camera, self.generation, self.latents, now)
        after = (self.controls.camera, self.bridge.events)
        if before != after or any(self.bridge.io.mouse_down) or self.pipeline.busy(now) or self.controls.active:
            self._wake()
        if self._awake:
            self._awake -= 1
            self._draw(now)
            self.fps = 0.9 * self.fps + 0.1 / max(dt, 1e-3)
        elif self.pipeline.share == 1:
            self.warm_up()  # nobody waits for anything

    def warm_up(self) -> bool:
        """Compile for one more kind of picture, so that no frame has to; False if all are known."""
        self.context.screen.use()
        return self.renderer.warm_up()

    def save_picture(self, path: Path) -> None:
        """Complete the view and write it, without panels.

        Raises:
            CheckpointError: the generator failed.
            DisplayError: the file cannot be written.
        """
        if not self.pipeline.finish(self.controls.camera, self.generation, self.latents):
            raise CheckpointError(self.pipeline.statistics.message)
        self._write(path, self.options.size)

    def _write(self, path: Path, size: tuple[int, int]) -> None:
        try:
            Image.fromarray(self.renderer.picture(self.controls.camera.view, size)).save(path)
        except (OSError, ValueError) as error:
            raise DisplayError(f"cannot write {path} ({error}); name a .png or .jpg in a folder that exists") from error

    def close(self) -> None:
        """End the generator process and the window."""
        self.worker.close()
        self.studio.close()
        with contextlib.suppress(Exception):  # the context may be gone with the window
            self.window.switch_to()
            self.bridge.close()
        self.window.close()

    def change(self, latents: Latents) -> None:
        """Show another room of the same checkpoint."""
        if latents != self.latents:
            self.generation += (latents.base, latents.along) != (self.latents.base, self.latents.along)
            self.latents = latents
            self._wake()

    def _resized(self, _width: int, _height: int) -> None:
        self._sharp_s = 0.0
        self._wake()

    def _wake(self) -> None:
        self._awake = SETTLE_FRAMES

    def _draw(self, now: float) -> None:
        size = self.window.get_framebuffer_size()  # ctx.screen.size goes stale on resize
        self.context.screen.use()
        self.context.viewport = (0, 0, *size)
        self.renderer.xray = self.xray
        cells = self.inspection.look(now) if self.xray else {}
        began, sharp = time.monotonic(), self._sharp_s < SHARP_S[not self.controls.active and not self._awake]
        self.renderer.draw(self.controls.camera.view, now, sharp=sharp)
        self._wipe(size, sharp=sharp)
        self.bridge.new_frame()
        self._panels(cells)
        self.bridge.render()
        self.window.flip()
        self.context.finish()  # else an upload into the atlas would wait for this picture, in the middle of the next
        if sharp:
            self._sharp_s = time.monotonic() - began

    def _panels(self, cells: dict[tuple[int, int], Cell]) -> None:
        """Build the panels, or only what there is to say while they are hidden."""
        look = ViewStatus(self.latents, self.controls.camera, self.xray, self.help)
        scene = self.inspection.scene(cells, self.names, self.fps)
        look = self.gui.hidden(look, scene) if self.bare else self.gui.draw(look, scene)
        self.studio.draw(bare=self.bare)
        self.bridge.panels = self.gui.panels + self.studio.panels
        self._follow(look)

    def _wipe(self, size: tuple[int, int], *, sharp: bool) -> None:
        """The left part of the view, as the room that is held to compare shows it."""
        if self.studio.errand.held is not None:
            self.context.scissor = (0, 0, round(size[0] * self.studio.errand.wipe), size[1])
            self.studio.errand.held.draw(self.controls.camera.view, sharp=sharp)
            self.context.scissor = None

    def _follow(self, look: ViewStatus) -> None:
        """Do what the panels were used for."""
        self.controls.camera, self.help, self.xray = look.camera, look.help, look.xray
        self.change(look.latents)
        if look.asked == "north":
            self.controls.face(0.0)
        elif look.asked == "seam":
            self.controls.camera = self.inspection.at_the_worst(self.controls.camera)
        elif look.asked in VIEW_PROJECTIONS:
            self.controls.through(VIEW_PROJECTIONS[VIEW_PROJECTIONS.index(look.asked)])

    def _press(self, symbol: int) -> None:
        """Keys that are not about the camera."""
        from pyglet.window import key

        self._wake()
        if symbol == key.SPACE:
            self.change(self.latents.shuffled())
        elif symbol == key.X:
            self.xray = not self.xray
        elif symbol == key.H:
            self.help = not self.help
        elif symbol == key.TAB:
            self.bare = not self.bare
        elif symbol == key.F and not self.options.headless:
            self.window.set_fullscreen(not self.window.fullscreen)
        elif symbol == key.F12:
            self.notice = self._saved()
        elif symbol == key.ESCAPE:
            self._escape()

    def _escape(self) -> None:
        """Close what is open, the innermost first; then the window."""
        if self.help or self.xray or self.bare:
            self.help = self.xray = self.bare = False
        elif self.window.fullscreen:
            self.window.set_fullscreen(False)
        else:
            self.window.has_exit = True

    def _saved(self) -> str:
        """Save the view as it is shown, without panels, in the present folder; what to tell the user."""
        path = new_path(".png")
        try:
            self._write(path, self.window.get_framebuffer_size())
        except DisplayError as error:
            return str(error)
        return f"saved {path}"
