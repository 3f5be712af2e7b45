"""Procedural rooms: ray traced in fragment shaders on a window-less OpenGL context, software or GPU.

Three passes (``shaders/room_*.frag``): light on a coarse grid of directions, its filter along x and y, and the picture
with several samples a pixel. Each pixel is a function of the room and its own place in the panorama, so that crops are
parts of the whole to the byte on one driver. Knows nothing of training; the scene comes from ``scene``.
"""

import math
import re
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.scene import build_furnished
from cocogan_core.data.rooms.parameters import PARAMETERS, STYLES, Style
from cocogan_core.data.rooms.primitives import FACINGS, LAMP, VARIANTS, Group, Primitive, Scene
from cocogan_core.data.rooms.scene import build_scene
from cocogan_core.data.rooms.view import View, height_px
from cocogan_core.errors import DisplayError
from cocogan_core.files import resource
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.symmetry import Front

__all__ = ["PARAMETERS", "ROOM_PROJECTION", "STYLES", "RoomRenderer", "Style", "room_parameters"]

ASPECT = 3  # width / height of a panorama, as in the paper's Matterport3D setting
ROOM_PROJECTION = Projection.of_aspect("mercator", ASPECT)
BOUNDS = 3  # the shape of a group's bounding box, as in shaders/room_scene.glsl
MOST_SOLIDS: dict[Style, int] = {"plain": 96, "varied": 96, "furnished": 224}  # with a bounding box for each group

Image = NDArray[np.uint8]


def room_parameters(seed: int, index: int, style: Style = "plain") -> NDArray[np.float32]:
    """The K numbers in [−1, 1] of room ``index`` of a data set; any room can be made by itself.

    A varied room begins with the numbers of the plain one.
    """
    return np.random.default_rng((seed, index)).uniform(-1, 1, len(STYLES[style])).astype(np.float32)


