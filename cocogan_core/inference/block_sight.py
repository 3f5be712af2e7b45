"""Which boxes the rays of a block of patches may meet, as ONNX nodes. Knows no networks.

A box is left out only where no ray can come near it: those that remain decide what a block costs.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import RoomLatents
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import tilts, yaws
from cocogan_core.inference.weights import Array
from cocogan_core.models.object_scene import BESIDE_M

__all__ = ["Sight"]

SAMPLES = 33  # along a block's height and width, between which its cone may bulge by SLACK_RAD
SLACK_RAD = 0.02
SLACK_CELLS = 4  # by which what covers a pixel may lie beyond it: half a cell, 1.5 of an ellipsoid
WIDEST_RAD = 3.0  # of a block that lies between two upright planes through the eye
STEEPEST = 1e9  # tangent of what is straight up
LEAST_M = 1e-6
ROW = ("height", "level", "reach", "upper", "lower", "slack")  # of a table of rows


class Sight(NamedTuple):
    """What a block and its margin can see: a cone, between two upright planes, and between two heights.

    Attributes:
        axis: (1, 3) the cone's, along X, Y and Z.
        reach: (1,) radians from there to the farthest cell, and one cell more.
        planes: (4, 2) of the left and the right one: X and Z of its normal, which looks inward, and their sizes.
        upper, lower: (1,) tangents of the highest and the lowest pitch.
        slack: (1,) how far beyond all of these something may lie, as a share of its distance.
    """

    axis: Term
    reach: Term
    planes: Term
    upper: Term
    lower: Term
    slack: Term

    @classmethod
    def everywhere(cls, b: GraphBuilder) -> "Sight":
        """All directions."""
        known = ([[0, 0, 1]], [4], np.zeros((4, 2)), [STEEPEST], [-STEEPEST], [0])
        return cls(*(Term.constant(b, np.array(entry, np.float32)) for entry in known))

    @classmethod
    def of(
        cls, box: RoomLatents, corner: tuple[Term, Term], shares: tuple[NDArray[np.float64], NDArray[np.float64]],
        size: tuple[int, int], *, side: int, cell_rad: float,
    ) -> "Sight":  # fmt: skip
        """Of the block at a patch ``corner`` (row, column) whose stage has cells of ``cell_rad``, ``side`` a patch.

        ``shares`` are those of cells from the first patch's margin on, down and across; ``size`` counts the block's
        with its margin.
        """
        (ys, xs), (rows, columns) = shares, size
        turns = yaws(box, xs)
        half_rad = np.ptp(_angles(turns[:columns])) / 2
        down = np.array(list(_rows(tilts(box, ys), side, rows, half_rad, cell_rad)), np.float32)
        across = np.array(list(_columns(turns, side, columns)), np.float32)
        row, column = (
            Term.constant(at.b, table).gather(at.reshape(1)) for table, at in zip((down, across), corner, strict=True)
        )
        height, level, reach, upper, lower, slack = row.reshape(len(ROW)).parts(0, [1] * len(ROW))
        turn, planes = column.reshape(10).parts(0, [2, 8])
        sine, cosine = turn.parts(0, [1, 1])
        axis = (level * sine).joined(height, level * cosine, axis=0).reshape(1, 3)
        return cls(axis, reach, planes.reshape(4, 2), upper, lower, slack)

    def sees(self, sides: Term) -> Term:
        """Flags (T,) of boxes with ``sides`` (T, 6) from the eye that it may see some of."""
        low, high = sides.parts(1, [3, 3])
        middle, half = (low + high) * 0.5, (high - low) * 0.5
        distance, radius = _length(middle), _length(half)
        slack = (distance + radius) * self.slack
        cosine = (_sum(middle * self.axis) / distance.max(LEAST_M)).clip(-1.0, 1.0)
        spread = (radius / distance.max(LEAST_M)).clip(0.0, 1.0).apply("Asin")
        in_cone = (cosine.apply("Acos") - spread < self.reach) | (distance < radius + BESIDE_M)
        (x, y, z), (half_x, half_y, half_z) = (of.parts(1, [1] * 3) for of in (middle, half))
        inside = x.joined(z, half_x, half_z, axis=1).apply("MatMul", self.planes)
        between = inside.apply("ReduceMin", np.array([1]), keepdims=0) + slack >= 0.0
        flat, reaches = x.joined(z, axis=1).abs(), half_x.joined(half_z, axis=1) + slack.reshape(-1, 1)
        near, far = _length((flat - reaches).max(0.0)).max(LEAST_M), _length(flat + reaches).max(LEAST_M)
        y, up = y.reshape(-1), half_y.reshape(-1) + slack
        lowest, highest = y - up, y + up
        lowest, highest = (lowest / near).min(lowest / far), (highest / near).max(highest / far)
        return in_cone & between & (lowest < self.upper) & (highest > self.lower)


def _rows(heights: Array, side: int, rows: int, half_rad: float, cell_rad: float) -> Iterator[tuple[float, ...]]:
    """ROW of each corner, from cells' (height, level part), of blocks that reach ``half_rad`` to either side."""
    aside = np.cos(np.linspace(-half_rad, half_rad, SAMPLES))
    for first in range(0, len(heights) - rows + 1, side):
        ends = _angles(heights[first : first + rows])[[0, -1]]
        middle, every = ends.mean(), np.linspace(ends[0], ends[-1], SAMPLES)
        cosines = np.sin(middle) * np.sin(every)[:, None] + np.cos(middle) * np.cos(every)[:, None] * aside
        reach = np.arccos(cosines.clip(-1, 1)).max() + SLACK_RAD + cell_rad
        back = np.sin(max(0.0, abs(ends).max() - np.pi / 2))  # by which margins beyond a pole look back
        upper, lower = (_tangent(end) for end in (ends.max(), ends.min()))
        yield np.sin(middle), np.cos(middle), reach, upper, lower, SLACK_CELLS * cell_rad + back


def _columns(turns: Array, side: int, columns: int) -> Iterator[tuple[float, ...]]:
    """Of each corner the middle's sine and cosine, and ``Sight.planes``, from cells' (sine, cosine)."""
    for first in range(0, len(turns) - columns + 1, side):
        left, right = _angles(turns[first : first + columns])[[0, -1]]
        middle = (left + right) / 2
        normals = np.array([[np.cos(left), -np.cos(right)], [-np.sin(left), np.sin(right)]])
        if right - left > WIDEST_RAD:
            normals *= 0
        yield np.sin(middle), np.cos(middle), *normals.flat, *abs(normals).flat


def _angles(ways: Array) -> NDArray[np.float64]:
    """Consecutive angles, without jumps, of (n, 2) their sines and cosines."""
    return np.unwrap(np.arctan2(ways[:, 0].astype(float), ways[:, 1].astype(float)))


def _tangent(pitch_rad: float) -> float:
    """STEEPEST beyond the poles."""
    return (
        float(np.tan(pitch_rad)) if abs(pitch_rad) < np.pi / 2 - SLACK_RAD else float(np.copysign(STEEPEST, pitch_rad))
    )


def _sum(x: Term) -> Term:
    return x.apply("ReduceSum", np.array([1]), keepdims=0)


def _length(x: Term) -> Term:
    return _sum(x * x).apply("Sqrt")
