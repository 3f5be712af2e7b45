"""Fonts and colours of the panels: text of any size, with the system's fonts for other scripts; icons; themes."""

import shutil
import subprocess
from pathlib import Path

import imgui_bundle
from imgui_bundle import ImVec2, ImVec4, imgui

from viewer.state.settings import Theme

__all__ = ["Icon", "add_system_fonts", "apply_theme", "load_fonts", "system_fonts", "text_px"]

BASE_PX = 16.0
BUNDLED = Path(imgui_bundle.__file__).parent / "assets" / "fonts"
TEXT_FONT, ICON_FONT = BUNDLED / "Roboto" / "Roboto-Regular.ttf", BUNDLED / "Font_Awesome_6_Free-Solid-900.otf"
# Fonts with Chinese, Japanese and Korean where systems keep them; the first that is there is taken.
CJK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/meiryo.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)
# Fonts with many alphabets, for what the text font and the former lack.
WIDE_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
)
FONT_CONFIG_S = 2.0
JAPANESE = 0x65E5  # 日, to tell whether a font has such signs


class Icon:
    """Signs of the icon font (Font Awesome 6 Free Solid)."""

    DICE = "\uf522"
    RESET = "\uf2ea"
    LOCK = "\uf023"
    UNLOCKED = "\uf3c1"
    GALLERY = "\uf302"
    SLIDERS = "\uf1de"
    HEART = "\uf004"
    HISTORY = "\uf1da"
    PLUS = "\uf00e"
    MINUS = "\uf010"
    SHARE = "\uf1e0"
    EXPAND = "\uf065"
    GEAR = "\uf013"
    HELP = "\uf128"
    EYE = "\uf06e"
    SIDE = "\uf362"
    GRIP = "\uf58e"
    CLOSE = "\uf00d"
    UNDO = "\uf2ea"
    REDO = "\uf2f9"
    TURN = "\uf14e"


def load_fonts() -> None:
    """Give ImGui its own fonts; its context must exist. Glyphs are drawn when they are first needed, at any size."""
    fonts = imgui.get_io().fonts
    fonts.clear()
    fonts.add_font_from_file_ttf(str(TEXT_FONT), BASE_PX)
    _merge(ICON_FONT, smaller=0.85)


def add_system_fonts() -> None:
    """The system's fonts for other scripts, between two frames: finding and reading them takes time."""
    for path in system_fonts():
        _merge(path)


def _merge(path: Path, *, smaller: float = 1.0) -> None:
    config = imgui.ImFontConfig()
    config.merge_mode = True
    imgui.get_io().fonts.add_font_from_file_ttf(str(path), BASE_PX * smaller, config)


def system_fonts() -> list[Path]:
    """The system's fonts for what the text font lacks: Chinese, Japanese, Korean, and other alphabets."""
    found = [next((path for path in map(Path, places) if path.is_file()), None) for places in (CJK_FONTS, WIDE_FONTS)]
    found[0] = found[0] or _ask_font_config()
    return [path for path in found if path is not None]


def _ask_font_config() -> Path | None:
    """The font that fontconfig would take for Japanese; None if that has none of its signs."""
    if shutil.which("fc-list") is None:
        return None
    try:
        command = ["fc-list", f":charset={JAPANESE:x}", "file"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=FONT_CONFIG_S, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    files = (Path(line.strip().rstrip(":")) for line in said.splitlines())
    return next((path for path in files if path.suffix.lower() in (".ttf", ".ttc", ".otf")), None)


def text_px() -> float:
    """Height of the text that panels are laid out by."""
    return imgui.get_font_size()


def apply_theme(theme: Theme, text_size: float) -> None:
    """Colours, shapes and the size of text, 1 being the usual one."""
    imgui.style_colors_light() if theme == "light" else imgui.style_colors_dark()
    style = imgui.get_style()
    style.font_size_base = BASE_PX * text_size
    style.window_rounding = style.child_rounding = style.popup_rounding = 9.0 * text_size
    style.frame_rounding = style.grab_rounding = 6.0 * text_size
    style.window_border_size = style.popup_border_size = 0.0
    style.window_padding, style.frame_padding = _by(12, 10, text_size), _by(8, 5, text_size)
    style.item_spacing = _by(8, 6, text_size)
    style.scrollbar_size = 10 * text_size
    _colour(style, light=theme == "light")


def _by(x: float, y: float, factor: float) -> ImVec2:
    return ImVec2(x * factor, y * factor)


def _grey(level: float, alpha: float) -> ImVec4:
    return ImVec4(level, level, level * 1.03, alpha)


def _colour(style: imgui.Style, *, light: bool) -> None:
    ground, raised, accent = (0.97, 0.86, 0.62) if light else (0.09, 0.20, 0.42)
    colours = {
        imgui.Col_.window_bg: _grey(ground, 0.90), imgui.Col_.popup_bg: _grey(ground, 0.97),
        imgui.Col_.title_bg: _grey(ground, 0.9), imgui.Col_.title_bg_active: _grey(ground, 0.9),
        imgui.Col_.frame_bg: _grey(raised, 0.9), imgui.Col_.frame_bg_hovered: _grey(raised, 1.0),
        imgui.Col_.frame_bg_active: _grey(raised, 1.0),
        imgui.Col_.button: _grey(raised, 0.0), imgui.Col_.button_hovered: _grey(accent, 0.5),
        imgui.Col_.button_active: _grey(accent, 0.8),
        imgui.Col_.header: _grey(raised, 0.6), imgui.Col_.header_hovered: _grey(accent, 0.5),
        imgui.Col_.header_active: _grey(accent, 0.6),
        imgui.Col_.slider_grab: ImVec4(0.93, 0.60, 0.32, 1), imgui.Col_.slider_grab_active: ImVec4(1.0, 0.70, 0.42, 1),
        imgui.Col_.check_mark: ImVec4(0.93, 0.60, 0.32, 1), imgui.Col_.plot_histogram: ImVec4(0.93, 0.60, 0.32, 1),
    }  # fmt: skip
    for which, colour in colours.items():
        style.set_color_(which, colour)
