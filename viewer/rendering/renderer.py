"""Draws a view of the cyclic atlases with OpenGL 3.3: level 0, and over it up to two finer levels of detail."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import View
from viewer.camera.head import Eye
from viewer.camera.sphere import Sphere
from viewer.camera.visibility import leaves_cylinder
from viewer.rendering.atlas import AtlasWindow, Slot
from viewer.rendering.level_atlas import FADE_S, LevelAtlas
from viewer.rendering.look_uniforms import Picture, look_definition, look_uniforms
from viewer.rendering.shader_variants import TRANSITION, Needs, ShaderVariants, every_eye_need, every_need

__all__ = ["FADE_S", "FineLevel", "Renderer"]

MOST_ATLAS_PX = 8192
MOST_SPARES = 2  # atlases of levels that are shown no more, kept for the next
# Names of a fine level's uniforms in shaders/view.frag, the coarser first.
PREFIXES = ("fine_", "finer_")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class FineLevel:
    """A level over level 0: its atlas, which part of the panorama that shows, and how opaque all of it is."""

    atlas: LevelAtlas
    window: AtlasWindow
    opacity: float = 1.0


class Renderer:
    """Owns the atlases of one checkpoint; draws views of them.

    Attributes:
        window: which part of the panorama level 0's atlas has slots for, as it was allocated.
        fine: the levels over it, the coarser first, two at most.
        covered: whether the last of those holds all that the view shows, so that nothing else need be looked up.
        sharp_fine: whether texels of that one are larger than pixels.
        xray: whether slots are drawn with their colours and borders, as :meth:`mark` gave them.
    """

    def __init__(
        self,
        context: moderngl.Context,
        window: AtlasWindow,
        projection: Projection,
        programs: ShaderVariants | None = None,
        *,
        levels: int = 1,
    ) -> None:
        """Allocate the atlas, all slots empty; ``programs`` of the same context save compiling them again."""
        self._context, self._projection = context, projection
        self.window, self._base = window, LevelAtlas(context, window)
        self.xray = False
        self.fine: tuple[FineLevel, ...] = ()
        self.covered = self.sharp_fine = False
        self._spares: list[LevelAtlas] = []
        self._programs = ShaderVariants(context) if programs is None else programs
        plain = self._programs.plain
        # what :meth:`warm_up` has not drawn yet
        self._cold = [needs for needs in every_need(levels) if not (plain and "SHARP" in needs)]
        self._cold_eyes: dict[tuple[bool, bool], list[Needs]] = {}
        self._picture: moderngl.Framebuffer | None = None  # the last one's

    @classmethod
    def for_panorama(
        cls, context: moderngl.Context, grid: PatchGrid, projection: Projection, programs: ShaderVariants
    ) -> Self:
        """With an atlas for all of level 0, or as much of it as a texture can hold here."""
        return cls(context, AtlasWindow.fitting(grid, _most_px(context)), projection, programs, levels=grid.levels)

    @property
    def texture_name(self) -> int:
        """OpenGL name of level 0's atlas texture with the newest pixels."""
        return self._base.fresh.glo

    def upload(self, slot: Slot, pixels: Pixels, now_s: float, *, fade: bool) -> None:
        """Put a patch of level 0 into a slot, as :meth:`LevelAtlas.upload`."""
        self._base.upload(slot, pixels, now_s, fade=fade)

    def clear(self, slot: Slot) -> None:
        """Empty a slot of level 0."""
        self._base.clear(slot)

    def mark(self, tints: Mapping[Slot, tuple[int, int, int, int]], seams: Mapping[Slot, tuple[float, float]]) -> None:
        """What the X-ray shows of level 0, as :meth:`LevelAtlas.mark`."""
        self._base.mark(tints, seams)

    def window_of(self, grid: PatchGrid, level: int, slots: tuple[int, int] | None = None) -> AtlasWindow:
        """A window with so many ``slots`` onto a level, or as many as a texture can hold here."""
        return AtlasWindow.fitting(grid.at_level(level), _most_px(self._context), level=level, slots=slots)

    def open_level(self, window: AtlasWindow) -> LevelAtlas:
        """An empty atlas for a fine level; give it back by :meth:`close_level`."""
        for atlas in self._spares:
            if (atlas.rows, atlas.columns) == (window.rows, window.columns):
                self._spares.remove(atlas)
                atlas.empty()
                return atlas
        return LevelAtlas(self._context, window, filled=False)

    def close_level(self, atlas: LevelAtlas) -> None:
        """A fine level is shown no more."""
        self.fine = tuple(level for level in self.fine if level.atlas is not atlas)
        self._spares.append(atlas)
        while len(self._spares) > MOST_SPARES:
            self._spares.pop(0).release()

    def draw(self, view: View, now_s: float, *, sharp: bool = True, width_px: int | None = None) -> None:
        """Draw into the framebuffer and viewport in use; not ``sharp``: bilinear, at a third of the cost.

        ``width_px``: only so many columns, from the left.
        """
        if width_px is not None:
            self._context.scissor = (0, 0, width_px, self._context.viewport[3])
        self._draw(self._needs(view, now_s, sharp=sharp), view, now_s)
        if width_px is not None:
            self._context.scissor = None

    def draw_eye(
        self, eye: Eye, now_s: float, *, sharp: bool = True, darkness: float = 0.0, linear: bool = False
    ) -> None:
        """As :meth:`draw` for an eye of a headset; the farther ``darkness`` goes to 1, the darker.

        ``linear``: in linear light, for targets that are not sRGB.
        """
        needs = (*self._needs(eye, now_s, sharp=sharp), *(("LINEAR",) if linear else ()))
        self._draw(needs, eye, now_s, {"darkness": darkness})

    def draw_sphere(self, now_s: float, *, sharp: bool = True, linear: bool = False) -> None:
        """As :meth:`draw_eye` for all directions at once, equirectangular, yaw 0 in the middle."""
        needs = (*self._needs(Sphere(), now_s, sharp=sharp), *(("LINEAR",) if linear else ()))
        self._draw(needs, Sphere(), now_s)

    def warm_up_eyes(self, *, linear: bool, sphere: bool = False) -> bool:
        """As :meth:`warm_up` for what :meth:`draw_eye`, and :meth:`draw_sphere`, need."""
        if (linear, sphere) not in self._cold_eyes:
            needed = every_eye_need(self.window.grid.levels, linear=linear, sphere=sphere)
            kept = [needs for needs in needed if not (self._programs.plain and "SHARP" in needs)]
            self._cold_eyes[linear, sphere] = kept
        return self._warm(self._cold_eyes[linear, sphere])

    def warm_up(self) -> bool:
        """Draw a pixel of one more kind of picture into the framebuffer in use; False if all kinds have been drawn.

        So that no frame has to wait for its program: software OpenGL translates one when it is first drawn with, anew
        for other formats of framebuffer and textures, so that this must draw where, and with what, the frames do.
        Levels' textures for cross-fades come first.
        """
        atlases = (self._base, *(level.atlas for level in self.fine))
        return any(atlas.allow_fades() for atlas in atlases) or self._warm(self._cold)

    def _warm(self, cold: list[Needs]) -> bool:
        if not cold:
            return False
        self._context.viewport = (0, 0, 1, 1)
        needs = cold.pop(0)
        levels = sum(definition in needs for definition in ("FINE", "FINER"))
        self._draw(needs, View(), 0.0, fine=(FineLevel(self._base, self.window),) * levels)
        return True

    def _draw(
        self,
        needs: Needs,
        view: Picture,
        now_s: float,
        more: Mapping[str, object] | None = None,
        fine: tuple[FineLevel, ...] | None = None,
    ) -> None:
        levels = self.fine if fine is None else fine
        alone = bool(levels) and "FINE" not in needs
        atlas, window = (levels[-1].atlas, levels[-1].window) if alone else (self._base, self.window)
        values = self._room_values(now_s) | look_uniforms(view) | self._level_values(view, atlas, window)
        values |= more or {}
        textures = _textures(atlas)
        if not alone:
            for prefix, level in zip(PREFIXES, levels, strict=False):
                values |= self._fine_values(prefix, view, level)
                textures |= {f"{prefix}{name}": texture for name, texture in _textures(level.atlas).items()}
        for held in {id(a): a for a in (atlas, *(level.atlas for level in levels))}.values():
            held.bring_up_to_date()
        for unit, (name, texture) in enumerate(textures.items()):
            texture.use(unit)
            values[name] = unit
        self._context.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._programs.draw(needs, values)

    def _room_values(self, now_s: float) -> dict[str, object]:
        """Uniforms that are the same for every level and look."""
        return {
            "patch_px": (self.window.grid.patch_px,) * 2,
            "half_extent": self._projection.half_extent_rad,
            "mercator": self._projection.kind == "mercator",
            "now": now_s,
            "fade_s": FADE_S,
        }

    def _level_values(self, view: Picture, atlas: LevelAtlas, window: AtlasWindow) -> dict[str, object]:
        """Uniforms of the level that lies below all others."""
        grid, width = window.grid, atlas.size[0]
        return {
            # reduced in double precision: yaw may have turned round many times
            "eye_texel": _eye_texel(view, window) % width,
            "panorama_px": (grid.width_px, grid.height_px),
            "reach_px": grid.width_px if width == grid.width_px else (width - grid.patch_px) / 2,
        }

    def _fine_values(self, prefix: str, view: Picture, level: FineLevel) -> dict[str, object]:
        """Uniforms of a level over it."""
        window, s = level.window, level.window.grid.patch_px
        eye = _eye_texel(view, window)
        left, top = window.left * s - eye, window.top * s
        if window.columns == window.grid.columns:  # all of it, wherever the eye is
            left = -window.grid.width_px / 2
        return {
            f"{prefix}eye": eye % level.atlas.size[0],
            f"{prefix}px": (window.grid.width_px, window.grid.height_px),
            f"{prefix}held": (left, top, left + window.columns * s, top + window.rows * s),
            f"{prefix}opacity": level.opacity,
        }

    def _needs(self, view: Picture, now_s: float, *, sharp: bool) -> Needs:
        """What the shader has to do for a view, as its definitions; some do more than they need, so that few exist."""
        window = view if isinstance(view, View) else None
        changing = window is not None and window.mix < 1
        planet = window is not None and window.lens == "stereographic"
        capped = planet or leaves_cylinder(view, self._projection)
        fading = now_s < max(atlas.last_s for atlas in (self._base, *(level.atlas for level in self.fine))) + FADE_S
        alone = self.covered and not (fading or capped or self.xray or changing)
        levels = () if alone else ("FINE", "FINER")[: len(self.fine)]
        if changing:
            return (*TRANSITION, *(("XRAY",) if self.xray else ()), *levels)
        sharp = sharp and not self._programs.plain and not levels and (self.sharp_fine or not self.fine)
        what = ("FADE", "XRAY") if self.xray else ("FADE",) if fading or levels else ("SHARP",) if sharp else ()
        return (look_definition(view), *what, *(("CAP",) if capped else ()), *levels)

    def picture(self, view: View, size: tuple[int, int], *, sharp: bool = True) -> Pixels:
        """The view as pixels (h, w, 3), top row first, with every fade at its end."""
        before = self._context.fbo or self._context.detect_framebuffer(0)
        target = self._target(size)
        target.use()
        last_s = max(atlas.last_s for atlas in (self._base, *(level.atlas for level in self.fine)))
        self.draw(view, last_s + FADE_S, sharp=sharp)
        before.use()  # moderngl binds what was in use again when it makes another: it must not have been given back
        rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
        return rows.reshape(size[1], size[0], 3)[::-1]  # OpenGL's first row is the bottom one

    def twin(self, window: AtlasWindow | None = None) -> "Renderer":
        """Another one in the same context, empty, of the same shape or for another window."""
        return Renderer(self._context, window or self.window, self._projection, self._programs)

    def new_texture(self, size: tuple[int, int]) -> moderngl.Texture:
        """An empty one with three channels in the same context, for thumbnails."""
        return self._context.texture(size, 3)

    def release(self) -> None:
        """Give everything back to OpenGL."""
        for atlas in (self._base, *self._spares, *(level.atlas for level in self.fine)):
            atlas.release()
        self._drop_target()

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


def _most_px(context: moderngl.Context) -> int:
    return min(MOST_ATLAS_PX, int(context.info["GL_MAX_TEXTURE_SIZE"]))


def _eye_texel(view: Picture, window: AtlasWindow) -> float:
    """World texel column of the window's level under the view's middle; half a column of level 0 is yaw 0."""
    return view.yaw_rad / (2 * math.pi) * window.grid.width_px + 0.5 * (1 << window.level)


def _textures(atlas: LevelAtlas) -> dict[str, moderngl.Texture]:
    return {
        "fresh": atlas.fresh, "former": atlas.former, "state": atlas.state, "tint": atlas.tint, "seam": atlas.seam
    }  # fmt: skip
