"""Does what keys and panels ask for: turns each action into calls on the workspace, the camera and the window."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

import numpy as np
from pyglet.window import BaseWindow

from cocogan_core.errors import CocoganError
from cocogan_core.shipped import shipped_model
from viewer.session.copier import Copier
from viewer.session.file_asker import FileAsker
from viewer.session.file_saver import FileSaver
from viewer.session.first_look import first_look
from viewer.session.gallery import with_mood
from viewer.session.overlays import Overlays
from viewer.session.picture_answer import PictureAnswer
from viewer.session.tour import Tour
from viewer.session.workspace import Workspace
from viewer.state.latents import Latents
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
    OpenFamily,
    OpenRecent,
    RoomAction,
    ScrubMorph,
    TurnToGroup,
    ViewAction,
    VisitRoom,
    is_quiet,
)
from viewer.ui.clipboard import Clipboard
from viewer.ui.input import Controls
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, ViewStatus
from viewer.window.file_dialogs import FileDialogs

__all__ = ["ActionHandler"]

ABOUT_ROOMS = frozenset({
    Command.RESET_ROOM, Command.FAVOURITE, Command.TOGGLE_GALLERY, Command.TOGGLE_ROOM, Command.TOGGLE_TOUR,
    Command.PLAY_MORPH, Command.SHARE_PAGE,
})  # fmt: skip


class ActionHandler:
    """Knows what lies over the view; whatever goes wrong becomes the workspace's notice, and the room stays."""

    def __init__(
        self, window: BaseWindow, workspace: Workspace, controls: Controls, clipboard: Clipboard, *, headless: bool
    ) -> None:
        """Nothing lies over the view yet; without a display (``headless``) there is no full screen."""
        self._window, self._workspace, self._controls = window, workspace, controls
        self._clipboard = clipboard
        self._saver = FileSaver(window, workspace, controls)
        self.answer = PictureAnswer(workspace, controls, self._saver)
        self._copier = Copier(workspace, clipboard, self._saver)
        self.files = FileAsker(FileDialogs(headless=headless))
        self.tour = Tour(controls)
        self.overlays = Overlays(window, workspace, self.files, self.tour, headless=headless)
        self._over = self.overlays.shown
        self.toggle_headset: Callable[[], None] = lambda: None  # who has the window knows how
        self.recentre: Callable[[], None] = lambda: None
        self._commands = self._command_table()

    @property
    def status(self) -> ViewStatus:
        """What the panels are told of the room, the camera and what lies over the view."""
        workspace, settings = self._workspace, self._workspace.settings
        photograph = workspace.session.source.photograph
        return ViewStatus(
            workspace.session.latents,
            self._controls.camera,
            xray="xray" in self._over,
            keys="keys" in self._over,
            bare="bare" in self._over,
            gallery="gallery" in self._over and not photograph,
            panel=settings.panel and "gallery" not in self._over and not photograph,
            details=settings.details,
            side=settings.side,
            photograph=photograph,
            offer=self.answer.offer,
            limit=self._limit_text(),
            visited=settings.visited,
            losing="losing" in self._over,
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
        self._keep_found()
        if self.tour.goes_on(now_s):
            self._next_room()
        session, status = self._workspace.session, self.status
        favourites = [recipe.latents for recipe in self._workspace.favourites]
        session.make_thumbnails(favourites, now_s, gallery=status.gallery, panel=status.panel)
        found = session.face_looked_for(self._controls.camera)
        if found is not None:
            self._controls.camera = found

    def _limit_text(self) -> str:
        """Why the view goes no farther up or down."""
        side, session = self._controls.limited, self._workspace.session
        if not side:
            return ""
        if session.source.photograph:
            return text("limit.photograph")
        name, extent_rad = ("limit.up" if side > 0 else "limit.down"), session.projection.half_extent_rad
        return text(name, degrees=side * math.degrees(extent_rad))

    def _keep_found(self) -> None:
        try:
            self.answer.step()
        except CocoganError as error:
            self._workspace.fail(error)

    def recipe(self) -> Recipe:
        """Of what is shown now (:meth:`FileSaver.recipe`)."""
        return self._saver.recipe()

    def act(self, action: Action) -> None:
        """Do it."""
        if not is_quiet(action):
            self._workspace.notice = Notice()
        try:
            if not isinstance(action, Command):
                self._apply(action)
            elif self._workspace.session.source.photograph and action in ABOUT_ROOMS:
                self._workspace.notice = Notice(text("notice.photograph"))
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
            case OpenFamily(family):
                self._workspace.open(shipped_model(family))
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
        workspace, overlays = self._workspace, self.overlays
        return {
            Command.NEXT_ROOM: self._next_room,
            Command.LEAVE_PHOTOGRAPH: workspace.leave_photograph,
            Command.ANSWER_PICTURE: self.answer.accept,
            Command.CANCEL_OFFER: self.answer.decline,
            Command.RESET_ROOM: lambda: self._change(workspace.session.latents.untouched),
            Command.FAVOURITE: lambda: workspace.toggle_favourite(self.recipe()),
            Command.UNDO: lambda: self._change(workspace.session.history.undo),
            Command.REDO: lambda: self._change(workspace.session.history.redo),
            Command.PLAY_MORPH: lambda: workspace.session.history.toggle_morph(time.monotonic()),
            Command.COMPARE: self._toggle_comparison,
            Command.CANCEL_JOB: overlays.cancel_job,
            Command.KEEP_JOB: overlays.keep_job,
            Command.OPEN_FILE: lambda: self.files.ask("open"),
            Command.CANCEL_FILE: self.files.cancel,
            Command.TOGGLE_GALLERY: lambda: overlays.toggle("gallery"),
            Command.TOGGLE_ROOM: lambda: overlays.toggle_panel("panel"),
            Command.TOGGLE_DETAILS: lambda: overlays.toggle_panel("details"),
            Command.CHANGE_SIDE: overlays.change_side,
            Command.TOGGLE_VISITED: lambda: overlays.toggle_panel("visited"),
            Command.TOGGLE_TOUR: lambda: self.tour.toggle(time.monotonic()),
            Command.COPY_NOTICE_DETAILS: self._copier.copy_notice_details,
            Command.QUIT: lambda: setattr(self._window, "has_exit", True),
            Command.SHOW_WORST_SEAM: self._show_worst_seam,
            Command.SAVE_RECIPE: lambda: self.files.ask("room"),
            Command.COPY_RECIPE: self._copier.copy_room,
            Command.PASTE: lambda: workspace.paste(self._clipboard.paste().strip()),
            Command.SAVE_PICTURE: lambda: self.files.ask("picture"),
            Command.SHARE_PAGE: lambda: self.files.ask("page"),
            Command.OPEN_LAST: workspace.open_last,
            Command.TOGGLE_XRAY: lambda: overlays.toggle("xray"),
            Command.TOGGLE_KEYS: lambda: overlays.toggle("keys"),
            Command.TOGGLE_PANELS: lambda: overlays.toggle("bare"),
            Command.TOGGLE_FULL_SCREEN: overlays.toggle_full_screen,
            Command.TOGGLE_HEADSET: lambda: self._ask_headset(toggle=True),
            Command.RECENTRE: lambda: self._ask_headset(toggle=False),
            Command.TOGGLE_REDUCED_MOTION: self._toggle_reduced_motion,
            Command.TOGGLE_ONLY_VISIBLE: workspace.toggle_only_visible,
            Command.COPY_NOTICE: self._copier.copy_notice,
            Command.CLOSE_NOTICE: workspace.dismiss,
            Command.LEAVE: overlays.leave,
        }

    def _ask_headset(self, *, toggle: bool) -> None:
        (self.toggle_headset if toggle else self.recentre)()

    def _change(self, find: Callable[[], Latents]) -> None:
        self._workspace.session.change(find())

    def _next_room(self) -> None:
        """Any other room: not the same ones in the same order at every start; from a photograph, back to the rooms."""
        if self._workspace.session.source.photograph:
            self._workspace.leave_photograph()
            return
        self._enter(self._workspace.session.latents.shuffle(np.random.default_rng()))

    def _enter(self, room: Latents) -> None:
        """Show a room; whoever looks at a bare wall is turned to the furniture, whoever has chosen a look keeps it."""
        session, controls = self._workspace.session, self._controls
        session.change(room)
        if not controls.dragged:
            yaw_rad = first_look(session.source.metadata.model, np.array(room.base)).yaw_rad
            controls.camera = controls.camera.look(yaw_rad=yaw_rad)
        self._over.discard("gallery")

    def _answer(self, answer: str) -> None:
        """The user has named a file."""
        match self.files.take(answer):
            case "open", path:
                self._workspace.open(path)
            case purpose, path:
                self._saver.save(purpose, path)

    def _toggle_comparison(self) -> None:
        self._workspace.session.job.toggle_comparison()

    def _show_worst_seam(self) -> None:
        turned = self._workspace.session.inspector.face_worst_seam(self._controls.camera)
        if turned is None:
            self._workspace.notice = Notice(text("notice.no_seam"))
        else:
            self._controls.camera = turned

    def _toggle_reduced_motion(self) -> None:
        self._controls.reduce_motion(not self._controls.reduced_motion)
        self._workspace.remember_reduced_motion(self._controls.reduced_motion)
