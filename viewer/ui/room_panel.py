"""The panel that changes the room: a dozen sliders by object at first, everything under Details."""

import numpy as np
from imgui_bundle import ImVec2, imgui

from viewer.state.latents import Latents
from viewer.state.settings import Settings
from viewer.ui.actions import Action, ChangeRoom, ChangeSettings, Command, TurnToGroup
from viewer.ui.dock import Dock
from viewer.ui.latent_texts import SIMPLE, group_of, group_text, label_text
from viewer.ui.texts import text
from viewer.ui.theme import Icon
from viewer.ui.view_model import ViewModel, ViewStatus
from viewer.ui.widgets import FIXED, MARGIN_EM, Place, button, em, icon_button, place, tip, window_size

__all__ = ["RoomPanel"]

ALONG_LIMIT = 4.0  # principal directions are unit vectors in a cube of half side 1
FEW_DIRECTIONS = 8  # in the simple panel of a model that names nothing
WIDE_EM, TOP_EM = 18.5, 3.6
COMPASS_EM = 3.6  # at the right it lies below that
LEAST_EM = 10.0  # height, of use in any window
MOST_SHARE, VISITED_SHARE = 0.24, 0.09  # of the window; the latter is for the visited rooms, if they are shown
MARKED = imgui.ImVec4(0.93, 0.60, 0.32, 1)
DIRECTIONS, HIDDEN = "directions", "hidden"


class RoomPanel:
    """Holds what is searched for, and a drag that goes on."""

    def __init__(self) -> None:
        """Nothing is searched for."""
        self._dock = Dock()
        self._search = ""
        self._scroll = False
        self._wanted = ""  # the object whose sliders are to be brought into sight

    def show(self, group: str) -> None:
        """Bring an object's sliders into sight."""
        self._wanted, self._search, self._scroll = group, "", True

    def draw(self, status: ViewStatus, model: ViewModel, settings: Settings) -> tuple[list[Action], Place]:
        """What the user asks for, and where it lies: on at most a quarter of the window."""
        width, height = window_size()
        wide = min(em(WIDE_EM), width - em(1.2))
        share = MOST_SHARE - VISITED_SHARE * status.visited
        top = TOP_EM + COMPASS_EM * (settings.room_position[0] == 1)
        high = min(max(share * width * height / wide, em(LEAST_EM)), height - em(top + MARGIN_EM))
        self._dock.put_next(settings.room_position, top=em(top), bottom=height - em(MARGIN_EM))
        imgui.set_next_window_size(ImVec2(wide, high), imgui.Cond_.always)
        imgui.begin("room", None, FIXED)
        actions, latents = self._head(status, settings), status.latents
        imgui.begin_child("sliders")
        if status.details:
            latents, more = self._details(latents, model)
            actions += more
        else:
            latents, more = self._simple(latents, model)
            actions += more
        imgui.end_child()
        where = place()
        imgui.end()
        return ([*actions, ChangeRoom(latents)] if latents != status.latents else actions), where

    def _head(self, status: ViewStatus, settings: Settings) -> list[Action]:
        """Where it lies; simple or everything."""
        put = self._dock.grip()
        actions: list[Action] = [ChangeSettings(settings.with_panel("room", put))] if put else []
        imgui.same_line()
        for name, on in (("room.simple", not status.details), ("room.details", status.details)):
            if imgui.radio_button(text(name), on) and not on:
                actions.append(Command.TOGGLE_DETAILS)
            imgui.same_line()
        imgui.same_line(imgui.get_window_width() - em(4.6))
        actions += icon_button(Icon.SIDE, Command.CHANGE_SIDE, "room.side.tip")
        imgui.same_line(imgui.get_window_width() - em(2.6))
        return [*actions, *button(f"{Icon.CLOSE}##room", Command.TOGGLE_ROOM)]

    def _details(self, latents: Latents, model: ViewModel) -> tuple[Latents, list[Action]]:
        """The room's number, every slider, and how the work goes."""
        actions: list[Action] = []
        latents = _number(latents)
        actions += button(f"{Icon.RESET}  {text('room.reset')}", Command.RESET_ROOM, text("room.reset.tip"))
        imgui.set_next_item_width(-1)
        _, self._search = imgui.input_text_with_hint("##search", text("room.search"), self._search)
        found = 0
        for group, indices in _groups(model, len(latents.base)):
            shown = [i for i in indices if self._search.lower() in f"{_title(group)} {_label(group, i, model)}".lower()]
            found += len(shown)
            if shown:
                latents, more = self._group(latents, model, group, shown)
                actions += more
        if not found:
            imgui.text_disabled(text("room.nothing"))
        imgui.separator()
        if imgui.checkbox(text("room.only_visible"), model.only_visible)[0]:
            actions.append(Command.TOGGLE_ONLY_VISIBLE)
        tip(text("room.only_visible.tip"))
        imgui.push_text_wrap_pos(0.0)
        imgui.text_disabled(_work(model))
        imgui.pop_text_wrap_pos()
        return latents, actions

    def _simple(self, latents: Latents, model: ViewModel) -> tuple[Latents, list[Action]]:
        """A dozen sliders by object; of a model that names nothing, its first principal directions."""
        actions: list[Action] = []
        shown = [name for name in SIMPLE if name in model.names]
        asked = self._wanted not in map(group_of, shown)  # an object that has none among the simple ones
        shown += [name for name in model.names if asked and group_of(name) == self._wanted]
        group = ""
        for name in shown:
            if group_of(name) != group:
                group = group_of(name)
                actions += self._heading(group)
            latents = _entry(latents, model, model.names.index(name), label_text(name), plain=True)
        if not shown:
            for index in range(min(FEW_DIRECTIONS, len(model.directions))):
                latents = _direction(latents, index)
        return latents, actions

    def _group(
        self, latents: Latents, model: ViewModel, group: str, indices: list[int]
    ) -> tuple[Latents, list[Action]]:
        actions: list[Action] = []
        if self._search or (group == self._wanted and self._scroll):
            imgui.set_next_item_open(True)
        if not imgui.collapsing_header(f"{_title(group)}##{group}"):
            return latents, actions
        if group not in (DIRECTIONS, HIDDEN):
            actions += self._heading(group)
        for index in indices:
            imgui.push_id(f"{group}{index}")
            if group == DIRECTIONS:
                latents = _direction(latents, index)
            else:
                latents = _entry(latents, model, index, _label(group, index, model), plain=False)
            imgui.pop_id()
        return latents, actions

    def _heading(self, group: str) -> list[Action]:
        """An object's name, with a button that turns to it."""
        here = group == self._wanted
        imgui.text_colored(MARKED, group_text(group)) if here else imgui.text_disabled(group_text(group))
        if here and self._scroll:
            imgui.set_scroll_here_y(0.0)
            self._scroll = False
        imgui.same_line()
        pressed = imgui.small_button(f"{Icon.EYE}##turn{group}")
        tip(text("room.turn.tip"))
        return [TurnToGroup(group)] if pressed else []


