"""Getting things out: a panorama, a cube map, a turntable film. Made bit by bit, so that frames keep their pace.

An export first has the whole room generated, then works on a :class:`Snapshot` of it, so that from then on the room may
change. What needs OpenGL is done in the frame loop, a picture a step; encoding runs in a thread. A file is complete or
not there.
"""

import math
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.files import replacement_path, write_atomically
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.surfaces import Panorama
from cocogan_core.inference.panorama_file import write_equirectangular
from cocogan_core.text import printable
from viewer.camera.camera import View
from viewer.export.picture_bytes import encode
from viewer.export.video import Film, check_encoder
from viewer.rendering.snapshot import Snapshot
from viewer.streaming.streamer import PatchStreamer

__all__ = [
    "GATHERED", "KINDS", "Export", "ExportSettings", "Kind", "Steps", "check_ending", "gather", "level_for_export",
    "suffix",
]  # fmt: skip

Kind = Literal["panorama", "cube", "turntable"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GATHERED = 0.3  # of the progress bar, when the whole room is made
MOST_COLUMNS_PX = 3072  # of an export when nobody names a level
# In the order in which the faces of a cube map are often named: Marzipano's f, r, b, l, u, d.
FACES = {
    "front": (0.0, 0.0), "right": (0.5, 0.0), "back": (1.0, 0.0), "left": (1.5, 0.0),
    "up": (0.0, 0.5), "down": (0.0, -0.5),
}  # fmt: skip
Steps = Generator[float, None, None]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class ExportSettings:
    """What can be asked of an export.

    Attributes:
        whole: a panorama is made up to the whole sphere, twice as wide as high.
        width_px: of a panorama; None for its level's own.
        face_px: side of a cube map's faces; None for the panorama's own resolution in a face's middle.
        film_s, rate: how long a film lasts, in seconds, and its frames a second.
    """

    whole: bool = False
    width_px: int | None = None
    face_px: int | None = None
    film_s: float = 12.0
    rate: int = 30


def check_ending(kind: Kind, out: Path) -> None:
    """Refuse before work starts a file whose ending says something else than an export writes.

    Raises:
        ConfigError: it does.
    """
    endings = {"panorama": (".jpg", ".jpeg", ".png", ".tif"), "cube": (".jpg", ".jpeg", ".png"), "turntable": (".mp4",)}
    if out.suffix.lower() not in endings[kind]:
        raise ConfigError(f"a {kind} cannot be written to {out}; name a file that ends in {' or '.join(endings[kind])}")


def suffix(kind: Kind) -> str:
    """How a file of a kind is called when nobody says."""
    return {"panorama": "-panorama.jpg", "cube": "-cube.png", "turntable": "-turntable.mp4"}[kind]


def level_for_export(grid: PatchGrid, level: int | None = None) -> int:
    """The level that is named, or else the finest that is not too large to be made without being asked for.

    Raises:
        ConfigError: there is no such level.
    """
    if level is None:
        return max(fine for fine in range(grid.levels) if not fine or grid.width_px << fine <= MOST_COLUMNS_PX)
    grid.at_level(level)
    return level


class Export:
    """One export on its way: :meth:`step` once a frame until ``done``, or :meth:`close` to give up.

    Attributes:
        out: the file; of a cube map, six files with the face's name added.
        share: of the work that is done.
        done: whether the file is there.
    """

    def __init__(
        self,
        kind: Kind,
        out: Path,
        view: View,
        size_px: tuple[int, int],
        *,
        streamer: PatchStreamer,
        take_snapshot: Callable[[int], Snapshot],
        level: int = 0,
        settings: ExportSettings | None = None,
    ) -> None:
        """Begin. A turntable of ``size_px`` turns on from ``view``, a panorama is first seen so.

        ``take_snapshot`` is called with the level once the streamer holds the whole room on that.

        Raises:
            ConfigError: a film without an encoder, or a file of an unknown kind.
        """
        check_ending(kind, out)
        if kind == "turntable":
            check_encoder()
        self.out, self.share, self.done = out, 0.0, False
        self._view, self._size_px, self._level = view, size_px, level
        self._settings = settings or ExportSettings()
        draw = {"panorama": self._panorama, "cube": self._cube, "turntable": self._turntable}[kind]
        self._steps = self._run(draw, streamer, take_snapshot)

    @property
    def stage(self) -> str:
        """What it does now, for people."""
        return "making the rest of the room" if self.share < GATHERED else f"writing {printable(self.out.name)}"

    def step(self) -> None:
        """Go on for a moment.

        Raises:
            CocoganError: it cannot be finished; nothing is left of it.
        """
        try:
            self.share = next(self._steps)
        except StopIteration:
            self.share, self.done = 1.0, True

    def close(self) -> None:
        """End it, wherever it is."""
        self._steps.close()

    def _run(
        self, draw: Callable[[Snapshot], Steps], streamer: PatchStreamer, take_snapshot: Callable[[int], Snapshot]
    ) -> Steps:
        yield from gather(streamer, self._level)
        with closing(take_snapshot(self._level)) as snapshot:
            for share in draw(snapshot):
                yield GATHERED + (1 - GATHERED) * share

    def _panorama(self, snapshot: Snapshot) -> Steps:
        yield from _run_in_thread(
            lambda given_up: write_equirectangular(
                self.out,
                _until(given_up, snapshot.strips()),
                _surface_of(snapshot),
                yaw_rad=self._view.yaw_rad,
                whole=self._settings.whole,
                width_px=self._settings.width_px,
            )
        )

    def _cube(self, snapshot: Snapshot) -> Steps:
        # at a face's middle, the panorama's own resolution
        side = self._settings.face_px or 16 * math.ceil(snapshot.grid.width_px / math.pi / 16)
        pictures = {}
        for name, (turn, rise) in FACES.items():
            view = View(turn * math.pi, rise * math.pi, math.pi / 2, 1.0)
            pictures[name] = snapshot.picture(view, (side, side)).copy()
            yield len(pictures) / (len(FACES) + 1)

        def write_files(given_up: threading.Event) -> None:
            paths = {name: self.out.with_name(f"{self.out.stem}-{name}{self.out.suffix}") for name in pictures}
            files = {paths[name]: encode(picture, paths[name]) for name, picture in pictures.items()}
            if not given_up.is_set():
                for path, data in files.items():
                    write_atomically(path, data)

        yield from _run_in_thread(write_files)

    def _turntable(self, snapshot: Snapshot) -> Steps:
        size, rate = (self._size_px[0] // 2 * 2, self._size_px[1] // 2 * 2), self._settings.rate
        with replacement_path(self.out) as part, closing(Film(part, size, rate)) as film:
            for index in range(count := max(1, round(self._settings.film_s * rate))):
                view = replace(self._view, yaw_rad=self._view.yaw_rad + 2 * math.pi * index / count)
                picture = snapshot.picture(view, size).copy()
                while not film.offer(picture):
                    yield index / count
                yield index / count
            while not film.offer(None):
                yield 1.0
            while not film.is_finished():
                yield 1.0


def gather(streamer: PatchStreamer, level: int = 0) -> Steps:
    """Have every patch of a level made; the room must stay the same as long."""
    streamer.whole = level
    try:
        yield 0.0  # a step, so that the streamer knows of the present room
        revision = streamer.revision
        while streamer.share_of(level) < 1:
            if streamer.failed:
                raise CheckpointError(streamer.statistics.message)
            yield GATHERED * streamer.share_of(level) * 0.999
            if streamer.revision != revision:
                raise CheckpointError("the room was changed before all of it was made; try again")
    finally:
        streamer.whole = None


class _GivenUpError(Exception):
    """Nobody wants the file any more."""


def _until(given_up: threading.Event, strips: Iterator[Pixels]) -> Iterator[Pixels]:
    """The same strips; raises once an export is given up."""
    for strip in strips:
        if given_up.is_set():
            raise _GivenUpError
        yield strip


def _surface_of(snapshot: Snapshot) -> Panorama:
    """Where the snapshot's pixels lie; the left edges of all levels coincide."""
    level, grid = snapshot.level, snapshot.grid
    return Panorama(grid.height_px >> level, grid.width_px >> level, snapshot.projection).at_level(level)


def _run_in_thread(write: Callable[[threading.Event], None]) -> Steps:
    """Encode and write files beside the frames; what goes wrong is raised here. ``write`` hears when it is given up."""
    errors: list[BaseException] = []
    given_up = threading.Event()

    def run() -> None:
        try:
            write(given_up)
        except _GivenUpError:
            pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="export")
    thread.start()
    try:
        while thread.is_alive():
            yield 0.9
    finally:
        given_up.set()
        thread.join()  # at most the encoding of a picture, after which nobody touches the files
    for error in errors:
        raise error
