"""The atlas of one level of detail on OpenGL: two textures to cross-fade, and a state texel for each slot."""

from collections.abc import Mapping

import moderngl
import numpy as np
from numpy.typing import NDArray

from viewer.rendering.atlas import AtlasWindow, Slot

__all__ = ["FADE_S", "LevelAtlas"]

FADE_S = 0.25
EMPTY = bytes((48, 48, 50))  # about the shader's placeholder

Pixels = NDArray[np.uint8]


class LevelAtlas:
    """Owns the textures of one window of slots.

    A slot's state is (since, kind). Since when it changes, in seconds, negative if it is empty. Kind 0: what it shows
    fades in; up to 1: it fades in over what the slot showed before, which was as opaque as that; below 0: it fades out,
    from being as opaque as −kind.

    Attributes:
        rows, columns: of slots.
    """

    def __init__(self, context: moderngl.Context, window: AtlasWindow, *, filled: bool = True) -> None:
        """Allocate it, all slots empty; not ``filled``: the shader must not read empty slots."""
        self._s, self.rows, self.columns = window.grid.patch_px, window.rows, window.columns
        self._context, self._filled = context, filled
        self.fresh = self._new_texture()
        self._former: moderngl.Texture | None = None
        self._states, self.state = self._slot_table((-1.0, 0.0), np.float32)
        self._tints, self.tint = self._slot_table((0, 0, 0, 0), np.uint8)
        self._seams, self.seam = self._slot_table((0.0, 0.0), np.float32)
        self._shown: dict[Slot, Pixels] = {}
        self._written = True  # whether the state's texture has what the table has
        self.last_s = -FADE_S  # when something last changed

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in texels."""
        return self.fresh.size

    @property
    def former(self) -> moderngl.Texture:
        """What slots showed before; any texture will do while none fades over that, for then nothing of it is read."""
        return self.fresh if self._former is None else self._former

    def allow_fades(self) -> bool:
        """Allocate what cross-fades need; False if it is there. It takes as long as two frames, and many starts end
        without it: so not at once, but when nobody waits, or with the first of them.
        """
        if self._former is not None:
            return False
        self._former = self._new_texture()
        return True

    def upload(self, slot: Slot, pixels: Pixels, now_s: float, *, fade: bool) -> None:
        """Put a patch (s, s, 3) into a slot; with ``fade`` what the slot shows now fades out under it."""
        before, opacity = self._shown.get(slot) if fade else None, self._opacity(slot, now_s)
        s = self._s
        viewport = (slot[1] * s, slot[0] * s, s, s)
        if before is not None:
            self.allow_fades()
            self.former.write(before.tobytes(), viewport=viewport, alignment=1)
        self.fresh.write(pixels.tobytes(), viewport=viewport, alignment=1)
        self._shown[slot] = pixels
        self._set_state(slot, now_s, opacity if before is not None else 0.0)

    def pixels(self, slot: Slot) -> Pixels:
        """What was last put into a slot that is not empty."""
        return self._shown[slot]

    def clear(self, slot: Slot) -> None:
        """Empty a slot: it has come to stand for another part of the panorama."""
        if self._shown.pop(slot, None) is not None:
            self._set_state(slot, -1.0, 0.0)

    def fade_out(self, slot: Slot, now_s: float) -> None:
        """Let what a slot shows go slowly: what lies under it is newer."""
        opacity = self._opacity(slot, now_s)
        if opacity > 0:
            self._set_state(slot, now_s, -opacity)

    def empty(self) -> None:
        """Clear every slot."""
        self._shown.clear()
        self._states[:], self._written, self.last_s = (-1.0, 0.0), False, -FADE_S
        self.mark({}, {})

    def mark(self, tints: Mapping[Slot, tuple[int, int, int, int]], seams: Mapping[Slot, tuple[float, float]]) -> None:
        """For the X-ray: a colour over each slot, and the contrast of its right and lower borders (0: not known)."""
        for table, given, texture in ((self._tints, tints, self.tint), (self._seams, seams, self.seam)):
            table[:] = 0
            for slot, value in given.items():
                table[slot] = value
            texture.write(table.tobytes())

    def bring_up_to_date(self) -> None:
        """Write the states that have changed, all at once."""
        if not self._written:
            self.state.write(self._states.tobytes())
            self._written = True

    def release(self) -> None:
        """Give everything back to OpenGL."""
        for texture in filter(None, (self.fresh, self._former, self.state, self.tint, self.seam)):
            texture.release()

    def _new_texture(self) -> moderngl.Texture:
        """Of all slots."""
        size = (self.columns * self._s, self.rows * self._s)
        # else a patch beside an empty slot has a rim of whatever the memory held
        texture = self._context.texture(size, 3, data=EMPTY * (size[0] * size[1]) if self._filled else None)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)  # repeat is the default on both axes
        return texture

    def _opacity(self, slot: Slot, now_s: float) -> float:
        """Of a slot, as the shader has it."""
        since_s, kind = (float(value) for value in self._states[slot])
        if since_s < 0:
            return 0.0
        way = min(max((now_s - since_s) / FADE_S, 0.0), 1.0)
        way = way * way * (3 - 2 * way)
        return -kind * (1 - way) if kind < 0 else kind + (1 - kind) * way

    def _slot_table(
        self, value: tuple[float, ...], dtype: type[np.generic]
    ) -> tuple[NDArray[np.generic], moderngl.Texture]:
        """An array with ``value`` for each slot, and a texture of it with a texel each."""
        shape = (self.rows, self.columns)
        table = np.full((*shape, len(value)), value, dtype)
        kind = "f4" if dtype is np.float32 else "f1"
        texture = self._context.texture(shape[::-1], len(value), dtype=kind, data=table.tobytes())
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return table, texture

    def _set_state(self, slot: Slot, since_s: float, kind: float) -> None:
        self._states[slot] = (since_s, kind)
        self.last_s = max(self.last_s, since_s)
        self._written = False