def _number(latents: Latents) -> Latents:
    imgui.set_next_item_width(em(6))
    changed, seed = imgui.input_int(text("room.seed"), latents.seed, 0)
    return latents.reseed(min(seed, 2**31 - 1)) if changed and seed >= 0 else latents


def _groups(model: ViewModel, z_dim: int) -> list[tuple[str, list[int]]]:
    """Named entries by object, then principal directions, then the rest of z: what comes later moves nothing."""
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(model.names):
        groups.setdefault(group_of(name), []).append(index)
    last = {DIRECTIONS: list(range(len(model.directions))), HIDDEN: list(range(len(model.names), z_dim))}
    return [*groups.items(), *((group, indices) for group, indices in last.items() if indices)]


def _title(group: str) -> str:
    return text(f"room.{group}") if group in (DIRECTIONS, HIDDEN) else group_text(group)


def _label(group: str, index: int, model: ViewModel) -> str:
    if group == DIRECTIONS:
        return text("room.direction", number=index + 1)
    return text("room.hidden_entry", number=index) if group == HIDDEN else label_text(model.names[index])


def _entry(latents: Latents, model: ViewModel, index: int, label: str, *, plain: bool) -> Latents:
    """A slider of an entry of z, where directions have moved it; not ``plain``: with lock, dice and the way back."""
    value = float(latents.z(model.directions)[index])
    imgui.push_id(f"entry{index}")
    imgui.set_next_item_width(em(7.0))
    changed, wanted = imgui.slider_float("##value", value, -1.0, 1.0, "", imgui.SliderFlags_.always_clamp)
    tip(f"{value:.2f}   {text('room.value.tip')}")
    if not plain:
        latents = _buttons(latents, index)
    imgui.same_line()
    imgui.text(label)
    imgui.pop_id()
    return latents.with_value(index, wanted, model.directions) if changed else latents


def _buttons(latents: Latents, index: int) -> Latents:
    locked = index in latents.locked
    imgui.same_line()
    if imgui.small_button(Icon.LOCK if locked else Icon.UNLOCKED):
        latents = latents.toggle_lock(index)
    tip(text("room.unlock.tip" if locked else "room.lock.tip"))
    imgui.same_line()
    if imgui.small_button(Icon.DICE):
        latents = latents.with_entry(index, float(np.random.default_rng().uniform(-1, 1)))
    tip(text("room.dice.tip"))
    imgui.same_line()
    if imgui.small_button(Icon.RESET):
        latents = latents.reset_entry(index)
    tip(text("room.original.tip"))
    return latents


def _direction(latents: Latents, index: int) -> Latents:
    amount = latents.along[index] if index < len(latents.along) else 0.0
    imgui.set_next_item_width(em(9.0))
    label = text("room.direction", number=index + 1)
    changed, amount = imgui.slider_float(label, amount, -ALONG_LIMIT, ALONG_LIMIT, "", imgui.SliderFlags_.always_clamp)
    tip(f"{amount:.2f}   {text('room.value.tip')}")
    return latents.with_along(index, amount) if changed else latents


def _work(model: ViewModel) -> str:
    patch = text("room.patch_ms", ms=model.patch_s * 1000) if model.patch_s else text("room.no_patch")
    lines = text("room.work", fps=model.fps, patch=patch, made=model.made, share=model.share)
    if len(model.made_at) > 1:
        shown = model.fine_window or model.window
        made = " + ".join(map(str, model.made_at))
        columns = shown.grid.width_px
        lines += "\n" + text("room.levels", level=shown.level, columns=columns, made=made, share=model.finest_share)
    return lines
