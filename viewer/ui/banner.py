"""What the user is told, above the panel of rooms: in words, with buttons to copy the detail and to close it."""

from imgui_bundle import ImVec2, imgui

__all__ = ["GOOD", "banner"]

# How words begin that are not about trouble.
GOOD = ("saved ", "copied ", "opening ", "loading ", "drag ")
TROUBLE = imgui.ImVec4(1.0, 0.55, 0.45, 1.0)
WIDEST_PX = 440.0
Panel = tuple[float, float, float, float]


def banner(text: str, bottom: float) -> tuple[str, Panel]:
    """Draw ``text`` with its lower edge at ``bottom``; returns ``"detail"`` or ``"dismiss"`` if asked, and where."""
    size, asked = imgui.get_io().display_size, ""
    imgui.set_next_window_pos(ImVec2(size.x - 10, bottom), imgui.Cond_.always, ImVec2(1, 1))
    imgui.begin("banner", None, imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.always_auto_resize)
    imgui.push_text_wrap_pos(min(WIDEST_PX, size.x - 40))
    if text.startswith(GOOD):
        imgui.text(text)
    else:
        imgui.text_colored(TROUBLE, text)
    imgui.pop_text_wrap_pos()
    if imgui.small_button("copy"):
        asked = "detail"
    imgui.set_item_tooltip("copy this with what helps to find the cause")
    imgui.same_line()
    if imgui.small_button("close"):
        asked = "dismiss"
    corner, room = imgui.get_window_pos(), imgui.get_window_size()
    imgui.end()
    return asked, (corner.x, corner.y, corner.x + room.x, corner.y + room.y)
