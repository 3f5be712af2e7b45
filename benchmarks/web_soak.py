"""Whether a page that turns by itself for long grows: ``python -m benchmarks.web_soak [MINUTES]`` (needs Chromium).

A model of four levels whose fine stages are not trained turns by 30° a second, seen through 60°, and shows another room
every minute. Twice a minute: the page's heap, and the memory of all of Chromium's processes, after a collection in the
page and its worker (which V8 itself lets wait for many minutes there, since messages leave little behind each). Beside
it, in a browser of its own, a bare page that draws a triangle by WebGL 2 as often, and holds nothing: what grows there
too is not the page's.
"""

import contextlib
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
# V8 doubles the room for young objects when much of them lives on: steps of 14 and 27 MB within 20 minutes of turning,
# which are no growth of the page's, and would hide one.
YOUNG_MB = 2
KINDS = ("browser", "renderer", "gpu-process", "others")
BARE = """<!doctype html><style>html, body { margin: 0; height: 100% } canvas { width: 100%; height: 100% }</style>
<canvas></canvas><script>
    globalThis.frames = 0, globalThis.rate = 0; // drawn, and to be drawn a second
    const canvas = document.querySelector("canvas");
    [canvas.width, canvas.height] = [canvas.clientWidth, canvas.clientHeight];
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false });
    const program = gl.createProgram();
    for (const [type, source] of [
        [gl.VERTEX_SHADER, `void main() {
            gl_Position = vec4(vec2(gl_VertexID % 2, gl_VertexID / 2) * 4.0 - 1.0, 0, 1); }`],
        [gl.FRAGMENT_SHADER, `precision highp float; uniform float t; out vec4 colour;
            void main() { colour = vec4(t, 0, 1, 1); }`],
    ]) {
        const shader = gl.createShader(type);
        gl.shaderSource(shader, "#version 300 es\\n" + source);
        gl.compileShader(shader);
        gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    const place = gl.getUniformLocation(program, "t");
    let [formerMs, due] = [performance.now(), 0];
    const draw = (ms) => {
        requestAnimationFrame(draw);
        due = Math.min(due + ((ms - formerMs) / 1000) * rate, 1);
        formerMs = ms;
        if (due < 1) return;
        due -= 1;
        gl.uniform1f(place, (ms / 1000) % 1);
        gl.drawArrays(gl.TRIANGLES, 0, 3);
        frames++;
    };
    requestAnimationFrame(draw);</script>"""
TURN = """globalThis.frames = 0; cocogan.addEventListener('frame', () => frames++);
    cocogan.turning = Math.PI / 6; cocogan.wake()"""


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            children[int(entry.read_text().rsplit(")", 1)[1].split()[1])].append(int(entry.parent.name))
    found = [pid]
    for one in found:
        found += children[one]
    return found


def kind(pid: int) -> str:
    """What a process of Chromium is for."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().split()
    return next((word.removeprefix("--type=") for word in words if word.startswith("--type=")), "browser")


def resident_mb(pid: int) -> float:
    """Memory of a process, as far as it is not shared with a file."""
    resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    return (resident - shared) * PAGE_BYTES / 1e6


def memory(pid: int) -> list[str]:
    """How many processes of each of KINDS there are, or of any other, and what they hold in MB."""
    held: dict[str, list[float]] = {name: [] for name in KINDS}
    for one in family(pid):
        with contextlib.suppress(OSError):  # it has ended
            held[name if (name := kind(one)) in KINDS else "others"].append(resident_mb(one))
    every = [mb for one in held.values() for mb in one]
    return [f"{len(every)}", f"{sum(every):.0f}", *(f"{sum(one):.0f}" for one in held.values())]


def collect_garbage(chromium: Browser, workers: list[str]) -> None:
    """The page's and its workers'."""
    for worker in ("", *workers):
        chromium.call("HeapProfiler.collectGarbage", worker)


def heap_and_frames(chromium: Browser) -> tuple[float, int]:
    """Of a page: MB, and pictures drawn."""
    heap_mb, frames = chromium.run("[performance.memory.usedJSHeapSize / 1e6, frames]")
    return heap_mb, frames


def sampled(chromium: Browser, bare: Browser, minutes: float) -> Table:
    """A row each half minute."""
    ours = ("patches made", "frames", "heap, MB", "processes", "MB", *(f"{name}, MB" for name in KINDS))
    beside = ("frames", "heap, MB", "MB", "renderer, MB", "gpu-process, MB")
    table = Table("minutes", *ours, *(f"bare page: {name}" for name in beside))
    workers = chromium.workers()
    begin_s, number, former = time.monotonic(), 0, 0
    while (now_s := time.monotonic() - begin_s) < 60 * minutes:
        number += 1
        if number % 2 == 0:
            chromium.run("cocoganPage.next()")
        time.sleep(PAUSE_S)
        collect_garbage(chromium, workers)
        collect_garbage(bare, [])
        heap, frames = heap_and_frames(chromium)
        bare.run(f"globalThis.rate = {(frames - former) / PAUSE_S}")
        former = frames
        made = chromium.run("cocogan.streamer.statistics.made")
        bare_heap, bare_frames = heap_and_frames(bare)
        _, every, _, renderer, graphics, _ = memory(bare.pid)
        row = [f"{now_s / 60:.1f}", f"{made}", f"{frames}", f"{heap:.1f}", *memory(chromium.pid)]
        row += [f"{bare_frames}", f"{bare_heap:.1f}", every, renderer, graphics]
        print(*row, flush=True)
        table.add_row(*row)
    return table


def main() -> None:
    """Measure and report."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] != "--write" else MINUTES
    with tempfile.TemporaryDirectory() as temporary:
        page, model, bare_page = (Path(temporary) / name for name in ("room.html", "levels.safetensors", "bare.html"))
        write_level_checkpoint(model)
        write_single_file(WebPage(model, "A room", 7, None, View()), page)
        bare_page.write_text(BARE, encoding="utf-8")
        flags = (f"--js-flags=--max-semi-space-size={YOUNG_MB}", "--enable-precise-memory-info")
        with (
            browser(Path(temporary) / "profile", *flags) as chromium,
            browser(Path(temporary) / "bare", *flags) as bare,
        ):
            chromium.open(page.as_uri() + "#seed=7&yaw=0&pitch=0&fov=60", SCREEN_PX)
            bare.open(bare_page.as_uri(), SCREEN_PX)
            chromium.wait("globalThis.cocogan?.streamer?.coarse")
            chromium.run(TURN)
            report("web-soak", "python -m benchmarks.web_soak", sampled(chromium, bare, minutes))


if __name__ == "__main__":
    main()
