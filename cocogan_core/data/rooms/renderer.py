"""Procedural rooms: ray traced in fragment shaders on a window-less OpenGL context, software or GPU.

Four passes (``shaders/room_*.frag``): light at half resolution, its filter, surfaces with several samples a pixel, and
their join. Deterministic on one driver. Knows nothing of training; the scene comes from ``room_scene``.
"""

import math
import re
from types import TracebackType
from typing import Any, Literal, Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.primitives import Primitive
from cocogan_core.data.rooms.scene import PARAMETERS, VARIED, Scene, build_scene
from cocogan_core.errors import DisplayError
from cocogan_core.files import resource
from cocogan_core.geometry.projection import Projection

__all__ = ["PARAMETERS", "ROOM_PROJECTION", "STYLES", "RoomRenderer", "Style", "room_parameters"]

Style = Literal["plain", "varied"]
STYLES: dict[Style, tuple[str, ...]] = {"plain": PARAMETERS, "varied": VARIED}
ASPECT = 3  # width / height of a panorama, as in the paper's Matterport3D setting
ROOM_PROJECTION = Projection.of_aspect("mercator", ASPECT)
MOST_PRIMITIVES, MOST_GROUPS = 80, 16  # as in shaders/room_scene.glsl

Image = NDArray[np.uint8]


def room_parameters(seed: int, index: int, style: Style = "plain") -> NDArray[np.float32]:
    """The K numbers in [−1, 1] of room ``index`` of a data set; any room can be made by itself.

    A varied room begins with the numbers of the plain one.
    """
    return np.random.default_rng((seed, index)).uniform(-1, 1, len(STYLES[style])).astype(np.float32)


class RoomRenderer:
    """Renders rooms of one size; a context manager that frees its OpenGL context.

    Attributes:
        width_px: width of a panorama, three times its height; divisible by 6.
        samples: per pixel; its square root is taken along each axis.
        style: which family of rooms it can draw, and so how many numbers a room has.

    Raises:
        DisplayError: there is no OpenGL 3.3.
    """

    def __init__(self, width_px: int = 768, samples: int = 4, style: Style = "plain") -> None:
        """Create the context and compile the shaders."""
        self.width_px, self.style = width_px, style
        self._side = max(1, math.isqrt(samples))
        self._context = _context()
        self._programs = {
            name: self._program(f"room_{name}.frag") for name in ("light", "filter", "primary", "resolve")
        }
        self._targets: dict[tuple[str, int, int], moderngl.Framebuffer] = {}

    def __enter__(self) -> Self:
        """Nothing to do: the context exists."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the OpenGL context."""
        self._context.release()

    def panorama(self, parameters: NDArray[np.floating], yaw_rad: float = 0.0, *, mirror: bool = False) -> Image:
        """The Mercator panorama (W/3, W, 3) of a room, or of its mirror image, turned by ``yaw_rad`` to the left."""
        size = (self.width_px, self.width_px // ASPECT)
        with self._context:  # another renderer's context may be current
            return self._draw(build_scene(parameters), size, face=-1, yaw_rad=yaw_rad, mirror=mirror)

    def faces(
        self, parameters: NDArray[np.floating], face_px: int, yaw_rad: float = 0.0, *, mirror: bool = False
    ) -> Image:
        """The sky box (6, f, f, 3) in Matterport3D's order: up, front, right, back, left, down."""
        scene = build_scene(parameters)
        with self._context:
            size = (face_px, face_px)
            return np.stack([self._draw(scene, size, face=face, yaw_rad=yaw_rad, mirror=mirror) for face in range(6)])

    def _draw(self, scene: Scene, size: tuple[int, int], *, face: int, yaw_rad: float, mirror: bool) -> Image:
        view = {
            "face": face,
            "wraps": face < 0,
            "camera_yaw": yaw_rad,
            "handedness": -1.0 if mirror else 1.0,
            "u0": -math.pi / size[0],  # yaw 0 is the centre of the first column
            "half_ordinate": math.pi / ASPECT,
        }
        scene_uniforms = {**_arrays(scene), **scene.uniforms, **view}
        light_size = (max(1, size[0] // 2), max(1, size[1] // 2))
        fine_size = (size[0] * self._side, size[1] * self._side)
        light = self._pass("light", "light", light_size, scene_uniforms, outputs=2)
        guide = light.color_attachments[1]
        textures = {"light": light.color_attachments[0], "guide": guide}
        across = self._pass("filter", "across", light_size, {**view, "along": (1, 0)}, textures=textures)
        textures["light"] = across.color_attachments[0]
        smooth = self._pass("filter", "down", light_size, {**view, "along": (0, 1)}, textures=textures)
        fine = self._pass("primary", "fine", fine_size, scene_uniforms, outputs=2)
        joined = {
            "colour": fine.color_attachments[0],
            "guide": fine.color_attachments[1],
            "light": smooth.color_attachments[0],
            "light_guide": guide,
        }
        done = self._pass("resolve", "done", size, {**scene_uniforms, "side": self._side}, textures=joined, kind="f1")
        # row 0 in memory is the picture's top row (shaders/room_scene.glsl), so nothing is flipped
        return np.frombuffer(done.read(components=3), np.uint8).reshape(size[1], size[0], 3)

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
        for name, value in {**uniforms, "size_px": tuple(map(float, size))}.items():
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

    def _fragment(self, name: str) -> str:
        """Plain rooms get a program without the rest, whose very bytes a trained model may rely on."""
        define = "#define VARIED\n" if self.style == "varied" else ""
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


def _arrays(scene: Scene) -> dict[str, Any]:
    """Solids and their groups' bounding boxes as the uniform arrays of shaders/room_scene.glsl."""
    solids = [solid for group in scene.groups for solid in group]
    assert len(solids) <= MOST_PRIMITIVES
    assert len(scene.groups) <= MOST_GROUPS
    bounds, first = [], 0
    for group in scene.groups:
        low = np.min([solid.centre - solid.half for solid in group], axis=0)
        high = np.max([solid.centre + solid.half for solid in group], axis=0)
        bounds.append((*((low + high) / 2), first, *((high - low) / 2 + 1e-3), first + len(group)))
        first += len(group)
    table = np.array([_row(solid) for solid in solids])
    return {
        "primitive_centre": table[:, 0:4],
        "primitive_half": table[:, 4:8],
        "primitive_colour": table[:, 8:12],
        "group_centre": np.array(bounds)[:, 0:4],
        "group_half": np.array(bounds)[:, 4:8],
        "group_count": len(scene.groups),
    }


def _row(solid: Primitive) -> tuple[float, ...]:
    return (*solid.centre, solid.shape, *solid.half, solid.rounding, *solid.colour, solid.material)


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
