"""ONNX nodes of ``cocogan_core.models.object_textures``: what a block's pixels see of textures on a room's objects."""

from typing import NamedTuple

import numpy as np

from cocogan_core.inference.object_weights import FACE_AXES
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import OBJECT_RIM_M, OBJECT_TEXTURE_FEATURES, object_texels
from cocogan_core.models.object_scene import LEAST_HALF_M

__all__ = ["FaceTerms", "object_textured"]


class FaceTerms(NamedTuple):
    """Where pixels lie on the visible faces of objects, in metres.

    Attributes:
        size: (h, w).
        row: (1, 1, h, w) of the tables, where its looks are.
        place: (1, FACE_AXES, h, w) along and across the face from its middle, and from its edge inward.
        half: (1, 2, h, w) half its length and width.
        distance: (1, 1, h, w) to it.
        cover: (1, 1, h, w) how much of the pixel it has, 0 … 1.
    """

    size: tuple[int, int]
    row: Term
    place: Term
    half: Term
    distance: Term
    cover: Term


def object_textured(texture: Array, face: FaceTerms, *, stage: int, cell_rad: float) -> Term:
    """(1, features · FACE_AXES, h, w) of a stage's ``texture``, as pixels see it on a ``face``.

    Each feature comes once for each axis; what mixes features sums them, too.
    """
    texels, b = object_texels(stage), face.row.b
    first = np.arange(FACE_AXES, dtype=np.float32).reshape(-1, 1, 1) * texels
    middle = np.array([texels / 2, texels / 2, 0], np.float32).reshape(-1, 1, 1) - 0.5
    # as an axis of its own, a rim as wide on all objects
    sizes = face.half.max(LEAST_HALF_M).apply("Pad", np.array([0, 0, 0, 0, 0, 1, 0, 0]), OBJECT_RIM_M / 2)
    scale = Term.constant(b, texels / 2) / sizes
    at = (face.place * scale + (first + middle)).max(first).min(first + np.float32(texels - 1))
    low = at.apply("Floor")
    entries = (low + face.row * float(FACE_AXES * texels)).integers()
    found = Term.constant(b, _steps(texture, texels)).gather(entries).apply("Transpose", perm=[0, 4, 1, 2, 3])
    left, step = found.reshape(-1, FACE_AXES, *face.size).parts(0, [OBJECT_TEXTURE_FEATURES] * 2)
    shown = (scale * (face.distance * (-0.5 * cell_rad)) + 1.5).clip(0.0, 1.0) * face.cover
    return ((left + step * (at - low)) * shown).reshape(1, -1, *face.size)


def _steps(texture: Array, texels: int) -> Array:
    """(n, 2 · features) each texel, and how much more the next one has; the last of an axis has none.

    What a gathered entry costs hardly depends on its size.
    """
    along = texture.reshape(-1, texels, texture.shape[1])
    steps = np.diff(along, axis=1, append=along[:, -1:])
    return np.ascontiguousarray(np.concatenate([along, steps], 2).reshape(len(texture), -1))
