"""Programs of :mod:`benchmarks.engine`: they print the seconds of the system's clock at each thing that they reach.

:data:`MEMORY` prints kibibytes.
"""

from cocogan_core.shipped import shipped_model

__all__ = ["IMPORT", "MEMORY", "PATCH", "ROOM", "VIEW"]

ROOM = shipped_model()

IMPORT = "import time, torch; print(time.monotonic())"
PATCH = f"""
import time
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
generator = PatchGenerator.load({str(ROOM)!r}, "cpu", threads=1)
generator.patches(sample_z(0, generator.metadata.model.z_dim), [(2, 0)])
print(time.monotonic())
"""
VIEW = f"""
import contextlib, os, time
from dataclasses import replace
import viewer.__main__
import viewer.streaming.generator_process as generator_process
def show(options):  # in the order of the command's own
    options = replace(options, settings=None, headless="DISPLAY" not in os.environ)
    from viewer.session.checkpoint_loader import LoadedCheckpoint
    loaded = LoadedCheckpoint.named_by(options)
    from viewer.app import App
    app = App(options, loaded)
    app.frame()
    print(time.monotonic())
    streamer = app.session.streamer
    while not streamer.statistics.made:
        app.turn()
    print(time.monotonic())
    while any(streamer.revision_of(patch) != streamer.revision for patch in streamer.visible if not patch[0]):
        app.turn()
    print(time.monotonic())
    while not streamer.complete:
        app.turn()
    print(time.monotonic())
    app.close()
begun_early = generator_process.begun_early
@contextlib.contextmanager
def shown():
    with begun_early():
        import viewer.view  # no sooner than the command does
        viewer.view._show = show
        yield
if __name__ == "__main__":
    generator_process.begun_early = shown
    viewer.__main__.main(["view", {str(ROOM)!r}, "--size", "1280x720", "--yaw", "0", "--pitch", "0", "--fov", "90"])
"""
MEMORY = f"""
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
generator = PatchGenerator.load({str(ROOM)!r}, "cpu", engine=ENGINE, threads=1)
generator.panorama(sample_z(0, generator.metadata.model.z_dim))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))
"""
