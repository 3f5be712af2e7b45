"""``cocogan web``: a room as a web page that makes its parts in the reader's own browser."""

import functools
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tyro

from cocogan_core.checkpoint import read_metadata
from cocogan_core.errors import CheckpointError, ConfigError, DisplayError
from cocogan_core.text import printable
from viewer.camera.camera import View
from viewer.camera.view_projection import ViewProjection
from viewer.state.options import Opened, look_from, open_room

if TYPE_CHECKING:
    from viewer.export.web_page import WebPage
    from viewer.streaming.protocol import Latent

__all__ = ["web"]

DIRECTIONS_WAIT_S = 120.0


def web(
    file: tyro.conf.Positional[str | None] = None,
    *,
    out: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None,
    title: str | None = None,
    checkpoint: Path | None = None,
    seed: int | None = None,
    yaw: float | None = None,
    pitch: float | None = None,
    fov: float | None = None,
    lens: ViewProjection | None = None,
    serve: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    port: int = 8000,
) -> None:
    """Write a room as a web page: a folder to put on any server, or one file that opens by a double click.

    Args:
        file: saved room, its line of text, or checkpoint to show (default: the room that is shipped).
        out: folder to write, or one file if it ends in .html.
        title: of the page (default: what it is).
        checkpoint: the saved room's model, where it is not found by itself.
        seed: of the first room (default: a saved room's own, or 0).
        yaw: first look, degrees to the right of the panorama's first column (default: a saved room's, or 0).
        pitch: first look, degrees up.
        fov: horizontal field of view in degrees.
        lens: projection; its usual field of view goes with it.
        serve: show the page to this machine's browsers and to others on the network, until Ctrl+C.
        port: to serve at.

    Raises:
        RecipeError: the saved room is broken, or its checkpoint is not here.
        CheckpointError: the checkpoint cannot be used.
        ConfigError: the page does not run this checkpoint's generator, or there is nothing to do.
        OutputError: the page cannot be written.
        DisplayError: the port cannot be served at.
    """
    from viewer.export.web_page import TITLE, WebPage

    if out is None and not serve:
        raise ConfigError("nothing to write: name a folder or an .html file with -o, or add --serve")
    opened = open_room(file, checkpoint, seed=seed)
    found = opened.recipe
    first = look_from(found.view if found else View(), yaw=yaw, pitch=pitch, fov=fov, lens=lens)
    seed = found.latents.seed if found else opened.seed or 0
    page = WebPage(opened.checkpoint, TITLE if title is None else title, seed, _z_of(opened), first)
    with tempfile.TemporaryDirectory() as temporary:
        written = _write(page, Path(temporary) if out is None else out)
        if serve:
            _serve(written, port)


def _write(page: "WebPage", out: Path) -> Path:
    """Write the page; returns its HTML file."""
    from viewer.export.web_page import write_folder, write_single_file

    if out.suffix.lower() in {".html", ".htm"}:
        write_single_file(page, out)
        size = out.stat().st_size
    else:
        size = sum(path.stat().st_size for path in write_folder(page, out))
        out = out / "index.html"
    print(f"{printable(out)}: {size / 1e6:.1f} MB, all that it needs")
    return out


def _z_of(opened: Opened) -> "Latent | None":
    """A saved room's z; principal directions are worked out only if it goes along any."""
    if opened.recipe is None:
        return None
    latents = opened.recipe.latents
    none = np.zeros((0, 0), np.float32)
    return latents.z(_directions(opened.checkpoint, len(latents.along)) if any(latents.along) else none)


def _directions(checkpoint: Path, count: int) -> "Latent":
    """Principal directions (count, z_dim) from a generator process."""
    from viewer.streaming.scheduler import Plan
    from viewer.streaming.worker import Directions, Failed, Worker

    model = read_metadata(checkpoint).model
    worker = Worker(checkpoint, "cpu", model.grid, directions=count)
    worker.send(Plan(0, ()), np.zeros(model.z_dim, np.float32))  # it tells of them once it is asked for something
    until_s = time.monotonic() + DIRECTIONS_WAIT_S
    try:
        while time.monotonic() < until_s:
            for event in worker.poll():
                if isinstance(event, Failed):
                    raise CheckpointError(event.message)
                if isinstance(event, Directions):
                    return event.unit
            time.sleep(0.02)
    finally:
        worker.close()
    raise CheckpointError(f"{checkpoint}: its generator did not answer within {DIRECTIONS_WAIT_S:.0f} s; try again")


def _serve(page: Path, port: int) -> None:
    """Until Ctrl+C."""
    import http.server  # only now: the window's process imports this module too

    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(page.parent))
    try:
        server = http.server.ThreadingHTTPServer(("", port), handler)
    except (OSError, OverflowError) as error:
        raise DisplayError(f"cannot serve at port {port}: {error}; choose another with --port") from error
    name = "" if page.name == "index.html" else page.name
    print(f"Here: http://localhost:{port}/{name}")
    print(f"On phones in this network: http://{_address()}:{port}/{name}")
    print(
        "A headset, and a phone that turns the view, need a secure page: put the folder on a server with https, or on "
        f"an Android device over USB run: adb reverse tcp:{port} tcp:{port}, and open the first address there."
    )
    with server:
        server.serve_forever()


def _address() -> str:
    """This machine's address in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation; nothing is sent by UDP's connect
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])
