"""Whether a page that turns by itself for long grows: ``python -m benchmarks.web_soak [MINUTES]`` (needs Chromium).

A model of four levels whose fine stages are not trained turns by 30° a second, seen through 60°, and shows another room
every minute. Twice a minute: the page's heap after a collection, and the memory of all of Chromium's processes.
"""

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from rich.table import Table

from benchmarks.chromium import Browser, browser
from benchmarks.level_checkpoint import write_level_checkpoint
from benchmarks.performance_page import report
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_single_file

MINUTES = 30.0
PAUSE_S = 30.0
SCREEN_PX = (240, 150)  # where the CPU draws, a small window has many frames
PAGE_BYTES = 4096
TURN = """globalThis.frames = 0; cocogan.addEventListener('frame', () => frames++);
    cocogan.turning = Math.PI / 6; cocogan.wake()"""


def resident_mb(pid: int) -> float:
    """Memory of a process and all that it started, as far as it is not shared with a file."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended
            continue
        children[int(fields[1])].append(int(entry.parent.name))
    waiting, total = [pid], 0.0
    while waiting:
        one = waiting.pop()
        waiting += children[one]
        with_file = [int(pages) for pages in Path(f"/proc/{one}/statm").read_text().split()[1:3]]
        total += (with_file[0] - with_file[1]) * PAGE_BYTES / 1e6
    return total


def sampled(chromium: Browser, minutes: float) -> Table:
    """A row each half minute."""
    table = Table("minutes", "patches made", "frames", "heap, MB", "all processes, MB")
    begin_s, number = time.monotonic(), 0
    while (now_s := time.monotonic() - begin_s) < 60 * minutes:
        number += 1
        if number % 2 == 0:
            chromium.run("cocoganPage.next()")
        time.sleep(PAUSE_S)
        heap, made, frames = chromium.run(
            "(gc(), [performance.memory.usedJSHeapSize / 1e6, cocogan.streamer.statistics.made, frames])"
        )
        row = f"{now_s / 60:.1f}", f"{made}", f"{frames}", f"{heap:.1f}", f"{resident_mb(chromium.pid):.0f}"
        print(*row, flush=True)
        table.add_row(*row)
    return table


def main() -> None:
    """Measure and report."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] != "--write" else MINUTES
    with tempfile.TemporaryDirectory() as temporary:
        page, model = Path(temporary) / "room.html", Path(temporary) / "levels.safetensors"
        write_level_checkpoint(model)
        write_single_file(WebPage(model, "A room", 7, None, View()), page)
        flags = ("--js-flags=--expose-gc", "--enable-precise-memory-info")
        with browser(Path(temporary) / "profile", *flags) as chromium:
            chromium.open(page.as_uri() + "#seed=7&yaw=0&pitch=0&fov=60", SCREEN_PX)
            chromium.wait("globalThis.cocogan?.streamer?.coarse")
            chromium.run(TURN)
            report("web-soak", "python -m benchmarks.web_soak", sampled(chromium, minutes))


if __name__ == "__main__":
    main()
