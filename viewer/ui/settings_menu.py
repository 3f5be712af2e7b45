"""The menu of settings: text, theme, motion, quality, and how the room is generated."""

from dataclasses import replace
from typing import get_args

from imgui_bundle import imgui

from viewer.state.settings import TEXT_SIZES, Quality, Settings, Theme
from viewer.ui.actions import Action, Command, shortcut
from viewer.ui.texts import text
from viewer.ui.view_model import HistoryModel
from viewer.ui.widgets import em

__all__ = ["draw_settings_menu"]


def draw_settings_menu(popup: str, model: HistoryModel, *, xray: bool) -> tuple[Settings, list[Action]]:
    """The menu, if ``popup`` is open: the settings as they are to be, and what else is asked for."""
    settings, actions = model.settings, list[Action]()
    if not imgui.begin_popup(popup):
        return settings, actions
    settings = _choices(settings)
    imgui.separator()
    for name, command, on in (
        ("settings.reduced_motion", Command.TOGGLE_REDUCED_MOTION, model.reduced_motion),
        ("settings.tour", Command.TOGGLE_TOUR, model.touring),
        ("xray", Command.TOGGLE_XRAY, xray),
        ("settings.headset", Command.TOGGLE_HEADSET, False),
    ):
        if imgui.menu_item(text(name), shortcut(command), on)[0]:
            actions.append(command)
    imgui.end_popup()
    return settings, actions


def _choices(settings: Settings) -> Settings:
    imgui.set_next_item_width(em(10))
    percent = round(settings.text_size * 100)
    changed, percent = imgui.input_int(text("settings.text_size"), percent, 25)  # a slider would run away as it grows
    if changed:
        low, high = TEXT_SIZES
        settings = replace(settings, text_size=min(max(percent / 100, low), high))
    themes, qualities = get_args(Theme), get_args(Quality)
    theme = _combo("settings.theme", themes, themes.index(settings.theme))
    quality = _combo("settings.quality", qualities, qualities.index(settings.quality))
    return replace(settings, theme=themes[theme], quality=qualities[quality])


def _combo(name: str, values: tuple[str, ...], index: int) -> int:
    imgui.set_next_item_width(em(10))
    return int(imgui.combo(text(name), index, [text(f"settings.{value}") for value in values])[1])
