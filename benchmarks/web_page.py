"""What a room as a web page costs: ``python -m benchmarks.web_page`` (a minute; needs Chromium and Node).

Sizes as files and as a server sends them (Brotli), and times in a headless Chromium that draws on the CPU: from
navigation until the coarse room is on the screen, until the view is complete, and a patch's, of the shipped room and of
a model of four levels whose fine stages are not trained. The page is one file, opened from disk.

For one quiet core on a busy machine, as root: ``chrt -r 1 taskset -c 0 python -m benchmarks.web_page``.
"""

import statistics
import subprocess
import tempfile
from pathlib import Path

from rich.table import Table

from benchmarks.chromium import Browser, browser
from benchmarks.level_checkpoint import LEVELS, write_level_checkpoint
from benchmarks.performance_page import report
from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_folder, write_single_file

__all__ = ["Times", "opened"]

SCREEN_PX = (960, 600)
REPEATS = 3
BROTLI = "process.stdout.write(String(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length))"
# Notes when the page first shows what is waited for, by the page's own clock, which starts with the navigation.
WATCH = """(() => { const seen = globalThis.seen = {}; const look = () => {
    const streamer = globalThis.cocogan?.streamer;
    for (const kind of ["coarse", "complete"]) if (streamer?.[kind]) seen[kind] ??= performance.now();
    requestAnimationFrame(look); }; look(); })()"""

Times = dict[str, float]


def brotli_bytes(content: bytes) -> int:
    """How long ``content`` is as a server sends it."""
    done = subprocess.run(["node", "-e", BROTLI], input=content, capture_output=True, check=True)
    return int(done.stdout)


def opened(chromium: Browser, address: str) -> Times:
    """Milliseconds until a page's room was ``coarse`` and ``complete``, and of a ``patch``."""
    chromium.open(address, SCREEN_PX, script=WATCH)
    chromium.wait("globalThis.seen?.complete && cocogan.streamer.made.size >= 48")
    seen: Times = chromium.run("({ ...seen, patch: cocogan.streamer.statistics.ms })")
    return seen


def sizes(page: WebPage, folder: Path) -> Table:
    """The folder's files."""
    table = Table("file", "bytes", "as Brotli")
    for path in write_folder(page, folder):
        content = path.read_bytes()
        table.add_row(path.name, f"{len(content):,}", f"{brotli_bytes(content):,}")
    return table


def median_times(checkpoint: Path, folder: Path) -> Times:
    """Medians of some openings, the first left out."""
    path = folder / f"{checkpoint.stem}.html"
    write_single_file(WebPage(checkpoint, "A room", 7, None, View()), path)
    with browser(folder / f"profile-{checkpoint.stem}") as chromium:
        found = [opened(chromium, path.as_uri()) for _ in range(REPEATS + 1)][1:]
    return {name: statistics.median(one[name] for one in found) for name in ("coarse", "complete", "patch")}


def times(folder: Path) -> Table:
    """The shipped room, and a model of levels."""
    levels = folder / "levels.safetensors"
    write_level_checkpoint(levels)
    shipped, fine = (median_times(path, folder) for path in (resource("assets/rooms.safetensors"), levels))
    table = Table("milliseconds from navigation", "the shipped room", f"{LEVELS} levels", "goal, at most")
    for name, text, goal in (
        ("coarse", "until what is seen of the coarse room is there", "600"),
        ("complete", "until the view is sharp (90°, 960×600)", "3000"),
        ("patch", "a patch, in a worker", ""),
    ):
        table.add_row(text, f"{shipped[name]:.{name == 'patch':d}f}", f"{fine[name]:.{name == 'patch':d}f}", goal)
    return table


def main() -> None:
    """Measure and report."""
    page = WebPage(resource("assets/rooms.safetensors"), "A room", 7, None, View())
    with tempfile.TemporaryDirectory() as temporary:
        report("web-sizes", "python -m benchmarks.web_page", sizes(page, Path(temporary) / "site"))
        report("web-times", "python -m benchmarks.web_page", times(Path(temporary)))


if __name__ == "__main__":
    main()
