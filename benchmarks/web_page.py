"""What a room as a web page costs: ``python -m benchmarks.web_page`` (a minute; needs Chromium and Node).

Sizes as files and as a server sends them (Brotli), and times in a headless Chromium that draws on the CPU: from
navigation until the coarse room is on the screen, until the view is complete, and a patch's. The page is one file,
opened from disk.
"""

import statistics
import subprocess
import tempfile
from pathlib import Path

from rich.table import Table

from benchmarks.chromium import Browser, browser
from benchmarks.performance_page import report
from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_folder, write_single_file

__all__ = ["Times", "opened"]

SCREEN_PX = (960, 600)
REPEATS = 5
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


def times(page: WebPage, folder: Path) -> Table:
    """Medians of some openings, the first left out."""
    path = folder / "room.html"
    write_single_file(page, path)
    with browser(folder / "profile") as chromium:
        found = [opened(chromium, path.as_uri()) for _ in range(REPEATS + 1)][1:]
    median = {name: statistics.median(one[name] for one in found) for name in ("coarse", "complete", "patch")}
    table = Table("from navigation", "ms")
    table.add_row("until what is seen of the coarse room is there", f"{median['coarse']:.0f}")
    table.add_row("until the view is complete (90°, 960×600)", f"{median['complete']:.0f}")
    table.add_row("a patch, in a worker", f"{median['patch']:.1f}")
    return table


def main() -> None:
    """Measure and report."""
    page = WebPage(resource("assets/rooms.safetensors"), "A room", 7, None, View())
    with tempfile.TemporaryDirectory() as temporary:
        report("web-sizes", "python -m benchmarks.web_page", sizes(page, Path(temporary) / "site"))
        report("web-times", "python -m benchmarks.web_page", times(page, Path(temporary)))


if __name__ == "__main__":
    main()
