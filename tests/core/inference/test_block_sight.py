"""What a block leaves out of a room's boxes none of its rays meets, and most of them are left out."""

import numpy as np
import pytest

from cocogan_core.config import RoomLatents
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.block_sight import Sight
from cocogan_core.inference.compact_weights import lattice_shares
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import tilts, yaws

SIDE, MARGIN = 8, 3
SPHERE = PatchGrid(rows=6, columns=12, patch_px=8)
BAND = PatchGrid(rows=4, columns=12, patch_px=8)
FEW = PatchGrid(rows=2, columns=4, patch_px=8)


def room(grid, kind):
    projection = Projection.of_aspect(kind, grid.width_px / grid.height_px)
    return RoomLatents(projection=projection, width_px=grid.width_px, front="edge")


def sighted(grid, box, sides, block):
    """Flags (rows, columns, T) of each block of boxes that it may see."""
    b = GraphBuilder()
    corners = b.input("corners", [1, 2], "int64")
    shares = lattice_shares(grid, SIDE, before=MARGIN, behind=MARGIN)
    size = tuple(count * SIDE + 2 * MARGIN for count in block)
    row, column = Term(b, corners).reshape(-1, 2, 1).parts(1, [1, 1])
    cell_rad = 2 * np.pi / grid.columns / SIDE
    sight = Sight.of(box, (row, column), shares, size, side=SIDE, cell_rad=cell_rad)
    b.output("seen", sight.sees(Term.constant(b, sides)).floats().name, [len(sides)])
    session = onnxruntime.InferenceSession(b.finish({}))
    places = [(row, column) for row in range(0, grid.rows, block[0]) for column in range(0, grid.columns, block[1])]
    return {at: session.run(None, {"corners": np.array([at], np.int64)})[0] > 0 for at in places}, shares, size


def boxes(rng, count):
    """Boxes that the eye is not in: small ones, and long thin ones."""
    middle = rng.uniform(-3, 3, (4 * count, 3)) * (1, 0.5, 1)
    half = rng.uniform(0.02, 0.4, (4 * count, 3)) * np.where(rng.random((4 * count, 3)) < 0.2, 6, 1)
    away = (abs(middle) > half + 0.1).any(1)
    return np.concatenate([middle - half, middle + half], 1)[away][:count].astype(np.float32)


def met(sides, rays):
    """Flags (T,) of boxes that any of the rays (n, 3) meets."""
    with np.errstate(divide="ignore"):
        ends = sides.reshape(-1, 1, 2, 3) / rays[None, :, None]
    enters, leaves = ends.min(2).max(-1), ends.max(2).min(-1)
    return ((enters <= leaves) & (leaves > 0)).any(1)


@pytest.mark.parametrize(
    ("grid", "kind", "block"),
    [(SPHERE, "equirectangular", (2, 2)), (SPHERE, "equirectangular", (1, 1)), (BAND, "mercator", (4, 2)),
     (FEW, "equirectangular", (2, 2))],
    ids=("sphere, 2×2", "sphere, 1×1", "band, 4×2", "few patches"),
)  # fmt: skip
def test_no_ray_meets_what_is_left_out(grid, kind, block):
    box, sides = room(grid, kind), boxes(np.random.default_rng(1), 400)
    seen, (ys, xs), (rows, columns) = sighted(grid, box, sides, block)
    flagged = needed = 0
    for (row, column), flags in seen.items():
        up, level = tilts(box, ys)[row * SIDE : row * SIDE + rows].T
        sine, cosine = yaws(box, xs)[column * SIDE : column * SIDE + columns].T
        directions = [np.outer(level, sine), np.outer(up, np.ones(columns)), np.outer(level, cosine)]
        hit = met(sides, np.stack(directions, -1).reshape(-1, 3).astype(float))
        assert not (hit & ~flags).any(), (row, column)
        flagged, needed = flagged + flags.sum(), needed + hit.sum()
    assert needed > 200
    assert flagged < 2.5 * needed


def test_everything_is_seen_everywhere():
    b = GraphBuilder()
    sides = boxes(np.random.default_rng(2), 50)
    b.output("seen", Sight.everywhere(b).sees(Term.constant(b, sides)).floats().name, [len(sides)])
    assert onnxruntime.InferenceSession(b.finish({})).run(None, {})[0].all()
