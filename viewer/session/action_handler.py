"""Does what keys and panels ask for: turns each action into calls on the workspace, the camera and the window."""

import time
from collections.abc import Callable
from typing import assert_never

from pyglet.window import BaseWindow

from cocogan_core.checkpoint import code_version
from cocogan_core.errors import CocoganError
from cocogan_core.files import write_atomically
from viewer.export.export import Kind, suffix
from viewer.session.workspace import Workspace
from viewer.state.latents import Latents
from viewer.state.paths import log_path
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import new_path
from viewer.ui.actions import (
    Action,
    ChangeProjection,
    ChangeRoom,
    Command,
    ExportRoom,
    MorphTo,
    MoveCamera,
    MoveDivider,
    OpenRecent,
    RoomAction,
    ScrubMorph,
    ViewAction,
    VisitRoom,
)
from viewer.ui.clipboard import Clipboard
from viewer.ui.input import Controls
from viewer.ui.view_model import Notice, ViewStatus

__all__ = ["ActionHandler"]

# What leaves the notice on the screen: it is about the view, or comes many times in a drag.
QUIET = (ChangeRoom, MoveCamera, ChangeProjection, ScrubMorph, MoveDivider)
QUIET_COMMANDS = {
    Command.NEXT_ROOM, Command.SHOW_WORST_SEAM, Command.FACE_NORTH, Command.TOGGLE_XRAY, Command.TOGGLE_KEYS,
    Command.TOGGLE_PANELS, Command.TOGGLE_FULL_SCREEN, Command.COPY_NOTICE, Command.LEAVE,
}  # fmt: skip


