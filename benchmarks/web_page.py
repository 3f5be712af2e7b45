"""What a room as a web page costs: ``python -m benchmarks.web_page`` (a minute; needs Chromium and Node).

Sizes as files and as a server sends them (Brotli), and times in a headless Chromium that draws on the CPU: from
navigation until the coarse room is on the screen, until the view is complete, and a patch's, of the shipped room and of
a model of four levels whose fine stages are not trained. Pages are one file, opened from disk, or folders, from a
server on the same core. Beside them a page that only clears a canvas by WebGL 2: what any such page costs.

For one quiet core on a busy machine, as root: ``chrt -r 1 taskset -c 0 python -m benchmarks.web_page``.
"""

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from benchmarks.chromium import Browser, browser
from benchmarks.level_checkpoint import LEVELS, write_level_checkpoint
from benchmarks.performance_page import report
from cocogan_core.shipped import shipped_model
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_folder, write_single_file

__all__ = ["Times", "opened"]

SCREEN_PX = (960, 600)
REPEATS = 3
BROTLI = "process.stdout.write(String(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length))"
# Notes when the page first shows what is waited for, by the page's own clock, which starts with the navigation.
WATCH = """(() => { const seen = globalThis.seen = {}; const look = () => {
    const view = globalThis.cocogan;
    if (!view) return setTimeout(look, 5); // no frames of its own, which would cost some
    view.addEventListener("frame", () => { for (const kind of ["coarse", "complete"])
        if (view.streamer[kind]) seen[kind] ??= performance.now(); }); }; look(); })()"""
EMPTY = """<!doctype html><style>html, body { margin: 0; height: 100% } canvas { width: 100%; height: 100% }</style>
<canvas></canvas><script>
    const gl = document.querySelector("canvas").getContext("webgl2", { antialias: false, alpha: false, depth: false });
    requestAnimationFrame(() => { gl.clearColor(0, 0.5, 1, 1); gl.clear(gl.COLOR_BUFFER_BIT);
        requestAnimationFrame(() => globalThis.seen = { coarse: performance.now() }); });</script>"""
SETTLE_S = 1.5  # nobody asks the page anything meanwhile, which would cost some too

Times = dict[str, float]


def brotli_bytes(content: bytes) -> int:
    """How long ``content`` is as a server sends it."""
    done = subprocess.run(["node", "-e", BROTLI], input=content, capture_output=True, check=True)
    return int(done.stdout)


def opened(chromium: Browser, address: str) -> Times:
    """Milliseconds until a page's room was ``coarse`` and ``complete``, and of a ``patch``."""
    chromium.open(address, SCREEN_PX, script=WATCH)
    time.sleep(SETTLE_S)
    chromium.wait("globalThis.cocogan ? seen.complete && cocogan.streamer.made.size >= 48 : globalThis.seen?.coarse")
    seen: Times = chromium.run("({ ...seen, patch: globalThis.cocogan?.streamer.statistics.ms ?? 0 })")
    return seen


def sizes(page: WebPage, folder: Path) -> Table:
    """The folder's files."""
    table = Table("file", "bytes", "as Brotli")
    for path in write_folder(page, folder):
        content = path.read_bytes()
        table.add_row(path.name, f"{len(content):,}", f"{brotli_bytes(content):,}")
    return table


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder's address on this machine, for a block; its server is a process of its own."""
    command = [sys.executable, "-um", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().split("(")[1].split(")")[0]  # "Serving HTTP on … (http://127.0.0.1:1234/) ..."
    finally:
        server.kill()
        server.wait()


def median_times(address: str, profile: Path) -> Times:
    """Medians of some openings, the first left out; of what a page does not have, 0."""
    with browser(profile) as chromium:
        found = [opened(chromium, address) for _ in range(REPEATS + 1)][1:]
    return {name: statistics.median(one.get(name, 0) for one in found) for name in ("coarse", "complete", "patch")}


def times(folder: Path) -> Table:
    """The shipped room, and a model of levels, each as one file and as a folder on a server."""
    levels = folder / "levels.safetensors"
    write_level_checkpoint(levels)
    found: list[Times] = []
    for name, checkpoint in (("shipped", shipped_model()), ("levels", levels)):
        page = WebPage(checkpoint, "A room", 7, None, View())
        write_single_file(page, folder / f"{name}.html")
        write_folder(page, folder / name)
        found.append(median_times((folder / f"{name}.html").as_uri(), folder / f"{name}-file-profile"))
        with served(folder / name) as address:
            found.append(median_times(address, folder / f"{name}-profile"))
    (folder / "empty.html").write_text(EMPTY, encoding="utf-8")
    empty = median_times((folder / "empty.html").as_uri(), folder / "empty-profile")
    table = Table(
        "milliseconds from navigation",
        "one file",
        "a folder",
        f"{LEVELS} levels, one file",
        "a folder",
        "goal, at most",
    )
    for kind, text, goal in (
        ("coarse", "until what is seen of the coarse room is there", "600"),
        ("complete", "until the view is sharp (90°, 960×600)", "3000"),
        ("patch", "a patch, in a worker", ""),
    ):
        table.add_row(text, *(f"{one[kind]:.{1 if kind == 'patch' else 0}f}" for one in found), goal)
    table.add_row("an empty page, until it has cleared a canvas", f"{empty['coarse']:.0f}")
    return table


def main() -> None:
    """Measure and report."""
    page = WebPage(shipped_model(), "A room", 7, None, View())
    with tempfile.TemporaryDirectory() as temporary:
        report("web-sizes", "python -m benchmarks.web_page", sizes(page, Path(temporary) / "site"))
        report("web-times", "python -m benchmarks.web_page", times(Path(temporary)))


if __name__ == "__main__":
    main()
