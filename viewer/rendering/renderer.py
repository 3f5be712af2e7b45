"""Draws a view of the cyclic atlas with OpenGL 3.3: two textures to cross-fade, and a state texel for each slot."""

import math
from collections.abc import Mapping
from typing import Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS, half_width
from viewer.camera.visibility import leaves_cylinder
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.shader_variants import TRANSITION, Needs, ShaderVariants, every_need

__all__ = ["FADE_S", "Renderer"]

FADE_S = 0.25
MOST_ATLAS_PX = 8192
EMPTY = bytes((48, 48, 50))  # about the shader's placeholder

Slot = tuple[int, int]
Pixels = NDArray[np.uint8]


class Renderer:
    """Owns the atlas textures of one checkpoint; draws views of them.

    Attributes:
        window: which part of the panorama the atlas has slots for, as it was allocated.
        xray: whether slots are drawn with their colours and borders, as :meth:`mark` gave them.
    """

    def __init__(
        self,
        context: moderngl.Context,
        window: AtlasWindow,
        projection: Projection,
        programs: ShaderVariants | None = None,
    ) -> None:
        """Allocate the atlas, all slots empty; ``programs`` of the same context save compiling them again."""
        self._context, self._grid, self._projection = context, window.grid, projection
        self.window = window
        size = (window.columns * window.grid.patch_px, window.rows * window.grid.patch_px)
        empty = EMPTY * (size[0] * size[1])  # else a patch beside an empty slot has a rim of whatever the memory held
        self._fresh, self._former = (context.texture(size, 3, data=empty) for _ in range(2))
        for texture in (self._fresh, self._former):
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)  # repeat is the default on both axes
        self._states, self._state = self._slot_table((-1.0, 0.0), np.float32)
        self._tints, self._tint = self._slot_table((0, 0, 0, 0), np.uint8)
        self._seams, self._seam = self._slot_table((0.0, 0.0), np.float32)
        self.xray = False
        self._shown: dict[Slot, Pixels] = {}
        self._programs = ShaderVariants(context) if programs is None else programs
        plain = self._programs.plain
        # what :meth:`warm_up` has not drawn yet
        self._cold = [needs for needs in every_need() if not (plain and "SHARP" in needs)]
        self._last_s = -FADE_S  # when something last arrived
        self._picture: moderngl.Framebuffer | None = None  # the last one's

    @classmethod
    def for_panorama(
        cls, context: moderngl.Context, grid: PatchGrid, projection: Projection, programs: ShaderVariants
    ) -> Self:
        """With an atlas for all of the panorama, or as much of it as a texture can hold here."""
        most_px = min(MOST_ATLAS_PX, context.info["GL_MAX_TEXTURE_SIZE"])
        return cls(context, AtlasWindow.fitting(grid, most_px), projection, programs)

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

    def mark(self, tints: Mapping[Slot, tuple[int, int, int, int]], seams: Mapping[Slot, tuple[float, float]]) -> None:
        """For the X-ray: a colour over each slot, and the contrast of its right and lower borders (0: not known)."""
        for table, given, texture in ((self._tints, tints, self._tint), (self._seams, seams, self._seam)):
            table[:] = 0
            for slot, value in given.items():
                table[slot] = value
            texture.write(table.tobytes())

    def draw(self, view: View, now_s: float, *, sharp: bool = True, width_px: int | None = None) -> None:
        """Draw into the framebuffer and viewport in use; not ``sharp``: bilinear, at a third of the cost.

        ``width_px``: only so many columns, from the left.
        """
        if width_px is not None:
            self._context.scissor = (0, 0, width_px, self._context.viewport[3])
        self._draw(self._needs(view, fading=now_s < self._last_s + FADE_S, sharp=sharp), view, now_s)
        if width_px is not None:
            self._context.scissor = None

    def warm_up(self) -> bool:
        """Draw a pixel of one more kind of picture into the framebuffer in use; False if all kinds have been drawn.

        So that no frame has to wait for its program: software OpenGL translates one when it is first drawn with, anew
        for other formats of framebuffer and textures, so that this must draw where, and with what, the frames do.
        """
        if not self._cold:
            return False
        self._context.viewport = (0, 0, 1, 1)
        self._draw(self._cold.pop(0), View(), 0.0)
        return True

    def _draw(self, needs: Needs, view: View, now_s: float) -> None:
        grid, width = self._grid, self._fresh.width
        # reduced in double precision: yaw may have turned round many times
        eye = (view.yaw_rad / (2 * math.pi) * grid.width_px + 0.5) % width
        values: dict[str, object] = {
            "lens_now": VIEW_PROJECTIONS.index(view.lens),
            "lens_before": VIEW_PROJECTIONS.index(view.former),
            "lens_mix": view.mix,
            "pitch": view.pitch_rad,
            "eye_texel": eye,
            "panorama_px": (grid.width_px, grid.height_px),
            "patch_px": (grid.patch_px, grid.patch_px),
            "reach_px": grid.width_px if width == grid.width_px else (width - grid.patch_px) / 2,
            "half_extent": self._projection.half_extent_rad,
            "mercator": self._projection.kind == "mercator",
            "now": now_s,
            "fade_s": FADE_S,
        }
        for name, lens in (("half_size", view.lens), ("former_half_size", view.former)):
            half = half_width(lens, view.fov_rad)
            values[name] = (half, half / view.aspect)
        for unit, (name, texture) in enumerate(self._textures().items()):
            texture.use(unit)
            values[name] = unit
        self._context.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._programs.draw(needs, values)

    def _needs(self, view: View, *, fading: bool, sharp: bool) -> Needs:
        """What the shader has to do for a view, as its definitions; some do more than they need, so that few exist."""
        capped = view.lens == "stereographic" or leaves_cylinder(view, self._projection)
        if view.mix < 1:
            return (*TRANSITION, "XRAY") if self.xray else TRANSITION
        sharp = sharp and not self._programs.plain
        what = ("FADE", "XRAY") if self.xray else ("FADE",) if fading else ("SHARP",) if sharp else ()
        return (f"LENS {VIEW_PROJECTIONS.index(view.lens)}", *what, *(("CAP",) if capped else ()))

    def picture(self, view: View, size: tuple[int, int], *, sharp: bool = True) -> Pixels:
        """The view as pixels (h, w, 3), top row first, with every fade at its end."""
        before = self._context.fbo or self._context.detect_framebuffer(0)
        target = self._target(size)
        target.use()
        self.draw(view, self._last_s + FADE_S, sharp=sharp)
        before.use()  # moderngl binds what was in use again when it makes another: it must not have been given back
        rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
        return rows.reshape(size[1], size[0], 3)[::-1]  # OpenGL's first row is the bottom one

    def twin(self) -> "Renderer":
        """Another one of the same shape, empty, in the same context."""
        return Renderer(self._context, self.window, self._projection, self._programs)

    def new_texture(self, size: tuple[int, int]) -> moderngl.Texture:
        """An empty one with three channels in the same context, for thumbnails."""
        return self._context.texture(size, 3)

    def release(self) -> None:
        """Give everything back to OpenGL."""
        for texture in self._textures().values():
            texture.release()
        self._drop_target()

    def _slot_table(
        self, value: tuple[float, ...], dtype: type[np.generic]
    ) -> tuple[NDArray[np.generic], moderngl.Texture]:
        """An array with ``value`` for each slot, and a texture of it with a texel each."""
        shape = (self.window.rows, self.window.columns)
        table = np.full((*shape, len(value)), value, dtype)
        kind = "f4" if dtype is np.float32 else "f1"
        texture = self._context.texture(shape[::-1], len(value), dtype=kind, data=table.tobytes())
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return table, texture

    def _target(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        """Where to draw a picture; kept for the next of its size, and given back for the next of another."""
        if self._picture is None or self._picture.size != size:
            self._drop_target()
            self._picture = self._context.framebuffer([self._context.renderbuffer(size, 3)])
        return self._picture

    def _drop_target(self) -> None:
        if self._picture is not None:
            self._picture.color_attachments[0].release()
            self._picture.release()
            self._picture = None

    def _textures(self) -> dict[str, moderngl.Texture]:
        return {
            "fresh": self._fresh, "former": self._former, "state": self._state, "tint": self._tint, "seam": self._seam
        }  # fmt: skip

    def _set_state(self, slot: Slot, since_s: float, former: float) -> None:
        self._states[slot] = (since_s, former)
        self._last_s = max(self._last_s, since_s)
        self._state.write(self._states.tobytes())
