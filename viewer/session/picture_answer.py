"""A picture that is no panorama: the user is asked, and the room that answers to it is looked for and kept."""

import math

from viewer.camera.camera import NARROWEST_RAD
from viewer.camera.view_projection import WIDEST_RAD
from viewer.session.file_saver import FileSaver
from viewer.session.workspace import Workspace
from viewer.state.photographs import field_of_view_rad
from viewer.streaming.guide_process import GuideTask
from viewer.ui.input import Controls
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, Severity

__all__ = ["PictureAnswer"]


class PictureAnswer:
    """Of one window; the picture is :attr:`Workspace.offered`."""

    def __init__(self, workspace: Workspace, controls: Controls, saver: FileSaver) -> None:
        """Nothing is asked."""
        self._workspace, self._controls, self._saver = workspace, controls, saver

    @property
    def offer(self) -> str:
        """The picture that the user is asked about; empty if none."""
        offered = self._workspace.offered
        return "" if offered is None else offered.name

    def decline(self) -> None:
        """Ask no more."""
        self._workspace.offered = None

    def accept(self) -> None:
        """Look ahead as the picture is taken to do, and begin to look for its room.

        Raises:
            ConfigError: torch is not installed.
        """
        picture, session = self._workspace.offered, self._workspace.session
        self.decline()
        if picture is None:
            return
        if session.source.photograph:
            self._workspace.notice = Notice(text("notice.guide_needs_rooms"), Severity.WARNING)
            return
        fov_rad, yaw_rad = field_of_view_rad(picture), self._controls.camera.view.yaw_rad % (2 * math.pi)
        task = GuideTask(session.checkpoint, picture, fov_rad, yaw_rad, 0.0)
        session.job.look_for_room(task)
        seen = min(max(fov_rad, NARROWEST_RAD), WIDEST_RAD["rectilinear"])
        ahead = self._controls.camera.through("rectilinear", seconds=0)
        self._controls.touch()
        self._controls.camera = ahead.look(yaw_rad=yaw_rad, pitch_rad=0.0, fov_rad=seen)

    def step(self) -> None:
        """Once a frame: a room that was found is a favourite.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        session = self._workspace.session
        found, session.found = session.found, None
        if found is not None and not self._workspace.is_favourite(found):
            self._workspace.toggle_favourite(self._saver.recipe())
