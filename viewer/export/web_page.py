"""Writes a room as a web page that makes its parts itself: a folder for a server, or one file. Knows no window.

Neither asks anything of another server: the page's policy (Content-Security-Policy) forbids it, and of scripts and
styles inside the page only those run whose hashes it names.
"""

import base64
import hashlib
import html
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from cocogan_core.checkpoint import read_metadata
from cocogan_core.errors import ConfigError
from cocogan_core.files import resource, write_atomically
from cocogan_core.inference.latents import sample_z
from viewer.camera.camera import View
from viewer.export.web_modules import join_modules
from viewer.streaming.protocol import Latent

__all__ = ["TITLE", "WebPage", "write_folder", "write_single_file"]

TITLE = "A room, made where you look"
MODEL, KERNEL, WORKER, PAGE = "room.safetensors", "kernel.wasm", "worker.js", "page.js"
ELEMENT = "room-element.js"  # for pages that show the room within them
TILES = "tiles.js"  # for viewers of stored panoramas
COMMENT = 1 << 16  # base64 letters; whole bytes
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data: blob:; "


@dataclass(frozen=True)
class WebPage:
    """What a page shows.

    Attributes:
        checkpoint: of the compact generator, on a cylinder or sphere.
        title: of the page.
        seed: of the first room.
        z: of the first room (z_dim,); None for the seed's own.
        view: the first look.
    """

    checkpoint: Path
    title: str
    seed: int
    z: Latent | None
    view: View


def write_folder(page: WebPage, folder: Path) -> list[Path]:
    """Write ``index.html``, its files, and what other pages and viewers show the room by; returns them all.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        ConfigError: it holds a generator that the page does not run.
        OutputError: the system refused to write.
    """
    policy = POLICY + "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'"
    head = _meta(policy) + '<link rel="stylesheet" href="style.css">'
    files = _binaries(page)
    files |= {"style.css": _source("style.css").encode(), ELEMENT: _source("page/room_element.js").encode()}
    files[TILES] = join_modules(resource("web"), "adapters/tiles_worker.js").encode()
    files |= {name: script.encode() for name, script in _scripts().items()}
    files["index.html"] = _document(page, head, f'{_blocks(page)}<script src="{PAGE}"></script>').encode()
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files]


def write_single_file(page: WebPage, path: Path) -> None:
    """Write everything into one HTML file, which also runs when it is opened from a disk; raises as the folder's."""
    scripts, style = _scripts(), _source("style.css")
    policy = f"{POLICY}script-src {_hash(scripts[PAGE])} 'wasm-unsafe-eval'; worker-src blob:; style-src {_hash(style)}"
    # not compressed: half-precision weights become a tenth smaller, and would come later
    packed = "".join(_bytes(name, data) for name, data in _binaries(page).items())
    blocks = _blocks(page) + packed + _block(WORKER, scripts[WORKER])
    head = f"{_meta(policy)}<style>{style}</style>"
    write_atomically(path, _document(page, head, f"{blocks}<script>{scripts[PAGE]}</script>"))


def _source(name: str) -> str:
    return resource(f"web/{name}").read_text(encoding="utf-8")


def _scripts() -> dict[str, str]:
    root = resource("web")
    scripts = {PAGE: join_modules(root, "page/main.js"), WORKER: join_modules(root, "generator/worker.js")}
    assert not any("</script" in script.lower() for script in scripts.values())
    return scripts


def _binaries(page: WebPage) -> dict[str, bytes]:
    return {MODEL: _slim(page.checkpoint), KERNEL: resource(f"web/generator/{KERNEL}").read_bytes()}


def _slim(path: Path) -> bytes:
    """The checkpoint without its discriminator, every other byte as it is."""
    model = read_metadata(path).model
    if model.architecture != "compact" or model.generator != "micro" or not model.grid.wraps:
        raise ConfigError(
            f"{path} holds {'flat pictures' if not model.grid.wraps else 'another generator'}, and the page runs the "
            "compact generator of panoramas alone; name another checkpoint"
        )
    tensors = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, "numpy") as file:
        stated = file.metadata()
    return safetensors.numpy.save({k: v for k, v in tensors.items() if k.startswith("generator.")}, stated)


def _blocks(page: WebPage) -> str:
    """Data blocks that both kinds of page have: the first room, and the desktop's own shaders."""
    room = json.dumps(_first_room(page), separators=(",", ":"))
    shaders = {name: resource(f"shaders/{name}").read_text(encoding="utf-8") for name in ("view.vert", "view.frag")}
    return "".join(_block(name, text) for name, text in {"room": room, **shaders}.items())


def _first_room(page: WebPage) -> dict[str, object]:
    view, z_dim = page.view, read_metadata(page.checkpoint).model.z_dim
    drawn = sample_z(page.seed, z_dim)
    z = drawn if page.z is None else page.z
    if len(z) != z_dim:
        raise ConfigError(
            f"the room has {len(z)} numbers and {page.checkpoint} makes rooms of {z_dim}; it is of another"
        )
    look = {
        "yawRad": view.yaw_rad % (2 * math.pi),
        "pitchRad": view.pitch_rad,
        "fovRad": view.fov_rad,
        "lens": view.lens,
    }
    changes = [[int(i), float(z[i])] for i in np.flatnonzero(z != drawn)]
    return {"seed": page.seed, "changes": changes, "look": look}


def _document(page: WebPage, head: str, parts: str) -> str:
    shell = _source("index.html").replace("{{title}}", html.escape(page.title))
    before, after = shell.split("{{parts}}")
    return before.replace("{{head}}", head) + parts + after


def _block(name: str, text: str) -> str:
    return f'<script type="text/plain" id="{name}">{text}</script>\n'


def _bytes(name: str, data: bytes) -> str:
    """As base64 in comments: no text takes a browser less time to read, and long ones take it twice as long."""
    letters = base64.b64encode(data).decode()
    comments = (f"<!--{letters[i : i + COMMENT]}-->" for i in range(0, len(letters), COMMENT))
    return f'<div id="{name}" hidden>{"".join(comments)}</div>\n'


def _meta(policy: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
