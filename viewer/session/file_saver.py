"""Writes what the user named a file for: the room, its picture, a page that shows it, an export of it."""

from pathlib import Path

from pyglet.window import BaseWindow

from cocogan_core.files import write_atomically
from viewer.export.export import ExportSettings
from viewer.export.web_page import TITLE, WebPage, write_single_file
from viewer.session.file_asker import Purpose
from viewer.session.workspace import Workspace
from viewer.state.recipe import Recipe
from viewer.ui.input import Controls
from viewer.ui.texts import text
from viewer.ui.view_model import Notice

__all__ = ["FileSaver"]


class FileSaver:
    """Saves what a window shows, as large as it shows it."""

    def __init__(self, window: BaseWindow, workspace: Workspace, controls: Controls) -> None:
        """Nothing is written yet."""
        self._window, self._workspace, self._controls = window, workspace, controls

    def recipe(self) -> Recipe:
        """Of what is shown now, as large as the window.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        view, size_px = self._controls.camera.look().view, self._window.get_framebuffer_size()
        return self._workspace.session.recipe(view, size_px)

    def save(self, purpose: Purpose, path: Path) -> None:
        """Write the file and say so; an export is begun, and says so itself when it is done.

        Raises:
            OutputError, CheckpointError: it cannot be written, or the checkpoint's file is gone.
            ConfigError: a page cannot show this model.
        """
        session, size_px = self._workspace.session, self._window.get_framebuffer_size()
        if purpose == "room":
            write_atomically(path, self.recipe().file_text().encode())
            self._workspace.notice = Notice(text("file.saved", path=path))
        elif purpose == "picture":
            session.write_picture(path, self._controls.camera.view, size_px)
            saved = "file.saved" if session.streamer.complete else "file.saved_unfinished"
            self._workspace.notice = Notice(text(saved, path=path))
        elif purpose == "page":
            self._write_page(path)
            self._workspace.notice = Notice(text("file.shared", path=path))
        elif purpose != "open":
            view = self._controls.camera.look().view
            session.job.export(purpose, path, view, size_px, ExportSettings(whole=True))

    def _write_page(self, path: Path) -> None:
        """The room as one file that makes its parts itself, first seen as it is now."""
        session = self._workspace.session
        room = session.latents
        view = self._controls.camera.look().view
        page = WebPage(session.checkpoint, TITLE, room.seed, room.z(session.streamer.directions), view)
        write_single_file(page, path)
