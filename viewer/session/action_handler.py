"""Does what keys and panels ask for: turns each action into calls on the workspace, the camera and the window."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import assert_never

import numpy as np
from pyglet.window import BaseWindow

from cocogan_core.checkpoint import code_version
from cocogan_core.errors import CocoganError
from cocogan_core.files import write_atomically
from viewer.export.export import ExportSettings, Kind
from viewer.session.file_asker import FileAsker, Purpose
from viewer.session.gallery import first_look, with_mood
from viewer.session.workspace import Workspace
from viewer.state.latents import Latents
from viewer.state.paths import log_path
from viewer.state.recipe import Recipe
from viewer.ui.actions import (
    Action,
    AnswerFile,
    ApplyMood,
    ChangeProjection,
    ChangeRoom,
    ChangeSettings,
    Command,
    EnterRoom,
    ExportRoom,
    MorphTo,
    MoveCamera,
    MoveDivider,
    OpenRecent,
    RoomAction,
    ScrubMorph,
    TurnToGroup,
    ViewAction,
    VisitRoom,
)
from viewer.ui.clipboard import Clipboard
from viewer.ui.input import Controls
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, ViewStatus
from viewer.window.file_dialogs import FileDialogs

__all__ = ["ActionHandler"]

# What leaves the notice on the screen: it is about the view, or comes many times in a drag.
QUIET = (ChangeRoom, MoveCamera, ChangeProjection, ScrubMorph, MoveDivider, TurnToGroup, ChangeSettings)
QUIET_COMMANDS = {
    Command.NEXT_ROOM, Command.FACE_NORTH, Command.TOGGLE_XRAY, Command.TOGGLE_KEYS, Command.ZOOM_IN, Command.ZOOM_OUT,
    Command.TOGGLE_PANELS, Command.TOGGLE_FULL_SCREEN, Command.COPY_NOTICE, Command.COPY_NOTICE_DETAILS, Command.LEAVE,
    Command.TOGGLE_ROOM, Command.TOGGLE_DETAILS, Command.TOGGLE_VISITED, Command.TOGGLE_GALLERY,
}  # fmt: skip
TOUR_S = 20.0  # in each room


class ActionHandler:
    """Knows what lies over the view; whatever goes wrong becomes the workspace's notice, and the room stays."""

    def __init__(
        self, window: BaseWindow, workspace: Workspace, controls: Controls, clipboard: Clipboard, *, headless: bool
    ) -> None:
        """Nothing lies over the view yet; without a display (``headless``) there is no full screen."""
        self._window, self._workspace, self._controls = window, workspace, controls
        self._clipboard, self._headless = clipboard, headless
        self._xray = self._keys = self._bare = self._gallery = self._losing = False
        self.files = FileAsker(FileDialogs(headless=headless))
        self.close_popup: Callable[[], bool] = lambda: False  # an open menu or list of the panels', if there is one
        self._touring_since_s: float | None = None
        self._commands = self._command_table()

    @property
    def touring(self) -> bool:
        """Whether the rooms change by themselves."""
        return self._touring_since_s is not None

    @property
    def status(self) -> ViewStatus:
        """What the panels are told of the room, the camera and what lies over the view."""
        workspace, settings = self._workspace, self._workspace.settings
        return ViewStatus(
            workspace.session.latents,
            self._controls.camera,
            xray=self._xray,
            keys=self._keys,
            bare=self._bare,
            gallery=self._gallery,
            panel=settings.panel and not self._gallery,
            details=settings.details,
            visited=settings.visited,
            losing=self._losing,
            question=self.files.question,
            suggestion=self.files.suggestion,
            favourite=workspace.is_favourite(workspace.session.latents),
            hint=not (settings.seen_hint or self._controls.dragged),
        )

    def step(self, now_s: float) -> None:
        """Once a frame: hear the platform's dialogs, go on with a tour, turn to what is looked for."""
        answer = self.files.poll()
        if answer is not None:
            self.act(AnswerFile(answer))
        if self._controls.dragged and not self._workspace.settings.seen_hint:
            self._workspace.settings = replace(self._workspace.settings, seen_hint=True)
        if self._touring_since_s is not None and now_s - self._touring_since_s > TOUR_S:
            self._touring_since_s = now_s
            self._next_room()
        session, status = self._workspace.session, self.status
        favourites = [recipe.latents for recipe in self._workspace.favourites]
        session.make_thumbnails(favourites, now_s, gallery=status.gallery, panel=status.panel)
        found = session.face_looked_for(self._controls.camera)
        if found is not None:
            self._controls.camera = found

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
            case EnterRoom(latents):
                self._enter(latents)
            case ApplyMood(mood):
                session.change(with_mood(session.latents, session.names, mood))
            case TurnToGroup(group):
                session.looked_for = group
            case ChangeSettings(settings):
                self._workspace.settings = settings
            case AnswerFile(path):
                self._answer(path)
            case _:
                self._apply_other(action)

    def _apply_other(
        self, action: VisitRoom | MorphTo | ScrubMorph | MoveDivider | OpenRecent | ExportRoom | ViewAction
    ) -> None:
        session = self._workspace.session
        match action:
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
                self.files.ask(kind)
            case MoveCamera(camera):
                self._controls.camera = camera
            case ChangeProjection(projection):
                self._controls.through(projection)
            case _:
                assert_never(action)

    def _command_table(self) -> dict[Command, Callable[[], None]]:
        """Every command that is not the camera's."""
        workspace = self._workspace
        return {
            Command.NEXT_ROOM: self._next_room,
            Command.RESET_ROOM: self._reset_room,
            Command.FAVOURITE: lambda: workspace.toggle_favourite(self.recipe()),
            Command.UNDO: lambda: self._change(workspace.session.history.undo),
            Command.REDO: lambda: self._change(workspace.session.history.redo),
            Command.PLAY_MORPH: lambda: workspace.session.history.toggle_morph(time.monotonic()),
            Command.COMPARE: self._toggle_comparison,
            Command.CANCEL_JOB: self._cancel_job,
            Command.KEEP_JOB: self._keep_job,
            Command.OPEN_FILE: lambda: self.files.ask("open"),
            Command.CANCEL_FILE: self.files.cancel,
            Command.TOGGLE_GALLERY: self._toggle_gallery,
            Command.TOGGLE_ROOM: self._toggle_room,
            Command.TOGGLE_DETAILS: self._toggle_details,
            Command.TOGGLE_VISITED: self._toggle_visited,
            Command.TOGGLE_TOUR: self._toggle_tour,
            Command.COPY_NOTICE_DETAILS: self._copy_notice_details,
            Command.QUIT: self._quit,
            Command.SHOW_WORST_SEAM: self._show_worst_seam,
            Command.SAVE_RECIPE: lambda: self.files.ask("room"),
            Command.COPY_RECIPE: self._copy_recipe,
            Command.PASTE: lambda: workspace.paste(self._clipboard.paste().strip()),
            Command.SAVE_PICTURE: lambda: self.files.ask("picture"),
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

    def _next_room(self) -> None:
        """Any other room: not the same ones in the same order at every start."""
        self._enter(self._workspace.session.latents.shuffle(np.random.default_rng()))

    def _enter(self, room: Latents) -> None:
        """Show a room; whoever looks at a bare wall is turned to the furniture, whoever has chosen a look keeps it."""
        session, controls = self._workspace.session, self._controls
        session.change(room)
        if not controls.dragged:
            first = first_look(session.names)
            controls.camera = controls.camera.look(yaw_rad=first.yaw_rad)
        self._gallery = False

    def _reset_room(self) -> None:
        room = self._workspace.session.latents
        self._change(lambda: Latents.of_seed(room.seed, len(room.base)))

    def _answer(self, answer: str) -> None:
        """The user has named a file."""
        taken = self.files.take(answer)
        if taken is None:
            return
        purpose, path = taken
        if purpose == "open":
            self._workspace.open(path)
        else:
            self._save(purpose, path)

    def _save(self, purpose: Purpose, path: Path) -> None:
        session, saved = self._workspace.session, "file.saved"
        if purpose == "room":
            write_atomically(path, self.recipe().file_text().encode())
        elif purpose == "picture":
            session.write_picture(path, self._controls.camera.view, self._window.get_framebuffer_size())
            saved = saved if session.streamer.complete else "file.saved_unfinished"
        elif purpose != "open":
            self._export(purpose, path)
            return
        self._workspace.notice = Notice(text(saved, path=path))

    def _export(self, kind: Kind, path: Path) -> None:
        view, size_px = self._controls.camera.look().view, self._window.get_framebuffer_size()
        self._workspace.session.job.export(kind, path, view, size_px, ExportSettings(whole=True))

    def _toggle_gallery(self) -> None:
        self._gallery = not self._gallery

    def _toggle_room(self) -> None:
        settings, self._gallery = self._workspace.settings, False
        self._workspace.settings = replace(settings, panel=not settings.panel)

    def _toggle_details(self) -> None:
        settings = self._workspace.settings
        self._workspace.settings = replace(settings, details=not settings.details)

    def _toggle_visited(self) -> None:
        settings, self._gallery = self._workspace.settings, False
        self._workspace.settings = replace(settings, visited=not settings.visited)

    def _toggle_tour(self) -> None:
        """Drift through rooms, or stop."""
        begins = self._touring_since_s is None
        self._touring_since_s = time.monotonic() if begins else None
        self._controls.drift(on=begins)

    def _quit(self) -> None:
        self._window.has_exit = True

    def _keep_job(self) -> None:
        self._losing = False

    def _toggle_comparison(self) -> None:
        self._workspace.session.job.toggle_comparison()

    def _cancel_job(self) -> None:
        self._losing = False
        self._workspace.session.job.cancel()

    def _show_worst_seam(self) -> None:
        turned = self._workspace.session.inspector.face_worst_seam(self._controls.camera)
        if turned is None:
            self._workspace.notice = Notice(text("notice.no_seam"))
        else:
            self._controls.camera = turned

    def _copy_recipe(self) -> None:
        self._clipboard.copy(self.recipe().line())
        self._workspace.notice = Notice(text("file.copied"))

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
        """Copy what is shown."""
        self._clipboard.copy(self._workspace.message.text)

    def _copy_notice_details(self) -> None:
        """Copy the notice with what helps to find its cause."""
        shown, checkpoint = self._workspace.message.text, self._workspace.session.checkpoint
        self._clipboard.copy(f"{shown}\n{checkpoint}\nversion {code_version()}, log: {log_path()}\n")

    def _leave(self) -> None:
        """Close what is open, the innermost first; the window itself stays."""
        session = self._workspace.session
        if self.close_popup():
            return
        if self._losing or self.files.question:
            self._losing = False
            self.files.cancel()
        elif self._keys or self._gallery:
            self._keys = self._gallery = False
        elif session.job.progress is not None:
            self._losing = True
        elif self.touring:
            self._toggle_tour()
        elif session.job.held is not None:
            session.job.end_comparison()
        elif self._xray or self._bare:
            self._xray = self._bare = False
        elif self._workspace.settings.panel or self._workspace.settings.visited:
            self._workspace.settings = replace(self._workspace.settings, panel=False, visited=False)
        elif self._window.fullscreen:
            self._window.set_fullscreen(False)
