"""Small parts that all panels are made of: measures in heights of the text, buttons with icons, where a panel lies."""

from imgui_bundle import ImVec2, imgui

from viewer.state.settings import Side
from viewer.ui.actions import Action, Command, shortcut
from viewer.ui.texts import text

__all__ = [
    "FIXED",
    "MARGIN_EM",
    "Place",
    "at_side",
    "begin_fixed",
    "button",
    "em",
    "icon_button",
    "opposite",
    "place",
    "tip",
    "window_size",
]

MARGIN_EM = 0.6
Place = tuple[float, float, float, float]
"""Left, top, right and bottom in ImGui's coordinates."""
FIXED = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_move


def em(count: float) -> float:
    """So many heights of the text, in ImGui's units."""
    return count * imgui.get_font_size()


def window_size() -> tuple[float, float]:
    """Of the window, in ImGui's units."""
    size = imgui.get_io().display_size
    return size.x, size.y


def begin_fixed(
    name: str, corner: tuple[float, float], pivot: tuple[float, float], size: tuple[float, float] = (0.0, 0.0)
) -> bool:
    """Begin a panel that stays where it is put and fits what is in it, or ``size``; ``pivot``: its point at corner."""
    imgui.set_next_window_pos(ImVec2(*corner), imgui.Cond_.always, ImVec2(*pivot))
    flags = FIXED
    if size == (0.0, 0.0):
        flags |= imgui.WindowFlags_.always_auto_resize
    else:
        imgui.set_next_window_size(ImVec2(*size), imgui.Cond_.always)
    return bool(imgui.begin(name, None, flags | imgui.WindowFlags_.no_nav)[0])


def place() -> Place:
    """Where the panel lies that is being built."""
    corner, size = imgui.get_window_pos(), imgui.get_window_size()
    return corner.x, corner.y, corner.x + size.x, corner.y + size.y


def at_side(side: Side, wide: float) -> float:
    """Left edge of what is so wide and lies at a side of the window."""
    return em(MARGIN_EM) if side == "left" else window_size()[0] - wide - em(MARGIN_EM)


def opposite(side: Side) -> Side:
    """The other one."""
    return "right" if side == "left" else "left"


def tip(words: str, command: Command | None = None) -> None:
    """A tooltip of the last item, with the keys of its command."""
    keys = shortcut(command) if command else ""
    imgui.set_item_tooltip(f"{words}  ({keys})" if keys else words)


def button(label: str, command: Command, words: str = "", *, enabled: bool = True, on: bool = False) -> list[Action]:
    """A button that asks for a command; ``on`` shows that what it opens is open."""
    if on:
        imgui.push_style_color(imgui.Col_.button, imgui.get_style_color_vec4(imgui.Col_.button_hovered))
    imgui.begin_disabled(not enabled)
    pressed = imgui.button(label)
    imgui.end_disabled()
    if on:
        imgui.pop_style_color()
    if words:
        tip(words, command)
    return [command] if pressed else []


def icon_button(icon: str, command: Command, name: str, *, on: bool = False) -> list[Action]:
    """A button that is only an icon; ``name`` of the text that is its tooltip."""
    return button(f"{icon}##{name}", command, text(name), on=on)
