"""The panel of visited rooms: undo, what lies between two rooms, comparing, and everything that makes files."""

from imgui_bundle import ImVec2, imgui

from viewer.export.export import KINDS, Kind
from viewer.ui.actions import (
    Action,
    Command,
    ExportRoom,
    MorphTo,
    MoveDivider,
    OpenRecent,
    ScrubMorph,
    VisitRoom,
    shortcut,
)
from viewer.ui.view_model import HistoryModel

__all__ = ["draw_history_panel"]

Place = tuple[float, float, float, float]
HEIGHT_PX, TITLE_PX, THUMB_PX = 118.0, 20.0, 36.0
WIDE_PX, NARROW_PX = 640.0, 252.0
BOTTOM_PX = 104.0  # the strip of the whole panorama is below
LOW_WINDOW_PX = 500.0  # in a lower one the panel is closed at first
PRESENT, TARGET = imgui.ImVec4(1, 1, 1, 1), imgui.ImVec4(1.0, 0.55, 0.2, 1)
FILE_ITEMS = (
    (Command.SAVE_RECIPE, "Save recipe"),
    (Command.COPY_RECIPE, "Copy recipe as a line"),
    (Command.PASTE, "Paste recipe or seed"),
)
EXPORT_NAMES: dict[Kind, str] = {
    "panorama": "Panorama (JPEG)", "cube": "Cube map (6 PNG)", "turntable": "Turntable (MP4)"
}  # fmt: skip


def draw_history_panel(model: HistoryModel, *, was_open: bool) -> tuple[list[Action], Place, bool]:
    """Draw it; returns what the user asks for, the panel's left, top, right and bottom, and whether it is open."""
    size = imgui.get_io().display_size
    width = min(size.x - 370, _wanted_px(model)) if size.x > 700 else size.x - 20
    top = size.y - BOTTOM_PX - (HEIGHT_PX if was_open else TITLE_PX)
    imgui.set_next_window_pos(ImVec2(size.x - width - 10, top), imgui.Cond_.always)
    imgui.set_next_window_size(ImVec2(width, HEIGHT_PX), imgui.Cond_.always)
    imgui.set_next_window_collapsed(size.y < LOW_WINDOW_PX, imgui.Cond_.once)
    flags = imgui.WindowFlags_.no_resize | imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_saved_settings
    expanded, _ = imgui.begin("Rooms", None, flags)
    actions: list[Action] = []
    if expanded:
        actions += _first_row(model)
        actions += _thumbnails(model)
    corner, extent = imgui.get_window_pos(), imgui.get_window_size()
    imgui.end()
    return actions, (corner.x, corner.y, corner.x + extent.x, corner.y + extent.y), expanded


def _wanted_px(model: HistoryModel) -> float:
    """No wider than its rooms, so that the first one's panel leaves the view free; its sliders need all of it."""
    busy = model.progress is not None or model.divider is not None or len(model.thumbnails) > 1
    return WIDE_PX if busy else NARROW_PX


def _first_row(model: HistoryModel) -> list[Action]:
    actions = _button("Undo", Command.UNDO, f"the room before ({shortcut(Command.UNDO)})", enabled=model.can_undo)
    actions += _button("Redo", Command.REDO, f"forward again ({shortcut(Command.REDO)})", enabled=model.can_redo)
    if imgui.button("File ..."):
        imgui.open_popup("file")
    imgui.same_line()
    actions += _file_menu(model)
    if model.progress is not None:
        return actions + _progress(*model.progress)
    return actions + _compare(model) + _between(model)


def _button(label: str, command: Command, tip: str, *, enabled: bool = True) -> list[Action]:
    imgui.begin_disabled(not enabled)
    pressed = imgui.button(label)
    imgui.set_item_tooltip(tip)
    imgui.end_disabled()
    imgui.same_line()
    return [command] if pressed else []


def _file_menu(model: HistoryModel) -> list[Action]:
    actions: list[Action] = []
    if not imgui.begin_popup("file"):
        return actions
    actions += [item for item, label in FILE_ITEMS if imgui.menu_item_simple(label, shortcut(item))]
    imgui.separator()
    free = model.progress is None
    actions += [ExportRoom(kind) for kind in KINDS if imgui.menu_item_simple(EXPORT_NAMES[kind], enabled=free)]
    imgui.separator()
    if imgui.menu_item("Reduced motion", "", model.reduced_motion)[0]:
        actions.append(Command.TOGGLE_REDUCED_MOTION)
    if model.has_last and imgui.menu_item_simple("The last session's room"):
        actions.append(Command.OPEN_LAST)
    imgui.separator()
    for index, name in enumerate(model.recent):
        if imgui.menu_item_simple(f"{name}##recent{index}"):
            actions.append(OpenRecent(index))
    imgui.end_popup()
    return actions


def _progress(stage: str, share: float) -> list[Action]:
    free_px = imgui.get_content_region_avail().x
    imgui.progress_bar(share, ImVec2(max(free_px - 70, 60), 0), f"{stage}  {share:.0%}")
    imgui.same_line()
    return [Command.CANCEL_JOB] if imgui.button("Cancel") else []


def _compare(model: HistoryModel) -> list[Action]:
    held = model.divider is not None
    actions = _button("Let go" if held else "Hold", Command.COMPARE, "keep this room to compare others with: A | B")
    if model.divider is not None:
        imgui.set_next_item_width(90)
        changed, share = imgui.slider_float("##wipe", model.divider, 0.0, 1.0, "A | B")
        imgui.same_line()
        actions += [MoveDivider(share)] if changed else []
    return actions


def _between(model: HistoryModel) -> list[Action]:
    """The scrubber between two rooms, once a second one is chosen."""
    if model.morph is None:
        imgui.text_disabled("right-click a room to go there slowly" if len(model.thumbnails) > 1 else "")
        return []
    actions = _button(
        "Stop" if model.morph.playing else "Play",
        Command.PLAY_MORPH,
        f"there and back ({shortcut(Command.PLAY_MORPH)})",
    )
    imgui.set_next_item_width(max(imgui.get_content_region_avail().x, 40))
    changed, share = imgui.slider_float("##between", model.morph.share, 0.0, 1.0, "%.2f of the way")
    return [*actions, ScrubMorph(share)] if changed else actions


def _thumbnails(model: HistoryModel) -> list[Action]:
    actions: list[Action] = []
    imgui.begin_child("thumbs", ImVec2(0, 0), 0, imgui.WindowFlags_.horizontal_scrollbar)
    texture = imgui.ImTextureRef(model.texture_name)
    for index, (top, bottom) in reversed(list(enumerate(model.thumbnails))):  # the newest is at hand
        frame = PRESENT if index == model.present else TARGET if index == model.target else imgui.ImVec4(0, 0, 0, 0)
        imgui.push_style_color(imgui.Col_.button, frame)
        size = ImVec2(THUMB_PX * model.aspect, THUMB_PX)
        imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(2, 2))
        if imgui.image_button(f"room {index}", texture, size, ImVec2(0, top), ImVec2(1, bottom)):
            actions.append(VisitRoom(index))
        if imgui.is_item_clicked(imgui.MouseButton_.right):
            actions.append(MorphTo(index))
        imgui.pop_style_var()
        imgui.pop_style_color()
        imgui.set_item_tooltip("click: go there; right click: choose it as the end of a slow way from here")
        imgui.same_line()
    imgui.end_child()
    return actions
