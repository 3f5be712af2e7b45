"""The window and its frame loop: hands events to the camera and the session, draws, and does what the user asks for."""

import contextlib
import sys
import time
from dataclasses import replace
from pathlib import Path

from cocogan_core.errors import CheckpointError
from viewer.camera.camera import Camera, View
from viewer.camera.head import HeadCamera
from viewer.rendering.adaptive_drawing import AdaptiveDrawing
from viewer.rendering.quality import DrawQuality
from viewer.rendering.renderer import Renderer
from viewer.rendering.shader_variants import ShaderVariants
from viewer.session.checkpoint_loader import CheckpointSource, LoadedCheckpoint
from viewer.session.session import Session
from viewer.session.workspace import Workspace
from viewer.state.options import Options
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, Severity
from viewer.window.context import open_context
from viewer.window.lost_display import when_display_is_lost
from viewer.window.window import pump
from viewer.xr.frame_source import FrameSource
from viewer.xr.headset import Headset
from viewer.xr.replay import ReplayedHeadset

__all__ = ["App"]

FRAME_S = 1 / 60
SAFE_FRAME_S = IDLE_FRAME_S = 1 / 20  # the latter: how often an unchanging window looks for events
MIRROR_S, MIRROR_PAUSE = 1 / 30, 4  # how often the window shows what a headset does, and times its own pictures
SETTLE_FRAMES = 4  # ImGui needs a few frames to settle after an event
PAUSE = 5  # times what a picture takes, before one in which only patches are new: the generator may need the same CPU