class RoomRenderer:
    """Renders rooms; a context manager that frees its OpenGL context.

    Attributes:
        width_px: width of a panorama. Panoramas of other widths share its left edge, so that the mean over squares of
            pixels of a larger one is this one.
        samples: per pixel; its square root is taken along each axis.
        style: which family of rooms it can draw, and so how many numbers a room has.
        projection: how a panorama's rows lie in pitch; its height follows from square pixels at the horizon.
        front: where yaw 0 lies: in the middle of that panorama's first column, or at its left edge.

    Raises:
        DisplayError: there is no OpenGL 3.3.
    """

    def __init__(
        self,
        width_px: int = 768,
        samples: int = 4,
        style: Style = "plain",
        projection: Projection = ROOM_PROJECTION,
        *,
        front: Front = "pixel",
    ) -> None:
        """Create the context and compile the shaders."""
        self.width_px, self.style, self.projection, self.front = width_px, style, projection, front
        self._side = max(1, math.isqrt(samples))
        self._context = _context()
        self._programs = {name: self._program(f"room_{name}.frag") for name in ("light", "filter", "picture")}
        self._targets: dict[tuple[str, int, int], moderngl.Framebuffer] = {}

    def __enter__(self) -> Self:
        """Nothing to do: the context exists."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the OpenGL context."""
        self._context.release()

    @property
    def height_px(self) -> int:
        """Height of a panorama."""
        return height_px(self.projection, self.width_px)

    @property
    def driver(self) -> str:
        """What OpenGL says that it runs on: a graphics card, or software."""
        with self._context:
            return str(self._context.info["GL_RENDERER"])

    def panorama(self, parameters: NDArray[np.floating], yaw_rad: float = 0.0, *, mirror: bool = False) -> Image:
        """The panorama (H, W, 3) of a room, or of its mirror image, turned by ``yaw_rad`` to the left."""
        return self._drawn(parameters, [self._view(self.width_px)], yaw_rad, mirror=mirror)[0]

    def crop(
        self,
        parameters: NDArray[np.floating],
        yaw_rad: float = 0.0,
        *,
        width_px: int,
        top_px: int,
        left_px: int,
        height_px: int,
        crop_width_px: int,
        mirror: bool = False,
    ) -> Image:
        """Part (height_px, crop_width_px, 3) of the room's panorama of ``width_px`` columns; columns wrap round.

        To the byte what the whole has there, on one driver, at the cost of its own pixels.

        Raises:
            ConfigError: the part is empty, wider than the panorama, or reaches above or below it.
        """
        view = self._view(width_px, top_px=top_px, left_px=left_px, rows=height_px, columns=crop_width_px)
        return self._drawn(parameters, [view], yaw_rad, mirror=mirror)[0]

    def faces(
        self, parameters: NDArray[np.floating], face_px: int, yaw_rad: float = 0.0, *, mirror: bool = False
    ) -> Image:
        """The sky box (6, f, f, 3) in Matterport3D's order: up, front, right, back, left, down."""
        views = [View.sky_box_face(face, face_px) for face in range(6)]
        return np.stack(self._drawn(parameters, views, yaw_rad, mirror=mirror))

    def _view(self, width_px: int, **part: int) -> View:
        left_rad = 0.0 if self.front == "edge" else -math.pi / self.width_px
        return View.cylinder(self.projection, width_px=width_px, left_rad=left_rad, **part)

    def _drawn(
        self, parameters: NDArray[np.floating], views: list[View], yaw_rad: float, *, mirror: bool
    ) -> list[Image]:
        scene = (build_furnished if self.style == "furnished" else build_scene)(parameters)
        uniforms = {**self._solids(scene), **scene.uniforms, **_camera(scene, yaw_rad, mirror=mirror)}
        with self._context:  # another renderer's context may be current
            return [self._draw({**uniforms, "plane": view.plane, "origin": view.origin}, view) for view in views]

    def _draw(self, uniforms: dict[str, Any], view: View) -> Image:
        light, pixels, period = view.light, view.pixels, {"period": view.period}
        noisy = self._pass("light", "light", light.size, {**uniforms, **light.uniforms, **period}, outputs=2)
        guide = noisy.color_attachments[1]
        smooth = noisy
        for target, along in (("across", (1, 0)), ("down", (0, 1))):
            textures = {"light": smooth.color_attachments[0], "guide": guide}
            smooth = self._pass("filter", target, light.size, {**period, "along": along}, textures=textures)
        textures = {"light": smooth.color_attachments[0], "light_guide": guide}
        place = {f"light_{name}": value for name, value in light.uniforms.items()}
        uniforms = {**uniforms, **pixels.uniforms, **place, "side": self._side}
        done = self._pass("picture", "done", pixels.size, uniforms, textures=textures, kind="f1")
        # row 0 in memory is the picture's top row (shaders/room_scene.glsl), so nothing is flipped
        return np.frombuffer(done.read(components=3, alignment=1), np.uint8).reshape(*pixels.size[::-1], 3)

    def _pass(
        self,
        program_name: str,
        target_name: str,
        size: tuple[int, int],
        uniforms: dict[str, Any],
        *,
        outputs: int = 1,
        textures: dict[str, Any] | None = None,
        kind: str = "f4",
    ) -> moderngl.Framebuffer:
        program, triangle = self._programs[program_name]
        target = self._target(target_name, size, outputs, kind)
        for name, value in uniforms.items():
            _set(program, name, value)
        for unit, (name, texture) in enumerate((textures or {}).items()):
            texture.use(unit)
            _set(program, name, unit)
        target.use()
        triangle.render(moderngl.TRIANGLES, 3)
        return target

    def _target(self, name: str, size: tuple[int, int], outputs: int, kind: str) -> moderngl.Framebuffer:
        key = (name, *size)
        if key not in self._targets:
            textures = [self._context.texture(size, 4, dtype=kind) for _ in range(outputs)]
            for texture in textures:
                texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            self._targets[key] = self._context.framebuffer(textures)
        return self._targets[key]

    def _program(self, name: str) -> tuple[moderngl.Program, moderngl.VertexArray]:
        program = self._context.program(vertex_shader=_source("room.vert"), fragment_shader=self._fragment(name))
        return program, self._context.vertex_array(program, [])

    def _solids(self, scene: Scene) -> dict[str, Any]:
        """Solids as the uniform arrays of shaders/room_scene.glsl, each group after its bounding box, lamps last."""
        rows: list[tuple[float, ...]] = []
        for group in _parts(scene.groups, lamps=False):
            rows += _group_rows(group, len(rows))
        opaque_count = len(rows)
        for group in _parts(scene.groups, lamps=True):
            rows += _group_rows(group, len(rows))
        assert len(rows) <= MOST_SOLIDS[self.style]
        table = np.array(rows)
        return {
            "solid_centre": table[:, 0:4],
            "solid_half": table[:, 4:8],
            "solid_colour": table[:, 8:12],
            "solid_count": len(rows),
            "opaque_count": opaque_count,
        }

    def _fragment(self, name: str) -> str:
        """Plain rooms get a program without the rest, whose very bytes a trained model may rely on."""
        define = f"#define {self.style.upper()}\n#define MAX_SOLIDS {MOST_SOLIDS[self.style]}\n"
        return _source(name).replace("#version 330\n", f"#version 330\n{define}", 1)


