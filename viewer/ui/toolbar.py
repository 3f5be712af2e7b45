"""The two slim bars at the upper edge: rooms on the left, the look and files on the right."""

from imgui_bundle import imgui

from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.ui.actions import Action, ChangeProjection, ChangeSettings, Command, shortcut
from viewer.ui.file_menu import draw_file_menu
from viewer.ui.settings_menu import draw_settings_menu
from viewer.ui.texts import text
from viewer.ui.theme import Icon
from viewer.ui.view_model import HistoryModel, ViewStatus
from viewer.ui.widgets import Place, begin_fixed, button, em, icon_button, place, tip, window_size

__all__ = ["MARGIN_EM", "draw_bars"]

MARGIN_EM = 0.6
WORDS_EM = 58.0  # a window so wide has room for words beside the icons


def draw_bars(status: ViewStatus, history: HistoryModel) -> tuple[list[Action], tuple[Place, ...]]:
    """What the user asks for, and where the bars lie."""
    actions, left = _rooms_bar(status)
    more, right = _view_bar(status, history)
    return [*actions, *more], (left, right)


def _rooms_bar(status: ViewStatus) -> tuple[list[Action], Place]:
    """What there is to do with rooms, and those visited."""
    words = window_size()[0] > em(WORDS_EM)
    begin_fixed("rooms bar", (em(MARGIN_EM), em(MARGIN_EM)), (0.0, 0.0))
    actions = _back(words=words) if status.photograph else _rooms(status, words=words)
    imgui.same_line()
    actions += icon_button(Icon.HISTORY, Command.TOGGLE_VISITED, "bar.visited.tip", on=status.visited)
    where = place()
    imgui.end()
    return actions, where


def _back(*, words: bool) -> list[Action]:
    """From a photograph."""
    return _worded(Icon.GALLERY, "bar.rooms", Command.LEAVE_PHOTOGRAPH, words=words, on=False)


def _rooms(status: ViewStatus, *, words: bool) -> list[Action]:
    """Gallery, the room's panel, another room, favourite."""
    actions = _worded(Icon.GALLERY, "bar.gallery", Command.TOGGLE_GALLERY, words=words, on=status.gallery)
    imgui.same_line()
    actions += _worded(Icon.SLIDERS, "bar.room", Command.TOGGLE_ROOM, words=words, on=status.panel)
    imgui.same_line()
    label = f"{Icon.DICE}  {text('bar.next')}##next" if words else f"{Icon.DICE}##next"
    actions += button(label, Command.NEXT_ROOM, text("bar.next"))
    imgui.same_line()
    if status.favourite:
        imgui.push_style_color(imgui.Col_.text, imgui.ImVec4(0.93, 0.45, 0.42, 1))
    actions += icon_button(
        Icon.HEART, Command.FAVOURITE, "bar.unfavourite.tip" if status.favourite else "bar.favourite.tip"
    )
    if status.favourite:
        imgui.pop_style_color()
    return actions


def _worded(icon: str, name: str, command: Command, *, words: bool, on: bool) -> list[Action]:
    label = f"{icon}  {text(name)}##{name}" if words else f"{icon}##{name}"
    return button(label, command, text(f"{name}.tip"), on=on)


def _view_bar(status: ViewStatus, history: HistoryModel) -> tuple[list[Action], Place]:
    """Projection, zoom, full screen, files, settings, help."""
    begin_fixed("view bar", (window_size()[0] - em(MARGIN_EM), em(MARGIN_EM)), (1.0, 0.0))
    actions = _projection(status)
    for icon, command, name in (
        (Icon.MINUS, Command.ZOOM_OUT, "bar.zoom_out.tip"),
        (Icon.PLUS, Command.ZOOM_IN, "bar.zoom_in.tip"),
        (Icon.EXPAND, Command.TOGGLE_FULL_SCREEN, "bar.full_screen.tip"),
    ):
        imgui.same_line()
        actions += icon_button(icon, command, name)
    for icon, name in ((Icon.SHARE, "bar.share.tip"), (Icon.GEAR, "bar.settings.tip")):
        imgui.same_line()
        if imgui.button(f"{icon}##{name}"):
            imgui.open_popup(name)
        tip(text(name))
    actions += draw_file_menu("bar.share.tip", history)
    changed, more = draw_settings_menu("bar.settings.tip", history, xray=status.xray)
    actions += [ChangeSettings(changed)] if changed != history.settings else []
    imgui.same_line()
    actions += icon_button(Icon.HELP, Command.TOGGLE_KEYS, "bar.help.tip", on=status.keys)
    where = place()
    imgui.end()
    return [*actions, *more], where


def _projection(status: ViewStatus) -> list[Action]:
    names = [text(f"projection.{projection}") for projection in VIEW_PROJECTIONS]
    imgui.set_next_item_width(em(8.0))
    changed, index = imgui.combo("##lens", VIEW_PROJECTIONS.index(status.camera.view.lens), names)
    tip(f"{text('bar.projection.tip')} ({shortcut(Command.NEXT_PROJECTION)})")
    return [ChangeProjection(VIEW_PROJECTIONS[index])] if changed else []