class ActionHandler:
    """Knows what lies over the view; whatever goes wrong becomes the workspace's notice, and the room stays."""

    def __init__(
        self, window: BaseWindow, workspace: Workspace, controls: Controls, clipboard: Clipboard, *, headless: bool
    ) -> None:
        """Nothing lies over the view yet; without a display (``headless``) there is no full screen."""
        self._window, self._workspace, self._controls = window, workspace, controls
        self._clipboard, self._headless = clipboard, headless
        self._xray = self._keys = self._bare = False
        self._commands = self._command_table()

    @property
    def status(self) -> ViewStatus:
        """What the panels are told of the room, the camera and what lies over the view."""
        latents, camera = self._workspace.session.latents, self._controls.camera
        return ViewStatus(latents, camera, xray=self._xray, keys=self._keys, bare=self._bare)

    def recipe(self) -> Recipe:
        """Of what is shown now, as large as the window.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        view, size_px = self._controls.camera.look().view, self._window.get_framebuffer_size()
        return self._workspace.session.recipe(view, size_px)

    def act(self, action: Action) -> None:
        """Do it."""
        quiet = action in QUIET_COMMANDS if isinstance(action, Command) else isinstance(action, QUIET)
        if not quiet:
            self._workspace.notice = Notice()
        try:
            if not isinstance(action, Command):
                self._apply(action)
            elif not self._controls.run(action):
                self._commands[action]()
        except CocoganError as error:
            self._workspace.fail(error)

    def open_dropped(self, _x: int, _y: int, paths: list[str]) -> None:
        """Files were dropped on the window."""
        self._workspace.notice = Notice()
        try:
            self._workspace.open_dropped(paths)
        except CocoganError as error:
            self._workspace.fail(error)

    def _apply(self, action: RoomAction | ViewAction) -> None:
        session = self._workspace.session
        match action:
            case ChangeRoom(latents):
                session.change(latents)
            case MoveCamera(camera):
                self._controls.camera = camera
            case ChangeProjection(projection):
                self._controls.through(projection)
            case VisitRoom(index):
                session.change(session.history.visit(index))
            case MorphTo(index):
                session.history.morph_to(index)
            case ScrubMorph(share):
                session.change(session.history.scrub(share))
            case MoveDivider(share):
                session.job.move_divider(share)
            case OpenRecent(index):
                self._workspace.open_recent(index)
            case ExportRoom(kind):
                self._export(kind)
            case _:
                assert_never(action)

    def _command_table(self) -> dict[Command, Callable[[], None]]:
        """Every command that is not the camera's."""
        workspace = self._workspace
        return {
            Command.NEXT_ROOM: lambda: self._change(workspace.session.latents.shuffle),
            Command.UNDO: lambda: self._change(workspace.session.history.undo),
            Command.REDO: lambda: self._change(workspace.session.history.redo),
            Command.PLAY_MORPH: lambda: workspace.session.history.toggle_morph(time.monotonic()),
            Command.COMPARE: self._toggle_comparison,
            Command.CANCEL_JOB: self._cancel_job,
            Command.SHOW_WORST_SEAM: self._show_worst_seam,
            Command.SAVE_RECIPE: self._save_recipe,
            Command.COPY_RECIPE: self._copy_recipe,
            Command.PASTE: lambda: workspace.paste(self._clipboard.paste().strip()),
            Command.SAVE_PICTURE: self._save_picture,
            Command.OPEN_LAST: workspace.open_last,
            Command.TOGGLE_XRAY: self._toggle_xray,
            Command.TOGGLE_KEYS: self._toggle_keys,
            Command.TOGGLE_PANELS: self._toggle_panels,
            Command.TOGGLE_FULL_SCREEN: self._toggle_full_screen,
            Command.TOGGLE_REDUCED_MOTION: self._toggle_reduced_motion,
            Command.TOGGLE_ONLY_VISIBLE: workspace.toggle_only_visible,
            Command.COPY_NOTICE: self._copy_notice,
            Command.CLOSE_NOTICE: workspace.dismiss,
            Command.LEAVE: self._leave,
        }

    def _change(self, find: Callable[[], Latents]) -> None:
        self._workspace.session.change(find())

    def _export(self, kind: Kind) -> None:
        view, size_px = self._controls.camera.look().view, self._window.get_framebuffer_size()
        self._workspace.session.job.export(kind, new_path(suffix(kind)), view, size_px)

    def _toggle_comparison(self) -> None:
        self._workspace.session.job.toggle_comparison()

    def _cancel_job(self) -> None:
        self._workspace.session.job.cancel()

    def _show_worst_seam(self) -> None:
        self._controls.camera = self._workspace.session.inspector.face_worst_seam(self._controls.camera)

    def _save_recipe(self) -> None:
        path = new_path(".json")
        write_atomically(path, self.recipe().file_text().encode())
        self._workspace.notice = Notice(f"saved {path}")

    def _copy_recipe(self) -> None:
        self._clipboard.copy(self.recipe().line())
        self._workspace.notice = Notice("copied the recipe as one line of text")

    def _save_picture(self) -> None:
        """Save the view as it is shown, without panels, in the present folder."""
        path, view, session = new_path(".png"), self._controls.camera.view, self._workspace.session
        session.write_picture(path, view, self._window.get_framebuffer_size())
        unfinished = "" if session.streamer.complete else ", before all of it was made"
        self._workspace.notice = Notice(f"saved {path}{unfinished}")

    def _toggle_xray(self) -> None:
        self._xray = not self._xray

    def _toggle_keys(self) -> None:
        self._keys = not self._keys

    def _toggle_panels(self) -> None:
        self._bare = not self._bare

    def _toggle_full_screen(self) -> None:
        if not self._headless:
            self._window.set_fullscreen(not self._window.fullscreen)

    def _toggle_reduced_motion(self) -> None:
        self._controls.reduce_motion(not self._controls.reduced_motion)
        self._workspace.remember_reduced_motion(self._controls.reduced_motion)

    def _copy_notice(self) -> None:
        """Copy the notice with what helps to find its cause."""
        text, checkpoint = self._workspace.message.text, self._workspace.session.checkpoint
        self._clipboard.copy(f"{text}\n{checkpoint}\nversion {code_version()}, log: {log_path()}\n")

    def _leave(self) -> None:
        """Close what is open, the innermost first; then the window."""
        if self._xray or self._keys or self._bare:
            self._xray = self._keys = self._bare = False
        elif self._window.fullscreen:
            self._window.set_fullscreen(False)
        else:
            self._window.has_exit = True
