"""``cocogan view``: what its command line asks for, and the window or the picture that this means.

Optional[…] stands where tyro reads, since it asks typeguard about "… | None", whose import takes 60 ms.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Optional

from cocogan_core.errors import CocoganError, ConfigError
from cocogan_core.files import is_picture
from cocogan_core.inference.engine import Device
from viewer.camera.camera import View
from viewer.camera.view_projection import ViewProjection
from viewer.state.logging import start_log
from viewer.state.options import Opened, Options, look_from, open_room, parse_size
from viewer.state.paths import config_path, log_path
from viewer.state.photographs import is_plain_picture
from viewer.state.settings import peek
from viewer.window.opengl import use_software

__all__ = ["marked_view", "view"]

DEFAULT_SIZE_PX = (1280, 720)


def view(
    file: Optional[str] = None,
    *,
    recipe: Optional[str] = None,
    checkpoint: Optional[Path] = None,
    seed: Optional[int] = None,
    yaw: Optional[float] = None,
    pitch: Optional[float] = None,
    fov: Optional[float] = None,
    lens: Optional[ViewProjection] = None,
    device: Device = "auto",
    size: Optional[str] = None,
    screenshot: Optional[Path] = None,
    headless: bool = False,
    reduced_motion: bool = False,
    only_visible: bool = False,
    vr: bool = False,
    sphere: bool = False,
    record: Optional[Path] = None,
    replay: Optional[Path] = None,
    level: Optional[int] = None,
    safe: bool = False,
    install_desktop_entry: bool = False,
    remove_desktop_entry: bool = False,
) -> None:
    """Turn around in a generated panorama; only what you look at is made.

    Drag to look, wheel to zoom, arrow keys to turn, Space for another room, double click or Home to go back.

    Args:
        file: saved room, its line of text, checkpoint or 360° photograph to open (default: the room that is shipped).
        recipe: the same as FILE, as earlier versions called it.
        checkpoint: model to show (default: the room that is shipped).
        seed: of the room (default: a saved room's own, the last session's, or 0).
        yaw: first look, degrees to the right of the panorama's first column (default: a saved room's; in a window where
            the furniture is; else 0).
        pitch: first look, degrees up.
        fov: horizontal field of view in degrees, up to what the lens shows; from 30 without finer levels of detail.
        lens: projection; its usual field of view goes with it.
        device: where the generator runs.
        size: of the picture in pixels, or of the window in the desktop's units, as WIDTHxHEIGHT (default: the
            recipe's picture, the last window's, or 1280x720).
        screenshot: write the view to this file as soon as it is complete, and end.
        headless: work without a display; needs --screenshot.
        reduced_motion: nothing flies, glides or fades this time; the window's settings have it for always.
        only_visible: make no patch before the view samples it: nothing beside it, nothing ahead of a motion.
        vr: show the room in the headset too, by OpenXR.
        sphere: with --vr, give a room of which all is made to the headset's runtime as a whole, where that takes it
            (XR_KHR_composition_layer_equirect2): it turns even if this program stalls, at twice level 0's width.
        record: with --vr, write the head's poses to this file.
        replay: with --vr, play these poses instead of a headset's.
        level: of detail, for --screenshot (default: what its size needs).
        safe: draw on the CPU with Mesa's software OpenGL, plainly and less often, where the graphics driver is too old
            or broken.
        install_desktop_entry: put the viewer into the desktop's menu, with an icon, and have it open saved rooms
            (*.room.json); shows nothing. Linux.
        remove_desktop_entry: take that away again.
    """
    if install_desktop_entry or remove_desktop_entry:
        _change_desktop_entry(install=install_desktop_entry)
        return
    if safe:
        use_software()
    if headless and screenshot is None and not vr:
        raise ConfigError("--headless has no window to show; add --screenshot FILE, or --vr")
    if (record or replay or sphere) and not vr:
        raise ConfigError("--record, --replay and --sphere are about a headset; add --vr")
    if vr and screenshot is not None:
        raise ConfigError("--vr and --screenshot do not go together; leave one of them out")
    if level is not None and screenshot is None:
        raise ConfigError("--level is for a picture; add --screenshot FILE")
    settings = config_path() if screenshot is None else None
    offer = Path(file) if file and settings is not None and is_plain_picture(Path(file)) else None
    file = None if offer else file
    anything = recipe or file or checkpoint or seed is not None
    opened = open_room(recipe or file, checkpoint, seed=seed) if anything or settings is None else _start(settings)
    found = opened.recipe
    named = found is not None or settings is None or is_picture(opened.checkpoint)
    usual = opened.look if named else _first_look(opened)
    first = look_from(usual, yaw=yaw, pitch=pitch, fov=fov, lens=lens)
    if settings is not None:
        start_log(log_path())
    pixels = parse_size(size) if size else found.size_px if found else _window_size(settings)
    found = replace(found, view=first) if found else None
    options = Options(
        opened.checkpoint,
        opened.seed or 0,
        first,
        pixels,
        device,
        screenshot,
        headless,
        recipe=found,
        settings=settings,
        offer=offer,
        welcome=settings is not None and found is None and yaw is None and not is_picture(opened.checkpoint),
    )
    options = replace(options, vr=vr, record=record, replay=replay, sphere=sphere)
    from viewer.session.crash_guard import AFTER_CRASH  # only now: see the module's text

    options = replace(options, after_crash=bool(os.environ.pop(AFTER_CRASH, "")))
    _show(replace(options, reduced_motion=reduced_motion, only_visible=only_visible, level=level, safe=safe))


def marked_view() -> Callable[..., None]:
    """:func:`view` with what tyro has to know besides types; plain lines do without tyro, and without importing it."""
    import tyro

    flags = [name for name, kind in view.__annotations__.items() if kind is bool]
    view.__annotations__.update(dict.fromkeys(flags, Annotated[bool, tyro.conf.FlagCreatePairsOff]))
    view.__annotations__["file"] = Annotated[Optional[str], tyro.conf.Positional]
    return view


def _change_desktop_entry(*, install: bool) -> None:
    from viewer.state import desktop_entry

    change = desktop_entry.install_desktop_entry if install else desktop_entry.remove_desktop_entry
    for path in change():
        print(f"{'wrote' if install else 'removed'} {path}")


def _start(settings: Path) -> Opened:
    """What is shown when nothing is named: the last session's room, at the very first start a chosen one."""
    from viewer.session.gallery import FIRST_SEED  # only now: see the module's text

    last = peek(settings).last
    if last:
        try:
            return open_room(last)
        except CocoganError:  # its checkpoint is gone: no reason to start with an error
            return open_room(None, seed=FIRST_SEED)
    return open_room(None, seed=FIRST_SEED)


def _first_look(opened: Opened) -> View:
    """Where the room has its furniture."""
    from viewer.session.first_look import first_look_of  # only now: see the module's text

    return first_look_of(opened.checkpoint, opened.seed or 0)


def _show(options: Options) -> None:
    """Open the window, or write the picture that was asked for."""
    from viewer.session.checkpoint_loader import LoadedCheckpoint

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what is open gets closed
    try:
        loaded = LoadedCheckpoint.named_by(options)
        try:
            from viewer.app import App  # only now: the generator's process starts beside what this imports

            app = App(options, loaded)
        except BaseException:
            loaded.worker.close()
            raise
        try:
            app.save_picture(options.screenshot) if options.screenshot else app.run()
        finally:
            app.close()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)  # as shells expect


def _window_size(settings: Path | None) -> tuple[int, int]:
    """The last window's; a picture without a window has a size of its own."""
    if settings is None:
        return DEFAULT_SIZE_PX
    return peek(settings).size_px
