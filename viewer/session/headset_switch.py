"""Puts the room into a headset and takes it out again, and tells the user how it stands."""

from collections.abc import Callable
from contextlib import suppress

from cocogan_core.errors import CheckpointError
from viewer.camera.camera import Camera
from viewer.camera.head import HeadCamera
from viewer.session.crash_guard import CrashGuard
from viewer.session.headset_view import HeadsetView
from viewer.session.workspace import Workspace
from viewer.state.latents import Latents
from viewer.state.options import Options
from viewer.state.recipe import Recipe
from viewer.ui.actions import Action
from viewer.ui.headset_panel import PanelModel
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, Severity
from viewer.xr.condition import Condition
from viewer.xr.frame_source import FrameSource
from viewer.xr.pose_file import PoseWriter

__all__ = ["HeadsetSwitch"]

QUIET = {Condition.OFF, Condition.SHOWING}
GOOD = {Condition.STARTING, Condition.ASLEEP, Condition.LEFT, Condition.REPLAYED}
OVER = {Condition.LEFT, Condition.NO_RUNTIME, Condition.NO_BINDINGS, Condition.NO_GRAPHICS, Condition.REPLAYED}
EYES_SHARP_S = 0.003  # of a frame, which is 11 ms and more


class HeadsetSwitch:
    """Call :meth:`look` and later :meth:`draw` once a frame.

    Attributes:
        new_source: says where frames come from.
        view: what the headset sees; None while it is off.
        sharp_s: seconds that the window's last sharp picture took …
        window_px: … and its pixels: they tell whether there is time for sharp eyes.
    """

    def __init__(self, new_source: Callable[[], FrameSource], workspace: Workspace, options: Options) -> None:
        """Off; ``new_source`` says where frames come from, ``options`` where poses are to be written and the like."""
        self.new_source, self._workspace, self._options = new_source, workspace, options
        self.view: HeadsetView | None = None
        self.sharp_s, self.window_px = 0.0, 0
        self._told = Condition.OFF
        self._guard: CrashGuard | None = None
        self._guarded: Latents | None = None
        self._kept: tuple[object, tuple[Latents, ...]] = (None, ())  # favourites, and of what

    @property
    def showing(self) -> bool:
        """Whether the headset sets the pace."""
        return self.view is not None and self.view.showing

    def toggle(self) -> None:
        """On, or off again.

        Raises:
            DataError: there are no poses to play.
            OutputError: poses cannot be written.
        """
        if self.view is not None:
            self.close()
            return
        options = self._options
        source = self.new_source()  # first: poses that are played may be in the file that is to be written
        writer = PoseWriter(options.record) if options.record else None
        self.view = HeadsetView(source, writer, sphere=options.sphere)
        if not (options.headless or options.replay):
            self._guard, self._guarded = CrashGuard(options.command), None
        self._told = Condition.OFF

    def recentre(self, camera: Camera) -> None:
        """What the camera looks at lies ahead now."""
        if self.view is not None:
            self.view.recentre(camera.view.yaw_rad)

    def look(self, camera: Camera) -> HeadCamera | None:
        """How the head looks in the frame that is to be drawn, if there is one."""
        if self.view is None:
            return None
        session = self._workspace.session
        head = self.view.look(camera, session)
        morph = session.history.morph
        if head is not None and morph is not None and morph.playing:
            session.change(session.history.scrub(1.0))  # a room that flows all round is too much: go to its end
        self._tell(self.view.source.condition)
        return head

    def draw(self, now_s: float, *, xray: bool) -> list[Action]:
        """Draw that frame; what the panel in the headset is asked for."""
        if self.view is None:
            return []
        session = self._workspace.session
        return self.view.draw(session, now_s, sharp=self._is_sharp(self.view), xray=xray, model=self._panel_model)

    def close(self) -> None:
        """Leave the headset."""
        if self.view is not None:
            self.view.close()
            self.view = None
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def note_room(self, recipe: Callable[[], Recipe]) -> None:
        """What a window that comes after a crash is to show; the recipe is asked for where the room is another."""
        session = self._workspace.session
        if self._guard is None or session.latents is self._guarded:
            return
        self._guarded = session.latents
        with suppress(CheckpointError):  # its file is gone
            self._guard.note(str(session.checkpoint) if session.source.photograph else recipe().line())

    def _panel_model(self) -> PanelModel:
        """Favourites are kept as text, which is not read again in every frame."""
        workspace, session = self._workspace, self._workspace.session
        if self._kept[0] != (session, workspace.settings.favourites):
            rooms = tuple(recipe.latents for recipe in workspace.favourites)
            self._kept = (session, workspace.settings.favourites), rooms
        return PanelModel(session.latents, session.names, self._kept[1], kept=workspace.is_favourite(session.latents))

    def _is_sharp(self, view: HeadsetView) -> bool:
        quality, (width, height) = self._workspace.settings.quality, view.source.size_px
        if quality != "automatic":
            return quality == "sharp"
        return 0 < self.sharp_s * 2 * width * height < EYES_SHARP_S * self.window_px

    def _tell(self, condition: Condition) -> None:
        """A line for the user when something has changed; what is over for good is put away."""
        if condition is self._told:
            return
        self._told = condition
        words = "" if condition in QUIET else text(f"headset.{condition.value}")
        self._workspace.notice = Notice(words, Severity.INFO if condition in GOOD else Severity.WARNING)
        if condition in OVER:
            self.close()
