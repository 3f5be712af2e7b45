"""``cocogan web``: a room as a web page that makes its parts in the reader's own browser."""

import functools
import http.server
import math
import socket
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from cocogan_core.checkpoint import read_metadata
from cocogan_core.errors import CheckpointError, ConfigError, DisplayError
from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_folder, write_single_file
from viewer.state.options import load_recipe_and_checkpoint
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import SHIPPED, is_recipe
from viewer.streaming.protocol import Latent
from viewer.streaming.worker import Directions, Failed, Worker

__all__ = ["web"]

TITLE = "A room, made where you look"
DIRECTIONS_WAIT_S = 120.0


def web(
    file: tyro.conf.Positional[Path | None] = None,
    *,
    out: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None,
    title: str = TITLE,
    checkpoint: Path | None = None,
    seed: int = 0,
    yaw: float = 0.0,
    pitch: float = 0.0,
    fov: float = 90.0,
    serve: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    port: int = 8000,
) -> None:
    """Write a room as a web page: a folder to put on any server, or one file that opens by a double click.

    Args:
        file: recipe or checkpoint to show (default: the room that is shipped).
        out: folder to write, or one file if it ends in .html.
        title: of the page.
        checkpoint: the recipe's model, where it is not found by itself.
        seed: of the first room; a recipe has its own, and its own first look.
        yaw: first look, degrees to the right of the panorama's first column.
        pitch: first look, degrees up.
        fov: horizontal field of view in degrees.
        serve: show the page to this machine's browsers and to others on the network, until Ctrl+C.
        port: to serve at.

    Raises:
        RecipeError: the recipe is broken, or its checkpoint is not here.
        CheckpointError: the checkpoint cannot be used.
        ConfigError: the page does not run this checkpoint's generator, or there is nothing to do.
        OutputError: the page cannot be written.
        DisplayError: the port cannot be served at.
    """
    if out is None and not serve:
        raise ConfigError("nothing to write: name a folder or an .html file with -o, or add --serve")
    view = View(math.radians(yaw), math.radians(pitch), math.radians(fov))
    if file is not None and is_recipe(file):
        recipe, path = load_recipe_and_checkpoint(str(file), checkpoint)
        page = WebPage(path, title, recipe.latents.seed, _z_of(recipe, path), recipe.view)
    else:
        page = WebPage(checkpoint or file or resource(SHIPPED), title, seed, None, view)
    with tempfile.TemporaryDirectory() as temporary:
        written = _write(page, Path(temporary) if out is None else out)
        if serve:
            _serve(written, port)


def _write(page: WebPage, out: Path) -> Path:
    """Write the page; returns its HTML file."""
    if out.suffix.lower() in {".html", ".htm"}:
        write_single_file(page, out)
        sizes = out.stat().st_size
    else:
        sizes = sum(path.stat().st_size for path in write_folder(page, out))
        out = out / "index.html"
    print(f"{out}: {sizes / 1e6:.1f} MB, all that it needs")
    return out


def _z_of(recipe: Recipe, checkpoint: Path) -> Latent:
    """The recipe's z; principal directions are worked out only if it goes along any."""
    along = recipe.latents.along
    directions = _directions(checkpoint, len(along)) if any(along) else np.zeros((0, 0), np.float32)
    return recipe.latents.z(directions)


def _directions(checkpoint: Path, count: int) -> Latent:
    """Principal directions (count, z_dim) from a generator process."""
    worker = Worker(checkpoint, "cpu", read_metadata(checkpoint).model.grid, directions=count)
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