class App:
    """The viewer; the generator process starts first, then the window opens, then patches come.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        DisplayError: there is no display or no OpenGL 3.3.
    """

    def __init__(self, options: Options, loaded: LoadedCheckpoint | None = None) -> None:
        """Start everything; ``loaded`` is what the options name where it has been started already."""
        loaded = loaded or LoadedCheckpoint.named_by(options)
        self.options = options
        try:
            how = {"headless": options.headless, "safe": options.safe, "exact": options.recipe is not None}
            self.window, self.context = open_context(options.size, **how)
        except BaseException:
            loaded.worker.close()
            raise
        self.programs = ShaderVariants(self.context, plain=options.safe)
        self.workspace = self._new_workspace(loaded)
        # Only now: what these need of ImGui and pyglet takes time, and pyglet has to be told first if it is headless.
        from viewer.session.action_handler import ActionHandler
        from viewer.session.headset_switch import HeadsetSwitch
        from viewer.ui.clipboard import Clipboard
        from viewer.ui.gamepad import Gamepad
        from viewer.ui.imgui_backend import ImGuiBackend
        from viewer.ui.input import Controls
        from viewer.ui.panels import Panels

        self.controls = Controls(self.window, self._camera(loaded.source.view))
        self.controls.reduce_motion(self.workspace.settings.reduced_motion or options.reduced_motion)
        self.gamepad = Gamepad(self.controls)
        self.clipboard = Clipboard(self.window)
        headless = options.headless
        self.handler = ActionHandler(self.window, self.workspace, self.controls, self.clipboard, headless=headless)
        dropped = self.handler.open_dropped
        self.window.push_handlers(on_file_drop=dropped, on_expose=self._wake, on_resize=self._note_size)
        self.backend = ImGuiBackend(self.window)  # its handlers come first, so that panels take what is theirs
        self.panels = Panels()
        self.handler.overlays.close_popup = self.backend.close_popup
        if options.welcome:
            self.controls.welcome()
        if options.after_crash:
            self.workspace.notice = Notice(text("headset.crashed"), Severity.ERROR)
        self.workspace.offered = options.offer
        self.clipboard.serve_imgui()
        self.headset = HeadsetSwitch(self._frame_source, self.workspace, options)
        self.handler.toggle_headset = self.headset.toggle
        self.handler.recentre = lambda: self.headset.recentre(self.controls.camera)
        self.fps = 0.0
        self._seen: tuple[object, ...] = ()  # what the last frame was about
        self.drawing = AdaptiveDrawing(self.context)
        self._mirror_due_s = 0.0
        self._drawn_s = self._due_s = 0.0  # what the last picture took, and from when on patches may cause one
        self._frame_s = time.monotonic()
        self._awake = SETTLE_FRAMES

    @property
    def session(self) -> Session:
        """Of the checkpoint that is shown."""
        return self.workspace.session

    def run(self) -> None:
        """Frames until the window is closed.

        Raises:
            DataError, OutputError: a file of poses cannot be read, or written.
        """
        if self.options.vr:
            self.headset.toggle()
        when_display_is_lost(self.window, self._close_workspace)
        while not self.window.has_exit:
            self.turn()

    def turn(self) -> None:
        """A frame, and then a rest that keeps the pace and leaves the time between to the generator.

        Raises:
            CheckpointError: the generator failed before there was anything to see.
        """
        began = time.monotonic()
        self.frame()
        seen = self.session.streamer.statistics
        if seen.failed and not seen.made:
            raise CheckpointError(seen.message)
        if self.headset.showing:  # the compositor keeps the pace
            return
        waits = self._awake or not self.session.streamer.complete  # look often, draw only what has come
        pace = (SAFE_FRAME_S if self.options.safe else FRAME_S) if waits else IDLE_FRAME_S
        time.sleep(max(0.0, pace - (time.monotonic() - began)))

    def frame(self) -> None:
        """Events, motion, planning, drawing; draws only if something has changed."""
        self.window.switch_to()
        head = self.headset.look(self.controls.camera)  # waits for the compositor
        now = time.monotonic()
        dt, self._frame_s = now - self._frame_s, now
        pump(self.window)
        self.gamepad.listen(dt, ready=self.session.streamer.complete and not self.options.headless)
        self.controls.step(dt)
        while self.controls.pressed:
            self.handler.act(self.controls.pressed.pop(0))
        self._show_clicked()
        self.workspace.step()
        self.handler.step(now)
        self.headset.note_room(self.handler.recipe)
        if head is not None:  # the window shows what the head looks at
            self.controls.camera = self.controls.camera.look(yaw_rad=head.view.yaw_rad, pitch_rad=head.view.pitch_rad)
        self._step_session(now, head or self.controls.seen)
        for action in self.headset.draw(now, xray=self.handler.status.xray) if head is not None else ():
            self.handler.act(action)
        if self._awake and now >= max(self._due_s, self._mirror_due_s):
            self._awake -= 1
            self._draw(now)
            self._due_s = time.monotonic() + PAUSE * self._drawn_s
            self._mirror_due_s = time.monotonic() + max(MIRROR_S, MIRROR_PAUSE * self._drawn_s) if head else 0.0
            self.fps = 0.9 * self.fps + 0.1 / max(dt, 1e-3)
        elif not self._awake and self.session.streamer.share == 1:
            self.warm_up()  # nobody waits for anything

    def warm_up(self) -> bool:
        """Compile for one more kind of picture, so that no frame has to; False if all are known."""
        self.context.screen.use()
        return self.session.renderer.warm_up()

    def save_picture(self, path: Path) -> None:
        """Complete the view and write it, without panels.

        Raises:
            CheckpointError: the generator failed.
            ConfigError, OutputError: there is no such level, or the file cannot be written.
        """
        for limit in self.options.limits_of(self.controls.camera.view):
            print(f"cocogan: note: {limit}", file=sys.stderr)
        streamer = self.session.streamer
        streamer.screen_px, streamer.levels.forced = self.options.size, self.options.level
        if self.options.level is not None:
            streamer.grid.at_level(self.options.level)
        if not self.session.streamer.finish(self.controls.camera, self.session.latents):
            raise CheckpointError(self.session.streamer.statistics.message)
        self.session.write_picture(path, self.controls.camera.view, self.options.size)

    def close(self) -> None:
        """End the generator process and the window."""
        self._close_workspace()
        with contextlib.suppress(Exception):  # the context may be gone with the window
            self.window.switch_to()
            self.headset.close()
            self.session.close()
            self.drawing.release()
            self.backend.close()
        self.window.close()

    def _close_workspace(self) -> None:
        """End the processes and remember the room."""
        last = None
        with contextlib.suppress(CheckpointError):  # its file is gone
            last = self.handler.recipe()
        self.workspace.close(last, None if self.window.fullscreen else self.window.get_size())

    def _step_session(self, now: float, camera: Camera | HeadCamera) -> None:
        """Have the session go on; stay awake while there is something new to see."""
        session, controls = self.session, self.controls
        session.streamer.screen_px = self._screen_px()
        dragging = any(self.backend.io.mouse_down)
        session.streamer.fades = not controls.reduced_motion
        notice = session.step(camera, now, dragging=dragging)
        if notice is not None:
            self.workspace.notice = notice
        complete, status = session.streamer.complete, self.handler.status
        seen = (session, session.state, status, self.workspace.message, self.backend.events, complete)
        if seen != self._seen or dragging or controls.active:
            self._wake()
        elif session.streamer.busy(now):
            self._awake = SETTLE_FRAMES
        self._seen = seen

    def _screen_px(self) -> tuple[int, int]:
        """Of what is drawn: an eye's picture, or the window's, of which half is enough where it is drawn so."""
        if self.headset.view is not None and self.headset.showing:
            return self.headset.view.screen_px
        width, height = self.window.get_framebuffer_size()
        halves = 2 if self.controls.active and self._quality() is DrawQuality.COARSE else 1
        return -(-width // halves), -(-height // halves)

    def _show_clicked(self) -> None:
        """While the room's panel is open, a click on an object shows its sliders."""
        for place in self.controls.clicked:
            found = self.session.object_under(self.controls.camera, place) if self.handler.status.panel else None
            if found is not None:
                self.panels.show_object(found)
        self.controls.clicked.clear()

    def _quality(self) -> DrawQuality:
        """How well there is time to draw, or what is asked for."""
        asked = self.workspace.settings.quality
        awaits = not self.session.streamer.complete
        return self.drawing.quality(asked, moves=self.controls.active, changes=self._awake > 0, awaits=awaits)

    def _draw(self, now: float) -> None:
        """Draw the room and the panels over it, and do what the panels are used for."""
        session, status = self.session, self.handler.status
        size = self.window.get_framebuffer_size()  # ctx.screen.size goes stale on resize
        session.renderer.xray = status.xray
        statuses = session.inspector.look(now) if status.xray else {}
        began, quality, moves = time.monotonic(), self._quality(), self.controls.active
        view = self.controls.seen.view
        self.drawing.draw(quality, size, lambda width, sharp: session.draw(view, now, width, sharp=sharp))
        settings, reduced_motion = self.workspace.settings, self.controls.reduced_motion
        history = session.history_model(settings, reduced_motion=reduced_motion, touring=self.handler.tour.on)
        self.panels.style(history)
        if session.streamer.statistics.made and self._drawn_s:  # nobody waits for the first picture any more
            self.panels.complete_fonts()
        self.backend.new_frame()
        model = session.view_model(statuses, self.fps)
        favourites = [recipe.latents for recipe in self.workspace.favourites] if status.gallery else []
        gallery = session.gallery.model(favourites, session.recent) if status.gallery else None
        actions = self.panels.draw(status, model, history, gallery, self.workspace.message)
        self.backend.panels = self.panels.places
        self.backend.render()
        self.window.flip()
        self.context.finish()  # else an upload into the atlas would wait for this picture, in the middle of the next
        self._drawn_s = time.monotonic() - began
        self.drawing.governor.note(quality, self._drawn_s, moves=moves)
        if quality is DrawQuality.SHARP:
            self.headset.sharp_s, self.headset.window_px = self._drawn_s, size[0] * size[1]
        for action in actions:
            self.handler.act(action)

    def _new_workspace(self, loaded: LoadedCheckpoint) -> Workspace:
        return Workspace(
            loaded,
            new_renderer=self._new_renderer,
            settle=self._settle,
            device=self.options.device,
            idle_work=self.options.idle_work,
            only_visible=self.options.only_visible,
            settings=self.options.settings,
        )

    def _new_renderer(self, source: CheckpointSource) -> Renderer:
        return Renderer.for_panorama(self.context, source.metadata.model.grid, source.projection, self.programs)

    def _camera(self, view: View) -> Camera:
        """Looks there, in the window's shape and within the panorama's limits."""
        return replace(self.session.source, view=view).camera(self.window.get_framebuffer_size())

    def _frame_source(self) -> FrameSource:
        poses = self.options.replay
        return ReplayedHeadset(poses, self.context) if poses else Headset(self.window, self.context)

    def _settle(self, view: View) -> None:
        """Look there, and come back to it on Home."""
        self.controls.settle(self._camera(view))

    def _note_size(self, _width: int, _height: int) -> None:
        self.drawing.governor.forget()
        self._wake()

    def _wake(self) -> None:
        """Draw at once, and until all has settled."""
        self._awake, self._due_s = SETTLE_FRAMES, 0.0
