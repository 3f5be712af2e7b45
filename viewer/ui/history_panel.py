"""The panel of visited rooms: undo, what lies between two rooms, comparing."""

from imgui_bundle import ImVec2, imgui

from viewer.ui.actions import Action, ChangeSettings, Command, MorphTo, ScrubMorph, VisitRoom
from viewer.ui.dock import Dock
from viewer.ui.map_panel import MAP_EM
from viewer.ui.texts import text
from viewer.ui.theme import Icon
from viewer.ui.view_model import HistoryModel
from viewer.ui.widgets import FIXED, Place, button, em, place, tip, window_size

__all__ = ["draw_history_panel"]

WIDE_EM, THUMB_EM, TOP_EM = 30.0, 2.2, 3.6
PRESENT, TARGET = imgui.ImVec4(0.93, 0.60, 0.32, 1), imgui.ImVec4(0.45, 0.75, 1.0, 1)


def draw_history_panel(model: HistoryModel, dock: Dock) -> tuple[list[Action], Place]:
    """What the user asks for, and where it lies: room for the strip is left below."""
    width, height = window_size()
    wide = min(em(WIDE_EM), width - em(1.2))
    dock.put_next(model.settings.visited_position, top=em(TOP_EM), bottom=height - em(MAP_EM + 1.2))
    imgui.set_next_window_size(ImVec2(wide, 0.0), imgui.Cond_.always)
    imgui.begin("visited", None, FIXED)
    put = dock.grip()
    actions: list[Action] = [ChangeSettings(model.settings.with_panel("visited", put))] if put else []
    imgui.same_line()
    actions += _first_row(model) + _thumbnails(model)
    where = place()
    imgui.end()
    return actions, where


def _first_row(model: HistoryModel) -> list[Action]:
    actions = button(
        f"{Icon.UNDO}  {text('visited.undo')}", Command.UNDO, text("visited.undo.tip"), enabled=model.can_undo
    )
    imgui.same_line()
    actions += button(
        f"{Icon.REDO}  {text('visited.redo')}", Command.REDO, text("visited.redo.tip"), enabled=model.can_redo
    )
    imgui.same_line()
    held = model.divider is not None
    actions += button(text("visited.stop" if held else "visited.compare"), Command.COMPARE, text("visited.compare.tip"))
    imgui.same_line()
    return actions + _between(model)


def _between(model: HistoryModel) -> list[Action]:
    """The scrubber between two rooms, once a second one is chosen."""
    if model.morph is None:
        imgui.text_disabled(text("visited.hint") if len(model.thumbnails) > 1 else "")
        return []
    playing = model.morph.playing
    actions = button(
        text("visited.pause" if playing else "visited.play"), Command.PLAY_MORPH, text("visited.morph.tip")
    )
    imgui.same_line()
    imgui.set_next_item_width(max(imgui.get_content_region_avail().x, em(3)))
    percent = 100 * model.morph.share
    changed, percent = imgui.slider_float("##between", percent, 0.0, 100.0, "%.0f %%", imgui.SliderFlags_.always_clamp)
    return [*actions, ScrubMorph(percent / 100)] if changed else actions


def _thumbnails(model: HistoryModel) -> list[Action]:
    actions: list[Action] = []
    high = em(THUMB_EM) + imgui.get_style().scrollbar_size + em(0.6)
    imgui.begin_child("thumbs", ImVec2(0, high), 0, imgui.WindowFlags_.horizontal_scrollbar)
    texture = imgui.ImTextureRef(model.texture_name)
    for index, (top, bottom) in reversed(list(enumerate(model.thumbnails))):  # the newest is at hand
        frame = PRESENT if index == model.present else TARGET if index == model.target else imgui.ImVec4(0, 0, 0, 0)
        imgui.push_style_color(imgui.Col_.button, frame)
        size = ImVec2(em(THUMB_EM) * model.aspect, em(THUMB_EM))
        imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(2, 2))
        if imgui.image_button(f"room {index}", texture, size, ImVec2(0, top), ImVec2(1, bottom)):
            actions.append(VisitRoom(index))
        if imgui.is_item_clicked(imgui.MouseButton_.right):
            actions.append(MorphTo(index))
        imgui.pop_style_var()
        imgui.pop_style_color()
        tip(text("visited.thumbnail.tip"))
        imgui.same_line()
    imgui.end_child()
    return actions
