"""The ``cocogan-view`` command."""

import math
import sys
from pathlib import Path
from typing import Literal

import tyro

from cocogan_core.errors import CocoganError, ConfigError
from cocogan_core.resources import resource
from viewer.camera import View

__all__ = ["main"]


def view(
    *,
    checkpoint: Path | None = None,
    seed: int = 0,
    yaw: float = 0.0,
    pitch: float = 0.0,
    fov: float = 90.0,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
    size: str = "1280x720",
    screenshot: Path | None = None,
    headless: bool = False,
) -> None:
    """Turn around in a generated panorama; only what you look at is made.

    Drag to look, wheel to zoom, arrow keys to turn, Space for another room, double click or Home to go back.

    Args:
        checkpoint: model to show (default: the room that is shipped).
        seed: of the room.
        yaw: first look, degrees to the right of the panorama's first column.
        pitch: first look, degrees up.
        fov: horizontal field of view, 30 to 120 degrees.
        device: where the generator runs.
        size: of the window or picture in pixels, as WIDTHxHEIGHT.
        screenshot: write the view to this file as soon as it is complete, and end.
        headless: work without a display; needs --screenshot.
    """
    from viewer.app import App, Options

    if headless and screenshot is None:
        raise ConfigError("--headless has no window to show; add --screenshot FILE")
    path = resource("assets/rooms.safetensors") if checkpoint is None else checkpoint
    first = View(math.radians(yaw), math.radians(pitch), math.radians(fov))
    app = App(Options(path, seed, first, _size(size), device, screenshot, headless))
    try:
        app.save_picture(screenshot) if screenshot else app.run()
    finally:
        app.close()


def main() -> int:
    """Run the command; what a user can mend is one line and exit code 2."""
    try:
        tyro.cli(view, prog="cocogan-view")
    except CocoganError as error:
        print(f"cocogan-view: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise ConfigError(f"--size is {text!r}; write WIDTHxHEIGHT, such as 1280x720") from error
    if not (16 <= width <= 16384 and 16 <= height <= 16384):
        raise ConfigError(f"--size is {text!r}; each side must be between 16 and 16384 pixels")
    return width, height


if __name__ == "__main__":
    sys.exit(main())