def _context() -> moderngl.Context:
    egl: Any = {"backend": "egl"}  # moderngl's annotation asks for a dict per keyword
    try:
        return moderngl.create_context(standalone=True, require=330, **egl)
    except Exception as error:  # moderngl and glcontext raise plain Exception for every cause
        raise DisplayError(
            f"no OpenGL 3.3 for rendering rooms ({error}); on Debian install libegl1 and libgl1"
        ) from error


def _source(name: str) -> str:
    """A shader with its #include lines filled in, one level deep and each file once."""
    text = resource(f"shaders/{name}").read_text()
    included: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        fresh = match[1] not in included
        included.add(match[1])
        return resource(f"shaders/{match[1]}").read_text() if fresh else ""

    return re.sub(r'^#include "(.+)"$', fill, text, flags=re.MULTILINE)


def _camera(scene: Scene, yaw_rad: float, *, mirror: bool) -> dict[str, float]:
    """The camera in the frame in which a scene is described.

    Directions are first turned by the yaw, then mirrored, and then the scene's own turn and mirroring are undone; a
    turn after a mirroring is the opposite turn before it.
    """
    side = -1.0 if mirror else 1.0
    return {"camera_yaw": yaw_rad - side * scene.turn_rad, "handedness": side * scene.handedness}


def _parts(groups: Sequence[Group], *, lamps: bool) -> list[Group]:
    """Groups with their lamps only, or with all but those; of groups of lamps or of none nothing is left."""
    return [part for part in (_part(group, lamps=lamps) for group in groups) if part]


def _part(group: Group, *, lamps: bool) -> Group:
    kept = (_part(one, lamps=lamps) if isinstance(one, tuple) else one for one in group)
    return tuple(one for one in kept if one and (isinstance(one, tuple) or (one.material % FACINGS == LAMP) == lamps))


def _group_rows(group: Group, first: int) -> list[tuple[float, ...]]:
    """A group's bounding box and then its solids; ``first`` is the number of the box."""
    rows: list[tuple[float, ...]] = []
    for one in group:
        rows += _group_rows(one, first + 1 + len(rows)) if isinstance(one, tuple) else [_row(one)]
    low, high = _bounds(group)
    return [(*((low + high) / 2), BOUNDS, *((high - low) / 2 + 1e-3), first + 1 + len(rows), 0, 0, 0, 0), *rows]


def _bounds(group: Group) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and the highest corner of what is in a group."""
    corners = [
        _bounds(one) if isinstance(one, tuple) else (one.centre - one.half, one.centre + one.half) for one in group
    ]
    return np.min([low for low, _ in corners], axis=0), np.max([high for _, high in corners], axis=0)


def _row(solid: Primitive) -> tuple[float, ...]:
    return (
        *solid.centre,
        solid.shape,
        *solid.half,
        solid.rounding,
        *solid.colour,
        solid.material + VARIANTS * solid.variant,
    )


def _set(program: moderngl.Program, name: str, value: Any) -> None:  # noqa: ANN401 (as moderngl's Uniform.value)
    """Set a uniform if the compiler kept it; arrays may be shorter than declared."""
    if name not in program:
        return
    uniform = program[name]
    assert isinstance(uniform, moderngl.Uniform)
    if isinstance(value, np.ndarray):
        full = np.zeros(uniform.array_length * uniform.dimension, np.float32)
        flat = np.asarray(value, np.float32).reshape(-1, value.shape[-1])[:, : uniform.dimension].ravel()
        full[: flat.size] = flat
        uniform.write(full.tobytes())
    else:
        uniform.value = value
