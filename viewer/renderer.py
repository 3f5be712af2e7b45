"""Draws a view of the cyclic atlas with OpenGL 3.3: two textures to cross-fade, and a state texel for each slot."""

import math

import moderngl
import numpy as np
from numpy.typing import NDArray

from cocogan_core.projection import Projection
from cocogan_core.resources import resource
from viewer.atlas import Window
from viewer.camera import View

__all__ = ["FADE_S", "Renderer"]

FADE_S = 0.25

Slot = tuple[int, int]
Pixels = NDArray[np.uint8]


class Renderer:
    """Owns the atlas textures of one window shape."""

    def __init__(self, context: moderngl.Context, window: Window, projection: Projection) -> None:
        """Allocate the atlas, all slots empty."""
        self._context, self._grid, self._projection = context, window.grid, projection
        size = (window.columns * window.grid.patch_px, window.rows * window.grid.patch_px)
        self._fresh, self._former = (context.texture(size, 3) for _ in range(2))
        for texture in (self._fresh, self._former):
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)  # repeat is the default on both axes
        self._states = np.full((window.rows, window.columns, 2), (-1.0, 0.0), np.float32)
        self._state = context.texture((window.columns, window.rows), 2, dtype="f4", data=self._states.tobytes())
        self._state.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._shown: dict[Slot, Pixels] = {}
        sources = {kind: resource(f"shaders/view.{kind}").read_text() for kind in ("vert", "frag")}
        self._program = context.program(vertex_shader=sources["vert"], fragment_shader=sources["frag"])
        self._triangle = context.vertex_array(self._program, [])
        self._pictures: dict[tuple[int, int], moderngl.Framebuffer] = {}

    @property
    def texture_name(self) -> int:
        """OpenGL name of the atlas texture with the newest pixels."""
        return self._fresh.glo

    def upload(self, slot: Slot, pixels: Pixels, now_s: float, *, fade: bool) -> None:
        """Put a patch (s, s, 3) into a slot; with ``fade`` what the slot shows now fades out under it."""
        before = self._shown.get(slot) if fade else None
        s = self._grid.patch_px
        viewport = (slot[1] * s, slot[0] * s, s, s)
        if before is not None:
            self._former.write(before.tobytes(), viewport=viewport, alignment=1)
        self._fresh.write(pixels.tobytes(), viewport=viewport, alignment=1)
        self._shown[slot] = pixels
        self._set_state(slot, now_s, float(before is not None))

    def clear(self, slot: Slot) -> None:
        """Empty a slot: it has come to stand for another part of the panorama."""
        if self._shown.pop(slot, None) is not None:
            self._set_state(slot, -1.0, 0.0)

    def draw(self, view: View, now_s: float, *, fade_s: float = FADE_S) -> None:
        """Draw into the framebuffer and viewport in use."""
        grid, width = self._grid, self._fresh.width
        # reduced in double precision: yaw may have turned round many times
        eye = (view.yaw_rad / (2 * math.pi) * grid.width_px + 0.5) % width
        for unit, (name, texture) in enumerate(self._textures().items()):
            texture.use(unit)
            self._set(name, unit)
        self._set("half_size", (view.half_width, view.half_height))
        self._set("pitch", view.pitch_rad)
        self._set("eye_texel", eye)
        self._set("panorama_px", (grid.width_px, grid.height_px))
        self._set("patch_px", (grid.patch_px, grid.patch_px))
        self._set("half_extent", self._projection.half_extent_rad)
        self._set("mercator", self._projection.kind == "mercator")
        self._set("now", now_s)
        self._set("fade_s", fade_s)
        self._context.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._triangle.render(moderngl.TRIANGLES, 3)

    def picture(self, view: View, size: tuple[int, int]) -> Pixels:
        """The view as pixels (h, w, 3), top row first, with every fade at its end."""
        if size not in self._pictures:
            self._pictures[size] = self._context.simple_framebuffer(size, 3)
        target = self._pictures[size]
        target.use()
        self.draw(view, 0.0, fade_s=0.0)
        rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
        return rows.reshape(size[1], size[0], 3)[::-1]  # OpenGL's first row is the bottom one

    def _textures(self) -> dict[str, moderngl.Texture]:
        return {"fresh": self._fresh, "former": self._former, "state": self._state}

    def _set_state(self, slot: Slot, since_s: float, former: float) -> None:
        self._states[slot] = (since_s, former)
        self._state.write(self._states.tobytes())

    def _set(self, name: str, value: object) -> None:
        uniform = self._program[name]
        assert isinstance(uniform, moderngl.Uniform)
        uniform.value = value
