"""What a data set of rooms is: any room of it can be rendered by itself, in any order, by any number of processes.

Knows nothing of how pictures are stored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.label_transforms import MIRROR, YAW
from cocogan_core.data.parallel import map_in_order
from cocogan_core.data.rooms.furnished.plan import set_upright
from cocogan_core.data.rooms.parameters import STYLES, Style
from cocogan_core.data.rooms.renderer import RoomRenderer, room_parameters
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.symmetry import Front

__all__ = ["PanoramaKind", "RoomDatasetSpec", "projection_of", "render_rooms"]


RENDERER = 2  # raise it when rooms come to look different
DEFAULTS = {
    "mirror": "never",
    "style": "plain",
    "kind": "mercator",
    "front": "pixel",
    "upright": False,
}  # left out of a folder's description: older folders lack them

ASPECTS = {"mercator": 3, "equirectangular": 2}  # width / height: as the paper's, and the whole sphere

Image = NDArray[np.uint8]
PanoramaKind = Literal["mercator", "equirectangular"]


def projection_of(kind: PanoramaKind) -> Projection:
    """How the rows of rooms' panoramas lie: Mercator ±51.3° as the paper's, or the whole sphere."""
    return Projection.of_aspect(kind, ASPECTS[kind])


@dataclass(frozen=True, kw_only=True)
class RoomDatasetSpec:
    """What decides every byte of a data set of rooms, on one driver.

    Attributes:
        seed: chooses the rooms; room ``index`` depends on (seed, index) only.
        width_px: width of panoramas, three times their height in Mercator, else twice.
        face_px: side of sky box faces, or None for panoramas.
        samples: rays for colours and edges per pixel.
        yaw: ``"random"`` turns every room by an angle of its own; its cosine and sine become two more parameters.
        mirror: ``"random"`` mirrors half of the rooms left to right; one more parameter says which, by its sign.
        style: ``"varied"`` adds patterns, tiles, larger rooms and dusk, by ten more parameters;
            ``"furnished"`` is a family of its own, in which plans differ.
        kind: of panoramas: ``"equirectangular"`` shows the whole sphere.
        front: where panoramas have yaw 0: in the middle of the first pixel, or at the left edge.
        upright: furnished rooms are turned and mirrored so that windows are in front and the door to the right, as a
            generator with exact symmetries needs them; their front is at the edge then.

    Raises:
        ConfigError: a size or count that makes no sense.
    """

    seed: int = 0
    width_px: int = 768
    face_px: int | None = None
    samples: int = 4
    yaw: Literal["aligned", "random"] = "aligned"
    mirror: Literal["never", "random"] = "never"
    style: Style = "plain"
    kind: PanoramaKind = "mercator"
    front: Front = "pixel"
    upright: bool = False

    def __post_init__(self) -> None:
        """Refuse early, in the words of the command line."""
        if self.seed < 0:
            raise ConfigError(f"--seed is {self.seed}; it must not be negative")
        multiple = 2 * ASPECTS[self.kind]
        if self.width_px < 12 or self.width_px % multiple:
            raise ConfigError(f"--width is {self.width_px}; it must be a multiple of {multiple}, at least 12")
        if self.face_px is not None and (self.face_px < 8 or self.face_px % 2):
            raise ConfigError(f"--faces is {self.face_px}; it must be an even number of pixels, at least 8")
        if self.samples not in (1, 4, 9, 16):
            raise ConfigError(f"--samples is {self.samples}; choose 1, 4, 9 or 16 a pixel")
        if self.upright:
            self._require_symmetries()

    def _require_symmetries(self) -> None:
        if self.style != "furnished":
            raise ConfigError(f"--upright: {self.style} rooms have no symmetries; add --style furnished")
        if self.yaw == "random" or self.mirror == "random":
            raise ConfigError("--upright rooms are not turned or mirrored at random: leave out --yaw and --mirror")
        if self.front != "edge":
            raise ConfigError("--upright rooms have their front at the panorama's left edge: add --front edge")

    @property
    def projection(self) -> Projection:
        """Of the panoramas."""
        return projection_of(self.kind)

    @property
    def names(self) -> tuple[str, ...]:
        """What the entries of :meth:`parameters` mean."""
        names = STYLES[self.style] + (YAW if self.yaw == "random" else ())
        return names + ((MIRROR,) if self.mirror == "random" else ())

    @property
    def recipe(self) -> dict[str, object]:
        """What decides the rooms, as plain JSON values: a folder refuses rooms of another one."""
        more = {name: getattr(self, name) for name in DEFAULTS if getattr(self, name) != DEFAULTS[name]}
        return {
            "source": "rooms",
            "renderer": RENDERER,
            "seed": self.seed,
            "samples": self.samples,
            "yaw": self.yaw,
            **more,
        }

    def room(self, index: int) -> NDArray[np.float32]:
        """The numbers of room ``index`` alone, without how it is seen."""
        room = room_parameters(self.seed, index, self.style)
        return np.asarray(set_upright(room).numbers, np.float32) if self.upright else room

    def renderer(self) -> RoomRenderer:
        """What draws these rooms.

        Raises:
            DisplayError: there is no OpenGL.
        """
        return RoomRenderer(self.width_px, self.samples, self.style, self.projection, front=self.front)

    def yaw_rad(self, index: int) -> float:
        """How far the camera of room ``index`` is turned to the right, in [0, 2π)."""
        if self.yaw == "aligned":
            return 0.0
        return float(np.random.default_rng((self.seed, index, 1)).uniform(0, 2 * np.pi))

    def mirrors(self, index: int) -> bool:
        """Whether room ``index`` is mirrored left to right."""
        return self.mirror == "random" and bool(np.random.default_rng((self.seed, index, 2)).random() < 0.5)

    def parameters(self, index: int) -> NDArray[np.float32]:
        """The numbers (K,) in [−1, 1] that made room ``index``, in the order of :attr:`names`."""
        yaw_rad = self.yaw_rad(index)
        turn = [np.cos(yaw_rad), np.sin(yaw_rad)] if self.yaw == "random" else []
        side = [1.0 if self.mirrors(index) else -1.0] if self.mirror == "random" else []
        return np.array([*self.room(index), *turn, *side], np.float32)

    def render(self, renderer: RoomRenderer, index: int) -> Image:
        """Room ``index``: a panorama (H, W, 3), or six faces (6, f, f, 3)."""
        room, yaw_rad, mirror = self.room(index), self.yaw_rad(index), self.mirrors(index)
        if self.face_px is None:
            return renderer.panorama(room, yaw_rad, mirror=mirror)
        return renderer.faces(room, self.face_px, yaw_rad, mirror=mirror)


def render_rooms(spec: RoomDatasetSpec, indices: Sequence[int], *, workers: int = 1) -> Iterator[tuple[int, Image]]:
    """(index, picture) of rooms, in order.

    Software OpenGL uses every core for one room already; more ``workers`` fill the gaps between its passes.

    Raises:
        ConfigError: ``workers`` is not positive.
        DisplayError: there is no OpenGL.
    """
    if workers < 1:
        raise ConfigError(f"--workers is {workers}; it must be at least 1")
    if workers == 1:
        with spec.renderer() as renderer:
            for index in indices:
                yield index, spec.render(renderer, index)
        return
    yield from zip(indices, map_in_order(partial(_render_in_worker, spec), indices, workers=workers), strict=True)


def _render_in_worker(spec: RoomDatasetSpec, index: int) -> Image:
    return spec.render(_renderer(spec), index)


@cache
def _renderer(spec: RoomDatasetSpec) -> RoomRenderer:
    """One for each worker process: a context costs more than a room."""
    return spec.renderer()
